"""The requests of one workspace. Each counts from its arrival, and its coverage stays when it is dropped."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from mock_server.store.base import Change
from mock_server.support.exact_json import write_json
from mock_server.workspaces.coverage import Coverage

_ENTRY_BYTES = 24 * 1024
"""The average size of an entry in a full journal: the journal's bound in bytes follows from it."""
_MIN_BYTES = 16 * 1024 * 1024


def changes_weight(changes: Iterable[Change]) -> int:
    """Approximate bytes that changed records take in memory, before and after: more than their JSON."""
    rows = [row.record for change in changes for row in (change.before, change.row) if row is not None]
    return 3 * len(write_json(rows)) if rows else 0


class Entry(Protocol):
    """One request and its answer. ``over`` is true once it is complete.

    ``in_journal`` is true if a journal has it, None before it came there; ``weight`` is its size in bytes.
    """

    in_journal: bool | None
    over: bool
    weight: int
    coverage: Coverage | None

    @property
    def request_weight(self) -> int:
        """Approximate bytes of memory that the request needs."""

    @property
    def answer_weight(self) -> int:
        """Approximate bytes of memory that the answer adds."""

    def cover(self) -> None:
        """Add the request to the coverage if it was not added yet."""

    def cover_in(self, coverage: Coverage) -> None:
        """Add the request to this coverage."""


class RequestJournal:
    """A journal bounded in number and in bytes: older requests make room.

    ``coverage`` is of the requests that it no longer has. No log stores the journal, for it is history
    and not state; where several servers share a database, it moves with the workspace (``cluster/memory``).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._most_bytes = max(_MIN_BYTES, size * _ENTRY_BYTES)
        self.clear()

    def clear(self) -> None:
        """Start anew; requests in flight belong to the old journal."""
        self._entries: deque[Any] = deque()
        self.bytes = self.seen = self.dropped = 0
        self.moved = False
        """True if the server that had this workspace before ended without having stored all its requests."""
        self.coverage = Coverage()

    def begin_after_a_move(self) -> None:
        """Note that earlier requests are missing, because the server that answered them ended too early."""
        self.moved, self.dropped = True, self.dropped + 1

    def restore(self, entry: Entry) -> None:
        """Add a request that another server answered; ``go_on_from`` tells later how many there were."""
        entry.in_journal, entry.coverage = True, self.coverage
        entry.weight = entry.request_weight + entry.answer_weight
        self._entries.append(entry)
        self.bytes += entry.weight

    def go_on_from(self, seen: int, dropped: int, *, moved: bool) -> None:
        """Count on where another server stopped."""
        self.seen, self.dropped, self.moved = seen, dropped, moved
        self._shorten()

    def arrive(self, entry: Entry) -> None:
        """Note that a request has arrived completely. It counts from now on, unless it came before a reset."""
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
        """Note that a request is answered, or never will be."""
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
        """Drop the oldest requests until the rest is within bounds; the newest one stays, however large it is."""
        entries = self._entries
        while len(entries) > self.size or (self.bytes > self._most_bytes and len(entries) > 1):
            self.dropped += 1
            self._let_go(entries.popleft())

    def _let_go(self, entry: Entry) -> None:
        """Drop the oldest entry. If it is not complete yet, it adds itself to the coverage later."""
        self.bytes -= entry.weight
        entry.in_journal = False
        if entry.over:
            entry.cover()

    def forget(self, some: Collection[Entry]) -> int:
        """Remove requests that a user no longer wants to see; they do not count as dropped. Return how many."""
        gone = [entry for entry in some if entry.in_journal and entry.coverage is self.coverage]
        for entry in gone:
            self._let_go(entry)
        self._entries = deque(entry for entry in self._entries if entry.in_journal)
        return len(gone)

    def newest(self, count: int) -> list[Any]:
        """The last entries, at most so many, oldest first."""
        return list(islice(reversed(self._entries), max(0, count)))[::-1]

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
