"""Wait until something happens in this process, in whichever event loop."""

import asyncio
from _thread import start_new_thread
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Condition:
    """A condition to wait on, like asyncio's, but not bound to the first loop that waited.

    An application in process outlives the loop of each test that uses it.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        """Say that something happened: everybody who waits asks ``ready`` again."""
        for future in self._waiting:
            if not future.done() and not future.get_loop().is_closed():
                future.set_result(None)
        self._waiting.clear()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Return when ``ready`` says so. It is called now, and after each wake."""
        while not ready():
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``.

    Raises TimeoutError when it takes longer; work that need not wait needs no timer.
    """
    try:
        awaited = work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    async with asyncio.timeout(seconds):
        return await _resumed(work, awaited)


@coroutine
def _resumed(work: Coroutine[Any, Any, T], awaited: Any) -> Generator[Any, Any, T]:
    """Continue work that has begun and that waits for something."""
    try:
        yield awaited
        result: T = yield from work
        return result
    finally:
        work.close()


def in_a_thread(work: Callable[[], T]) -> Awaitable[T]:
    """Return the result of ``work``, done in a thread beside the event loop.

    A server that stops does not wait for it.
    """
    result: Future[T] = Future()
    # Thread.start would hold the loop until the thread runs, which takes long when another one has the interpreter.
    start_new_thread(_run, (work, result))
    return asyncio.wrap_future(result)


def _run(work: Callable[[], T], result: Future[T]) -> None:
    try:
        result.set_result(work())
    except BaseException as fault:  # whatever ends the work ends it for the caller in the other thread, too
        result.set_exception(fault)
        del work, result  # the error has this frame: it would keep itself alive, with all that the work had in hand


_LARGE = 128 * 1024  # bytes


async def apart_if_large(size: int, work: Callable[[], T]) -> T:
    """Return the result of work on so many bytes. It runs in a thread if it would keep other requests waiting."""
    return await in_a_thread(work) if is_large(size) else work()


def is_large(size: int) -> bool:
    """Tell whether work on so many bytes would keep other requests waiting."""
    return size > _LARGE
