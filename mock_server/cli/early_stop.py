"""A stop before the server serves, or after it: what was begun is ended in order."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # not every system has both


class StopRequested(BaseException):
    """A signal asked the program to stop. It is no error, and no code handles it as one."""


@contextmanager
def stoppable() -> Generator[None, None, None]:
    """In this block a signal to stop raises StopRequested; otherwise the program would end and leave its files."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for name in _NAMES if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # `nohup` has asked for that
            signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested
