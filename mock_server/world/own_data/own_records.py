"""Records of a recipe as a value: kinds with their records, and the place of each in its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from mock_server.support import json_pointer
from mock_server.support.exact_json import read_json, write_json

Lines = Mapping[str, int]
"""For the JSON pointer of each part of a text, the line in which it begins."""


@dataclass(frozen=True)
class OwnRecords:
    """The records that a recipe holds. Two are equal when they say the same, wherever they stand.

    ``text`` is their JSON, kind by kind, empty for none: a recipe can be compared, hashed and kept by it. ``file`` and
    ``lines`` say where a part stands; a part that has moved into another kind's list keeps its place.
    """

    text: str = ""
    file: str = field(default="", compare=False)
    lines: Lines = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)

    @classmethod
    def of(cls, kinds: Mapping[str, Any], file: str = "", lines: Lines = MappingProxyType({})) -> "OwnRecords":
        """The records by kind; empty where there are none."""
        return cls(write_json(kinds).decode() if kinds else "", file, lines)

    def __bool__(self) -> bool:
        return bool(self.text)

    @cached_property
    def kinds(self) -> Mapping[str, Any]:
        """For each kind its input: a list of records, or a mapping for a kind with one record only."""
        found: Mapping[str, Any] = read_json(self.text) if self.text else {}
        return found

    def where(self, path: Sequence[str | int]) -> str:
        """The place of a part for a message: ``my.yaml:12: /leads/0/phone``, or the pointer alone without a file."""
        whole = json_pointer.join(path)
        line = next((self.lines[it] for it in _upwards(path) if it in self.lines), 0)
        if not self.file:
            return whole
        return f"{self.file}:{line}: {whole}" if line else f"{self.file}: {whole}"


def _upwards(path: Sequence[str | int]) -> Iterable[str]:
    """The pointers to a part and to everything around it, the innermost first."""
    return (json_pointer.join(path[:length]) for length in range(len(path), 0, -1))
