"""The verdict joins lint, traffic, receiver and coverage, says what comes next, and when an integration is done."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.cli.verdict import command
from contracts.receiver.receiver_result import ReceiverFinding, ReceiverResult
from contracts.receiver.receiver_rules import RECEIVER_RULES
from mock_server.testing import Sophiie

HOOK = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
CHECKED = ReceiverResult("http://127.0.0.1:9/hook", 1, (), {}, "a probe")
RULE = RECEIVER_RULES[0]
FOUND = replace(CHECKED, findings=[ReceiverFinding(RULE, sent="an event twice", expected="one effect", got="two")])


@pytest.fixture
def judged(loaded_once: None, sophiie: Sophiie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Runs the command on the workspace of the test: exit code, and the JSON of its answer."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPHIIE_API_KEY", sophiie.api_key)

    def run(*arguments: str) -> tuple[int, Any]:
        code = command.main([sophiie.url, "--json", *arguments], standalone_mode=False)
        return code, json.loads(capsys.readouterr().out)

    return run


def meets(sophiie: Sophiie, operation: str, *statuses: int) -> None:
    """A client that is answered each of these statuses once, and asks again."""
    method, _, path = operation.partition(" ")
    for status in statuses:
        sophiie.faults.add(operation, {"status": status}, count=1)
        for _ in range(2):
            sophiie.client.request(method, path)


def test_without_a_successful_request_nothing_is_tested(sophiie: Sophiie, judged: Any) -> None:
    sophiie.client.get("/v1/nothing")
    code, verdict = judged()
    assert (code, verdict["verdict"], verdict["actions"][0]["kind"]) == (2, "nothing tested", "test")


def test_each_missing_status_is_an_action_until_it_is_met(sophiie: Sophiie, judged: Any) -> None:
    sophiie.client.get("/v1/organization")
    code, verdict = judged()
    assert (code, verdict["verdict"]) == (1, "not done")
    assert verdict["actions"][0]["pytest"] == 'sophiie.faults.add("GET /v1/organization", {"status": 429}, count=1)'
    assert f"{sophiie.url}/__admin/faults" in verdict["actions"][0]["command"]

    meets(sophiie, "GET /v1/organization", 429, 401, 500, *({403, 404} & {_status(one) for one in verdict["actions"]}))
    code, verdict = judged()
    assert (code, verdict["verdict"], verdict["actions"]) == (0, "done", [])


def _status(action: Any) -> int:
    return int(action["title"].rpartition(" ")[2])


def test_findings_of_the_lint_come_first_and_at_most_five_are_shown(sophiie: Sophiie, judged: Any) -> None:
    sophiie.client.get("/v1/leads", params={"page": 1, "limit": 5})
    sophiie.client.get("/v1/lead")
    sophiie.client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Newtown"})
    _, verdict = judged()
    kinds = [action["kind"] for action in verdict["actions"]]
    assert (kinds[:2], len(kinds)) == (["lint", "lint"], 5)
    assert verdict["actionsInAll"] > 5
    assert verdict["unmatched"] == 1


def test_a_status_that_needs_no_test_is_excepted_with_its_reason(sophiie: Sophiie, judged: Any) -> None:
    meets(sophiie, "GET /v1/organization", 429)
    reason = '[[lint.except]]\nrule = "status-never-met"\nreason = "the job stops at any other error"\n'
    Path("sophiie-mock.toml").write_text(reason)
    assert judged()[0] == 0


def test_a_receiver_of_its_own_is_to_be_checked(sophiie: Sophiie, judged: Any) -> None:
    body = {"hookUrl": "http://127.0.0.1:9/hook?t=1", "trigger": "LEAD_CREATED"}
    sophiie.client.post(HOOK, json=body).raise_for_status()
    _, verdict = judged()
    assert verdict["actions"][0]["command"].startswith("sophiie-mock receiver-check http://127.0.0.1:9/hook --report")
    assert ("event", True) in {(one["kind"], "LEAD_CREATED" in one["title"]) for one in judged_all(judged)["actions"]}

    Path("sophiie-mock.receiver.json").write_text(json.dumps(CHECKED.to_dict()))
    assert "receiver" not in {action["kind"] for action in judged()[1]["actions"]}
    Path("found.json").write_text(json.dumps(FOUND.to_dict()))
    first = judged("--receiver", "found.json")[1]["actions"][0]
    assert (first["kind"], first["title"]) == ("receiver", f"Mend your receiver: {RULE.name}")


def test_a_receiver_is_checked_with_the_event_that_it_subscribes_to(sophiie: Sophiie, judged: Any) -> None:
    body = {"hookUrl": "http://127.0.0.1:9/calendar", "trigger": "APPOINTMENT_CREATED"}
    sophiie.client.post(HOOK, json=body).raise_for_status()
    assert "/calendar --trigger APPOINTMENT_CREATED --report" in judged()[1]["actions"][0]["command"]


def judged_all(judged: Any) -> Any:
    """The answer without what is said of statuses, which would fill its five places."""
    Path("sophiie-mock.toml").write_text('[[lint.except]]\nrule = "status-never-met"\nreason = "of no interest"\n')
    return judged()[1]


def test_values_that_were_never_met_are_named(sophiie: Sophiie, judged: Any) -> None:
    sophiie.client.get("/v1/inquiries", params={"source": "CALL", "limit": 2})
    (found,) = judged_all(judged)["actions"]
    assert (found["kind"], "EMAIL, CHATBOT, SMS, WEBFORM" in found["detail"]) == ("value", True)
    sophiie.add("inquiries", *({"source": source} for source in ("EMAIL", "CHATBOT", "SMS", "WEBFORM")))
    sophiie.client.get("/v1/inquiries", params={"limit": 8})
    assert "value" not in {action["kind"] for action in judged_all(judged)["actions"]}


def test_a_wrong_receiver_report_is_refused(sophiie: Sophiie, judged: Any, capsys: Any) -> None:
    Path("odd.json").write_text("{}")
    assert command.main([sophiie.url, "--receiver", "odd.json"], standalone_mode=False) == 2
    assert "no report of receiver-check" in capsys.readouterr().err
