"""Reports: nothing secret in any of them, and each is well-formed whatever an answer holds."""

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from rich.console import Console

from contracts.report import terminal
from contracts.report.har import HarRecorder
from contracts.report.shapes_report import ShapeRecorder
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.rules.location import Location
from contracts.rules.registry import RULES
from contracts.rules.rule import Finding
from contracts.run.coverage import Coverage
from contracts.run.events import ExchangeMade
from contracts.run.outcome import RunResult
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import load
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

SECRET = "sk_live_" + 'c4n4"ry/+&ß' + "0123456789"
OTHER = "sk_live_" + "other9876543210abc"
PERSON = "canary.person@example.com"
PHONE = "+61491570006"


def encodings(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "raw": secret,
        "url": quote(secret, safe=""),
        "json": json.dumps(secret)[1:-1],
        "base64": base64.b64encode(raw).decode(),
        "hex": raw.hex(),
    }


def inside(secret: str) -> tuple[str, str]:
    """A text that holds the secret in the midst of more, encoded; and the part of it that only the secret decides."""
    text = base64.b64encode(b"user:" + secret.encode() + b":end").decode()
    return text, text[8:-8]


NASTY = '<script>alert(1)</script> ]]> \x00 | ` % \n :: {"token": "x"} '


def outcome(*, is_mock: bool = False) -> RunResult:
    target = Target("https://api.sophiie.test", SECRET, OTHER, is_mock=is_mock)
    everywhere = NASTY + " ".join([OTHER, *encodings(SECRET).values(), inside(SECRET)[0], PERSON, PHONE])
    exchange = Exchange(
        method="POST",
        url=f"https://api.sophiie.test/v1/leads?key={quote(SECRET, safe='')}&mail={quote(PERSON)}",
        sent_headers={"authorization": f"Bearer {SECRET}", "content-type": "application/json", "x-echo": SECRET},
        sent_body=json.dumps({"password": SECRET, "email": PERSON}).encode(),
        status=400,
        headers={"x-echo": SECRET, "content-type": "application/json"},
        body=json.dumps({"echo": SECRET, "person": PERSON, "phone": PHONE}).encode(),
        operation="POST /v1/leads",
    )
    findings = [
        Finding(
            rule,
            "POST /v1/leads",
            Provenance.DOCUMENTED,
            expected=exchange.answer(),
            got=everywhere,
            location=Location(name=everywhere),
            evidence=(exchange,),
        )
        for rule in list(RULES.values())[:3]
    ]
    coverage = Coverage(load(), SECRET)
    coverage.seen(Exchange("GET", "https://x/v1/leads", {}, b"", 200, {}, b"", "GET /v1/leads"))
    told: dict[str, Any] = {"findings": findings, "passed": [everywhere], "failed": [everywhere], "notes": [everywhere]}
    result = RunResult(
        target,
        Mode.SAFE,
        1,
        coverage,
        **told,
        not_run={everywhere: Skipped(SkipReason.OTHER, everywhere)},
        vacuous=[everywhere],
    )
    binary = replace(exchange, sent_body=b"\xff" + SECRET.encode(), body=f"not JSON, {everywhere}".encode())
    for listed in (exchange, replace(exchange, private=True), binary):
        HarRecorder(result).seen(listed)
        ShapeRecorder(result, {})(ExchangeMade(listed))
    return result


def redactor() -> ReportRedactor:
    return ReportRedactor([SECRET, OTHER], people=True)


def on_terminal(report: RunReport) -> str:
    text = StringIO()
    terminal.write(report, Console(file=text, width=200), verbose=True)
    return text.getvalue()


SINKS: dict[str, Callable[[RunReport], str]] = {**WRITERS, "terminal": on_terminal}


