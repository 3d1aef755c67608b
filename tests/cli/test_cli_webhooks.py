"""trigger, listen and events, as a person uses them beside a running server."""

import io
import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import plain_http
import pytest
from messages import assert_message

from mock_server.server import MockServer
from mock_server.webhooks.events import EVENTS

SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
Run = Callable[..., tuple[int, str, str]]


def subscribe(server: MockServer, trigger: str = "LEAD_CREATED") -> None:
    hook = {"hookUrl": f"{server.url}/__admin/inbox/cli", "trigger": trigger}
    headers = {"authorization": f"Bearer {server.api_key}"}
    assert plain_http.post(server.url + SUBSCRIBE, json=hook, headers=headers).status_code == 201


def received(server: MockServer) -> list[Any]:
    return list(plain_http.get(f"{server.url}/__admin/inbox/cli").json()["received"])


def subscriptions(server: MockServer) -> list[Any]:
    return list(plain_http.get(f"{server.url}/__admin/webhooks/subscriptions").json()["items"])


# --- trigger --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [*EVENTS, "lead_created"])
def test_an_event_is_caused_by_doing_what_causes_it(server: MockServer, run: Run, event: str) -> None:
    subscribe(server, event.upper())
    code, out, err = run("trigger", event)

    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"{event.upper()} -> {server.url}/__admin/inbox/cli delivered"
    [got] = received(server)
    events = plain_http.get(f"{server.url}/__admin/webhooks/events?type={event.upper()}").json()["items"]
    assert [it["body"] for it in events] == [got["body"]]
    assert events[0]["cause"].startswith("sim_" if event.startswith("APPOINTMENT") else "req_")


def test_a_field_that_the_api_ignores_is_told(server: MockServer, run: Run) -> None:
    code, _, err = run("trigger", "LEAD_CREATED", "--set", "emial=ana@example.com")
    assert code == 0
    assert_message(err.splitlines()[0])


def test_a_mistyped_event_is_guessed(run: Run) -> None:
    code, _, err = run("trigger", "LEAD_CREATD")
    assert code == 2
    assert "did you mean `LEAD_CREATED`?" in err


def test_it_can_be_caused_again_and_again(server: MockServer, run: Run) -> None:
    assert [run("trigger", "LEAD_CREATED")[0] for _ in range(3)] == [0, 0, 0]


def test_fields_come_from_a_file_and_from_the_line_which_wins(server: MockServer, run: Run, tmp_path: Path) -> None:
    subscribe(server)
    (tmp_path / "fields.yaml").write_text("firstName: File\nsuburb: Glebe\n")
    run("trigger", "LEAD_CREATED", "--file", str(tmp_path / "fields.yaml"), "--set", "firstName=Line")

    [got] = received(server)
    assert (got["body"]["firstName"], got["body"]["suburb"]) == ("Line", "Glebe")


def test_when_nobody_subscribes_it_says_so(server: MockServer, run: Run) -> None:
    code, _, err = run("trigger", "LEAD_CREATED")

    assert code == 0
    assert_message(err)


def test_a_body_of_ones_own_is_delivered_as_it_is(server: MockServer, run: Run, tmp_path: Path) -> None:
    subscribe(server)
    (tmp_path / "raw.json").write_text('{"any": ["thing", 1]}')
    code, out, _ = run("trigger", "--raw", str(tmp_path / "raw.json"))

    assert (code, out) == (0, f"LEAD_CREATED -> {server.url}/__admin/inbox/cli delivered\n")
    assert [entry["body"] for entry in received(server)] == [{"any": ["thing", 1]}]


def test_the_body_can_come_in_at_the_standard_input(
    server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(server, "LEAD_DELETED")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"not \xff JSON")))
    code, out, err = run("trigger", "--raw", "-", "--to", "lead_deleted", "--content-type", "text/csv")

    assert (code, out, err) == (0, f"LEAD_DELETED -> {server.url}/__admin/inbox/cli delivered\n", "")
    [got] = received(server)
    assert (got["headers"]["content-type"], got["body"]) == ("text/csv", "not \ufffd JSON")
    [event] = plain_http.get(f"{server.url}/__admin/webhooks/events").json()["items"]
    assert (event["encoding"], event["body"]) == ("base64", "bm90IP8gSlNPTg==")


