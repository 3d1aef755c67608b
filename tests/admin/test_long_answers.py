"""Long answers are written in turns with other work, and never whole in memory; short ones have their length."""

import asyncio
import gc
import json
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette
from starlette.types import Message
from wire import scope_of

from mock_server.admin.long_answers import listing
from mock_server.api.exchange import Exchange
from mock_server.event_loop.stall_watchdog import MIN_STALL_SECONDS, Stall, watch_stalls
from mock_server.support.redaction import Redactor

LARGE = 60_000


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def fill(desk: Desk, body: bytes, count: int) -> None:
    """Requests with a large body, as the journal keeps them."""
    for _ in range(count):
        exchange = Exchange("", scope_of("POST", "/v1/leads", key=desk.key, body=body), Redactor())
        exchange.enter(desk.workspace, "")
        exchange.arrive(body, len(body))
        exchange.operation = desk.app.state.workspaces.contract.operations["POST /v1/leads"]
        desk.workspace.journal.arrive(exchange)
        exchange.status = 201
        exchange.close()
        desk.workspace.journal.end(exchange)


async def _with_others(desk: Desk, method: str, path: str, body: Any) -> tuple[list[Message], int, list[Stall]]:
    """The messages of one control request, how often others had a turn meanwhile, and each stall."""
    sent: list[Message] = []
    stalls: list[Stall] = []
    turns = 0
    raw = json.dumps(body).encode() if body else b""
    asked = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive() -> Message:
        if not asked:
            await asyncio.Event().wait()
        return asked.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    headers = [("x-mock-workspace", desk.workspace.id)]
    scope = scope_of(method, f"/__admin{path}", key=None, headers=headers, body=raw or None)
    gc.freeze()  # what other tests left in this process is not the server's to be looked through
    # Only work counts: on a crowded machine a wait for a processor is not always told from a call that blocks.
    with watch_stalls(lambda stall: stalls.append(stall) if stall.worked > MIN_STALL_SECONDS else None):
        busy = asyncio.create_task(others())
        await desk.app(scope, receive, send)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
    gc.unfreeze()
    return sent, turns, stalls


def with_others(desk: Desk, method: str, path: str, body: Any = None) -> tuple[list[Message], int, list[Stall]]:
    return asyncio.run(_with_others(desk, method, path, body))


BODIES: dict[str, bytes] = {
    "plain": b'{"firstName": "Ana", "notes": "%s"}' % (b"we spoke about pipes " * (LARGE // 21)),
    "secrets": b'{"firstName": "Ana", "notes": "%s"}' % (b"bearer abcdefgh sk_live_a " * (LARGE // 26)),
    "chains": b'{"firstName": "%s"}' % (b"-eyJ" * (LARGE // 4)),
    "numbers": b'{"n": [%s]}' % b",".join([b"1.2345678901234567890"] * (LARGE // 22)),
    "lists": b'{"n": [%s]}' % b",".join([b"[]"] * (LARGE // 3)),
}
EQUAL = {"equalToJson": {"a": [1]}, "ignoreExtraElements": True, "ignoreArrayOrder": True}
SEARCHES: dict[str, Any] = {
    "GET /requests?limit=2000": None,
    "GET /requests?ignored=true": None,
    "POST /requests/find": {},
    "POST /requests/count": {"bodyPatterns": [{"matches": "(.*a){20}b"}, {"doesNotMatch": "(?:.|a)*a.{40}b"}]},
    "POST /verify": {
        "request": {"operation": "createLead", "bodyPatterns": [EQUAL], "allowUnknown": True},
        "exactly": 1,
    },
    "GET /coverage?scope=server": None,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BODIES)
def test_no_question_about_a_full_journal_keeps_others_waiting(desk: Desk, kind: str) -> None:
    fill(desk, BODIES[kind], 8)
    for asked, body in SEARCHES.items():
        method, _, path = asked.partition(" ")
        sent, _, stalls = with_others(desk, method, path, body)
        assert sent[0]["status"] in (200, 406), asked
        assert not stalls, f"{asked}: {stalls[0]}"


def test_many_lost_requests_are_compared_in_turns(desk: Desk) -> None:
    for number in range(100):
        desk.ask("GET", f"/v1/nowhere/{number}/{'x' * 150}")
    sent, turns, stalls = with_others(desk, "GET", "/requests/unmatched")
    assert (sent[0]["status"], stalls) == (200, [])
    assert turns > 1  # as many as the machine is slow


@pytest.mark.parametrize(
    "path",
    ["/requests?limit=9", "/records/leads", "/webhooks/events", "/webhooks/log", "/snapshots/@now/export", "/mappings"],
)
def test_a_short_answer_has_its_length_and_a_long_one_comes_in_parts(
    desk: Desk, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}
    desk.ask("POST", "/api/webhooks/zapier/subscribe?org_id=o&user_id=u", hook)
    for _ in range(3):
        desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
        stub = {"request": {"urlPath": "/v1/faqs"}, "response": {"status": 418}, "allowInvalid": True}
        desk.done("POST", "/mappings", stub)
    whole = desk.admin("GET", path)
    assert whole.get("content-length") == str(len(whole.body))
    monkeypatch.setattr("mock_server.admin.long_answers._AT_ONCE", 100)
    monkeypatch.setattr("mock_server.admin.long_answers._PART", 10)
    parts, _, _ = with_others(desk, "GET", path)
    assert b"content-length" not in dict(parts[0]["headers"])
    assert len(parts) > 2
    assert b"".join(message["body"] for message in parts[1:]) == whole.body


def test_a_long_answer_is_never_whole_in_memory(desk: Desk) -> None:
    fill(desk, BODIES["plain"], 200)

    async def asked() -> int:
        size = 0

        async def receive() -> Message:
            await asyncio.Event().wait()
            return {}

        async def send(message: Message) -> None:
            nonlocal size
            size += len(message.get("body", b""))

        headers = [("x-mock-workspace", desk.workspace.id)]
        await desk.app(scope_of("GET", "/__admin/requests?limit=2000", key=None, headers=headers), receive, send)
        return size

    asyncio.run(asked())
    tracemalloc.start()
    size = asyncio.run(asked())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 11 * 1024 * 1024
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({}, "{}"),
        ({"a": iter(())}, '{"a":[]}'),
        ({"a": iter([1, [2]]), "b": [3], "c": map(str, (4,))}, '{"a":[1,[2]],"b":[3],"c":["4"]}'),
    ],
)
def test_members_are_written_in_their_order(members: dict[str, Any], text: str) -> None:
    async def written(answer: Callable[..., Awaitable[None]]) -> bytes:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await answer({"type": "http", "method": "GET"}, None, send)
        return b"".join(message.get("body", b"") for message in sent)

    assert asyncio.run(written(listing(**members))).decode() == text
