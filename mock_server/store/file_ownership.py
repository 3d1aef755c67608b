"""Whose a state file is: it is known by what it is, whatever it is called, and one server has it at a time.

Its own lock is found through any name: a symbolic link, a folder that is mounted twice, another case. A file beside it,
``<file>.lock``, names the holder, and is all there is where locks of files and SQLite's own do not go together. And as
locks can be circumvented, each commit proves that the file is still there and that nobody else has written to it.
"""

import logging
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from mock_server.errors import Problem, StateError, StateLost
from mock_server.store.file_lock import FOLDER, OTHER, STOP_IT, holder_of, lock, lock_beside, reason_of
from mock_server.store.mounts import load_mounts, mounted_alone, network_file_system

log = logging.getLogger("mock_server")

_MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal", ".lock")
_KINDS = (
    (stat.S_ISDIR, "a folder", "name a file, in this folder say"),
    (stat.S_ISLNK, "a symbolic link that leads nowhere", "give the file itself"),
    (stat.S_ISFIFO, "a pipe", "give a file"),
    (stat.S_ISSOCK, "a socket", "give a file"),
    (stat.S_ISCHR, "a device", "give a file"),
    (stat.S_ISBLK, "a device", "give a file"),
)
_START_AGAIN = "see who did that, and start again with the file that you mean"


