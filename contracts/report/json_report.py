"""The JSON report: the whole summary, for programs and for ``check --replay``."""

from contracts.report.escaping import json_text
from contracts.report.summary import RunReport


def as_json(report: RunReport) -> str:
    """The summary as JSON."""
    return json_text(report.facts)
