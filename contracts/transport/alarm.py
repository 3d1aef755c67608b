"""An alarm that interrupts the main thread, on the systems that have one; Windows has none."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def alarm(handler: Handler, first: float, interval: float = 0) -> Generator[None, None, None]:
    """Call ``handler`` after ``first`` seconds, then each ``interval`` seconds if that is more than nothing.

    Does nothing in another thread than the main one, which gets no signals, and where the system has no alarm.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, first, interval)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
