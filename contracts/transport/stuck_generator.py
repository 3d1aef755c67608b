"""A time limit on the generator while it sends nothing. It searches for examples and values, and for some schemas the
search would never end.

The generator works in its own threads, so the main thread checks it once a second. The time is that of the processor:
on a busy machine a generator that waits for its turn is not stuck.
"""

import ctypes
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from contracts.errors import SuiteError
from contracts.transport.alarm import alarm
from contracts.transport.guard import Guard

MAX_SILENCE_SECONDS = 20.0
"""Seconds of the processor in which the generator may send nothing for one operation."""
_EACH = 1.0


class NothingWasSent(SuiteError):
    """The generator took too long over one operation, and goes on with the next."""

    def __str__(self) -> str:
        return f"no request in {MAX_SILENCE_SECONDS:.0f} s of the processor; there are too many examples to choose from"


@contextmanager
def bounded(guard: Guard, longest: float = MAX_SILENCE_SECONDS) -> Generator[None, None, None]:
    """Limit the seconds in which the generator sends nothing for one operation, and the time of the run, until the
    block ends.

    Raises KeyboardInterrupt when the time of the run is used up; the generator ends then. This does nothing where there
    is no alarm: outside the main thread, and on Windows.
    """
    before = set(threading.enumerate())
    sent, since = guard.sent, time.process_time()

    def look(number: int, frame: FrameType | None) -> None:
        nonlocal sent, since
        if guard.expire():
            raise KeyboardInterrupt
        if guard.sent != sent:
            sent, since = guard.sent, time.process_time()
        elif time.process_time() - since > longest:
            since = time.process_time()
            for thread in set(threading.enumerate()) - before:
                _raise_in(thread, NothingWasSent)

    with alarm(look, _EACH, _EACH):
        yield


def _raise_in(thread: threading.Thread, error: type[Exception]) -> None:
    """Raise an error in another thread at its next step. Python has no other way to end the work of a thread."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error))
