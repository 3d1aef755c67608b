"""The inbox: a receiver that comes with the server, records, answers as it is told, and can be waited for."""

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from weakref import ref

import pytest
from hooks_desk import HooksDesk
from messages import assert_message

from mock_server.admin.inbox_wait import ExpectedDeliveries
from mock_server.server import MockServer
from mock_server.support.exact_json import read_json
from mock_server.workspaces.inbox import MAX_BYTES, Expected, Inbox, Inboxes, Received


def place(hooks: HooksDesk, more: str = "") -> str:
    return f"/inbox/{hooks.id}/hooks{more}"


def post(hooks: HooksDesk, body: bytes, name: str = "hooks") -> Any:
    return hooks._client.post(f"/__admin/inbox/{hooks.id}/{name}", content=body)


def test_what_comes_is_recorded_with_its_headers_in_order(hooks: HooksDesk) -> None:
    hooks.subscribe()
    leads = [hooks.lead() for _ in range(3)]
    hooks.drain()
    received = hooks.received()

    assert [entry["body"]["originalId"] for entry in received] == leads
    assert [entry["number"] for entry in received] == [1, 2, 3]
    assert received[0]["headers"]["content-type"] == "application/json"
    assert received[0]["at"] == hooks.done("GET", "/clock")["now"]


@pytest.mark.parametrize("body", [b"", b"hello", b"\xff", b"{", b"[1]", b"null"])
def test_whatever_comes_is_recorded(hooks: HooksDesk, body: bytes) -> None:
    assert post(hooks, body).status_code == 200

    assert len(hooks.received()) == 1