class OwnedStateFile:
    """Held until ``close``. Raises StateError, with the cause and the remedy, where it cannot be had."""

    _of_this_process: ClassVar[set[tuple[int, int]]] = set()
    """A second one must not even open such a file: as it closes it again, SQLite's locks would be gone."""

    def __init__(self, path: Path) -> None:
        self.shown = path
        self.real = Path(os.path.realpath(path))
        self._path = str(self.real)
        self._log_path = f"{self._path}-wal"
        self._quiet = threading.Lock()  # held while we write to the file itself
        self._log: tuple[int, int] | None = None
        with ExitStack() as opened:
            self._look()
            lock = opened.enter_context(lock_beside(self.real, path))
            self._file, self._id = self._opened(opened)
            self._nameholder_of(lock.fileno())
            self._held = opened.pop_all()
        self._stamp = self._written()

    def close(self, *, unused: bool = False) -> None:
        """Let go of it; a file that was made for nothing goes again."""
        if unused:
            self._remove_empty()
        self._held.close()

    def _remove_empty(self) -> None:
        with suppress(OSError):
            if os.fstat(self._file).st_size == 0:
                self.real.unlink()

    def _nameholder_of(self, lock: int) -> None:
        """Write into the lock who has it, and into no buffer: on a full disk that would fail again as it closes."""
        try:
            os.ftruncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
        except OSError as fault:
            self._remove_empty()
            raise self.fault(reason_of(fault), f"make room, or {OTHER}") from None

    def check(self) -> None:
        """Raises StateLost when it is not ours any more. What we have open may still be: see ``is_intact``."""
        try:
            found = os.stat(self._path)
            log = os.stat(self._log_path)
        except OSError:
            raise self.lost(_what_is_gone(self._path)) from None
        if (found.st_dev, found.st_ino) != self._id:
            raise self.lost("another file was put in its place while the server ran")
        if self._log is None:
            self._log = log.st_dev, log.st_ino
        elif (log.st_dev, log.st_ino) != self._log:
            raise self.lost("another file was put in the place of its log, which ends in -wal, while the server ran")
        if (found.st_size, found.st_mtime_ns) != self._stamp and not self.is_intact():
            raise self.lost("another program wrote to it while the server ran")

    def is_intact(self) -> bool:
        """Tell whether nobody else has written to the file that we have open, wherever it is now."""
        if self._written() != self._stamp and self._quiet.acquire(blocking=False):
            try:
                return self._written() == self._stamp
            finally:
                self._quiet.release()
        return True

    def remove_log(self) -> None:
        """All of the log is in our file, which is not here any more: the file that is must not be given it."""
        for name in (self._log_path, f"{self._path}-shm"):
            with suppress(OSError):
                found = os.stat(name)
                if name.endswith("-shm") or (found.st_dev, found.st_ino) == self._log:
                    os.unlink(name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While we write to the file itself, and not to its log."""
        with self._quiet:
            try:
                yield
            finally:
                self._stamp = self._written()

    def lost(self, what: str) -> StateLost:
        """An error about a file that is not ours any more; the caller raises it."""
        return StateLost(Problem(str(self.shown), what, _START_AGAIN))

    def fault(self, what: str, remedy: str) -> StateError:
        """An error about the file, with a remedy; the caller raises it."""
        return StateError(Problem(str(self.shown), what, remedy))

    def _written(self) -> tuple[int, int]:
        found = os.fstat(self._file)
        return found.st_size, found.st_mtime_ns

    def _look(self) -> None:
        """Refuse what is no file that we could have made, before anything is opened or made."""
        for beside in ("", *_BESIDE):
            with suppress(FileNotFoundError, NotADirectoryError):
                found = os.lstat(f"{self.real}{beside}")
                for is_it, what, remedy in _KINDS:
                    if is_it(found.st_mode):
                        place = f"{self.real}{beside}" if beside else str(self.shown)
                        raise StateError(Problem(place, what, f"remove it, or {OTHER}" if beside else remedy))
        with suppress(FileNotFoundError, NotADirectoryError):
            self._look_at(os.stat(self.real))

    def _look_at(self, found: os.stat_result) -> None:
        if found.st_nlink > 1:
            what = f"a file with {found.st_nlink} names (hard links): by another name its log would not be found"
            raise self.fault(what, "remove the other names, or copy it with `sophiie-mock state copy`")
        if (found.st_dev, found.st_ino) in self._of_this_process:
            raise self.fault(f"in use by process {os.getpid()}", STOP_IT)
        try:
            with self.real.open("rb") as file:
                head = file.read(len(_MAGIC))
        except OSError as fault:
            raise self.fault(reason_of(fault), FOLDER) from None
        if head and head != _MAGIC:
            raise self.fault("not a database, but a file of something else", "give a file that this program made")

    def _opened(self, opened: ExitStack) -> tuple[int, tuple[int, int]]:
        """The file itself, with its own lock, and what it is known by."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            file = os.open(self.real, flags, 0o644)
        except OSError as fault:
            raise self.fault(reason_of(fault), FOLDER) from None
        opened.callback(os.close, file)
        found = os.fstat(file)
        id = found.st_dev, found.st_ino
        table = load_mounts()
        if mounted_alone(self._path, table):
            raise self.fault(
                "mounted without its folder, in which its log lies", "mount the folder, and name the file in it"
            )
        network = network_file_system(found.st_dev, table)
        if network:
            log.warning("%s lies on the network (%s), where locks may not hold: keep it on a disk", self.shown, network)
        elif sys.platform == "linux":  # elsewhere SQLite's locks would meet this one
            self._lock(file, found)
        self._of_this_process.add(id)
        opened.callback(self._of_this_process.discard, id)
        return file, id

    def _lock(self, file: int, found: os.stat_result) -> None:
        try:
            lock(file)
        except BlockingIOError:
            raise self.fault(f"in use by {holder_of(found)}", STOP_IT) from None
        except OSError as fault:
            log.warning("%s cannot be locked (%s): keep it on a disk", self.shown, reason_of(fault))


@contextmanager
def unused(path: Path) -> Iterator[None]:
    """No server has the file that lies there, nor takes it, until the block ends. Raises StateError."""
    found = os.stat(path)
    if (found.st_dev, found.st_ino) in OwnedStateFile._of_this_process:  # it must not even be opened
        raise StateError(Problem(str(path), f"in use by process {os.getpid()}", "stop it, or give another name"))
    with ExitStack() as held:
        for place in (path, Path(f"{path}.lock")):
            try:
                file = held.enter_context(place.open("rb"))
                lock(file)
            except BlockingIOError:
                what = f"in use by {holder_of(os.fstat(file.fileno()))}"
                raise StateError(Problem(str(path), what, "stop it, or give another name")) from None
            except OSError:  # there is no lock, or no way to lock: then SQLite's log lies beside a file in use
                pass
        yield


def _what_is_gone(path: str) -> str:
    what = "its log, the file that ends in -wal," if os.path.exists(path) else "it"
    return f"{what} was moved or deleted while the server ran"
