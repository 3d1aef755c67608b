"""A polite end: SIGTERM of a CI system and SIGHUP of a closed terminal are taken for Ctrl-C.

So what was written is taken away.
"""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # not every system has both


@contextmanager
def interruptible() -> Generator[None, None, None]:
    """While this lasts SIGTERM and SIGHUP raise KeyboardInterrupt, where a program may choose that."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for name in _NAMES if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # `nohup` has asked for that
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