def test_it_answers_as_it_was_told_from_then_on(hooks: HooksDesk) -> None:
    assert hooks.done("PUT", place(hooks), {"status": 503, "headers": {"Retry-After": "7"}})["status"] == 503
    answer = post(hooks, b"{}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert hooks.done("PUT", place(hooks), {}) == {"status": 200, "delay": 0.0, "headers": {}}

    assert post(hooks, b"{}").status_code == 200
    assert post(hooks, b"{}", "other").status_code == 200


def test_it_can_take_its_time(hooks: HooksDesk) -> None:
    hooks.done("PUT", place(hooks), {"delay": 0.2})
    answer = post(hooks, b"{}")

    assert answer.elapsed.total_seconds() >= 0.2


def test_it_can_be_cleared_and_answers_as_before(hooks: HooksDesk) -> None:
    hooks.answering(201)
    post(hooks, b"{}")
    hooks.done("DELETE", place(hooks))

    assert hooks.received() == []
    assert post(hooks, b"{}").status_code == 201
    assert hooks.received()[0]["number"] == 1


def test_inboxes_of_workspaces_are_apart_however_they_are_named(hooks: HooksDesk) -> None:
    hooks.ask("POST", "/inbox/shared", {"by": "header"})
    hooks._client.post("/__admin/inbox/shared", json={"by": "default"})

    assert [entry["body"] for entry in hooks.received("shared")] == [{"by": "header"}]


def test_looking_makes_no_inbox(hooks: HooksDesk) -> None:
    for number in range(101):
        assert hooks.received(f"looked{number}") == []

    assert post(hooks, b"{}").status_code == 200


def test_there_are_not_more_than_a_hundred(hooks: HooksDesk) -> None:
    statuses = {post(hooks, b"{}", f"box{number}").status_code for number in range(100)}
    refused = post(hooks, b"{}", "box100")

    assert statuses == {200}
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert post(hooks, b"{}", "box1").status_code == 200


def test_expecting_what_came_answers_at_once_and_what_comes_later_when_it_comes(hooks: HooksDesk) -> None:
    hooks.subscribe()
    with ThreadPoolExecutor(1) as pool:
        asked = {"match": {"firstName": "Zoe"}, "timeout": 10}
        waiting = pool.submit(hooks.done, "POST", place(hooks, "/expect"), asked)
        hooks.lead(firstName="Ann")
        hooks.lead(firstName="Zoe")
        found = waiting.result(10)["received"]

    assert [entry["body"]["firstName"] for entry in found] == ["Zoe"]
    assert len(hooks.done("POST", place(hooks, "/expect"), {"count": 2, "timeout": 5})["received"]) == 2


def test_a_disappointed_expectation_says_what_came_nearest_and_what_was_delivered(hooks: HooksDesk) -> None:
    hooks.subscribe()
    hooks.subscribe("http://8.8.8.8/")
    hooks.lead(firstName="Ann", suburb="Enmore")
    hooks.lead(firstName="Bob", suburb="Newtown")
    hooks.drain()
    wanted = {"firstName": "Bob", "suburb": "Enmore", "status": "active"}
    answer = hooks.ask("POST", place(hooks, "/expect"), {"match": wanted, "timeout": 0.05})
    problem = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert_message(problem["detail"])
    assert problem["received"] == 2
    for miss, field in zip(problem["nearMisses"], ("firstName", "suburb"), strict=True):
        (difference,) = miss["differences"]
        assert_message(difference, f"near miss: {field}")
    assert any("failed refused: 8.8.8.8" in line for line in problem["deliveries"])
    assert sum("delivered" in line for line in problem["deliveries"]) == 2


def test_an_expectation_that_waits_for_nothing_is_answered_at_once(hooks: HooksDesk) -> None:
    answer = hooks.ask("POST", place(hooks, "/expect"), {"timeout": 0})

    assert (answer.status_code, answer.json()["nearMisses"]) == (404, [])


@pytest.mark.parametrize(
    ("method", "more", "body", "pointer"),
    [
        ("PUT", "", {"status": 199}, "/status"),
        ("PUT", "", {"status": 600}, "/status"),
        ("PUT", "", {"delay": 61}, "/delay"),
        ("PUT", "", {"delay": -1}, "/delay"),
        ("PUT", "", {"headers": {"a": 1}}, "/headers/a"),
        ("PUT", "", {"headers": {"a": "b\r\nc: d"}}, "/headers/a"),
        ("PUT", "", {"headers": {"a b": "c"}}, "/headers"),
        ("PUT", "", {"body": "x"}, "/body"),
        ("POST", "/expect", {"count": -1}, "/count"),
        ("POST", "/expect", {"count": 0, "timeout": 1}, "/timeout"),
        ("POST", "/expect", {"timeout": 121}, "/timeout"),
        ("POST", "/expect", {"match": []}, "/match"),
        ("DELETE", "", {"all": True}, "/all"),
    ],
)
def test_a_wrong_request_says_where_and_changes_nothing(
    hooks: HooksDesk, method: str, more: str, body: Any, pointer: str
) -> None:
    post(hooks, b"{}")
    problem = hooks.refused(method, place(hooks, more), body)

    assert problem["pointer"] == pointer
    assert len(hooks.received()) == 1
    assert post(hooks, b"{}").status_code == 200


def test_a_body_over_the_cap_is_refused(hooks: HooksDesk) -> None:
    answer = post(hooks, b"x" * (1024 * 1024 + 1))

    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert hooks.received() == []


def test_a_workspace_that_is_none_has_no_inbox(hooks: HooksDesk) -> None:
    assert hooks._client.post("/__admin/inbox/nobody/hooks", json={}).status_code == 404


# --- the memory below -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_inbox_is_bounded_in_number_and_in_bytes() -> None:
    boxes = Inboxes(many=Inbox(), large=Inbox(), other=Inbox())
    for number in range(1_500):
        boxes["many"].add("", {}, b"%d" % number)
    for _ in range(20):
        boxes["large"].add("", {}, b" " * 1024 * 1024)
        boxes["other"].add("", {}, b"[]" + b" " * 100_000)
        boxes.shorten()

    many, large, other = boxes.values()
    assert (len(many.received), many.dropped, many.received[-1].number) == (1_000, 500, 1_500)
    assert sum(box.size for box in boxes.values()) <= MAX_BYTES
    assert (large.dropped > 0, other.dropped) == (True, 0)
    large.add("", {}, b"x" * 99 * 1024 * 1024)
    boxes.shorten()
    assert [len(entry.raw) for entry in large.received] == [99 * 1024 * 1024]
    large.clear()
    assert (large.size, large.dropped, len(large.received)) == (0, 0, 0)


def test_what_weighs_in_an_inbox_is_more_than_letters() -> None:
    box = Inbox()
    plain = box.add("", {}, b"[]")
    fields = box.add("", {str(number): "" for number in range(1_000)}, b"[]")
    assert plain.weight >= 500
    assert fields.weight >= 200_000
    assert box.size == plain.weight + fields.weight


def test_no_value_is_kept_beside_the_bytes_of_a_body(hooks: HooksDesk, hooks_server: MockServer) -> None:
    raw = b"[" + b"[]," * 100_000 + b"[]]"
    assert post(hooks, raw).status_code == 200
    inbox = hooks_server.app.state.workspaces.get(hooks.id).inboxes["hooks"]
    hooks.done("POST", place(hooks, "/expect"), {"timeout": 0})
    (entry,) = inbox.received
    assert (entry.raw, entry.is_json) == (raw, True)
    assert hooks.received()[0]["body"][0] == []


@pytest.mark.parametrize("levels", [97, 255, 500, 1_023, 50_000])
def test_what_nobody_could_show_again_is_refused(hooks: HooksDesk, levels: int) -> None:
    refused = post(hooks, b"[" * levels + b"]" * levels)
    assert refused.status_code == 400
    assert_message(refused.json()["detail"], "JSON that nests too deep")
    assert post(hooks, b"[" * 96 + b"]" * 96).status_code == 200
    assert len(hooks.received()) == 1


def test_a_body_is_shown_to_its_last_digit(hooks: HooksDesk) -> None:
    post(hooks, b'{"n": 12345678901234567890123456, "m": 1.0}')
    answer = hooks.ask("GET", place(hooks))
    assert b'"n": 12345678901234567890123456, "m": 1.0' in answer.content
    match = {"match": {"n": 12345678901234567800000000}, "timeout": 0}
    assert hooks.ask("POST", place(hooks, "/expect"), match).status_code == 404


def test_what_was_dropped_is_not_taken_for_what_did_not_come(hooks: HooksDesk, hooks_server: MockServer) -> None:
    inbox = hooks_server.app.state.workspaces.get(hooks.id).inboxes
    post(hooks, b'{"a": 1}')
    for _ in range(1_000):
        inbox["hooks"].add("", {}, b"{}")
    answer = hooks.ask("POST", place(hooks, "/expect"), {"match": {"a": 1}, "count": 0, "allowUnknown": True})
    assert (answer.status_code, "dropped 1" in answer.json()["detail"]) == (409, True)
    late = hooks.ask("POST", place(hooks, "/expect"), {"match": {"a": 1}, "timeout": 0})
    assert "dropped 1" in late.json()["detail"]


@pytest.mark.slow
def test_many_who_wait_cost_a_delivery_little() -> None:
    async def posted() -> list[float]:
        inbox, took = Inbox(), []
        for _ in range(1_000):
            inbox.add("", {}, b'{"a": 1}')
        waiting = [asyncio.create_task(ExpectedDeliveries(inbox, Expected({"n": 5})).until(1, 60)) for _ in range(250)]
        for number in range(6):
            while len(inbox.arrivals._waiting) < 250:  # all of them have looked
                await asyncio.sleep(0)
            began = time.thread_time()
            inbox.add("", {}, b'{"n": %d}' % number)
            inbox.arrivals.wake()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            took.append(time.thread_time() - began)
        assert [len(came) for came in await asyncio.gather(*waiting)] == [1] * 250
        return took

    assert min(asyncio.run(posted())) < 0.02


class Counted(Received):
    """A delivery that counts how often its body was parsed."""

    parsed = 0

    @property
    def body(self) -> Any:
        Counted.parsed += 1
        return read_json(self.raw)


def test_many_who_ask_parse_each_body_once() -> None:
    async def asked() -> list[int]:
        inbox = Inbox()
        for number in range(20):
            inbox.received.append(Counted(number + 1, "", {}, b'{"n": %d, "m": {"k": []}}' % number, is_json=True))
        inbox.seen = 20
        awaited = [ExpectedDeliveries(inbox, Expected({"n": number, "m.k": []})) for number in range(50)]
        came = [len(await one.until(1, 0)) for one in awaited]
        for one in awaited:
            await one.nearest(0)
        return came

    Counted.parsed = 0
    assert asyncio.run(asked()) == [1] * 20 + [0] * 30
    assert Counted.parsed == 20


def test_nothing_of_the_bodies_is_known_when_nobody_asks_any_more() -> None:
    inbox = Inbox()
    entry = inbox.add("", {}, b'{"a": 1}')
    awaited = ExpectedDeliveries(inbox, Expected({"a": 1}))
    known = ref(inbox.summaries)
    assert asyncio.run(Expected({"a": 1}).count(entry, inbox.summaries)) == 0
    del awaited
    assert known() is None


def test_who_has_hung_up_does_not_wait_any_more(hooks: HooksDesk, hooks_server: MockServer) -> None:
    hooks.done("PUT", place(hooks), {})
    waiting = hooks_server.app.state.workspaces.get(hooks.id).inboxes["hooks"].arrivals._waiting
    body, address = b'{"timeout": 100}', urlsplit(hooks.url)
    head = f"POST /__admin{place(hooks, '/expect')} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port)) as peer:
        peer.sendall(head.encode() + body)
        _until(lambda: len(waiting) == 1)
    _until(lambda: not waiting)


def _until(ready: Callable[[], bool]) -> None:
    """Raises AssertionError when it is not so after ten seconds."""
    end = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_an_inbox_that_is_emptied_meanwhile_begins_anew() -> None:
    async def waited() -> int:
        inbox = Inbox()
        inbox.add("", {}, b'{"a": 1}')
        waiting = asyncio.create_task(ExpectedDeliveries(inbox, Expected({"a": 1})).until(2, 10))
        await asyncio.sleep(0)
        inbox.clear()
        for _ in range(2):
            await asyncio.sleep(0)
            inbox.add("", {}, b'{"a": 1}')
            inbox.arrivals.wake()
        return len(await waiting)

    assert asyncio.run(waited()) == 2


@pytest.mark.parametrize(
    ("wanted", "body", "count"),
    [
        ({}, None, 0),
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": 1.0}, {"a": 1}, 0),
        ({"a": True}, {"a": 1}, 1),
        ({"a": None}, {}, 1),
        ({"a": None}, {"a": None}, 0),
        ({"a.b": 1}, {"a": {"b": 1}}, 0),
        ({"a.b": 1}, {"a": [1]}, 1),
        ({"a": 1, "b": 2}, "text", 2),
        ({"a": [1]}, {"a": [True]}, 1),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, 1),
    ],
)
def test_differences_are_found_by_path(wanted: dict[str, Any], body: Any, count: int) -> None:
    assert len(Expected(wanted).differences(body)) == count


@pytest.mark.parametrize("count", [0, 1])
def test_what_no_body_can_have_at_once_is_refused(hooks: HooksDesk, count: int) -> None:
    post(hooks, b'{"a": {"b": 1}, "c": 1}')
    for match in ({"a": 1, "a.b": 1}, {"a": {"b": 2}, "a.b": 1}, {"a.b.c": 1, "a": {"b": 1}}):
        answer = hooks.ask("POST", place(hooks, "/expect"), {"match": match, "count": count})
        assert (answer.status_code, answer.json()["pointer"]) == (400, "/match")
        assert_message(answer.json()["detail"], f"paths that no body has at once: {match}")
    hooks.done("POST", place(hooks, "/expect"), {"match": {"a": {"b": 1.0}, "a.b": 1}})
