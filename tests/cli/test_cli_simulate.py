"""``simulate`` and the events that ``trigger`` causes through it, against a running server."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from messages import assert_message

from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing.admin_client import AdminClient
from mock_server.testing.errors import Refused


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, world="small")) as running:
        yield running


def run(capsys: pytest.CaptureFixture[str], server: MockServer, *words: str) -> Any:
    assert main([*words, "--url", server.url]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_call_comes_in(server: MockServer, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = run(capsys, server, "simulate", "call", "--from", "+61491570006", "--about", "blocked drain")["happened"]
    assert told["newLead"]
    assert len(run(capsys, server, "simulate", "sms", "--count", "3", "--over", "60")["planned"]) == 2
    assert run(capsys, server, "simulate", "appointment", "book", "--from", "+61491570006")["happened"]


@pytest.mark.parametrize("event", ["APPOINTMENT_CREATED", "APPOINTMENT_UPDATED", "APPOINTMENT_CANCELLED"])
def test_an_appointments_events_can_be_triggered(
    server: MockServer, capsys: pytest.CaptureFixture[str], event: str
) -> None:
    told = run(capsys, server, "trigger", event)
    workspace = server.app.state.workspaces.get("default")
    last = workspace.state.rows("$events")
    assert event in [row.record["type"] for row in last if row.id in told["events"]]


def test_what_cannot_be_is_said(server: MockServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "call", "--from", "nobody", "--url", server.url]) == 2
    assert_message(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["cal"], "call"),
        (["appointmnt"], "appointment"),
        (["appointment", "bok"], "book"),
        (["call", "--abuot", "x"], "--about"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_one_that_was_meant(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words]) == 2
    assert re.search(rf"'?{meant}'?\?", capsys.readouterr().err)


def test_a_misspelt_trigger_is_refused_with_the_one_that_was_meant(
    server: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["listen", "--trigger", "LEAD_CREATD", "--url", server.url]) == 2
    assert "did you mean `LEAD_CREATED`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "body", "meant"),
    [
        ("/simulate", {"kind": "call", "abuot": "x"}, "about"),
        ("/simulate", {"kind": "cal"}, "call"),
        ("/webhooks/listeners", {"trigers": []}, "triggers"),
        ("/faults", {"response": {"fault": "TIMEOT"}}, "TIMEOUT"),
        ("/clock/advance", {"second": 5}, "seconds"),
    ],
)
def test_a_misspelt_member_of_a_control_request_is_refused_so_too(
    server: MockServer, path: str, body: dict[str, Any], meant: str
) -> None:
    with pytest.raises(Refused, match=f"did you mean `{meant}`"):
        AdminClient(server.url)("POST", path, body)
