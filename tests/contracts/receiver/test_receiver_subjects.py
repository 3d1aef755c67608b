"""A receiver is checked with the records and the event that it is about."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from messages import assert_message

from contracts.errors import CannotRun
from contracts.receiver.check import check_receiver
from contracts.receiver.mock_driver import MockDriver
from contracts.receiver.receiver_result import ReceiverResult
from contracts.receiver.subjects import SUBJECTS, find_subject
from mock_server.testing import Sophiie


@pytest.mark.parametrize("trigger", SUBJECTS)
def test_each_record_of_a_trigger_causes_one_event_of_it(sophiie: Sophiie, trigger: str) -> None:
    driver = MockDriver(sophiie.receiver._control, sophiie.receiver._api, 1, find_subject(trigger))

    made = driver.records(2)

    events = driver.control("GET", f"/webhooks/events?type={trigger}")["items"]
    assert [event["recordId"] for event in events[::-1]] == [record.id for record in made]
    assert all(record.id in json.dumps(event["body"]) for event, record in zip(events[::-1], made, strict=True))
    assert driver.caused_by_receiver() == 0


def test_an_unknown_trigger_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(CannotRun) as refused:
        find_subject("CALL_ENDED")
    assert_message(refused.value)
    assert find_subject("inquiry_created").kind == "inquiries"


Take = Callable[[str, Any], None]


@contextmanager
def serving(take: Take, stops: list[Callable[[], None]] | None = None) -> Iterator[str]:
    """Serve a function as a receiver on this machine; its URL. ``stops`` gets a function that ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                take(self.headers["webhook-id"] or self.headers["x-mock-event-id"], json.loads(self._body()))
                self.send_response(200)
            except RuntimeError:
                self.send_response(500)
            self.send_header("content-length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["content-length"]))

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    if stops is not None:
        stops.append(stop)
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        stop()


def checked(sophiie: Sophiie, url: str, **options: Any) -> ReceiverResult:
    return check_receiver(url, sophiie.receiver._control, sophiie.receiver._api, **options)


@pytest.mark.slow
@pytest.mark.parametrize(("trigger", "broken"), [("INQUIRY_CREATED", False), ("APPOINTMENT_CREATED", True)])
def test_repeats_are_judged_for_other_records_than_leads(sophiie: Sophiie, trigger: str, broken: bool) -> None:
    done: list[str] = []
    lock = threading.Lock()

    def take(id: str, body: Any) -> None:
        with lock:
            if broken or id not in done:
                done.append(id)

    with serving(take) as url:
        result = checked(sophiie, url, trigger=trigger, probe=lambda: len(done), only=["is-idempotent"])

    assert {finding.rule.name for finding in result.findings} == ({"is-idempotent"} if broken else set())
    assert all(f"--trigger {trigger}" in result.command(finding) for finding in result.findings)


@pytest.mark.slow
def test_a_receiver_that_answers_its_own_inquiries_is_found(sophiie: Sophiie) -> None:
    member = sophiie.world.records("members")[0]["id"]
    headers = {"Authorization": f"Bearer {sophiie.api_key}"}

    def take(id: str, body: Any) -> None:
        message = {"userId": member, "leadId": body["leadId"], "message": "We got it."}
        httpx.post(f"{sophiie.url}/v1/sms", json=message, headers=headers)

    with serving(take) as url:
        result = checked(sophiie, url, trigger="INQUIRY_CREATED")

    assert [finding.rule.name for finding in result.findings] == ["ignores-itself"]


@pytest.mark.slow
def test_work_that_is_half_done_must_not_be_done_twice(sophiie: Sophiie) -> None:
    member = sophiie.world.records("members")[0]["id"]
    headers = {"Authorization": f"Bearer {sophiie.api_key}"}
    done: list[str] = []

    def take(id: str, body: Any) -> None:
        lead = body["originalId"]
        if id not in done:
            message = {"userId": member, "leadId": lead, "message": "We got it."}
            sent = httpx.post(f"{sophiie.url}/v1/sms", json=message, headers=headers)
            changed = httpx.put(f"{sophiie.url}/v1/leads/{lead}", json={"businessName": "Greeted"}, headers=headers)
            if not (sent.is_success and changed.is_success):
                raise RuntimeError
            done.append(id)

    with serving(take) as url:
        result = checked(sophiie, url, only=["recovers-from-own-failure"])

    [finding] = result.findings
    assert finding.sent.startswith("a delivery while its last call (PUT /v1/leads/{}) was")


@pytest.mark.slow
def test_a_receiver_that_loses_one_of_two_events_at_once_is_found(sophiie: Sophiie) -> None:
    known: list[str] = []
    lock = threading.Lock()

    def take(id: str, body: Any) -> None:
        with lock:
            before = list(known)
        threading.Event().wait(0.01)
        with lock:  # as a program does that reads a file, adds to it, and writes it anew
            known[:] = [*before, *({id} - set(before))]

    with serving(take) as url:
        result = checked(sophiie, url, probe=lambda: len(known), only=["survives-burst"])

    assert result.findings[0].sent == "40 events of different records, 4 at the same moment"


@pytest.mark.slow
def test_a_receiver_whose_program_ends_has_a_finding(sophiie: Sophiie) -> None:
    done: list[str] = []
    stops: list[Callable[[], None]] = []

    def take(id: str, body: Any) -> None:
        if id in done:
            stops[0]()
        done.append(id)

    with serving(take, stops) as url:
        result = checked(sophiie, url, probe=lambda: len(set(done)), only=["is-idempotent"])

    assert "its program has ended" in result.findings[-1].got
