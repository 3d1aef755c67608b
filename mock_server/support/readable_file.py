"""Open a file that a user names, without waiting for a writer if it is a named pipe."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)  # Windows has none, and no such pipes


def open_readable(path: Path) -> BinaryIO:
    """Open a file to read its bytes. A named pipe to which nobody writes is empty. Raises OSError, ValueError."""
    return open(path, "rb", opener=_opened if _WITHOUT_WAITING else None)


def read_readable(path: Path) -> bytes:
    """Read all bytes of a file that was read before, and so is not large. Raises OSError, ValueError."""
    with open_readable(path) as file:
        return file.read()


def refuse_pipe(path: Path) -> None:
    """Raise OSError for a named pipe: a library that opens it waits for a writer, and then opens it again."""
    if path.is_fifo():
        raise OSError(errno.ESPIPE, "a pipe, and no file")


def _opened(path: str, flags: int) -> int:
    number = os.open(path, flags | _WITHOUT_WAITING)
    os.set_blocking(number, True)  # what somebody writes is waited for: `--spec <(…)`
    return number
