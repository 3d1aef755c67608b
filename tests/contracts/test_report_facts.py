"""What reports say beside the findings: when, of which documents, by whom, which rules, and the mock's own reason."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from messages import assert_message, messages
from production import CONTRACT
from recording import KEY

from contracts.options.selection import Selection
from contracts.report import summary as content
from contracts.report.escaping import visible
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.rules import access, input
from contracts.rules.location import Location
from contracts.rules.registry import RULES
from contracts.rules.rule import Finding
from contracts.run import checked_rules
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target
from mock_server import __version__

REASON = f"body /suburb: is missing; \x1b]0;x\x07 <b>{KEY}</b>"
ASKED = Exchange("POST", "http://127.0.0.1:1/v1/leads", {}, b"{}", 400, {"x-mock-explain": REASON}, b"{}")


def outcome(*findings: Finding, is_mock: bool = True) -> RunResult:
    coverage = Coverage(CONTRACT, "")
    coverage.seen(replace(ASKED, status=201, operation="POST /v1/leads"))
    result = RunResult(Target("http://127.0.0.1:1", KEY, is_mock=is_mock), Mode.FULL, 1, coverage, list(findings))
    result.passed, result.seconds = ["keys[POST /v1/leads]"], 1.0
    result.rules = checked_rules.unchecked_by_run(["keys[POST /v1/leads]"], result, Selection(CONTRACT, (), (), ()))
    return result


def refused(where: str = "", operation: str = "POST /v1/leads") -> Finding:
    return Finding(
        input.ACCEPTED,
        operation,
        Provenance.DOCUMENTED,
        expected="success",
        got="400",
        location=Location(name=where),
        evidence=(ASKED,),
    )


def report(kind: str, result: RunResult) -> str:
    return WRITERS[kind](RunReport(result, ReportRedactor([KEY], people=False)))


PEOPLE = ("html", "summary", "github", "junit", "json", "sarif")


@pytest.mark.parametrize("kind", PEOPLE)
def test_the_reason_of_the_mock_stands_beside_the_finding(kind: str) -> None:
    text = report(kind, outcome(refused()))
    assert "body /suburb: is missing" in text
    assert KEY not in text
    assert "\x1b" not in text
    assert ("<b>***" in text) == (kind in ("json", "sarif", "github"))  # markup for none that would read it so


@pytest.mark.parametrize("kind", PEOPLE)
def test_another_target_gives_no_reasons(kind: str) -> None:
    assert "body /suburb" not in report(kind, outcome(refused(), is_mock=False))


def test_what_the_mock_says_of_a_quick_run_is_no_reason() -> None:
    pace = "the real API would have answered 429: more than 60 requests in this minute; the window ends in 59 s"
    for said, told in ((pace, ""), (f"{pace}; body /a: is missing", "body /a: is missing")):
        finding = replace(refused(), evidence=(replace(ASKED, headers={"x-mock-explain": said}),))
        assert content.reason_of(finding, outcome()) == told


@pytest.mark.parametrize("kind", ["html", "summary", "json", "junit"])
def test_a_report_says_of_what_it_is(kind: str) -> None:
    text = report(kind, outcome())
    document = CONTRACT.documents[0]
    assert document.file is not None
    digest = hashlib.sha256(document.file.read_bytes()).hexdigest()
    for word in (digest[:12], "Sophiie API", "1.0.0", __version__, "schemathesis"):
        assert word in text
    assert re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", text)


@pytest.mark.parametrize("kind", ["html", "summary", "json"])
def test_a_report_says_which_rules_were_checked_and_why_not_the_others(kind: str) -> None:
    text = report(kind, outcome())
    assert "ignored_auth" in text or "rules checked" in text
    assert "pages_partition" in text
    assert messages()["rule whose subject the document has not"] in text


def test_like_findings_are_one_row_and_one_annotation_with_their_count() -> None:
    many = outcome(*(refused(f"/m{number}") for number in range(23)), refused("/m", "GET /v1/leads"))
    rows = [line for line in report("summary", many).splitlines() if "positive_data_acceptance |" in line]
    assert sorted("(and 22 more)" in row for row in rows) == [False, True]
    notes = report("github", many).splitlines()
    assert sorted("(and 22 more)" in note for note in notes) == [False, False, True]


def test_of_many_annotations_the_last_that_is_shown_stands_for_the_rest() -> None:
    many = outcome(*(refused(operation=f"GET /v1/x{number}") for number in range(30)))
    errors = [line for line in report("github", many).splitlines() if line.startswith("::error")]
    assert len(errors) == 10
    assert_message(errors[-1])


def test_what_was_accepted_is_in_the_report_for_programs() -> None:
    result = outcome()
    result.accepted = [refused("/a")]
    assert json.loads(report("json", result))["accepted"] == [["positive_data_acceptance", "POST /v1/leads", "/a"]]


# --- rules that were checked ------------------------------------------------------------------------------------


def rules(result: RunResult, known: list[str], *words: str, **more: tuple[str, ...]) -> Mapping[str, str]:
    return checked_rules.unchecked_by_run(
        known, result, Selection(CONTRACT, ("keys", "pages"), words, more.get("without", ()))
    )


def test_a_rule_is_checked_when_a_run_that_looks_at_it_came_to_its_end() -> None:
    result, known = outcome(), ["keys[POST /v1/leads]", "pages[GET /v1/leads]", "limits[GET /v1/leads]"]
    result.not_run = {"pages[GET /v1/leads]": Skipped(SkipReason.OTHER, "it answered 500")}
    told = rules(result, known)
    assert set(told) == set(RULES)
    assert told[access.IGNORED_AUTH.name] == told["response_schema_conformance"] == ""
    assert told["pages_partition"] == "it answered 500"
    assert_message(told["rate_limit"])
    assert_message(told["told_once"], "rule whose subject the document has not")
    assert_message(told["request_conformance"])
    assert_message(rules(result, known, "keys")["told_once"], "rule that was left out")
    assert_message(rules(result, known, "ignored_auth")["rate_limit"], "rule that was left out")
    result.mode = Mode.SAFE
    assert_message(rules(result, known)["told_once"])


def test_recorded_traffic_shows_requests_and_answers() -> None:
    both, requests = (
        checked_rules.unchecked_by_traffic(requests_only=False),
        checked_rules.unchecked_by_traffic(requests_only=True),
    )
    assert both["request_conformance"] == both["response_schema_conformance"] == requests["request_conformance"] == ""
    assert requests["response_schema_conformance"] == "left out by --requests-only"
    assert_message(both["use_after_free"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 😀\n\t", "plain ü 😀\n\t"),
        ("\x1b[31m\r\x07", "\\x1b[31m\\r\\x07"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("\x85\ud800", "\\x85\\ud800"),
    ],
)
def test_what_would_act_on_a_terminal_is_written_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown
