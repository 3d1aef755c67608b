"""The result of a client lint in every format: text, JSON, SARIF and JUnit."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from contracts.lint.lint import LINT_RULES, LintResult
from contracts.lint.lint_rule import LintRule, LintSeverity
from contracts.report.document_places import DocumentPlaces, Place
from contracts.report.escaping import json_text, message, visible
from contracts.report.junit import junit_text
from contracts.report.report_cases import CaseStatus, ReportCase
from contracts.report.sarif import MAX_MESSAGE_CHARACTERS, MAX_RESULTS, physical, sarif_text
from contracts.report.summary import redacted
from contracts.transport.redaction import ReportRedactor
from mock_server.support.text import shorten

_SHOWN_NOTES = 5


@dataclass(frozen=True)
class LintReport:
    """A result as every writer gets it."""

    result: LintResult
    redactor: ReportRedactor
    notes: tuple[str, ...] = ()
    started: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """Everything that may be written, already redacted."""
        result = self.result
        facts: dict[str, Any] = redacted(
            {
                "exitCode": result.exit_code,
                "verdict": self.verdict,
                "requests": len(result.run.calls),
                "leftOut": result.run.requests_to_other_places,
                "findings": [finding.to_dict() for finding in result.findings],
                "excepted": [{**finding.to_dict(), "reason": why.reason} for finding, why in result.excepted],
                "unusedExceptions": [[one.rule, one.operation] for one in result.unused],
                "notes": list(self.notes),
            },
            self.redactor,
        )
        return facts

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        result = self.result
        problems, rules = len(result.problems), len({finding.rule.id for finding in result.problems})
        if problems:
            return f"{problems} findings, {rules} rules broken"
        return "no finding" if result.exit_code == 0 else "nothing was looked at: no request is for an operation"


def as_text(report: LintReport, *, verbose: bool = False) -> str:
    """The report for a person."""
    return "\n".join(_lines(report, verbose)) + "\n"


def _lines(report: LintReport, verbose: bool) -> Iterator[str]:
    facts = report.facts
    problems = [one for one in facts["findings"] if one["severity"] != LintSeverity.NOTE]
    notes = [one for one in facts["findings"] if one["severity"] == LintSeverity.NOTE]
    for one in problems:
        yield f"{one['severity']}: {one['title']} ({one['rule']})"
        yield f"  {one['operation'] or 'the run'}: {one['detail']}"
        yield f"  why: {one['why']}"
        yield f"  remedy: {one['remedy']}"
        yield f"  seen in: {', '.join(call['id'] for call in one['exchanges'])}"
        if one["test"]:
            yield f"  test: {one['test']['id']}"
        yield ""
    counted = Counter(f"note: {one['operation']}: {one['detail']} ({one['rule']})" for one in notes)
    shown = list(counted.items()) if verbose else list(counted.items())[:_SHOWN_NOTES]
    yield from (f"{line}, {count} times" if count > 1 else line for line, count in shown)
    if hidden := len(counted) - len(shown):
        yield f"note: {hidden} more notes; -v shows them"
    for one in facts["excepted"]:
        yield f"excepted: {one['rule']} in {one['operation']}: {one['reason']}"
    for rule, operation in facts["unusedExceptions"]:
        yield f"note: the exception for {rule} in {operation} was not needed"
    yield from (f"note: {note}" for note in facts["notes"])
    yield f"{facts['requests']} requests: {facts['verdict']}."


def as_json(report: LintReport) -> str:
    """The whole report as JSON."""
    return json_text(report.facts)


_LEVELS: Mapping[str, str] = MappingProxyType({"error": "error", "warning": "warning", "note": "note"})


def as_sarif(report: LintReport) -> str:
    """Write each finding as SARIF, at the line of the test that made the calls, or of the operation in its document."""
    facts, places = report.facts, DocumentPlaces(report.result.run.contract)
    names = [rule.id for rule in LINT_RULES]
    found = facts["findings"][:MAX_RESULTS]
    excepted = facts["excepted"][: MAX_RESULTS - len(found)]
    results, times = [], Counter[str]()
    for one in (*found, *excepted):
        same = visible(f"{one['rule']} {one['operation']} {one['test']['id'] if one['test'] else ''}")
        times[same] += 1
        results.append(_result(one, names.index(one["rule"]), places, same, times[same]))
    for one, result in zip(excepted, results[len(found) :], strict=True):
        result["suppressions"] = [{"kind": "external", "justification": message(one["reason"])}]
    return sarif_text(
        "lint", [_rule(rule) for rule in LINT_RULES], results, facts["exitCode"], report.started, facts["verdict"]
    )


def _rule(rule: LintRule) -> dict[str, Any]:
    help_ = f"{rule.title}. Otherwise {rule.why}. To mend it: {rule.remedy}."
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}: otherwise {rule.why}."},
        "help": {"text": help_, "markdown": help_},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["api-client"], "precision": "medium"},
    }


def _result(one: Mapping[str, Any], index: int, places: DocumentPlaces, same: str, time: int) -> dict[str, Any]:
    """One result. ``time`` counts those with the same identity: a host takes two equal fingerprints for one alert."""
    test = one["test"]
    place = Place(test["file"], test["line"]) if test and test["file"] else places.find(one["operation"])
    text = message(f"{one['operation'] or 'The run'}: {one['detail']}. {one['title']}: otherwise {one['why']}.")
    return {
        "ruleId": one["rule"],
        "ruleIndex": index,
        "level": _LEVELS[one["severity"]],
        "message": {"text": shorten(text, MAX_MESSAGE_CHARACTERS)},
        "locations": [{"physicalLocation": physical(place)}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{sha256(same.encode()).hexdigest()[:16]}:{time}",
            "finding/v1": same if time == 1 else f"{same} {time}",
        },
        "properties": {"operation": one["operation"], "exchanges": [call["id"] for call in one["exchanges"]]},
    }


def as_junit(report: LintReport) -> str:
    """Write each rule that was kept as a passed case, each finding as a failed one, and each note as a skipped one."""
    facts = report.facts
    about = {
        "name": "sophiie-mock lint",
        "hostname": "localhost",
        "timestamp": report.started.removesuffix("Z"),
        "time": "0.00",
    }
    return junit_text(about, list(_cases(report)), [("requests", str(facts["requests"]))])


def _cases(report: LintReport) -> Iterator[ReportCase]:
    facts = report.facts
    broken = {one["rule"] for one in (*facts["findings"], *facts["excepted"])}
    for rule in LINT_RULES:
        if rule.id not in broken:
            yield ReportCase(CaseStatus.PASSED, "lint", rule.id)
    times = Counter[str]()  # readers of JUnit keep one case of each name
    for one in facts["findings"]:
        status = CaseStatus.SKIPPED if one["severity"] == LintSeverity.NOTE else CaseStatus.FAILED
        where = f" · {one['test']['id']}" if one["test"] else ""
        seen = f"seen in {', '.join(call['id'] for call in one['exchanges'])}"
        details = f"why: {one['why']}\nremedy: {one['remedy']}\n{seen}"
        name = f"{one['rule']}[{one['operation']}]{where}"
        times[name] += 1
        numbered = name if times[name] == 1 else f"{name} {times[name]}"
        yield ReportCase(status, "lint", numbered, one["detail"], details)
    for one in facts["excepted"]:
        yield ReportCase(CaseStatus.SKIPPED, "lint", f"{one['rule']}[{one['operation']}] (excepted)", one["reason"])
    if facts["exitCode"] == 2:
        yield ReportCase(CaseStatus.ERROR, "lint", "nothing", facts["verdict"])


LINT_WRITERS: Mapping[str, Callable[[LintReport], str]] = MappingProxyType(
    {"text": as_text, "json": as_json, "sarif": as_sarif, "junit": as_junit}
)