@pytest.mark.parametrize("sink", SINKS)
def test_no_canary_is_in_any_report(sink: str) -> None:
    text = SINKS[sink](RunReport(outcome(), redactor()))
    found = [form for form, value in encodings(SECRET).items() if value in text]
    found += [value for value in (inside(SECRET)[1], OTHER, PERSON, quote(PERSON), PHONE) if value in text]
    assert not found
    assert len(text) > 200


@pytest.mark.parametrize("sink", sorted(SINKS.keys() - {"shapes"}))  # which takes no text at all
def test_the_canaries_would_be_there_without_the_sieve(sink: str) -> None:
    """Otherwise the test above would prove nothing."""

    class Open(ReportRedactor):
        def redact(self, text: str) -> str:
            return text

    assert OTHER in SINKS[sink](RunReport(outcome(), Open([], people=False)))


def test_the_shortest_request_names_the_variable_and_not_the_key() -> None:
    facts = json.loads(WRITERS["json"](RunReport(outcome(), redactor())))
    assert "Authorization: Bearer $SOPHIIE_API_KEY" in facts["findings"][0]["curl"][0]


def test_commands_and_traffic_name_the_variable_of_each_key() -> None:
    result = outcome()
    (start, exchange, whole), *_ = result.exchanges
    others = replace(exchange, sent_headers={"authorization": f"Bearer {OTHER}", "x-api-key": f"{SECRET}x"})
    result.findings = [replace(result.findings[0], evidence=(others,))]
    result.exchanges = [(start, exchange, whole), (start, others, whole)]
    (command,) = json.loads(WRITERS["json"](RunReport(result, redactor())))["findings"][0]["curl"]
    assert '-H "Authorization: Bearer $SOPHIIE_OTHER_API_KEY" -H "X-Api-Key: ${SOPHIIE_API_KEY}x"' in command
    entries = json.loads(WRITERS["har"](RunReport(result, redactor())))["log"]["entries"]
    sent = [header["value"] for entry in entries for header in entry["request"]["headers"]]
    assert [value for value in sent if value.startswith("Bearer")] == [
        "Bearer $SOPHIIE_API_KEY",
        "Bearer $SOPHIIE_OTHER_API_KEY",
    ]


def test_reports_for_programs_are_well_formed_whatever_an_answer_holds() -> None:
    result = outcome()
    assert json.loads(WRITERS["json"](RunReport(result, redactor())))["findings"]
    assert json.loads(WRITERS["sarif"](RunReport(result, redactor())))["runs"][0]["results"]
    suite = ET.fromstring(WRITERS["junit"](RunReport(result, redactor()))).find("testsuite")
    assert suite is not None
    kinds = ("failure", "error", "skipped")
    counts = [suite.get("failures"), suite.get("errors"), suite.get("skipped"), suite.get("tests")]
    cases = suite.findall("testcase")
    counted = [sum(case.find(kind) is not None for case in cases) for kind in kinds]
    assert counts == [str(number) for number in (*counted, len(cases))]
    assert counted[0] == 3
    assert all(line.startswith("::") for line in WRITERS["github"](RunReport(result, redactor())).splitlines())


def test_the_page_runs_nothing() -> None:
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)

    Reader().feed(WRITERS["html"](RunReport(outcome(), redactor())))
    assert "article" in tags
    assert not {"script", "link", "img", "iframe"} & set(tags)


def test_real_data_is_told_by_its_shape() -> None:
    body = b'{"lead":{"firstName":"Somebody","tags":[{"name":"x"}],"read":true,"count":1,"none":null}}'
    exchange = Exchange("GET", "https://x/", {}, b"", 200, {}, body, private=True)
    assert (
        exchange.answer()
        == "200 {lead: {firstName: text, tags: [{name: text}], read: boolean, count: integer, none: null}}"
    )


def test_every_rule_has_one_name_a_title_and_a_group() -> None:
    assert len(RULES) > 50
    assert all(name == rule.name and name.replace("_", "").isalnum() for name, rule in RULES.items())
    assert len({rule.title for rule in RULES.values()}) == len(RULES)
