"""Locks of a state file: one on the file itself, and one beside it, which names the holder for the second server."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from mock_server.errors import Problem, StateError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # a module, says mypy, which sees none other here

ALONE = fcntl is None
"""True where only SQLite's own lock keeps a second process away; it keeps a second connection away, too."""
FOLDER = "give a file in a writable folder"
OTHER = "give another file with --state"
STOP_IT = f"stop it, or {OTHER}"


def lock(file: int | IO[Any]) -> None:
    """Lock an open file against other processes, where there are such locks. Raises BlockingIOError, OSError."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def lock_beside(real: Path, shown: Path) -> Iterator[IO[str]]:
    """Create and lock ``<file>.lock``. It names the holder for a second server."""
    place = Path(f"{real}.lock")
    try:
        opened = place.open("a+", errors="replace")
    except OSError as fault:
        raise StateError(Problem(str(shown), reason_of(fault), FOLDER)) from None
    with opened:
        opened.seek(0)
        holder = opened.read(100).strip()
        if not re.fullmatch("[0-9]*", holder):
            raise StateError(Problem(str(place), "a file of something else", f"remove it, or {OTHER}"))
        try:
            lock(opened)  # where that does nothing, SQLite's own refuses the second process, without naming the first
        except BlockingIOError:
            what = f"in use by process {holder or 'unknown'}"
            raise StateError(Problem(str(shown), what, STOP_IT)) from None
        except OSError as fault:
            raise StateError(
                Problem(str(place), f"cannot be locked: {reason_of(fault)}", "keep it on a disk")
            ) from None
        yield opened


def holder_of(found: os.stat_result) -> str:
    """Who has the lock of a file, where Linux says so."""
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if place in fields and "FLOCK" in fields and int(fields[4]) > 0:
                return f"process {fields[4]}"
    return "another process"


def reason_of(fault: OSError) -> str:
    """The words of the operating system for an error."""
    return fault.strerror or str(fault)
