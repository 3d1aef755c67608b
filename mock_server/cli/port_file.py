"""The file that tells other programs the port. It exists while the server listens, and at no other time."""

import os
import re
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from mock_server.errors import Problem, SettingsError

_OURS = re.compile(rb"\s*[0-9]{0,5}\s*")
_ANOTHER = "give another file with --port-file"
_WRITABLE = "give a file in a writable folder"


class PortFile:
    """The file at ``path``, written in one step because others may read it at any moment; nothing without a path."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._written = b""

    def clear(self) -> None:
        """Remove the file of an earlier run, and no other file: a path may be mistyped. Raises SettingsError."""
        if self._path is not None:
            with _errors_of(self._path):
                if not _OURS.fullmatch(_content(self._path)):
                    raise SettingsError(Problem(str(self._path), "holds something else than a port", _ANOTHER))
                _remove(self._path)

    def write(self, port: int) -> None:
        """Write the port. Raises SettingsError."""
        if self._path is not None:
            self._written = str(port).encode()
            with _errors_of(self._path):
                _write(self._path, self._written)

    def remove(self) -> None:
        """Remove the file, unless another server has written it since."""
        if self._path is not None and self._written:
            with suppress(OSError):
                if _content(self._path) == self._written:
                    _remove(self._path)


@contextmanager
def _errors_of(path: Path) -> Generator[None, None, None]:
    """Report an error under the name that the user gave, also if it is about a temporary file."""
    try:
        yield
    except OSError as fault:
        raise SettingsError(Problem(str(path), fault.strerror or str(fault), _WRITABLE)) from None


def _is_special(path: Path) -> bool:
    """Tell whether a path is a pipe or a terminal, as /dev/stdout: these are written to and never replaced."""
    with suppress(OSError):
        return not (stat.S_ISREG(mode := path.stat().st_mode) or stat.S_ISDIR(mode))
    return False


def _content(path: Path) -> bytes:
    """The first bytes of a file; nothing if there is none, or if reading would block."""
    if _is_special(path):
        return b""
    try:
        with path.open("rb") as file:
            return file.read(16)
    except FileNotFoundError:
        return b""


def _remove(path: Path) -> None:
    """Remove a file. A file that is mounted by itself into a container cannot be removed, so it is emptied."""
    if _is_special(path):
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        path.write_bytes(b"")


def _write(path: Path, text: bytes) -> None:
    if _is_special(path):
        path.write_bytes(text + b"\n")  # whoever reads a pipe reads a line
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    try:
        # A new file, so that nothing that lies there is followed or written over.
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(text)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        if not path.exists():
            raise
        path.write_bytes(text)
