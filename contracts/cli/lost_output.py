"""Handle output that nobody reads any more (``check | head -5``), or that a full disk refuses.

The run continues, for its verdict and its reports.
"""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO, cast

import click


@contextmanager
def lasting_output() -> Generator[None, None, None]:
    """In this block, output after the reader has left is dropped without an error.

    If a disk is full, OSError is raised at the end of the block.
    """
    lasting = _Lasting(sys.stdout)
    with redirect_stdout(cast("TextIO", lasting)):
        try:
            yield
        except click.exceptions.Exit:  # help was asked for, and printed
            lasting.raise_fault()
            raise
    lasting.raise_fault()


class _Lasting:
    """A stream in front of another one; it behaves the same except that a broken pipe is no error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.fault: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def raise_fault(self) -> None:
        self.flush()
        if self.fault is not None:
            raise self.fault.with_traceback(None)

    def write(self, text: str) -> int:
        self._tried(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._tried(self._stream.flush)

    def _tried(self, output: Callable[[], object]) -> None:
        if self.fault is not None:
            return
        try:
            output()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            output()
        except OSError as fault:
            self.fault = fault
