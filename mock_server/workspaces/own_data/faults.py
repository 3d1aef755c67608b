"""Faults of own records are collected, so that a person sees all of them at once."""

from collections.abc import Callable, Sequence

from mock_server.errors import Problem, RecordsError
from mock_server.support import json_pointer

Path = tuple[str | int, ...]
"""The way to a part of what was written: ``("leads", 0, "phone")``."""

Where = Callable[[Sequence[str | int]], str]
"""Names the place of a part: a pointer, or a file and its line."""

MAX_FAULTS = 20
"""Faults that are told at once; a person mends these first."""


class FaultyValue(Exception):
    """One part that cannot be taken."""

    def __init__(self, path: Path, what: str, remedy: str = "", *, conflict: bool = False) -> None:
        super().__init__(what)
        self.path, self.what, self.remedy, self.conflict = path, what, remedy, conflict


class Faults:
    """The faults that were found so far."""

    def __init__(self, where: Where = json_pointer.join, pointer: Where = json_pointer.join) -> None:
        self._where, self._pointer = where, pointer
        self._found: list[FaultyValue] = []

    def add(self, fault: FaultyValue) -> None:
        """Note one more. Raises RecordsError once there are enough."""
        self._found.append(fault)
        if len(self._found) >= MAX_FAULTS:
            self.refuse()

    def refuse(self) -> None:
        """Raises RecordsError where there are any."""
        if self._found:
            problems = [Problem(self._where(it.path), it.what, it.remedy) for it in self._found]
            pointer = self._pointer(self._found[0].path)
            raise RecordsError(*problems, pointer=pointer, conflict=all(it.conflict for it in self._found))
