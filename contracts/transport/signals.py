"""Handles SIGTERM, which a CI system sends first, in the same way as Ctrl-C, so that the run still deletes the records
that it made.
"""

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from contracts.transport.alarm import alarm

_ENDS = (signal.SIGINT, signal.SIGTERM)
SAME_SIGNAL = 0.5
"""Seconds."""


@contextmanager
def interruptible(stop: Callable[[], None] = lambda: None) -> Generator[None, None, None]:
    """Let both signals call ``stop`` and raise KeyboardInterrupt until the block ends. ``stop`` tells the other
    threads.

    It does nothing where a program may not handle signals. A signal that the process was started to ignore stays
    ignored.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop()
        raise KeyboardInterrupt

    with _handled(interrupt, [number for number in _ENDS if signal.getsignal(number) is not signal.SIG_IGN]):
        yield


@contextmanager
def hurried(seconds: float) -> Generator[None, None, None]:
    """Interrupt the block when it takes too long: nothing else would end a wait for another thread."""

    def late(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), alarm(late, seconds):
        yield


@contextmanager
def finishing(*, interrupted: bool, clock: Callable[[], float] = time.monotonic) -> Generator[None, None, None]:
    """Ignore the first signal until the block ends, because the findings are being written. The second signal
    interrupts.

    If the run was ``interrupted``, its first signal has already come. Many parents pass on a signal that the whole
    process group has received, so a signal within ``SAME_SIGNAL`` seconds of the first does not count as a second one.
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
