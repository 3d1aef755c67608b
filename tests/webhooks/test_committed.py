"""What follows a commit: attempts are kept together, and nothing that fails afterwards undoes or hides the change."""

import asyncio
import gc
import re
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import ref

import orjson
import pytest
from messages import assert_message
from receivers import Gatekeeper, receiving, staged
from starlette.applications import Starlette
from wire import Tenant, ask

from mock_server.errors import Problem, StateError
from mock_server.store.base import LoggedTransaction, NoLog
from mock_server.webhooks import events, outbox
from mock_server.webhooks.reply import Reply
from mock_server.workspaces.workspace import Workspaces


class Counting(NoLog):
    """A log that counts the deliveries in each commit, and has room for ``room`` of them at once."""

    def __init__(self, room: int = 1_000) -> None:
        self.room = room
        self.sizes: list[int] = []

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        rows = [change.row for one in transactions for change in one.changes if change.kind == outbox.KIND]
        attempted = sum(bool(row and row.record["attempts"]) for row in rows)
        if attempted > self.room:
            raise StateError(Problem("state", "no room for so many"))
        self.sizes += [attempted] if attempted else []


async def delivered_together(workspaces: Workspaces, log: Counting) -> list[str]:
    """The states of ten deliveries that are answered at one moment."""
    held = Gatekeeper()
    async with receiving(held) as receiver, staged(Workspaces(workspaces.contract, log, 10), "w") as it:
        for _ in range(10):
            it.subscribe(receiver.url)
        it.emit()
        await receiver.arrival(10)
        held.open()
        assert await it.drain()
        return it.states


def test_attempts_that_end_together_are_kept_together(workspaces: Workspaces) -> None:
    log = Counting()

    assert asyncio.run(delivered_together(workspaces, log)) == ["delivered"] * 10
    assert sum(log.sizes) == 10
    assert len(log.sizes) < 10


def test_what_cannot_be_kept_together_is_kept_one_by_one(workspaces: Workspaces) -> None:
    log = Counting(room=1)

    assert asyncio.run(delivered_together(workspaces, log)) == ["delivered"] * 10
    assert log.sizes == [1] * 10


class Unable(NoLog):
    """A log that cannot write an attempt that was answered."""

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        rows = [change.row for one in transactions for change in one.changes if change.kind == outbox.KIND]
        if any(attempt["status"] for row in rows if row for attempt in row.record["attempts"]):
            raise TypeError("a bug of ours")


def test_an_attempt_that_cannot_be_recorded_is_a_failure_and_holds_nothing(
    workspaces: Workspaces, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, staged(Workspaces(workspaces.contract, Unable(), 10), "w") as it:
            it.subscribe(receiver.url)
            it.emit(3)
            assert await it.drain()

            assert len(receiver.got) == 3
            assert it.states == ["failed"] * 3
            assert all("TypeError" in it["reason"] for it in it.deliveries)
            assert [len(delivery["attempts"]) for delivery in it.deliveries] == [1, 1, 1]

    asyncio.run(scenario())
    assert_message(re.sub("dlv_[a-z0-9]+", "ID", caplog.messages[0].partition("\n")[0]))


def test_what_cannot_be_listed_is_not_kept_in_memory_either(stage: Any) -> None:
    class Odd:
        async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool, method: str) -> Reply:
            return Reply(200, {"x": "\udce9"})

        async def close(self) -> None: ...

    async def scenario() -> None:
        async with stage() as it:
            it.dispatcher._gate = Odd()
            it.subscribe("http://127.0.0.1:9/")
            it.emit(2)
            assert await it.drain()

            assert it.states == ["failed"] * 2
            assert b"could not be recorded" in orjson.dumps(it.deliveries)

    asyncio.run(scenario())


def test_an_event_that_cannot_be_sent_is_a_failure_and_holds_nothing(stage: Any) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            ids, now = it.workspace.ids, it.workspace.clock.stamp()
            with it.workspaces.transaction(it.workspace) as tx:
                event = {"id": "evt_1", "type": "LEAD_CREATED", "createdAt": now, "cause": "raw", "recordId": None}
                tx.put(events.KIND, "evt_1", {**event, "body": deep(300)})
                outbox.enqueue(tx, ids, now, event)
            with it.workspaces.transaction(it.workspace) as tx:
                events.emit_raw(tx, ids, now, "LEAD_CREATED", {"fine": 1})
            assert await it.drain()

            assert it.states == ["failed", "delivered"]
            assert_message(it.deliveries[0]["reason"].partition(": ")[0])

    asyncio.run(scenario())


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else 1


def test_a_fault_after_the_commit_leaves_the_answer_as_it_is_and_is_told_loudly(
    app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(workspace: object, tx: object) -> None:
        raise LookupError("a bug of ours")

    workspace, key = tenant()
    app.state.workspaces.on_commit(broken)
    answer = ask(app, "POST", "/v1/leads", key=key, body=b'{"firstName": "Ana", "suburb": "Newtown"}')

    assert answer.status == 201
    assert ask(app, "GET", f"/v1/leads/{answer.json['lead']['id']}", key=key).status == 200
    assert_message(caplog.messages[0].partition("\n")[0], "change whose consequence failed", ID=workspace.id)
    assert "LookupError" in caplog.text


def test_what_a_fault_kept_from_its_queue_is_delivered_in_order_with_the_next(
    stage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            first = it.emit()
            assert await it.drain()
            it.dispatcher._backlogs[it.workspace.state] = {1: object()}  # whatever is done with it fails
            second = it.emit()
            third = it.emit()
            assert await it.drain()

            assert receiver.ids == first + second + third
            assert it.states == ["delivered"] * 3

    asyncio.run(scenario())
    assert_message(re.sub(r"stage\d+", "ID", caplog.messages[0].partition("\n")[0]), "change whose consequence failed")
    assert "AttributeError" in caplog.text


def test_nothing_is_kept_of_a_workspace_that_was_reset_or_removed(workspaces: Workspaces) -> None:
    async def scenario() -> None:
        own = Workspaces(workspaces.contract, NoLog(), 10)
        async with receiving() as receiver, staged(own, "w") as it:
            states = []
            for end in (own.reset, own.remove):
                it.pause(it.subscribe(receiver.url), paused=True)
                it.emit(3)
                it.subscribe(receiver.url)
                it.emit()
                assert await it.drain()
                states.append(ref(it.workspace.state))
                end(it.workspace)
            gc.collect()

            assert [state() for state in states] == [None, None]

    asyncio.run(scenario())


def test_who_subscribes_has_the_gate_opened_before_anything_is_owed(workspaces: Workspaces) -> None:
    """Its library takes a quarter of a second to load, which the first deliveries would wait for."""

    async def opened(workspaces: Workspaces) -> list[bool]:
        async with staged(Workspaces(workspaces.contract, NoLog(), 10), "w") as it:
            dispatcher, seen = it.dispatcher, []
            seen.append(dispatcher._gate is None and dispatcher._preparing is None)
            it.subscribe("http://127.0.0.1:9/")
            assert dispatcher._preparing is not None
            await dispatcher._preparing
            seen.append(dispatcher._gate is not None and not it.deliveries)
            return seen

    assert asyncio.run(opened(workspaces)) == [True, True]
