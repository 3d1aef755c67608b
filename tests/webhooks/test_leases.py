"""The lease of who listens: it ends by itself, outlives a restart of the server, and survives a full disk."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from receivers import Setting, Stage, receiving, staged

from mock_server.errors import Problem, StateError
from mock_server.store.base import LoggedTransaction, NoLog
from mock_server.store.sqlite_log import SqliteLog
from mock_server.webhooks import listeners
from mock_server.webhooks.listener import Listener
from mock_server.workspaces.workspace import Workspaces

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def _short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "LEASE_SECONDS", 0.06)
    monkeypatch.setattr(listeners, "_RETURN_SECONDS", 0.01)


async def opened(it: Stage, url: str = NOWHERE, id: str = "") -> Listener:
    return await it.dispatcher.listeners.open(it.workspace, url, ["LEAD_CREATED"], id)


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0.005)


def test_who_asks_stays_and_who_is_silent_for_the_time_of_a_lease_goes(
    stage: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    swept = listeners.Listeners._swept

    def counted(self: listeners.Listeners) -> Any:
        looks.append(self)
        return swept(self)

    monkeypatch.setattr(listeners.Listeners, "_swept", counted)

    async def scenario() -> None:
        async with stage() as it:
            listener = await opened(it)
            asking = asyncio.ensure_future(
                it.dispatcher.listeners.attempts(it.workspace, listener.id, 0, 60, listener.version)
            )
            await until(lambda: len(looks) > 20)  # ten in the time of a lease
            assert it.subscriptions == [1]
            asking.cancel()
            await until(lambda: it.subscriptions == [])
            assert await it.dispatcher.listeners.attempts(it.workspace, listener.id, 0, 0, 1) is None

    asyncio.run(scenario())


def test_one_whose_connection_is_closed_goes_sooner(stage: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "LEASE_SECONDS", 30)
    monkeypatch.setattr(listeners, "_CUT_SECONDS", 2)

    async def scenario() -> None:
        async with stage() as it:
            killed, silent = await opened(it), await opened(it, "http://127.0.0.1:8/")
            its = it.dispatcher.listeners
            its._all[killed.id] = killed  # the second one took it for dead
            asking = asyncio.ensure_future(its.attempts(it.workspace, killed.id, 0, 60, killed.version))
            await until(lambda: killed.open_requests == 1)
            asking.cancel()
            await until(lambda: killed.open_requests == 0)
            assert silent.last_seen - killed.last_seen > 27

    asyncio.run(scenario())


def test_who_comes_back_after_a_restart_gets_what_it_was_owed_once(
    workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "LEASE_SECONDS", 60)

    async def before(url: str) -> tuple[str, list[str]]:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        async with staged(lived, "w") as it:
            listener = await opened(it, url)
            it.pause(1, paused=True)
            events = it.emit(2)
        log.close()
        return listener.id, events

    async def after(url: str, id: str) -> None:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        lived.restore()
        async with staged(lived, "w") as it:
            assert await it.dispatcher.listeners.attempts(it.workspace, id, 0, 0, 1) is None, (
                "it has to come back first"
            )
            back = await opened(it, url, id)
            it.pause(1, paused=False)
            assert await it.drain()
            assert (back.id, it.subscriptions, it.states) == (id, [1], ["delivered"] * 2)
            found = await it.dispatcher.listeners.attempts(it.workspace, id, 0, 0, back.version)
            assert found is not None
            assert (len(found.attempts), found.last) == (2, 2)
        log.close()

    async def scenario() -> None:
        async with receiving() as receiver:
            id, events = await before(receiver.url)
            await after(receiver.url, id)
            assert receiver.ids == events

    asyncio.run(scenario())


def test_who_does_not_come_back_after_a_restart_leaves_nothing(
    workspaces: Workspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def before() -> None:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        async with staged(lived, "w") as it:
            await opened(it)
            it.pause(1, paused=True)
            it.emit(2)
            it.subscribe(NOWHERE, "LEAD_DELETED")
        log.close()

    async def after() -> None:
        lived = Workspaces(workspaces.contract, log := SqliteLog(tmp_path / "state.sqlite"), 10)
        lived.restore()
        async with staged(lived, "w") as it:
            assert it.subscriptions == [1, 2]
            await until(lambda: it.subscriptions == [2])
            assert it.states == ["cancelled"] * 2
        log.close()

    monkeypatch.setattr(listeners, "LEASE_SECONDS", 60)
    asyncio.run(before())
    monkeypatch.setattr(listeners, "LEASE_SECONDS", 0.06)
    asyncio.run(after())


def test_a_full_disk_only_delays_the_end_of_a_lease(workspaces: Workspaces, caplog: pytest.LogCaptureFixture) -> None:
    class Full(NoLog):
        broken = 0

        def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
            if self.broken:
                self.broken -= 1
                raise StateError(Problem("state", "the disk is full"))

    async def scenario() -> None:
        async with staged(Workspaces(workspaces.contract, log := Full(), 10), "w") as it:
            await opened(it)
            log.broken = 1
            await until(lambda: it.subscriptions == [])
            assert log.broken == 0

    asyncio.run(scenario())
    assert_message(caplog.messages[0])


def test_a_reset_that_cannot_be_followed_up_is_heard_of(
    workspaces: Workspaces, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "LEASE_SECONDS", 60)

    class Full(NoLog):
        broken = False

        def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
            if self.broken:
                raise StateError(Problem("state", "the disk is full"))

    async def scenario() -> None:
        own = Workspaces(workspaces.contract, log := Full(), 10)
        async with staged(own, "w") as it:
            listener = await opened(it)
            own.reset(it.workspace)
            log.broken = True
            it.dispatcher.listeners.renewed(it.workspace, "reset", numbered_anew=True)
            assert (listener.subscriptions, it.subscriptions) == ({}, [])
            assert listener.version == 3

    asyncio.run(scenario())
    assert_message(caplog.messages[0])
