"""A polite end: SIGTERM, which a CI system sends first, is taken for Ctrl-C, so that what was written is taken away."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Generator[None, None, None]:
    """While this lasts SIGTERM raises KeyboardInterrupt, where a program may choose that."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
