"""A recording as exchanges. What is not as its format says is refused with the entry's number and a JSON pointer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from contracts.errors import CannotRun
from contracts.exchange import Exchange

T = TypeVar("T")
_MISSING = object()


class Part(StrEnum):
    """How much of a message was recorded."""

    WHOLE = "whole"
    HEAD = "head"
    """The body was not kept, or was cut."""
    BENT = "bent"
    """The answer is not the target's own: a fault or an override made it."""


@dataclass(frozen=True)
class Recorded:
    """``pointer`` is where it stands in the file, ``number`` what a person would call it."""

    number: int
    pointer: str
    exchange: Exchange
    request: Part = Part.WHOLE
    answer: Part = Part.WHOLE


@dataclass
class Recording:
    """``left_out`` has a reason for each entry that is no exchange. ``secrets`` are credentials that were recorded."""

    kind: str
    entries: list[Recorded] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


@dataclass(frozen=True)
class Node:
    """A value of the file that knows where it stands."""

    file: str
    value: Any
    pointer: str = ""
    number: int = 0

    def refuse(self, what: str, remedy: str = "record it again, or mend the entry") -> CannotRun:
        entry = f"entry {self.number} " if self.number else ""
        return CannotRun(f"{self.file}: {entry}({self.pointer or '/'}): {what}", remedy)

    def get(self, name: str, kind: type[T] | tuple[type[T], ...], default: Any = _MISSING) -> T:
        """A member of an object, of this type. Null counts as missing. Raises CannotRun."""
        value = self.object().get(name)
        if value is None:
            if default is _MISSING:
                raise self.refuse(f"`{name}` is missing")
            return default  # type: ignore[no-any-return]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(each.__name__ for each in kinds)
            raise self.at(name).refuse(f"{type(value).__name__}, not {words}")
        return value

    def at(self, name: str | int) -> "Node":
        """A member, or an item; an item of the file's list of entries is numbered from 1."""
        value = self.value.get(name) if isinstance(self.value, Mapping) else self.value[name]
        step = str(name).replace("~", "~0").replace("/", "~1")
        return Node(self.file, value, f"{self.pointer}/{step}", self.number)

    def items(self, name: str, *, numbered: bool = False) -> list["Node"]:
        """The items of a list that is a member; none when it is missing."""
        found = self.get(name, list, [])
        lists = self.at(name) if found else self
        nodes = [lists.at(index) for index in range(len(found))]
        return [Node(n.file, n.value, n.pointer, index) for index, n in enumerate(nodes, 1)] if numbered else nodes

    def object(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise self.refuse(f"{type(self.value).__name__}, not an object")
        return self.value


_CREDENTIALS = ("authorization", "cookie", "token", "secret", "password", "api-key", "api_key", "apikey")
_SHORTEST = 6


def credentials(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Values of headers and parameters whose name says that they are secret."""
    found = set()
    for name, value in pairs:
        if any(word in name.lower() for word in _CREDENTIALS):
            found |= {part for part in (value, value.partition(" ")[2]) if len(part) >= _SHORTEST}
    return found
