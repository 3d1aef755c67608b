"""Stub overrides: answers that were put in place of the program's own, under WireMock's words."""

from collections.abc import Iterator, Mapping
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

    def put(self, id: str | None, request: Pattern, response: Mapping[str, Any], **more: Any) -> Override:
        """A new one, or another in place of the one with this id; ``more`` is its priority and allow_invalid."""
        self.made += 1
        made = Override(id or f"map_{self.made}", self.made, request, response, **more)
        self._by_id[made.id] = made
        return made

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
