"""A receiver of our own, for tests and demonstrations: it keeps what it gets and answers as it was told."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_KEPT = 1_000
_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it came in."""

    number: int
    at: str
    headers: Mapping[str, str]
    body: Any
    """The JSON value; the text when it is not JSON."""
    size: int


@dataclass(slots=True)
class Inbox:
    """``status`` and ``delay`` (seconds) are what it answers from now on. Bounded by number and by bytes."""

    status: int = 200
    delay: float = 0.0
    headers: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    received: deque[Received] = field(default_factory=deque)
    seen: int = 0
    size: int = 0

    def add(self, at: str, headers: Mapping[str, str], body: Any, size: int) -> Received:
        """Keep what came, of ``size`` bytes; older ones make room."""
        self.seen += 1
        entry = Received(self.seen, at, headers, body, size)
        self.received.append(entry)
        self.size += size
        while len(self.received) > _KEPT or (self.size > _BYTES and len(self.received) > 1):
            self.size -= self.received.popleft().size
        return entry

    @property
    def dropped(self) -> int:
        return self.seen - len(self.received)

    def clear(self) -> None:
        self.received.clear()
        self.seen = self.size = 0


def differences(wanted: Mapping[str, Any], body: Any) -> list[str]:
    """Why a body does not match: for each dotted path in ``wanted``, what stands there instead. Empty when it does."""
    found = []
    for path, value in wanted.items():
        actual = body
        for name in path.split("."):
            actual = actual.get(name, _ABSENT) if isinstance(actual, dict) else _ABSENT
        if actual != value or isinstance(actual, bool) != isinstance(value, bool):
            found.append(f"{path}: wanted {value!r}, got {'nothing' if actual is _ABSENT else repr(actual)[:100]}")
    return found


_ABSENT = object()
