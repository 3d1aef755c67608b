"""A polite end: SIGTERM, which a CI system sends first, is taken for Ctrl-C, so that what was written is taken away."""

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ENDS = (signal.SIGINT, signal.SIGTERM)
SAME_SIGNAL = 0.5
"""Seconds."""


@contextmanager
def interruptible(stop: Callable[[], None] = lambda: None) -> Generator[None, None, None]:
    """While this lasts both signals call ``stop``, for other threads, and raise KeyboardInterrupt.

    Only where a program may choose that; and one that was started to ignore a signal goes on ignoring it.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop()
        raise KeyboardInterrupt

    with _handled(interrupt, [number for number in _ENDS if signal.getsignal(number) is not signal.SIG_IGN]):
        yield


@contextmanager
def hurried(seconds: float) -> Generator[None, None, None]:
    """Interrupt what takes longer than this, such as a wait for another thread, which nothing else would end."""

    def late(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(late, [signal.SIGALRM]):
        main = threading.current_thread() is threading.main_thread()
        if main:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        except KeyboardInterrupt:
            pass
        finally:
            if main:
                signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def finishing(*, interrupted: bool, clock: Callable[[], float] = time.monotonic) -> Generator[None, None, None]:
    """While this lasts the first signal does nothing, for what was found is written down; the second one interrupts.

    Of a run that was ``interrupted`` the first one has come. Many a parent passes a signal on that its group has got
    already: what follows within ``SAME_SIGNAL`` seconds is no second one.
    """
    known, last = int(interrupted), clock()

    def count(number: int, frame: FrameType | None) -> None:
        nonlocal known, last
        now = clock()
        known, last, same = known + 1, now, bool(known) and now - last < SAME_SIGNAL
        if same:
            known -= 1
        if known > 1:
            raise KeyboardInterrupt

    with _handled(count, [number for number in _ENDS if signal.getsignal(number) is not signal.SIG_IGN]):
        yield


@contextmanager
def _handled(handler: Any, numbers: Iterable[int]) -> Generator[None, None, None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers if signal.getsignal(number) is not None}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
