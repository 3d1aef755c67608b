"""The result of long work in a thread, for which threads and event loops can wait."""

import asyncio
from _thread import start_new_thread
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class LateResult(Generic[T]):
    """A result that is worked out once: in a thread from ``begin`` on, or by the first thread that waits for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._begun = Lock()
        self._result: Future[T] = Future()
        self._result.set_running_or_notify_cancel()  # one who stops waiting must not cancel it for the others

    @property
    def is_ready(self) -> bool:
        """True if nobody has to wait any more."""
        return self._result.done()

    def begin(self) -> None:
        """Do the work in a thread, unless it has begun. A program that ends does not wait for it."""
        if self._begun.acquire(blocking=False):
            start_new_thread(self._do, ())

    def wait(self) -> T:
        """Return the result, or raise what the work raised."""
        if self._begun.acquire(blocking=False):
            self._do()
        return self._result.result()

    async def ready(self) -> None:
        """Return when the work has ended, well or not. Other tasks of the event loop continue meanwhile."""
        self.begin()
        ended = asyncio.wrap_future(self._result)
        ended.add_done_callback(asyncio.Future.exception)  # it is raised to those who want the result
        await asyncio.wait([ended])

    def _do(self) -> None:
        work = self._work
        del self._work  # what it has in hand is not needed any more
        try:
            self._result.set_result(work())
        except BaseException as fault:  # whatever ends the work ends it for those who wait
            self._result.set_exception(fault)
