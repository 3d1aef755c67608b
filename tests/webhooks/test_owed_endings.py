"""The end of a subscription that is owed thousands is made in slices: nobody waits for it, and a kill loses nothing."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from messages import assert_message
from receivers import START, Stage, receiving, saying, staged, status
from wire import state_of

from mock_server.errors import Problem, StateError
from mock_server.store.base import LoggedTransaction, NoLog
from mock_server.store.snapshot import Snapshot
from mock_server.store.sqlite_log import SqliteLog
from mock_server.webhooks import outbox, subscription_endings
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.recipe import load_recipe


class Sizes(NoLog):
    """A log that notes how many deliveries each commit changes, and refuses the next ``broken`` ones."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.broken = 0

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        if self.broken:
            self.broken -= 1
            raise StateError(Problem("state", "the disk is full"))
        self.sizes.append(sum(change.kind == outbox.KIND for one in transactions for change in one.changes))


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SLICE", 3)
    monkeypatch.setattr(subscription_endings, "_AFTER_FAULT", 0.001)


@pytest.mark.parametrize("owed", [0, 1, 3, 4, 10])
def test_what_is_owed_is_cancelled_slice_by_slice(workspaces: Workspaces, owed: int) -> None:
    log = Sizes()

    async def scenario() -> None:
        async with staged(Workspaces(workspaces.contract, log, 10), "w") as it:
            id, other = it.subscribe("http://127.0.0.1:9/"), it.subscribe("http://127.0.0.1:9/", "LEAD_DELETED")
            for each in (id, other):
                it.pause(each, paused=True)
            it.emit(owed)
            it.emit(1, "LEAD_DELETED")
            log.sizes.clear()
            it.unsubscribe(id)
            assert await it.drain()

            assert it.states == ["cancelled"] * owed + ["pending"]
            assert {it["reason"] for it in it.deliveries[:-1]} <= {"unsubscribed"}
            assert it.workspace.state.rows(outbox.ENDING) == []
            assert (sum(log.sizes), max(log.sizes) <= 3) == (owed, True)

    asyncio.run(scenario())


def test_what_was_not_cancelled_before_a_kill_is_cancelled_after_the_next_start(
    workspaces: Workspaces, tmp_path: Path
) -> None:
    async def before() -> None:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        async with staged(lived, "w") as it:
            it.pause(it.subscribe("http://127.0.0.1:9/"), paused=True)
            it.emit(10)
            it.unsubscribe(1)
            assert it.states.count("pending") == 7
        log.close()

    async def after() -> None:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        lived.restore()
        async with staged(lived, "w") as it:
            assert it.states.count("pending") == 7
            assert await it.drain()
            assert {it["reason"] for it in it.deliveries} == {"unsubscribed"}
        log.close()

    asyncio.run(before())
    asyncio.run(after())


def test_a_410_with_a_long_queue_ends_it_in_slices_too(workspaces: Workspaces) -> None:
    log = Sizes()

    async def scenario() -> None:
        own = Workspaces(workspaces.contract, log, 10)
        async with receiving(saying(status(410))) as receiver, staged(own, "w") as it:
            it.subscribe(receiver.url)
            it.emit(20)
            log.sizes.clear()
            assert await it.drain()

            assert (len(receiver.got), it.states) == (1, ["failed"] + ["cancelled"] * 19)
            assert max(log.sizes) <= 1 + 3

    asyncio.run(scenario())


def test_a_full_disk_delays_the_end_and_loses_nothing(workspaces: Workspaces, caplog: pytest.LogCaptureFixture) -> None:
    log = Sizes()

    async def scenario() -> None:
        async with staged(Workspaces(workspaces.contract, log, 10), "w") as it:
            it.pause(it.subscribe("http://127.0.0.1:9/"), paused=True)
            it.emit(10)
            it.unsubscribe(1)
            log.broken = 2
            assert await it.drain()
            assert it.states == ["cancelled"] * 10

    asyncio.run(scenario())
    assert "not cancelled yet" in caplog.text


def test_a_reset_in_between_leaves_nothing_to_cancel(workspaces: Workspaces) -> None:
    async def scenario() -> None:
        own = Workspaces(workspaces.contract, NoLog(), 10)
        async with staged(own, "w") as it:
            it.pause(it.subscribe("http://127.0.0.1:9/"), paused=True)
            it.emit(10)
            it.unsubscribe(1)
            own.reset(it.workspace)
            assert await it.drain()
            assert it.deliveries == []

    asyncio.run(scenario())


@pytest.mark.parametrize("hours", [0, -1])
def test_a_fork_delivers_nothing_of_what_the_original_owes_and_all_of_its_own(
    workspaces: Workspaces, hours: int
) -> None:
    """Its clock may be set back: then what it owes itself stands before what it has inherited."""
    log = Sizes()

    async def scenario() -> None:
        own = Workspaces(workspaces.contract, log, 10)
        async with receiving() as receiver, staged(own, "w") as it:
            id = it.subscribe(receiver.url)
            it.pause(id, paused=True)
            inherited = it.emit(10)
            made = own.branch(it.workspace, snapshot(it.workspace), "fork", "key", outbox.drop_inherited)
            fork = Stage(own, made, it.dispatcher)
            made.clock.set(made.clock.now() + timedelta(hours=hours))
            fork.pause(id, paused=False)
            events = fork.emit(4)
            assert await fork.drain()

            assert receiver.ids == events
            assert sorted(fork.states) == ["cancelled"] * 10 + ["delivered"] * 4
            reasons = {it["reason"] for it in fork.deliveries if it["state"] == "cancelled"}
            (reason,) = reasons
            assert_message(reason, "owed by the original of a fork")
            assert made.state.rows(outbox.ENDING) == []
            assert it.states == ["pending"] * 10
            it.pause(id, paused=False)
            assert await it.drain()
            assert receiver.ids == events + inherited, "each once"

    asyncio.run(scenario())


def test_a_fork_that_inherits_nothing_is_as_its_snapshot(workspaces: Workspaces) -> None:
    own = Workspaces(workspaces.contract, NoLog(), 10)
    original = own.create("w", WorldPlan(load_recipe("small"), start=START), [])
    fork = own.branch(original, snapshot(original), "fork", "key", outbox.drop_inherited)
    assert state_of(fork) == state_of(original)


def snapshot(workspace: Workspace) -> Snapshot:
    return Snapshot("s", workspace.state.fork(), workspace.clock.stamp(), workspace.clock.frozen)
