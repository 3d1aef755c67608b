"""The live feed: what happens in a workspace, in the order of cause and effect, for pages that stay open."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from desk import Desk, Tenant
from hooks_desk import HooksDesk
from messages import assert_message
from starlette.applications import Starlette
from wire import Answer, answer_of, ask, scope_of

from mock_server.admin.routes import feed
from mock_server.api.operation_handler import MAX_CHANGES_SHOWN

Message = tuple[str, Any]


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def messages(raw: bytes) -> list[Message]:
    blocks = [block for block in raw.decode().split("\n\n") if block and not block.startswith(":")]
    pairs = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [(pair["event"], json.loads(pair["data"])) for pair in pairs]


def rows(desk: Desk, query: str = "") -> list[dict[str, Any]]:
    answer = ask(desk.app, "GET", f"/__admin/feed{query}", key=None, headers=[("x-mock-workspace", desk.workspace.id)])
    assert (answer.status, answer.get("content-type")) == (200, "text/event-stream; charset=utf-8")
    return [row for name, value in messages(answer.body) if name == "rows" for row in value]


class Reader:
    """A reader that follows; what it has read is in ``found``."""

    def __init__(self) -> None:
        self.found: list[Message] = []
        self.status = 0
        self.came = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.reads.wait()
        self.status = message.get("status", self.status)
        self.found += messages(message.get("body", b"")) if self.status == 200 else []
        self.came.set()

    async def until(self, name: str, text: str = "") -> Any:
        """The first message of a name with a text in it."""
        async with asyncio.timeout(10):
            while True:
                for given, value in self.found:
                    if given == name and text in json.dumps(value):
                        return value
                self.came.clear()
                await self.came.wait()


@asynccontextmanager
async def following(desk: Desk, limit: int = 500) -> AsyncIterator[Reader]:
    reader, gone = Reader(), asyncio.Event()
    headers = [("x-mock-workspace", desk.workspace.id)]
    scope = scope_of("GET", f"/__admin/feed?follow=true&limit={limit}", key=None, headers=headers)

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    task = asyncio.create_task(desk.app(scope, receive, reader.send))
    try:
        yield reader
    finally:
        gone.set()
        reader.reads.set()
        await task


async def answered(desk: Desk, method: str, target: str, value: object = None) -> Answer:
    body = None if value is None else json.dumps(value).encode()
    return await answer_of(desk.app, scope_of(method, target, key=desk.key, body=body), body)


def test_a_change_is_told_as_its_request_then_its_event(desk: Desk) -> None:
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde", "nickname": "An"})
    request, event = rows(desk)[-2:]

    assert (request["row"], request["method"], request["url"], request["status"]) == (
        *("request", "POST", "/v1/leads", 201),
    )
    assert request["changes"][0] == "leads created"
    assert request["ignored"] == [{"in": "body", "name": "/nickname", "didYouMean": None}]
    assert (event["row"], event["type"], event["cause"]) == ("event", "LEAD_CREATED", request["id"])


def test_an_attempt_is_told_with_its_event_and_what_caused_that(hooks: HooksDesk) -> None:
    hooks.subscribe(hooks.hook("demo"))
    hooks.api("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    hooks.done("POST", "/webhooks/drain")
    told = messages(hooks.ask("GET", "/feed").content)
    attempt = [row for name, value in told if name == "rows" for row in value][-1]

    assert (attempt["row"], attempt["status"], attempt["state"]) == ("attempt", 200, "delivered")
    assert (attempt["trigger"], attempt["cause"], attempt["url"]) == ("LEAD_CREATED", "req_2", hooks.hook("demo"))


def test_a_refused_request_says_why(desk: Desk) -> None:
    ask(desk.app, "POST", "/v1/leads", key=desk.key, body=b'{"firstName": 7}')
    (row,) = rows(desk)

    assert (row["status"], row["endedAt"], row["changes"]) == (400, "validation", [])
    assert row["why"].startswith("body /firstName: ")


def test_a_key_that_opens_nothing_is_told_in_the_default_workspace_only(desk: Desk) -> None:
    real = "sk_live_0123456789abcdef0123"
    ask(desk.app, "GET", f"/v1/leads?token={real}", key=real)
    told = ask(desk.app, "GET", "/__admin/feed", key=None).body
    row = [row for name, value in messages(told) if name == "rows" for row in value][-1]

    assert (row["row"], row["status"], row["endedAt"]) == ("request", 401, "authentication")
    assert_message(row["why"])
    assert real not in told.decode()
    assert rows(desk) == []


def test_what_a_simulation_causes_is_told_too(desk: Desk) -> None:
    desk.simulate("call")

    assert {row["cause"] for row in rows(desk)} == {"sim_1"}


def test_only_the_newest_rows_are_told_at_the_beginning(desk: Desk) -> None:
    for number in range(5):
        desk.ask("GET", f"/v1/leads?page={number + 1}")

    assert [row["url"] for row in rows(desk, "?limit=2")] == ["/v1/leads?page=4", "/v1/leads?page=5"]
    assert rows(desk, "?limit=0") == []


def test_keys_in_urls_are_masked(desk: Desk) -> None:
    ask(desk.app, "GET", "/v1/leads?token=abcdefghijkl", key=desk.key)

    assert "abcdefghijkl" not in json.dumps(rows(desk))


def test_the_changes_of_a_request_are_shown_before_and_after(desk: Desk) -> None:
    lead = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    id = next(iter(desk.workspace.journal)).changes[0].id
    ask(desk.app, "PUT", f"/v1/leads/{id}", key=desk.key, body=b'{"firstName": "Bo"}')
    (change, *_) = desk.done("GET", f"/requests/{rows(desk)[-2]['id']}")["changes"]

    assert lead
    assert (change["kind"], change["id"], change["change"]) == ("leads", id, "changed")
    assert (change["before"]["firstName"], change["after"]["firstName"]) == ("Ana", "Bo")


def test_a_deletion_keeps_few_of_the_changes_that_it_makes(desk: Desk) -> None:
    desk.done("POST", "/records/leads", {"firstName": "Ana", "notes": ["n"] * 30})
    id = desk.records("leads")[-1]["id"]
    ask(desk.app, "DELETE", f"/v1/leads/{id}", key=desk.key)

    assert len(desk.done("GET", "/requests?limit=1")["requests"]) == 1
    assert len(desk.done("GET", f"/requests/{rows(desk)[-2]['id']}")["changes"]) == MAX_CHANGES_SHOWN


def test_a_reader_that_follows_hears_of_what_comes(desk: Desk) -> None:
    async def follow() -> None:
        async with following(desk, limit=0) as reader:
            assert await reader.until("begin") == {"workspace": desk.workspace.id}
            await answered(desk, "GET", "/v1/lead")
            (row,) = await reader.until("rows")
            assert row["ignored"][0]["didYouMean"] == "GET /v1/leads"

    asyncio.run(follow())


def test_a_reset_begins_anew(desk: Desk) -> None:
    async def follow() -> None:
        async with following(desk) as reader:
            await answered(desk, "GET", "/v1/leads?page=1")
            await reader.until("rows", "page=1")
            desk.workspace.renew(desk.workspace.state, desk.workspace.clock)
            await answered(desk, "GET", "/v1/leads?page=2")
            await reader.until("rows", "page=2")
            assert [name for name, _ in reader.found] == ["begin", "rows", "begin", "rows"]

    asyncio.run(follow())


def test_a_stream_ends_with_its_workspace(desk: Desk) -> None:
    async def follow() -> None:
        async with following(desk) as reader:
            await reader.until("begin")
            desk.app.state.workspaces.remove(desk.workspace)

    asyncio.run(follow())


def test_a_reader_that_does_not_read_holds_nobody_and_gets_the_newest(desk: Desk) -> None:
    async def follow() -> None:
        async with following(desk, limit=0) as slow, following(desk, limit=0) as quick:
            await asyncio.gather(slow.until("begin"), quick.until("begin"))
            slow.reads.clear()
            for number in range(3):
                assert (await answered(desk, "GET", f"/v1/leads?page={number + 1}")).status == 200
            await quick.until("rows", "page=3")
            assert len(slow.found) == 1
            slow.reads.set()
            await slow.until("rows", "page=3")

    asyncio.run(follow())


def test_what_is_too_much_at_once_is_skipped_and_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.admin.live_feed.MAX_ROWS", 2)

    async def follow() -> None:
        async with following(desk) as reader:
            await reader.until("begin")
            for number in range(5):  # answers in process do not let the reader in between
                await answered(desk, "GET", f"/v1/leads?page={number + 1}")
            assert await reader.until("skipped") == {"count": 3}
            assert [row["url"][-1] for row in await reader.until("rows")] == ["4", "5"]

    asyncio.run(follow())


def test_one_page_too_many_is_refused_until_another_is_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_STREAMS", 1)

    async def follow() -> None:
        async with following(desk) as first:
            await first.until("begin")
            async with following(desk) as second:
                await second.came.wait()
            assert second.status == 429
        async with following(desk) as third:
            await third.until("begin")

    asyncio.run(follow())


def test_a_reader_that_is_gone_makes_room_at_once(hooks: HooksDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_STREAMS", 1)

    def status() -> int:
        with httpx.stream("GET", f"{hooks.url}/__admin/feed?follow=true") as answer:
            assert next(answer.iter_text())
            return answer.status_code

    assert status() == 200
    said = (status() for _ in range(100))  # the server hears of the end when it gets to it
    assert 200 in said
