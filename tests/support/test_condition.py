"""Those who wait are woken, whichever event loop they wait in."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

from mock_server.support.condition import Condition, apart_if_large, in_a_thread, within


def test_what_is_ready_is_not_waited_for() -> None:
    asyncio.run(Condition().until(lambda: True))


def test_everybody_looks_again_after_a_wake_and_who_is_not_satisfied_waits_on() -> None:
    async def scenario() -> list[str]:
        waiting, there, seen = Condition(), 0, []

        async def wait(count: int) -> None:
            await waiting.until(lambda: there >= count)
            seen.append(f"{count} at {there}")

        tasks = [asyncio.ensure_future(wait(count)) for count in (1, 2, 1)]
        for there in (1, 2):  # noqa: B007 - read by those who wait
            await asyncio.sleep(0)
            waiting.wake()
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(scenario()) == ["1 at 1", "1 at 1", "2 at 2"]


def test_one_loop_after_another_may_wait() -> None:
    waiting = Condition()

    async def in_vain() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await waiting.until(lambda: False)

    for _ in range(3):
        asyncio.run(in_vain())
        waiting.wake()


def test_a_loop_that_ended_with_somebody_waiting_is_no_trouble() -> None:
    waiting = Condition()
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, context: None)  # it would be told later that the task never ended
    task = loop.create_task(waiting.until(lambda: False))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    waiting.wake()

    assert not task.done()
    del task


async def told(events: list[str], *waits: float, fault: Exception | None = None) -> str:
    """Work that waits so often, and notes that it was ended in order."""
    try:
        for seconds in waits:
            await asyncio.sleep(seconds)
        if fault is not None:
            raise fault
        return "done"
    finally:
        events.append("ended")


@pytest.mark.parametrize("waits", [(), (0,), (0, 0.001, 0)])
def test_work_in_time_gives_its_result(waits: tuple[float, ...]) -> None:
    events: list[str] = []
    assert asyncio.run(within(5, told(events, *waits))) == "done"
    assert events == ["ended"]


@pytest.mark.parametrize("waits", [(), (0,)])
def test_the_error_of_work_in_time_is_raised(waits: tuple[float, ...]) -> None:
    with pytest.raises(KeyError):
        asyncio.run(within(5, told([], *waits, fault=KeyError())))


@pytest.mark.parametrize("waits", [(5,), (0, 5)])
def test_work_that_is_late_or_unwanted_is_ended(waits: tuple[float, ...]) -> None:
    async def unwanted() -> None:
        task = asyncio.ensure_future(within(5, told(events, *waits)))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    events: list[str] = []
    with pytest.raises(TimeoutError):
        asyncio.run(within(0.01, told(events, *waits)))
    asyncio.run(unwanted())
    assert events == ["ended", "ended"]


def test_work_that_has_not_to_wait_starts_no_timer() -> None:
    async def timers() -> list[asyncio.TimerHandle]:
        await within(5, told([]))
        return list(asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]

    assert asyncio.run(timers()) == []


@pytest.mark.parametrize(("size", "apart"), [(10, False), (128 * 1024, False), (128 * 1024 + 1, True)])
def test_work_on_a_large_text_is_done_beside_the_loop(size: int, apart: bool) -> None:
    async def worked() -> tuple[int, int]:
        return threading.get_ident(), await apart_if_large(size, threading.get_ident)

    here, there = asyncio.run(worked())
    assert (here != there) is apart


class Large:
    """What work in a thread has in hand."""


def test_work_that_fails_in_a_thread_leaves_nothing_in_memory() -> None:
    alive: weakref.WeakSet[Large] = weakref.WeakSet()

    def work() -> None:
        alive.add(large := Large())
        raise ValueError(type(large))

    async def fails() -> bool:
        try:
            await in_a_thread(work)
        except ValueError:
            return True
        return False

    gc.disable()  # as while something is built that stays
    try:
        assert asyncio.run(fails())
        end = time.monotonic() + 5  # the thread has its last step to do
        while alive and time.monotonic() < end:
            threading.Event().wait(0.001)
        assert not alive
    finally:
        gc.enable()
