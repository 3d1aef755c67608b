"""The watchdog of the event loop: what it calls a stall, what it leaves to the machine, and that it says where."""

import asyncio
import gc
import re
import time
from collections.abc import Callable

import pytest

from mock_server.event_loop.stall_watchdog import Stall, time_spent, watch_stalls
from mock_server.world.clock import ThreadTime

START = ThreadTime(wall=100.0, thread=5.0, process=9.0, queued=1.0)


def later(wall: float = 0.0, thread: float = 0.0, process: float = 0.0, queued: float | None = 0.0) -> ThreadTime:
    """The clocks after so many seconds of each."""
    waited = None if queued is None else START.queued + queued  # type: ignore[operator]
    return ThreadTime(START.wall + wall, START.thread + thread, START.process + process, waited)


@pytest.mark.parametrize(
    ("spent", "stalled"),
    [
        pytest.param(later(wall=0.3, thread=0.28, process=0.28), 0.28, id="own work counts"),
        pytest.param(later(wall=0.32), 0.3, id="a blocking call counts, the beat itself does not"),
        pytest.param(later(wall=9.0), 0.5, id="a machine that stands still does not count"),
        pytest.param(later(wall=0.32, queued=0.3), 0.0, id="waiting for a processor does not count"),
        pytest.param(later(wall=0.32, process=0.3), 0.0, id="other threads' work does not count"),
        pytest.param(later(wall=9.0, thread=0.2, process=0.2, queued=None), 0.2, id="elsewhere only own work counts"),
    ],
)
def test_a_stall_is_the_loop_threads_own_time(spent: ThreadTime, stalled: float) -> None:
    assert time_spent(START, spent, asleep=0.5).seconds == pytest.approx(stalled)


def compute(seconds: float) -> None:
    """Use a processor for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def stalls_of(work: Callable[[], None]) -> list[Stall]:
    """What is reported of a loop that calls this."""
    found: list[Stall] = []

    async def scenario() -> None:
        with watch_stalls(found.append):
            work()
            await asyncio.sleep(0)

    asyncio.run(scenario())
    return found


def test_a_long_computation_is_reported_with_its_place() -> None:
    (stall,) = stalls_of(lambda: compute(0.15))
    assert stall.seconds >= 0.14
    assert "in compute" in stall.stack
    assert f"{stall.seconds * 1000:.0f} ms" in str(stall)


def test_a_blocking_call_is_reported_with_its_place() -> None:
    if ThreadTime.now().queued is None:
        pytest.skip("this system does not tell how long a thread waited for a processor")
    (stall,) = stalls_of(lambda: time.sleep(0.2))
    assert "time.sleep(0.2)" in stall.stack


def test_short_work_is_not_reported() -> None:
    assert stalls_of(lambda: compute(0.03)) == []


def test_a_round_of_many_short_works_is_not_reported() -> None:
    found: list[Stall] = []

    async def short() -> None:
        compute(0.02)

    async def scenario() -> None:
        with watch_stalls(found.append):
            await asyncio.gather(*(short() for _ in range(10)))

    asyncio.run(scenario())
    assert found == []


def test_a_long_step_of_a_task_is_reported_with_its_own_place() -> None:
    found: list[Stall] = []

    async def short() -> None:
        compute(0.07)

    async def long() -> None:
        await asyncio.sleep(0)
        compute(0.15)

    async def scenario() -> None:
        with watch_stalls(found.append):
            await asyncio.gather(short(), long(), short())

    asyncio.run(scenario())
    (stall,) = found
    assert "in long" in stall.stack


def test_a_long_look_for_garbage_is_reported_as_what_it_is() -> None:
    def slow(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            compute(0.15)

    def look() -> None:
        gc.callbacks.append(slow)  # after the watchdog's own
        gc.collect(0)
        gc.callbacks.remove(slow)

    (stall,) = stalls_of(look)
    assert re.search(r" \d{3} ms \(generation 0\)$", stall.stack)
    assert stall.stack.endswith("(generation 0)\n")


def test_a_short_look_for_garbage_is_not_named() -> None:
    def look() -> None:
        compute(0.11)
        gc.collect(0)

    (stall,) = stalls_of(look)
    assert "in compute" in stall.stack
