"""A bounded memory of what happened, newest last; it says how much it dropped."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

_NO_BOUND = 2**62


class Journal(Generic[T]):
    """At most ``size`` entries, and of ``most_bytes`` together; older ones make room.

    It is not kept by the log: it tells of requests, not of state.
    """

    def __init__(self, size: int, most_bytes: int = _NO_BOUND) -> None:
        self.size = size
        self._most_bytes = most_bytes
        self._entries: deque[T] = deque()
        self._weights: dict[int, int] = {}  # in bytes, by the identity of the entry
        self.bytes = 0
        self.seen = 0
        self.dropped = 0

    def append(self, entry: T, weight: int = 0) -> Sequence[T]:
        """Keep an entry of ``weight`` bytes; those that are dropped for it, itself where there is no room at all."""
        self.seen += 1
        self._entries.append(entry)
        self._weights[id(entry)] = weight
        self.bytes += weight
        return self._shortened()

    def grow(self, entry: T, more: int) -> Sequence[T]:
        """Let an entry that is kept weigh so many bytes more; those that are dropped for it."""
        self._weights[id(entry)] += more
        self.bytes += more
        return self._shortened()

    def _shortened(self) -> Sequence[T]:
        """Drop the oldest until the rest is within bounds; the newest stays, however large it is."""
        if len(self._entries) <= self.size and self.bytes <= self._most_bytes:
            return ()
        dropped = []
        while len(self._entries) > self.size or (self.bytes > self._most_bytes and len(self._entries) > 1):
            oldest = self._entries.popleft()
            self.bytes -= self._weights.pop(id(oldest))
            dropped.append(oldest)
        self.dropped += len(dropped)
        return dropped

    def remove(self, unwanted: Collection[T]) -> None:
        """Take these entries out, whoever they are; they do not count as dropped."""
        gone = {id(entry) for entry in unwanted} & self._weights.keys()
        self._entries = deque(entry for entry in self._entries if id(entry) not in gone)
        self.bytes -= sum(self._weights.pop(entry) for entry in gone)

    def __contains__(self, entry: object) -> bool:
        return id(entry) in self._weights

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self._weights.clear()
        self.bytes = self.seen = self.dropped = 0
