"""Output that nobody reads any more (``check | head -5``): the run goes on, for its verdict and its reports."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO, TypeVar, cast

T = TypeVar("T")


@contextmanager
def lasting_output() -> Generator[None, None, None]:
    """While this lasts, what is printed after the reader has left goes nowhere and raises nothing."""
    with redirect_stdout(cast("TextIO", _Lasting(sys.stdout))):
        yield


class _Lasting:
    """A stream in front of another one, which it has like it in all but a broken pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return self._tried(lambda: self._stream.write(text))

    def flush(self) -> None:
        self._tried(self._stream.flush)

    def _tried(self, output: Callable[[], T]) -> T:
        try:
            return output()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            return output()
