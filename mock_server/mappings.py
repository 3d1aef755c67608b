"""Stub overrides: answers that were put in place of the program's own, under WireMock's words."""

import itertools
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.matching import Asked, Pattern, differences

PRIORITY = 5
"""As in WireMock: 1 comes first, and 5 is the priority of a mapping that names none."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is answered to which requests. ``number`` is its place in time."""

    id: str
    number: int
    request: Pattern
    response: Mapping[str, Any]
    priority: int = PRIORITY
    allow_invalid: bool = False


@dataclass(slots=True)
class Mappings:
    """Those of one workspace."""

    made: int = 0
    _by_id: dict[str, Override] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Override]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Override | None:
        return self._by_id.get(id)

    def put(self, id: str, request: Pattern, response: Mapping[str, Any], **more: Any) -> Override:
        """A new one, or another in place of the one with this id; ``more`` is its priority and allow_invalid."""
        self.made += 1
        made = self._by_id[id] = Override(id, self.made, request, response, **more)
        return made

    def new_id(self, taken: Container[str] = ()) -> str:
        """An id that no mapping has, and none of ``taken``, which are to come."""
        names = (f"map_{number}" for number in itertools.count(self.made + 1))
        return next(name for name in names if name not in self._by_id and name not in taken)

    def remove(self, id: str) -> None:
        self._by_id.pop(id, None)

    def clear(self) -> list[str]:
        """Remove them all; their ids."""
        ids = list(self._by_id)
        self._by_id.clear()
        return ids

    @property
    def reads_bodies(self) -> bool:
        return any("bodyPatterns" in mapping.request for mapping in self)

    def match(self, asked: Asked) -> Override | None:
        """The one that answers: the lowest number of priority, of several the newest."""
        found = [mapping for mapping in self if not differences(mapping.request, asked)]
        return min(found, key=lambda mapping: (mapping.priority, -mapping.number), default=None)
