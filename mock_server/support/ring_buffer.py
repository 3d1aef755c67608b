"""A bounded list of past entries, newest last. It says how many it dropped."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class RingBuffer(Generic[T]):
    """At most ``size`` entries; a new one replaces the oldest. No log stores it, for it is history and not state."""

    def __init__(self, size: int) -> None:
        self._entries: deque[T] = deque(maxlen=size)
        self.seen = 0
        self.dropped = 0

    def append(self, entry: T) -> None:
        """Add an entry; the oldest goes when the buffer is full."""
        self.seen += 1
        self.dropped += len(self._entries) == self._entries.maxlen
        self._entries.append(entry)

    def newest(self, count: int) -> list[T]:
        """The last entries, at most so many, oldest first."""
        return list(islice(reversed(self._entries), max(0, count)))[::-1]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries)
