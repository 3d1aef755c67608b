"""The result of a receiver check: the same facts in each report, and nothing in it acts on the reader."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from contracts.receiver.receiver_result import ReceiverFinding, ReceiverResult
from contracts.receiver.receiver_rules import IS_IDEMPOTENT, RECEIVER_RULES, VERIFIES_TIME
from contracts.report import receiver_reports as reports

HOSTILE = "\n::error::x\x1b[31m<script>&"
FINDING = ReceiverFinding(IS_IDEMPOTENT, "one delivery twice", "1 call", "2 calls", ("POST evt_1 → 200",))
SOUND = ReceiverResult("http://127.0.0.1:1/hook", 7, (), {}, "an ordinary delivery causes 1 call")


@pytest.mark.parametrize(
    ("result", "code", "verdict"),
    [
        (SOUND, 0, "10 of 10 rules judged, all kept"),
        (replace(SOUND, findings=(FINDING, FINDING)), 1, "1 of 10 rules broken"),
        (replace(SOUND, vacuous="no side effect was seen"), 2, "nothing is proved: no side effect was seen"),
        (replace(SOUND, not_judged={VERIFIES_TIME.name: "unsigned"}), 0, "9 of 10 rules judged, all kept"),
    ],
)
def test_the_exit_code_and_the_verdict_say_the_same(result: ReceiverResult, code: int, verdict: str) -> None:
    assert (result.exit_code, result.verdict) == (code, verdict)
    assert json.loads(reports.as_json(result))["exitCode"] == code
    assert reports.as_text(result).endswith(verdict)


def test_a_finding_says_what_to_do_and_how_to_see_it_again() -> None:
    result = replace(SOUND, findings=(FINDING,))
    [finding] = json.loads(reports.as_json(result))["findings"]

    assert finding["remedy"] == IS_IDEMPOTENT.remedy
    assert finding["command"] == "sophiie-mock receiver-check http://127.0.0.1:1/hook --only is-idempotent --seed 7"
    for text in (reports.as_text(result), reports.as_html(result), reports.as_junit(result)):
        for said in (finding["sent"], finding["expected"], finding["got"], finding["command"]):
            assert said in text


def test_junit_has_a_case_for_each_rule_and_an_error_for_nothing() -> None:
    skipped = replace(SOUND, findings=(FINDING,), not_judged={VERIFIES_TIME.name: "unsigned"})
    suite = ET.fromstring(reports.as_junit(skipped))[0]
    assert [suite.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["10", "1", "1", "0"]
    assert [case.get("name") for case in suite.iter("testcase")] == [rule.name for rule in RECEIVER_RULES]

    nothing = ET.fromstring(reports.as_junit(replace(SOUND, vacuous="no side effect was seen")))[0]
    assert nothing.get("errors") == "1"


def test_texts_of_a_receiver_act_on_nobody() -> None:
    result = replace(SOUND, url=HOSTILE, findings=(replace(FINDING, got=HOSTILE, attempts=(HOSTILE,)),))

    assert "\x1b" not in "".join(writer(result) for writer in reports.RECEIVER_WRITERS.values())
    text = reports.as_text(result)
    assert "\x1b" not in text
    assert not any(line.startswith("::") for line in text.splitlines())
    assert "<script" not in reports.as_html(result)
    ET.fromstring(reports.as_junit(result))
