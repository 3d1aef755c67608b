"""The requests of one workspace: each counts from its arrival, and what it exercised stays counted when it is gone."""

from collections import deque
from collections.abc import Collection, Iterator
from typing import Any, Protocol

from mock_server.workspaces.coverage import Coverage

_ENTRY_BYTES = 24 * 1024
"""The average size of an entry in a full journal: its bound in bytes is that of so many entries."""
_MIN_BYTES = 16 * 1024 * 1024


class Entry(Protocol):
    """One request and its answer. ``over`` says whether there will be more of it.

    ``in_journal`` is whether a journal has it, None before it came there; ``weight`` is what it weighs there, in bytes.
    """

    in_journal: bool | None
    over: bool
    weight: int
    coverage: Coverage | None

    @property
    def request_weight(self) -> int:
        """Bytes that the request keeps in memory, more or less."""

    @property
    def answer_weight(self) -> int:
        """Bytes that the answer adds to them."""

    def cover(self) -> None:
        """Count what it exercised where it has to be counted."""

    def cover_in(self, coverage: Coverage) -> None:
        """Count what it exercised."""


class RequestJournal:
    """Bounded in number and in bytes: older requests make room. ``coverage`` is of those that are no longer in it.

    It is not kept by the log: it tells of requests, not of state.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._most_bytes = max(_MIN_BYTES, size * _ENTRY_BYTES)
        self.clear()

    def clear(self) -> None:
        """Begin anew; what is under way belongs to what was before."""
        self._entries: deque[Any] = deque()
        self.bytes = self.seen = self.dropped = 0
        self.moved = False
        """True when another server answered requests of this workspace before, and has the journal of them."""
        self.coverage = Coverage()

    def begin_after_a_move(self) -> None:
        """Begin with requests missing that another server answered: nobody can say here what they were."""
        self.moved, self.dropped = True, self.dropped + 1

    def arrive(self, entry: Entry) -> None:
        """A request is here whole: it counts from now on, unless it came before a reset."""
        if entry.coverage is not self.coverage:
            entry.in_journal = False
            return
        entry.in_journal = True
        entry.weight = entry.request_weight
        self._entries.append(entry)
        self.seen += 1
        self.bytes += entry.weight
        if len(self._entries) > self.size or self.bytes > self._most_bytes:
            self._shorten()

    def end(self, entry: Entry) -> None:
        """A request is answered, or never will be."""
        if entry.in_journal is None:
            self.arrive(entry)
        if not entry.in_journal or entry.coverage is not self.coverage:
            entry.cover()
            return
        more = entry.answer_weight
        entry.weight += more
        self.bytes += more
        if self.bytes > self._most_bytes:
            self._shorten()

    def _shorten(self) -> None:
        """Drop the oldest until the rest is within bounds; the newest stays, however large it is."""
        entries = self._entries
        while len(entries) > self.size or (self.bytes > self._most_bytes and len(entries) > 1):
            self.dropped += 1
            self._let_go(entries.popleft())

    def _let_go(self, entry: Entry) -> None:
        """Drop the oldest entry; one that is not over yet counts itself when it is."""
        self.bytes -= entry.weight
        entry.in_journal = False
        if entry.over:
            entry.cover()

    def forget(self, some: Collection[Entry]) -> int:
        """Take out what somebody wants to see no more; it does not count as dropped. How many were there."""
        gone = [entry for entry in some if entry.in_journal and entry.coverage is self.coverage]
        for entry in gone:
            self._let_go(entry)
        self._entries = deque(entry for entry in self._entries if entry.in_journal)
        return len(gone)

    def covered(self) -> Coverage:
        """The coverage of the workspace's client since it was made or reset."""
        total = Coverage()
        total.merge(self.coverage)
        for entry in self._entries:
            if entry.over:
                entry.cover_in(total)
        return total

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)
