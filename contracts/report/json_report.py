"""The JSON report: the whole summary, for programs and for ``check --replay``."""

from contracts.report import summary as content
from contracts.report.escaping import json_text
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor


def as_json(outcome: RunResult, redactor: ReportRedactor) -> str:
    """The summary as JSON."""
    return json_text(content.summary(outcome, redactor))