def test_a_body_that_is_too_large_is_refused_in_words(server: MockServer, run: Run, tmp_path: Path) -> None:
    for size, words in ((1024**2 + 1, "a body has at most 1,048,576 bytes"), (11 * 1024**2, "larger than 10 MiB")):
        (tmp_path / "large").write_bytes(b"x" * size)
        code, _, err = run("trigger", "--raw", str(tmp_path / "large"))
        assert (code, words in err) == (2, True), err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trigger"], "name an event: LEAD_CREATED"),
        (["trigger", "NOPE"], "no event `NOPE`"),
        (["trigger", "LEAD_CREATED", "--set", "email"], "`email` has no `=`"),
        (["trigger", "LEAD_CREATED", "--set", "email=nobody"], "answered 400: body /email"),
        (["trigger", "LEAD_CREATED", "--file", "none.yaml"], "none.yaml: No such file"),
        (["trigger", "--raw", "none.json"], "none.json: No such file"),
        (["trigger", "LEAD_CREATED", "--raw", "x.json"], "--raw takes no event"),
        (["trigger", "LEAD_CREATED", "--content-type", "text/plain"], "--content-type is for --raw"),
        (["trigger", "--raw", __file__, "--content-type", "a\nb"], "answered 400: /contentType"),
        (["trigger", "--raw", __file__, "--to", "NOPE"], "answered 400: /type: is none of the values there are"),
        (["trigger", "LEAD_CREATED", "--url", "example.com"], "`example.com` is no URL"),
        (["trigger", "LEAD_CREATED", "--url", "http://localhost:x"], "is no URL"),
        (["trigger", "LEAD_CREATED", "--url", "http://127.0.0.1:1"], "is `sophiie-mock serve` running?"),
        (["listen", "--forward-to", "ftp://127.0.0.1/"], "nothing can be posted to `ftp://127.0.0.1/`"),
        (["listen", "--trigger", "NOPE"], "answered 400: /triggers/0: is none of the values there are"),
        (["listen", "--forward-to", "8.8.8.8"], "nothing can be posted there: 8.8.8.8 is neither loopback nor private"),
        (["events", "show", "none"], "answered 404"),
        (["events", "show", "../health"], "answered 404"),
        (["events", "resend", "none"], "answered 404"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_and_ends_with_2(
    server: MockServer, run: Run, arguments: list[str], words: str
) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert subscriptions(server) == []


def test_fields_that_are_no_mapping_are_refused(server: MockServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "fields.yaml").write_text("- a\n")
    code, _, err = run("trigger", "LEAD_CREATED", "--file", str(tmp_path / "fields.yaml"))

    assert code == 2
    assert_message(err, FOLDER=tmp_path)


def test_another_program_is_not_written_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((f"{self.command} {self.path}", self.headers["authorization"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"name": "production"}')

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = Thread(target=other.handle_request)
        thread.start()
        monkeypatch.setenv("SOPHIIE_API_KEY", "sk_live_secret")
        code, _, err = run("trigger", "LEAD_CREATED", "--url", f"http://127.0.0.1:{other.server_address[1]}")
        thread.join()

    assert (code, asked) == (2, [("GET /__admin/version", None)])
    assert "not a sophiie-mock" in err


# --- events ---------------------------------------------------------------------------------------------------------


def test_events_are_listed_shown_and_sent_again(server: MockServer, run: Run) -> None:
    subscribe(server)
    run("trigger", "LEAD_CREATED")
    run("trigger", "LEAD_UPDATED")
    _, table, _ = run("events", "list")
    _, listed, _ = run("events", "list", "--json", "--limit", "1")
    [newest] = json.loads(listed)
    created = table.splitlines()[1].split("\t")

    assert [line.split("\t")[1] for line in table.splitlines()] == ["LEAD_UPDATED", "LEAD_CREATED"]
    assert newest["type"] == "LEAD_UPDATED"
    shown = json.loads(run("events", "show", created[3])[1])
    assert (shown["id"], shown["deliveries"][0]["state"]) == (created[3], "delivered")
    code, out, err = run("events", "resend", created[3])
    assert (code, out, err) == (0, f"LEAD_CREATED -> {server.url}/__admin/inbox/cli delivered\n", "")
    run("events", "resend", created[3], "--new-id")
    ids = [entry["headers"]["x-mock-event-id"] for entry in received(server)]
    assert ids[:2] == [created[3]] * 2
    assert ids[2] != created[3]
    *done, err = run("events", "resend", newest["id"])
    assert done == [0, ""]
    assert_message(err)
