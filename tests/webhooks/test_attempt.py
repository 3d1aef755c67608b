"""What is sent with an attempt and what is written down of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from messages import assert_message

from mock_server.store.base import NoLog, Record
from mock_server.store.state import WorkspaceState
from mock_server.webhooks import attempts as attempt
from mock_server.webhooks import outbox
from mock_server.webhooks.outcome import Outcome, Post
from mock_server.webhooks.reply import Reply, answered
from mock_server.world.clock import LATEST
from mock_server.world.ids import Ids

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
EVENT = {"id": "evt_1", "type": "LEAD_CREATED", "cause": "req_1"}
SUBSCRIBER = {"id": 1, "hookUrl": "http://127.0.0.1/"}


def recorded(reply: Reply, steps: tuple[int, ...] = (), now: datetime = NOW) -> Record:
    """One delivery after one attempt."""
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        row = outbox.add(tx, Ids(1), "2026-03-04T05:06:07.000Z", EVENT, SUBSCRIBER)
        return attempt.record(
            tx, row, Outcome([Post(reply, {"content-type": "application/json"})], reply), now, steps, 1
        ).record


def headers(delivery: Mapping[str, Any], cause: str = "req_1", *, ours: bool = True) -> Mapping[str, str]:
    return attempt.headers(delivery, {**EVENT, "cause": cause}, (), 1, b"{}", ours=ours)


def test_an_event_of_a_persons_own_says_so() -> None:
    delivery = {"messageId": "evt_1", "attempts": []}
    assert headers(delivery)["X-Mock-Provenance"] == "inferred"
    assert headers(delivery, "raw")["X-Mock-Provenance"] == "raw"


def test_attempts_are_numbered_from_one() -> None:
    assert headers({"messageId": "evt_1", "attempts": [{}, {}]})["X-Mock-Attempt"] == "3"


def test_nothing_is_said_in_the_vendors_name() -> None:
    sent = headers({"messageId": "evt_1", "attempts": []}, ours=False)
    assert sent.keys() == {"content-type", "user-agent"}
    assert "unofficial" in sent["user-agent"]


def test_request_and_answer_are_kept_with_their_headers() -> None:
    [told] = recorded(Reply(418, {"Server": "teapot"}, b"short", 1.23456))["attempts"]
    assert told == {
        "number": 1,
        "at": "2026-03-04T05:06:07.000Z",
        "ms": 1.2,
        "status": 418,
        "error": None,
        "fault": None,
        "requestHeaders": {"content-type": "application/json"},
        "responseHeaders": {"Server": "teapot"},
        "responseBody": "short",
        "responseBytes": 5,
    }


def test_of_a_long_answer_the_beginning_is_kept_and_its_size() -> None:
    [told] = recorded(Reply(200, {f"h{n}": "x" * 9000 for n in range(99)}, b"x" * 65536))["attempts"]
    assert (told["responseBody"], told["responseBytes"]) == ("x" * 2048, 65536)
    assert [len(text) for text in told["responseHeaders"].values()] == [2048] * 7  # 16,384 letters in all, at most
    [told] = recorded(Reply(200, {f"h{n}": "x" for n in range(99)}, b""))["attempts"]
    assert len(told["responseHeaders"]) == 50


@pytest.mark.parametrize(
    ("body", "text"),
    [(b"", ""), ("é".encode(), "é"), (b"\xff\xfe", "base64://4="), (("x" + "é" * 2000).encode(), "x" + "é" * 1023)],
)
def test_what_is_no_text_is_shown_in_base64(body: bytes, text: str) -> None:
    [told] = recorded(Reply(200, {}, body))["attempts"]
    assert told["responseBody"] == text


@pytest.mark.parametrize(
    ("status", "value", "due"),
    [
        (429, "60", "05:07:07"),
        (429, " 60 ", "05:07:07"),
        (503, "60", "05:07:07"),
        (429, "Wed, 04 Mar 2026 06:00:00 GMT", "06:00:00"),
        (429, "Wed, 04 Mar 2020 06:00:00 GMT", "05:06:17"),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(status: int, value: str, due: str) -> None:
    delivery = recorded(Reply(status, {"RETRY-AFTER": value}), (10,))
    assert delivery["dueAt"] == f"2026-03-04T{due}.000Z"


@pytest.mark.parametrize(
    ("status", "value"), [(500, "60"), (429, ""), (429, "later"), (429, "-5"), (429, "1e9"), (429, "٦٠"), (302, "60")]
)
def test_what_is_no_retry_after_leaves_the_step_as_it_is(status: int, value: str) -> None:
    delivery = recorded(Reply(status, {"Retry-After": value}), (10,))
    assert "05:06:15" <= delivery["dueAt"][11:19] <= "05:06:19"


def test_what_the_gate_refused_is_not_tried_again() -> None:
    delivery = recorded(Reply(error="refused: 8.8.8.8 is neither loopback nor private", refused=True), (10,))
    assert (delivery["state"], delivery["queue"]) == ("failed", None)
    assert delivery["reason"].startswith("refused: ")


def test_the_last_failure_is_final() -> None:
    assert recorded(Reply(500), ())["state"] == "failed"
    assert recorded(Reply(500), (10,))["state"] == "pending"


@pytest.mark.parametrize(("before", "state"), [(3, "failed"), (7, "pending")])
def test_a_retry_that_no_clock_will_show_is_a_failure(before: int, state: str) -> None:
    delivery = recorded(Reply(500), (5,), LATEST - timedelta(seconds=before))
    assert (delivery["state"], len(delivery["attempts"])) == (state, 1)
    if state == "failed":
        assert_message(delivery["reason"])


def test_headers_of_one_name_are_joined_and_of_any_bytes_kept() -> None:
    raw = [(b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2"), (b"X-Caf\xe9" * 99, b"\xff")]
    [told] = recorded(answered(200, raw, b"", 1.0))["attempts"]
    assert told["responseHeaders"] == {"Set-Cookie": "a=1, b=2", ("X-Café" * 99)[:256]: "ÿ"}
