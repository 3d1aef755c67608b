"""The requests of one workspace: each counts from its arrival, and what it exercised stays counted when it is gone."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from mock_server.coverage import Coverage
from mock_server.store.journal import Journal

_ENTRY_BYTES = 24 * 1024
"""What an entry of a full journal may have on average: its bound in bytes is that of so many."""
_MIN_BYTES = 16 * 1024 * 1024


class Entry(Protocol):
    """One request and its answer. ``over`` says whether there will be more of it; Weights are in bytes of memory."""

    journaled: bool
    over: bool
    coverage: Coverage | None

    @property
    def request_weight(self) -> int: ...

    @property
    def answer_weight(self) -> int: ...

    def cover(self) -> None:
        """Count what it exercised where it has to be counted."""

    def cover_in(self, coverage: Coverage) -> None:
        """Count what it exercised."""


class RequestJournal(Journal[Any]):
    """Bounded in number and in bytes. ``coverage`` is of those that are no longer in it."""

    def __init__(self, size: int) -> None:
        super().__init__(size, max(_MIN_BYTES, size * _ENTRY_BYTES))
        self.coverage = Coverage()

    def arrive(self, entry: Entry) -> None:
        """A request is here whole: it counts from now on, unless it came before a reset."""
        entry.journaled = True
        if entry.coverage is self.coverage:
            _cover(self.append(entry, entry.request_weight))

    def end(self, entry: Entry) -> None:
        """A request is answered, or never will be."""
        if not entry.journaled:
            self.arrive(entry)
        if entry in self:
            _cover(self.grow(entry, entry.answer_weight))
        else:
            entry.cover()

    def forget(self, some: Collection[Entry]) -> None:
        """Take out what somebody wants to see no more; it does not count as dropped."""
        self.remove(some)
        _cover(some)

    def covered(self) -> Coverage:
        """What the workspace's client has exercised since it was made or reset."""
        total = Coverage()
        total.merge(self.coverage)
        for entry in self:
            if entry.over:
                entry.cover_in(total)
        return total

    def clear(self) -> None:
        super().clear()
        self.coverage = Coverage()


def _cover(gone: Iterable[Entry]) -> None:
    """What is not over yet counts itself when it is."""
    for entry in gone:
        if entry.over:
            entry.cover()
