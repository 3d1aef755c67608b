"""JUnit, CTRF and SARIF as their strictest readers take them; what is checked was written from their schemas."""

import gzip
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from production import CONTRACT
from test_escaping import HOSTILE
from test_escaping import outcome as hostile
from test_reports import outcome as recorded

from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.rules import input, response_conformance
from contracts.rules.location import Location
from contracts.rules.rule import Finding, Rule
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.spec.provenance import Provenance
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

Json = dict[str, Any]
ODD = "😀 ]]> <b> \x00\x1b[1m \ud800 \ufffe \r\n"


def finding(operation: str = "POST /v1/leads", rule: Rule = input.ACCEPTED, got: str = "400") -> Finding:
    place = Location(name=ODD)
    return Finding(rule, operation, Provenance.DOCUMENTED, expected="success", got=got, location=place)


def outcome() -> RunResult:
    result = RunResult(Target("http://127.0.0.1:1", "", is_mock=True), Mode.FULL, 1, Coverage(CONTRACT, ""))
    result.findings = [finding(got=ODD), finding("GET /v1/leads", response_conformance.UNDOCUMENTED)]
    result.accepted = [finding("GET /v1/faqs")]
    result.passed, result.vacuous, result.seconds = ["a scenario", ODD], [ODD], 1234.5
    result.started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return result


def interrupted() -> RunResult:
    result = outcome()
    result.vacuous, result.interrupted = [], True
    return result


def written(kind: str, result: RunResult | None = None) -> str:
    return WRITERS[kind](RunReport(result or outcome(), ReportRedactor([], people=False)))


@pytest.mark.parametrize("made", [outcome, interrupted])
def test_junit_has_all_that_any_schema_of_it_asks_for(made: Callable[[], RunResult]) -> None:
    root = ET.fromstring(written("junit", made()).encode())
    (suite,) = root
    assert (root.tag, dict(root.attrib)) == ("testsuites", {})
    for name in ("tests", "failures", "errors", "skipped", "id"):
        assert suite.attrib.pop(name).isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib.pop("timestamp"))
    assert re.fullmatch(r"\d+\.\d+", suite.attrib.pop("time"))
    assert all(suite.attrib.pop(name) for name in ("name", "hostname", "package"))
    assert not suite.attrib
    tags = [element.tag for element in suite]
    assert tags == ["properties", *["testcase"] * (len(tags) - 3), "system-out", "system-err"]
    for case in suite.iter("testcase"):
        assert set(case.attrib) == {"name", "classname", "time"}
        assert len(case) <= 1
        for end in case:
            assert set(end.attrib) == ({"message"} if end.tag == "skipped" else {"message", "type"})


def test_junit_keeps_characters_beyond_the_first_plane() -> None:
    assert "😀 ]]> <b> \\x00\\x1b[1m \\ud800 \\ufffe" in "".join(ET.fromstring(written("junit").encode()).itertext())


@pytest.mark.parametrize("made", [outcome, interrupted])
def test_ctrf_has_a_status_for_each_case_and_their_counts(made: Callable[[], RunResult]) -> None:
    log: Json = json.loads(written("ctrf", made()))
    assert (log["reportFormat"], bool(re.fullmatch(r"\d+\.\d+\.\d+", log["specVersion"]))) == ("CTRF", True)
    assert set(log) <= {"reportFormat", "specVersion", "generatedBy", "results"}
    results = log["results"]
    assert set(results) == {"tool", "summary", "tests", "environment"}
    summary, tests = results["summary"], results["tests"]
    counted = {status: sum(test["status"] == status for test in tests) for status in ("passed", "failed", "skipped")}
    assert {name: summary[name] for name in counted} == counted
    assert (summary["tests"], summary["pending"], summary["other"]) == (len(tests), 0, 0)
    assert counted == {"passed": 2, "failed": 2, "skipped": 2}  # a finding, and the run itself; a warning, an accepted
    assert (summary["start"], summary["stop"] - summary["start"]) == (1_767_323_045_000, 1_234_500)
    allowed = {"name", "status", "duration", "suite", "rawStatus", "message", "trace"}
    for test in tests:
        assert {"name", "status", "duration"} <= set(test) <= allowed
        assert test["name"]
        assert type(test["duration"]) is int


