"""Those who wait are woken, whichever event loop they wait in."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

from mock_server.support.condition import Condition, apart_if_large, in_a_thread


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
    task = loop.create_task(waiting.until(lambda: False))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    waiting.wake()

    assert not task.done()
    del task


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
