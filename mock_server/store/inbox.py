"""A receiver of our own, for tests and demonstrations: it keeps what it gets and answers as it was told."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mock_server.exact_json import NotJson, TooDeep, read_json, write_json
from mock_server.json_comparison import JsonComparison, TooMuchWork
from mock_server.waiting import Waiting

MAX_BYTES = 16 * 1024 * 1024
"""Bytes that all inboxes of a workspace keep together."""
_KEPT = 1_000
_MOST_NAMES = 1_000
_ENTRY = 500  # bytes in memory of a delivery that holds nothing
_FIELD = 200  # bytes in memory of a header field, its letters left out
_SHOWN = 100  # characters


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it came in. ``raw`` is its body, which is JSON or any text."""

    number: int
    at: str
    headers: Mapping[str, str]
    raw: bytes
    is_json: bool

    @property
    def body(self) -> Any:
        """The JSON value; the text when it is not JSON. It is made anew each time: as a value it may be large."""
        return read_json(self.raw) if self.is_json else self.raw.decode("utf-8", "replace")

    @property
    def shown(self) -> Any:
        """The body, to be written as JSON: as it came, where it is JSON."""
        return orjson.Fragment(self.raw) if self.is_json else self.body

    @property
    def weight(self) -> int:
        """Bytes that it keeps in memory, more or less."""
        letters = sum(len(name) + len(value) for name, value in self.headers.items())
        return _ENTRY + _FIELD * len(self.headers) + letters + len(self.raw)


@dataclass(slots=True)
class Inbox:
    """``status`` and ``delay`` (seconds) are what it answers from now on. Bounded by number, and by Inboxes in bytes.

    ``names`` are the fields that bodies had. ``era`` grows with each time that it is emptied; who waits for a delivery
    waits in ``arrivals``. ``parsed`` is a delivery's number and its body's value, for a moment.
    """

    status: int = 200
    delay: float = 0.0
    headers: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    received: deque[Received] = field(default_factory=deque)
    names: set[str] = field(default_factory=set)
    seen: int = 0
    size: int = 0
    era: int = 0
    arrivals: Waiting = field(default_factory=Waiting)
    parsed: tuple[int, Any] | None = None

    def add(self, at: str, headers: Mapping[str, str], raw: bytes) -> Received:
        """Keep what came; older ones make room. Raises TooDeep for JSON that nobody could show again."""
        try:
            value, is_json = read_json(raw), True
        except TooDeep:
            raise
        except NotJson:
            value, is_json = None, False
        if isinstance(value, dict) and len(self.names) + len(value) <= _MOST_NAMES:
            self.names.update(value)
        self.seen += 1
        entry = Received(self.seen, at, headers, raw, is_json)
        self.received.append(entry)
        self.size += entry.weight
        while len(self.received) > _KEPT:
            self.drop()
        return entry

    def drop(self) -> None:
        """Let go of the oldest."""
        self.size -= self.received.popleft().weight

    def after(self, number: int) -> Iterator[Received]:
        """What came after a delivery of this number, the newest first."""
        for entry in reversed(self.received):
            if entry.number <= number:
                return
            yield entry

    @property
    def dropped(self) -> int:
        return self.seen - len(self.received)

    def clear(self) -> None:
        self.received.clear()
        self.names.clear()
        self.seen = self.size = 0
        self.era += 1


class Inboxes(dict[str, Inbox]):
    """The inboxes of a workspace by name, bounded in bytes together."""

    def shorten(self) -> None:
        """Drop the oldest deliveries of the largest inboxes until all are within bounds; the newest of each stays."""
        size = sum(inbox.size for inbox in self.values())
        while size > MAX_BYTES:
            largest = max(self.values(), key=lambda inbox: inbox.size * (len(inbox.received) > 1))
            if len(largest.received) < 2:
                return
            before = largest.size
            largest.drop()
            size -= before - largest.size


class Expected:
    """What a body is wanted to have, by dotted path."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._wanted = {path: JsonComparison(value) for path, value in wanted.items()}

    def differences(self, body: Any) -> list[str]:
        """Why a body does not match: for each path that is wanted, what stands there instead. Empty when it does."""
        return [difference for path, wanted in self._wanted.items() if (difference := _difference(path, wanted, body))]


def _difference(path: str, wanted: JsonComparison, body: Any) -> str:
    actual = body
    for name in path.split("."):
        actual = actual.get(name, _ABSENT) if isinstance(actual, dict) else _ABSENT
    try:
        if actual is not _ABSENT and wanted.is_met(actual):
            return ""
    except TooMuchWork:
        return f"{path}: too much to compare"
    return f"{path}: wanted {_short(wanted.wanted)}, got {'nothing' if actual is _ABSENT else _short(actual)}"


def _short(value: Any) -> str:
    """The beginning of a value."""
    if isinstance(value, dict | list):
        return write_json(value)[:_SHOWN].decode("utf-8", "ignore")
    return repr(value[:_SHOWN] if isinstance(value, str) else value)[:_SHOWN]


_ABSENT = object()
