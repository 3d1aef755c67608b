"""A comparison for code hosts: annotations of GitHub, and SARIF. Each place is a line of the new document."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.changes.diff_report import DiffReport, Group, more, where
from contracts.changes.grades import Grade
from contracts.report import escaping
from contracts.report.document_places import DocumentFile
from contracts.report.sarif import MAX_MESSAGE_CHARACTERS, MAX_RESULTS, physical, sarif_text
from mock_server.support.text import shorten

_MAX_SHOWN = 10
"""Most annotations of one level that GitHub shows for a step."""
_MAX_TITLE_CHARACTERS = 200
_ANNOTATIONS = {Grade.BROKEN: "error", Grade.AFFECTED: "warning"}
_LEVELS = {Grade.BROKEN: "error", Grade.AFFECTED: "warning", Grade.UNAFFECTED: "note"}


def as_github(report: DiffReport) -> str:
    """Write workflow commands, one a line, to be printed in a step. What affects nobody is only counted."""
    places = DocumentFile(report.comparison.new.document)
    lines = [line for grade, level in _ANNOTATIONS.items() for line in _annotations(report, grade, level, places)]
    lines.append(f"::notice title=sophiie-mock spec diff::{escaping.annotation(report.verdict)}")
    return "\n".join(lines) + "\n"


def _annotations(report: DiffReport, grade: Grade, level: str, places: DocumentFile) -> Iterator[str]:
    groups = report.groups[grade]
    shown = groups if len(groups) <= _MAX_SHOWN else groups[: _MAX_SHOWN - 1]
    for group in shown:
        change = group[0].change
        place = places.find(change.operation, change.location)
        title = escaping.annotation_property(shorten(f"{change.rule.id} {change.operation}", _MAX_TITLE_CHARACTERS))
        file = escaping.annotation_property(place.file)
        yield f"::{level} file={file},line={place.line},title={title}::{escaping.annotation(_sentence(group))}"
    if left := len(groups) - len(shown):
        yield f"::{level} title=and more::{left} more changes are {grade}"


def _sentence(group: Group) -> str:
    first = group[0]
    tests = list(dict.fromkeys(test for one in group for test in one.tests))
    why = f" {first.reason[:1].upper()}{first.reason[1:]}" if first.reason else ""
    named = f": {', '.join(tests)}" if tests else ""
    return shorten(
        f"{where(first.change)}: {first.change.describe()}{more(group)}.{why}{named}", MAX_MESSAGE_CHARACTERS
    )


def as_sarif(report: DiffReport) -> str:
    """Write SARIF 2.1.0: a result for each cause, with the change's fingerprint."""
    places = DocumentFile(report.comparison.new.document)
    groups = [(grade, group) for grade, some in report.groups.items() for group in some][:MAX_RESULTS]
    rules = list(dict.fromkeys(group[0].change.rule for _, group in groups))
    return sarif_text(
        "spec diff",
        [_rule(rule.id, rule.title) for rule in rules],
        [_result(grade, group, rules.index(group[0].change.rule), places) for grade, group in groups],
        report.exit_code,
        datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        report.verdict,
    )


def _rule(id: str, title: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": "".join(part.capitalize() for part in id.split("-")),
        "shortDescription": {"text": title},
        "help": {"text": f"{title}. See the reference of `sophiie-mock spec diff`."},
        "properties": {"tags": ["api-change"]},
    }


def _result(grade: Grade, group: Group, index: int, places: DocumentFile) -> Mapping[str, Any]:
    change = group[0].change
    logical = {"fullyQualifiedName": escaping.visible(where(change)), "kind": "function"}
    place = places.find(change.operation, change.location)
    return {
        "ruleId": change.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[grade],
        "message": {"text": escaping.message(_sentence(group))},
        "locations": [{"physicalLocation": physical(place), "logicalLocations": [logical]}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{change.fingerprint}:1",
            "change/v1": change.fingerprint,
        },
        "properties": {"grade": grade.value, "places": len(group)},
    }
