"""What the rest of the program may ask of the store, and what an engine must offer to keep it.

The state of a workspace lives in memory (``image``), because an answer must cost microseconds; an engine is a
``Log`` that makes each transaction last before it is acknowledged. A second engine implements these methods
and no behaviour changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Id = str | int
Record = Mapping[str, Any]


class Row:
    """A record at one moment: never changed, only replaced. ``rendered`` holds what was made of it, by shape."""

    __slots__ = ("id", "key", "record", "rendered")

    def __init__(self, id: Id, key: tuple[str, int], record: Record) -> None:
        self.id = id
        self.key = key
        self.record = record
        self.rendered: dict[Any, Any] = {}


class Change(NamedTuple):
    """One record written (``row``) or removed (None) by a transaction."""

    kind: str
    id: Id
    row: Row | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A workspace as a log gives it back: its ``facts`` (seed, keys, …), rows by kind in order, counters by kind."""

    id: str
    facts: Mapping[str, Any]
    rows: Mapping[str, Sequence[Row]]
    counters: Mapping[str, int]


class Log(Protocol):
    """Keeps what was committed. Every method has happened when it returns, and has not when it raises StateError."""

    def load(self) -> Iterator[Saved]:
        """Every workspace kept."""

    def create(self, saved: Saved) -> None:
        """Keep a workspace, whole; one of the same id is replaced."""

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        """Keep other facts of a workspace that is kept; its records stay."""

    def commit(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        """Keep one transaction."""

    def remove(self, workspace: str) -> None:
        """Forget a workspace."""

    def close(self) -> None:
        """Let go of the file or connection."""


class NoLog:
    """Keeps nothing: the default, state in memory."""

    def load(self) -> Iterator[Saved]:
        return iter(())

    def create(self, saved: Saved) -> None:
        pass

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        pass

    def commit(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        pass

    def remove(self, workspace: str) -> None:
        pass

    def close(self) -> None:
        pass