def test_what_the_baseline_accepts_is_a_suppressed_result() -> None:
    (run,) = json.loads(written("sarif"))["runs"]
    assert sorted("suppressions" in result for result in run["results"]) == [False, False, True]
    (closed,) = [result for result in run["results"] if "suppressions" in result]
    assert closed["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "GET /v1/faqs"
    assert closed["suppressions"][0]["kind"] == "external"


def test_one_cause_is_open_though_a_part_of_it_is_accepted() -> None:
    result = outcome()
    result.accepted = [finding(got="elsewhere")]
    (run,) = json.loads(written("sarif", result))["runs"]
    marks = [one["partialFingerprints"]["cause/v1"] for one in run["results"]]
    assert len(set(marks)) == len(marks) == 2


def test_a_run_that_did_not_end_says_so_in_sarif() -> None:
    (run,) = json.loads(written("sarif", interrupted()))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"].startswith("interrupted;")


def test_sarif_keeps_the_rules_of_a_code_host() -> None:
    """Of GitHub's documentation: what it shows, and how much of it."""
    text = written("sarif")
    (run,) = json.loads(text)["runs"]
    assert len(gzip.compress(text.encode())) < 10 * 1024**2
    rules = run["tool"]["driver"]["rules"]
    assert all(len(rule["id"]) <= 255 and len(rule["name"]) <= 255 for rule in rules)
    assert all(len(rule[part]["text"]) <= 1024 for rule in rules for part in ("shortDescription", "fullDescription"))
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in rules)
    assert all(rule["properties"]["problem.severity"] in ("error", "warning", "recommendation") for rule in rules)
    for result in run["results"]:
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert result["level"] in ("error", "warning", "note")
        assert min(region["startLine"], region["startColumn"]) >= 1
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert not uri.startswith(("/", "file:", ".."))
        assert re.fullmatch(r"[0-9a-f]{16}:\d+", result["partialFingerprints"]["primaryLocationLineHash"])


@pytest.mark.parametrize("letter", ["&", "\U000e0041", "😀", "["], ids=ascii)
def test_a_summary_is_as_long_as_a_code_host_takes_it(letter: str) -> None:
    """A mebibyte, of GitHub; a larger one is not shown at all."""
    result = outcome()
    result.findings = [finding(f"GET /{number}", got=letter * 5_000) for number in range(300)]
    result.accepted = [finding(f"POST /{number}", got=letter * 5_000) for number in range(300)]
    table = written("summary", result)
    assert len(table.encode()) < 1024**2
    assert re.findall(r"… and \d+ rows more", table)
    commands = written("github", result).splitlines()
    assert max(len(line.encode()) for line in commands) < 64 * 1024
    assert all(len(re.findall("title=(.*?)::", line)[0]) <= 255 for line in commands)


def test_what_is_accepted_is_in_every_report_and_marked() -> None:
    for kind, mark in (("summary", "Accepted by the baseline"), ("html", "Accepted by the baseline"),
                       ("junit", "accepted by the baseline"), ("ctrf", "accepted by the baseline"),
                       ("sarif", "suppressions"), ("json", "acceptedFindings")):  # fmt: skip
        assert mark in written(kind), kind
        assert "GET /v1/faqs" in written(kind), kind


TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": -1}
PAIRS = {
    "type": "array",
    "items": {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
}
MESSAGE = {"cookies": PAIRS, "headers": PAIRS, "headersSize": COUNT, "bodySize": COUNT, "httpVersion": TEXT}
HAR_ENTRY = {
    "type": "object",
    "properties": {
        "startedDateTime": {"type": "string", "format": "date-time"},
        "time": {"type": "number", "minimum": 0},
        "request": {
            "type": "object",
            "properties": {
                **MESSAGE,
                "method": {"type": "string", "minLength": 1},
                "url": {"type": "string", "format": "uri"},
                "queryString": PAIRS,
                "postData": {
                    "type": "object",
                    "required": ["mimeType"],
                    "properties": {"mimeType": TEXT, "text": TEXT},
                },
            },
        },
        "response": {
            "type": "object",
            "properties": {
                **MESSAGE,
                "status": {"type": "integer", "minimum": 0},
                "statusText": TEXT,
                "redirectURL": TEXT,
                "content": {
                    "type": "object",
                    "required": ["size", "mimeType"],
                    "properties": {"size": COUNT, "mimeType": TEXT, "text": TEXT, "encoding": {"const": "base64"}},
                },
            },
        },
        "cache": {"type": "object"},
        "timings": {"type": "object", "properties": {name: {"type": "number"} for name in ("send", "wait", "receive")}},
    },
}
"""Of HAR 1.2: the type of each member that an entry of ours has."""


@pytest.mark.parametrize("text", [None, *HOSTILE], ids=lambda text: f"{HOSTILE.index(text)}" if text else "recorded")
def test_har_has_the_types_that_its_readers_take(text: str | None) -> None:
    entries = json.loads(written("har", recorded() if text is None else hostile(text)))["log"]["entries"]
    validator = jsonschema_rs.validator_for(HAR_ENTRY, validate_formats=True)
    assert entries
    for entry in entries:
        assert [error.message for error in validator.iter_errors(entry)] == []


def test_har_has_each_member_that_readers_need() -> None:
    log = json.loads(written("har", recorded()))["log"]
    assert (log["version"], set(log["creator"])) == ("1.2", {"name", "version"})
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        request = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
        response = {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"}
        assert request <= set(entry["request"])
        assert response | {"headersSize", "bodySize"} <= set(entry["response"])
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
        assert all(set(header) == {"name", "value"} for header in entry["request"]["headers"])
        assert all(entry["timings"][phase] >= 0 for phase in ("send", "wait", "receive"))
