"""Faults of own records are collected, so that a person sees all of them at once."""

from collections.abc import Callable, Sequence

from mock_server.errors import Problem, RecordsError
from mock_server.support import json_pointer

Path = tuple[str | int, ...]
"""The way to a part of the input: ``("leads", 0, "phone")``."""

Where = Callable[[Sequence[str | int]], str]
"""A function that names the place of a part: a pointer, or a file and its line."""

MAX_FAULTS = 20
"""Most faults that are reported at once."""


class FaultyValue(Exception):
    """One part of the input cannot be accepted."""

    def __init__(self, path: Path, what: str, remedy: str = "", *, conflict: bool = False) -> None:
        super().__init__(what)
        self.path, self.what, self.remedy, self.conflict = path, what, remedy, conflict


class Faults:
    """The faults that were found so far."""

    def __init__(self, where: Where = json_pointer.join, pointer: Where = json_pointer.join) -> None:
        self._where, self._pointer = where, pointer
        self._found: list[FaultyValue] = []

    def add(self, fault: FaultyValue) -> None:
        """Note a fault. Raises RecordsError once there are enough."""
        self._found.append(fault)
        if len(self._found) >= MAX_FAULTS:
            self.refuse()

    def refuse(self) -> None:
        """Raises RecordsError if there is any fault."""
        if self._found:
            problems = [Problem(self._where(it.path), it.what, it.remedy) for it in self._found]
            pointer = self._pointer(self._found[0].path)
            raise RecordsError(*problems, pointer=pointer, conflict=all(it.conflict for it in self._found))
