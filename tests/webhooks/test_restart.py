"""Subscriptions and what they are owed survive the end of the process."""

import asyncio
from pathlib import Path

import pytest
from receivers import OK, Gatekeeper, Stage, receiving, saying, staged, status

from mock_server.store.sqlite_log import SqliteLog
from mock_server.webhooks import outbox
from mock_server.webhooks import subscriptions as subscription
from mock_server.workspaces.workspace import Workspaces


class Life:
    """One run of the program on a state file."""

    def __init__(self, workspaces: Workspaces, path: Path) -> None:
        self._log = SqliteLog(path)
        self._workspaces = Workspaces(workspaces.contract, self._log, 10)
        self._workspaces.restore()

    def __enter__(self) -> Workspaces:
        return self._workspaces

    def __exit__(self, *_: object) -> None:
        self._log.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


def test_what_was_pending_or_in_flight_is_taken_up_again_in_order(workspaces: Workspaces, path: Path) -> None:
    async def before(url: str, held: Gatekeeper) -> list[str]:
        with Life(workspaces, path) as lived:
            async with staged(lived, "w") as it:
                it.subscribe(url)
                events = it.emit(3)
                await asyncio.sleep(0)
                return events

    async def scenario() -> None:
        async with receiving(Gatekeeper()) as hung:
            events = await before(hung.url, Gatekeeper())
        async with receiving() as receiver:
            with Life(workspaces, path) as lived:
                move(lived, receiver.url)
                async with staged(lived, "w") as it:
                    assert await it.drain()
                    assert receiver.ids == events
                    assert it.states == ["delivered"] * 3

    asyncio.run(scenario())


def test_a_retry_comes_when_its_time_comes_in_another_life(workspaces: Workspaces, path: Path) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), OK)) as receiver:
            with Life(workspaces, path) as lived:
                async with staged(lived, "w", retries="1h") as it:
                    it.subscribe(receiver.url)
                    [event] = it.emit()
                    assert await it.drain()
            with Life(workspaces, path) as lived:
                async with staged(lived, "w", retries="1h") as it:
                    assert await it.drain()
                    assert len(receiver.got) == 1
                    await it.advance(2 * 3600)
                    assert receiver.ids == [event] * 2
                    assert [got.headers["x-mock-attempt"] for got in receiver.got] == ["1", "2"]

    asyncio.run(scenario())


def test_a_410_is_final_over_a_restart(workspaces: Workspaces, path: Path) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(410))) as receiver:
            with Life(workspaces, path) as lived:
                async with staged(lived, "w", retries="5s") as it:
                    it.subscribe(receiver.url)
                    it.emit(5)
                    assert await it.drain()
            with Life(workspaces, path) as lived:
                async with staged(lived, "w", retries="5s") as it:
                    it.emit()
                    await it.advance(3600)
                    assert (len(receiver.got), it.subscriptions) == (1, [])
                    assert it.states == ["failed"] + ["cancelled"] * 4

    asyncio.run(scenario())


def test_ids_of_subscriptions_are_not_used_again(workspaces: Workspaces, path: Path) -> None:
    async def subscribed() -> Stage:
        with Life(workspaces, path) as lived:
            async with staged(lived, "w") as it:
                it.unsubscribe(it.subscribe("http://127.0.0.1:9/"))
                it.subscribe("http://127.0.0.1:9/")
                return it

    assert asyncio.run(subscribed()).subscriptions == [2]
    assert asyncio.run(subscribed()).subscriptions == [2, 4]


def test_what_could_not_be_recorded_is_still_owed(
    workspaces: Workspaces, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file cannot be written any more between sending and recording."""

    async def scenario() -> None:
        with Life(workspaces, path) as lived:

            async def broken(receiver: object, writer: asyncio.StreamWriter, got: object) -> None:
                lived.log.close()
                writer.write(OK)

            async with receiving(broken) as receiver, staged(lived, "w") as it:
                it.subscribe(receiver.url)
                [event] = it.emit()
                assert await it.drain()
                assert it.states == ["pending"]
        async with receiving() as again:
            with Life(workspaces, path) as lived:
                move(lived, again.url)
                async with staged(lived, "w") as it:
                    assert await it.drain()
                    assert again.ids == [event]

    asyncio.run(scenario())
    assert "held for 5 s" in caplog.text


def move(workspaces: Workspaces, url: str) -> None:
    """The receivers of before listen at another port now."""
    workspace = workspaces.get("w")
    assert workspace is not None
    with workspaces.transaction(workspace) as tx:
        for row in tx.find(subscription.KIND):
            tx.put(subscription.KIND, row.id, {**row.record, "hookUrl": url})
        for row in tx.find(outbox.KIND):
            tx.put(outbox.KIND, row.id, {**row.record, "url": url})
