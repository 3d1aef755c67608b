"""Long work in pieces: however many work at once, others wait for one piece."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from mock_server.event_loop.turns import TURN_MILLISECONDS, Turns

MANY = 20
PIECES = 3


def busy(milliseconds: float) -> None:
    """Work that keeps the loop."""
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        pass


async def work(pieces: int, milliseconds: float, *, patient: bool = True) -> None:
    turns = Turns(patient=patient)
    for _ in range(pieces):
        await turns.rest()
        busy(milliseconds)


async def rounds_during(*works: Awaitable[None]) -> int:
    """How often somebody else had the loop, while some worked."""
    count, done = 0, asyncio.gather(*works)
    while not done.done():
        count += 1
        await asyncio.sleep(0)
    await done
    return count


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[int]], int]:
    def run(coroutine: Awaitable[int]) -> int:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(coroutine)  # type: ignore[arg-type]

    return run


@pytest.mark.slow
def test_many_works_share_one_piece_of_each_round(run: Callable[[Awaitable[int]], int]) -> None:
    works = [work(PIECES, TURN_MILLISECONDS) for _ in range(MANY)]

    assert run(rounds_during(*works)) >= MANY * PIECES


def test_many_short_works_are_done_in_few_rounds(run: Callable[[Awaitable[int]], int]) -> None:
    works = [work(PIECES, 0) for _ in range(MANY)]

    assert run(rounds_during(*works)) <= MANY


def test_who_is_not_patient_begins_at_once() -> None:
    async def begin() -> None:
        asyncio.get_running_loop().call_soon(lambda: done.append("others"))
        await Turns().rest()
        done.append("work")

    done: list[str] = []
    asyncio.run(begin())

    assert done[0] == "work"


def test_who_has_had_a_piece_lets_others_go_first() -> None:
    async def begin() -> None:
        turns = Turns()
        busy(TURN_MILLISECONDS)
        asyncio.get_running_loop().call_soon(lambda: done.append("others"))
        await turns.rest()
        done.append("work")

    done: list[str] = []
    asyncio.run(begin())

    assert done == ["others", "work"]


def test_all_who_wait_come_to_their_end_though_some_give_up() -> None:
    async def begin() -> list[bool]:
        works = [asyncio.create_task(work(PIECES, TURN_MILLISECONDS / 2)) for _ in range(MANY)]
        await asyncio.sleep(0)
        for task in works[::2]:
            task.cancel()
        await asyncio.wait(works, timeout=30)
        return [task.done() and not task.cancelled() for task in works]

    assert asyncio.run(begin()) == [False, True] * (MANY // 2)
