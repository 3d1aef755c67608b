"""Long work is done once, and everybody who needs its result waits, each in his own way."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mock_server.support.late_result import LateResult


def test_the_first_who_waits_does_the_work_and_nobody_does_it_again() -> None:
    done: list[int] = []

    def work() -> int:
        done.append(threading.get_ident())
        return len(done)

    result = LateResult(work)

    assert not result.is_ready
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: result.wait(), range(8))) == [1] * 8
    assert result.is_ready
    assert len(done) == 1


def test_work_that_has_begun_is_done_in_another_thread() -> None:
    result = LateResult(threading.get_ident)
    result.begin()
    result.begin()

    assert result.wait() != threading.get_ident()


def test_a_failure_reaches_everybody_who_waits() -> None:
    result = LateResult(lambda: 1 // 0)

    asyncio.run(result.ready())  # it says that the work has ended, not how
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            result.wait()


def test_an_event_loop_goes_on_while_some_wait_and_who_gives_up_takes_nothing_from_the_others() -> None:
    release = threading.Event()
    result = LateResult(lambda: release.wait(10) and "made")

    async def scenario() -> None:
        patient, impatient = (asyncio.create_task(result.ready()) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait([impatient])
        assert not patient.done()
        release.set()
        await patient

    asyncio.run(scenario())
    assert result.wait() == "made"


def test_one_loop_after_another_may_wait() -> None:
    release = threading.Event()
    result = LateResult(lambda: release.wait(10))

    async def in_vain() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(result.ready(), 0.01)

    asyncio.run(in_vain())
    release.set()
    asyncio.run(result.ready())
    assert result.is_ready
