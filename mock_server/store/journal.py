"""A bounded memory of what happened, newest last; it says how much it dropped."""

from collections import deque
from collections.abc import Collection, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Journal(Generic[T]):
    """At most ``size`` entries; an older one makes room. Not kept by the log: it tells of requests, not of state."""

    def __init__(self, size: int) -> None:
        self._entries: deque[T] = deque(maxlen=size)
        self.seen = 0
        self.dropped = 0

    def append(self, entry: T) -> T | None:
        """Keep it; the one that is dropped for it, if there is one."""
        self.seen += 1
        full = len(self._entries) == self._entries.maxlen
        oldest = (self._entries[0] if self._entries else entry) if full else None
        self.dropped += full
        self._entries.append(entry)
        return oldest

    def remove(self, unwanted: Collection[T]) -> None:
        """Take these entries out, whoever they are; they do not count as dropped."""
        ids = {id(entry) for entry in unwanted}
        left = [entry for entry in self._entries if id(entry) not in ids]
        self._entries = deque(left, self._entries.maxlen)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self.seen = self.dropped = 0
