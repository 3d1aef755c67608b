"""SARIF 2.1.0, as code hosts read it: each result is one cause, at the place of its operation in the document.

A host shows results beside the code, so each result needs a file of the repository and a line, also when a real API was
checked. That file is the document: the one of ``--spec``, or else the built-in one. Rule and operation identify a
result over time; its wording does not.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from contracts.report import summary as content
from contracts.report.document_places import DocumentPlaces, Place
from contracts.report.escaping import json_text, message, visible
from contracts.report.summary import Cause, RunReport
from contracts.rules.registry import RULES
from contracts.rules.rule import Severity
from mock_server import __version__
from mock_server.support.text import shorten

MAX_RESULTS = 5_000
"""Results that GitHub shows of the 25,000 that it takes; those that break the run come first."""
MAX_MESSAGE_CHARACTERS = 1_000
"""Characters of a message that it shows."""
_LEVELS = {True: "error", False: "warning"}
_ROOT = "%SRCROOT%"


def as_sarif(report: RunReport) -> str:
    """Write the causes as SARIF. The host closes each alert that is not in the newest file."""
    facts = report.facts
    known, places = report.causes[:MAX_RESULTS], DocumentPlaces(report.outcome.coverage.contract)
    open_ = {(item["rule"], item["operation"]) for item in facts["findings"]}  # one cause is one result
    closed = [c for c in report.accepted_causes if (c[0]["rule"], c[0]["operation"]) not in open_]
    accepted = closed[: MAX_RESULTS - len(known)]
    causes = [*known, *accepted]
    firsts = {cause[0]["rule"]: cause[0] for cause in reversed(causes)}
    names = list(firsts)
    rules = [_rule(name, first) for name, first in firsts.items()]
    results = [
        *(_result(cause, names.index(cause[0]["rule"]), places) for cause in known),
        *(_accepted(_result(cause, names.index(cause[0]["rule"]), places)) for cause in accepted),
    ]
    return sarif_text("check", rules, results, facts["exitCode"], facts["started"], report.verdict)


def sarif_text(
    verb: str, rules: Sequence[Any], results: Sequence[Any], exit_code: int, started: str, verdict: str
) -> str:
    """The whole log of one verb. ``verdict`` is shown if its run proves nothing."""
    ended: dict[str, Any] = {
        "exitCode": exit_code,
        "executionSuccessful": exit_code in (0, 1),
        "startTimeUtc": started,
    }
    if not ended["executionSuccessful"]:
        ended["toolExecutionNotifications"] = [{"level": "error", "message": {"text": message(verdict)}}]
    run = {
        "tool": {"driver": {"name": f"sophiie-mock {verb}", "version": __version__, "rules": rules}},
        "automationDetails": {"id": f"sophiie-mock-{verb.replace(' ', '-')}/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [ended],
        "results": results,
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(log)


def _rule(name: str, item: Mapping[str, Any]) -> dict[str, Any]:
    rule = RULES.get(name)
    severe = rule is None or rule.severity is Severity.ERROR
    source = item["source"] if item["source"].startswith("https://") else ""
    where = f"Source: {item['source']}. " if item["source"] else ""
    help_ = f"{item['title']}. {where}Run `sophiie-mock check --only {name}` to see it again."
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("_")),
        "shortDescription": {"text": item["title"]},
        "fullDescription": {"text": f"{item['title']} ({item['group']})."},
        "help": {"text": help_, "markdown": help_},
        **({"helpUri": source} if source else {}),
        "defaultConfiguration": {"level": _LEVELS[severe]},
        "properties": {
            "tags": ["api-contract", item["group"]],
            "precision": "high",
            "problem.severity": _LEVELS[severe],
        },
    }


def _accepted(result: dict[str, Any]) -> dict[str, Any]:
    """A result that the baseline accepts: a host shows it as closed."""
    suppression = {"kind": "external", "justification": "accepted by the baseline of the run"}
    return {**result, "suppressions": [suppression]}


def physical(place: Place) -> dict[str, Any]:
    """A place in a file of the repository."""
    return {
        "artifactLocation": {"uri": quote(place.file), "uriBaseId": _ROOT},
        "region": {"startLine": place.line, "startColumn": place.column},
    }


def _result(cause: Cause, index: int, places: DocumentPlaces) -> dict[str, Any]:
    first = cause[0]
    same = visible(f"{first['rule']} {first['operation']}")
    text = message(f"{first['operation']}: {content.sentence(first)}{content.more(cause)}")
    logical = {"fullyQualifiedName": visible(first["operation"]), "kind": "function"}
    return {
        "ruleId": first["rule"],
        "ruleIndex": index,
        "level": _LEVELS[first["breaks"]],
        "message": {"text": shorten(text, MAX_MESSAGE_CHARACTERS)},
        "locations": [{"physicalLocation": physical(places.find(first["operation"])), "logicalLocations": [logical]}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{sha256(same.encode()).hexdigest()[:16]}:1",
            "cause/v1": same,
        },
        "properties": {"places": len(cause), "provenance": first["provenance"], "where": first["where"]},
    }
