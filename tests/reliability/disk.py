"""A disk that fails when it is told to, for a server in a process of its own: ``disk.c`` is what it preloads."""

import errno
import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from frame import HERE, NotShown

WELL, ONCE, FROM_NOW, KILL = range(4)
ANY_FILE, LOG_FILE, MAIN_FILE = range(3)
FULL, BROKEN, READ_ONLY = errno.ENOSPC, errno.EIO, errno.EROFS
_ORDERS = struct.Struct("7q")  # action, countdown, error, file, writes, struck, clock
_ACTION, _WRITES, _STRUCK, _CLOCK = 0, 4 * 8, 5 * 8, 6 * 8


@dataclass
class Disk:
    """``env`` is what a process needs to write to it."""

    env: dict[str, str]
    _shared: mmap.mmap

    def order(self, action: int, countdown: int = 1, error: int = BROKEN, file: int = ANY_FILE) -> None:
        """From the ``countdown``-th write on. Counters begin anew; the clock stays."""
        self._shared[:_CLOCK] = _ORDERS.pack(WELL, countdown, error, file, 0, 0, 0)[:_CLOCK]
        self._shared[_ACTION:8] = struct.pack("q", action)

    def heal(self) -> None:
        self._shared[_ACTION:8] = struct.pack("q", WELL)

    @property
    def writes(self) -> int:
        return self._number(_WRITES)

    @property
    def struck(self) -> int:
        return self._number(_STRUCK)

    def set_clock(self, seconds: int) -> None:
        """How far the wall clock is from the real one."""
        self._shared[_CLOCK:] = struct.pack("q", seconds)

    def _number(self, at: int) -> int:
        return int(struct.unpack("q", self._shared[at : at + 8])[0])


@contextmanager
def failing_disk(folder: Path, file: str) -> Iterator[Disk]:
    """For files that have ``file`` in their name. Raises NotShown without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NotShown("needs a C compiler, for a disk that fails on demand")
    library, orders = folder / "disk.so", folder / "orders"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "disk.c", "-ldl"], check=True)
    orders.write_bytes(bytes(_ORDERS.size))
    with orders.open("r+b") as opened, mmap.mmap(opened.fileno(), _ORDERS.size) as shared:
        yield Disk({"LD_PRELOAD": str(library), "DISK_ORDERS": str(orders), "DISK_FILE": file}, shared)
