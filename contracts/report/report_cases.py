"""The result of a run as test cases, one for each finding and each scenario, for report formats that know only test
cases.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.report import summary as content
from contracts.report.summary import Cause, RunReport


class CaseStatus(StrEnum):
    """The result of a test case."""

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


def cases(report: RunReport) -> Iterator[ReportCase]:
    """List the cases of a report: passed scenarios, skipped scenarios, causes, and the reason why the run proves
    nothing.

    A cause has its rule and operation as its name, so that a reader of many runs recognises it.
    """
    facts = report.facts
    for name in facts["passed"]:
        yield ReportCase(CaseStatus.PASSED, "contracts", name)
    for name, reason in facts["notRun"].items():
        yield ReportCase(CaseStatus.SKIPPED, "contracts", name, reason)
    for cause in report.causes:
        first = cause[0]
        status = CaseStatus.FAILED if first["breaks"] else CaseStatus.SKIPPED
        yield _case(cause, status, "" if first["breaks"] else f": {first['doubt']}")
    for cause in report.accepted_causes:
        yield _case(cause, CaseStatus.SKIPPED, ": accepted by the baseline", " (accepted)")
    yield from _errors(facts, report.verdict)


def _case(cause: Cause, status: CaseStatus, remark: str, suffix: str = "") -> ReportCase:
    """A case for a cause. ``suffix`` distinguishes its accepted findings from the others."""
    first = cause[0]
    name = f"{first['rule']}[{first['operation']}]{suffix}"
    message = f"{first['title']}{remark}{content.more(cause)}"
    examples = [line for item in cause[: content.MAX_EXAMPLES] for line in _lines(item)]
    return ReportCase(status, f"contracts.{first['group']}", name, message, "\n".join(examples))


def _lines(item: Mapping[str, Any]) -> Iterator[str]:
    if item["where"]:
        yield f"at {item['where']}"
    yield f"expected {item['expected']}"
    yield f"got {item['got']}"
    if item["reason"]:
        yield f"reason {item['reason']}"
    yield from item["curl"]


def _errors(facts: Mapping[str, Any], verdict: str) -> Iterator[ReportCase]:
    """Error cases for a run that was cut short or could not run: such a run must not be green."""
    for reason in facts["vacuous"]:
        yield ReportCase(CaseStatus.ERROR, "contracts", "vacuous", reason)
    if facts["exitCode"] not in (0, 1) and not facts["vacuous"]:
        yield ReportCase(CaseStatus.ERROR, "contracts", "run", verdict)
