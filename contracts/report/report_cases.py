"""The result of a run as test cases, for reports that know nothing else: one for each finding and each scenario."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.report import summary as content
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor


class CaseStatus(StrEnum):
    """The end of a test case."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The run itself proves nothing."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class ReportCase:
    """One test case. ``message`` is one sentence, ``details`` are lines; both are empty for one that passed."""

    status: CaseStatus
    group: str
    name: str
    message: str = ""
    details: str = ""


def cases(facts: Mapping[str, Any], outcome: RunResult, redactor: ReportRedactor) -> Iterator[ReportCase]:
    """The cases of a summary: what passed, what did not run, the findings, and why the run proves nothing."""
    for name in facts["passed"]:
        yield ReportCase(CaseStatus.PASSED, "contracts", name)
    for name, reason in facts["notRun"].items():
        yield ReportCase(CaseStatus.SKIPPED, "contracts", name, reason)
    for item in facts["findings"]:
        status = CaseStatus.FAILED if item["breaks"] else CaseStatus.SKIPPED
        yield _finding(item, status, item["title"] if item["breaks"] else f"{item['title']}: {item['doubt']}")
    for item in facts["acceptedFindings"]:
        yield _finding(item, CaseStatus.SKIPPED, f"{item['title']}: accepted by the baseline")
    yield from _errors(facts, redactor.redact(content.verdict(outcome)))


def _finding(item: Mapping[str, Any], status: CaseStatus, message: str) -> ReportCase:
    name = f"{item['rule']}[{item['operation']}] {item['where']}".strip()
    reason = [f"reason {item['reason']}"] if item["reason"] else []
    lines = [f"expected {item['expected']}", f"got {item['got']}", *reason, *item["curl"]]
    return ReportCase(status, f"contracts.{item['group']}", name, message, "\n".join(lines))


def _errors(facts: Mapping[str, Any], verdict: str) -> Iterator[ReportCase]:
    """A run that was cut short, or could not be made, is not green."""
    for reason in facts["vacuous"]:
        yield ReportCase(CaseStatus.ERROR, "contracts", "vacuous", reason)
    if facts["exitCode"] not in (0, 1) and not facts["vacuous"]:
        yield ReportCase(CaseStatus.ERROR, "contracts", "run", verdict)
