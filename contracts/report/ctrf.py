"""CTRF, the common test report format: JSON with a status for each case, for dashboards and comments of pipelines."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.report.escaping import json_text, visible
from contracts.report.report_cases import CaseStatus, ReportCase, cases
from contracts.report.summary import RunReport
from mock_server import __version__

_NAME = "sophiie-mock check"
_STATUS = {
    CaseStatus.PASSED: "passed",
    CaseStatus.FAILED: "failed",
    CaseStatus.ERROR: "failed",
    CaseStatus.SKIPPED: "skipped",
}


def as_ctrf(report: RunReport) -> str:
    """The run as a CTRF document."""
    facts, outcome = report.facts, report.outcome
    tests = [_test(case) for case in cases(report)]
    start = round(outcome.started.timestamp() * 1000)
    counts = Counter(test["status"] for test in tests)
    numbers = {status: counts[status] for status in ("passed", "failed", "skipped", "pending", "other")}
    results = {
        "tool": {"name": _NAME, "version": __version__},
        "summary": {"tests": len(tests), **numbers, "start": start, "stop": start + round(outcome.seconds * 1000)},
        "tests": tests,
        "environment": {"reportName": _NAME, "appName": visible(facts["target"]), "extra": _extra(facts)},
    }
    log = {"reportFormat": "CTRF", "specVersion": "0.0.0", "generatedBy": f"{_NAME} {__version__}", "results": results}
    return json_text(log)


def _test(case: ReportCase) -> dict[str, Any]:
    test = {
        "name": visible(case.name) or "-",
        "status": _STATUS[case.status],
        "duration": 0,  # a case is no span of time: one scenario shows many rules, and one rule has many scenarios
        "suite": [case.group],
        "rawStatus": case.status.value,
    }
    if case.message:
        test["message"] = visible(case.message)
    if case.details:
        test["trace"] = visible(case.details)
    return test


def _extra(facts: Mapping[str, Any]) -> dict[str, Any]:
    names = ("mode", "seed", "exitCode", "requests", "versions", "documents")
    return {name: facts[name] for name in names}
