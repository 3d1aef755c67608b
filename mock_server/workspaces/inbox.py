"""A receiver of our own, for tests and demonstrations: it keeps what it gets and answers as it was told."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import ref

import orjson

from mock_server.stubbing.json_comparison import JsonComparison, TooMuchWork
from mock_server.stubbing.json_summary import NO_VALUE, Summary, summary
from mock_server.support.condition import Condition, apart_if_large
from mock_server.support.exact_json import NotJson, TooDeep, read_json, write_json
from mock_server.support.text import short_repr, shorten

MAX_BYTES = 16 * 1024 * 1024
"""Bytes that all inboxes of a workspace keep together."""
_MAX_KEPT_DELIVERIES = 1_000
_MOST_NAMES = 1_000
_ENTRY = 500  # bytes in memory of a delivery that holds nothing
_FIELD = 200  # bytes in memory of a header field, its letters left out
_SHOWN = 100  # characters
_MOST_SUMMARIES = 20_000  # some five megabytes, and only while somebody asks


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
    waits in ``arrivals``.
    """

    status: int = 200
    delay: float = 0.0
    headers: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    received: deque[Received] = field(default_factory=deque)
    names: set[str] = field(default_factory=set)
    seen: int = 0
    size: int = 0
    era: int = 0
    arrivals: Condition = field(default_factory=Condition)
    _summaries: "ref[Summaries] | None" = None

    def add(self, at: str, headers: Mapping[str, str], raw: bytes) -> Received:
        """Keep what came; older ones make room. Raises TooDeep for JSON that nobody could show again."""
        return self.keep(at, headers, raw, parsed(raw))

    def keep(self, at: str, headers: Mapping[str, str], raw: bytes, value: Any) -> Received:
        """Keep what came, of which the value is known (``parsed``); older ones make room."""
        if isinstance(value, dict) and len(self.names) + len(value) <= _MOST_NAMES:
            self.names.update(value)
        self.seen += 1
        entry = Received(self.seen, at, headers, raw, value is not _ABSENT)
        self.received.append(entry)
        self.size += entry.weight
        while len(self.received) > _MAX_KEPT_DELIVERIES:
            self.drop()
        return entry

    def drop(self) -> None:
        """Let go of the oldest."""
        self.size -= self.received.popleft().weight

    def after(self, number: int) -> Iterator[Received]:
        """The deliveries after the one with this number, the newest first."""
        for entry in reversed(self.received):
            if entry.number <= number:
                return
            yield entry

    @property
    def summaries(self) -> "Summaries":
        """Summaries of the bodies, shared by all who ask at the same time: whoever asks holds on to them."""
        found = self._summaries() if self._summaries is not None else None
        if found is None:
            found = Summaries()
            self._summaries = ref(found)
        return found

    @property
    def dropped(self) -> int:
        """The number of deliveries that are not kept any more."""
        return self.seen - len(self.received)

    def clear(self) -> None:
        """Forget every delivery; the numbers begin anew."""
        self.received.clear()
        self.names.clear()
        self.seen = self.size = 0
        self._summaries = None  # the numbers begin anew
        self.era += 1


def parsed(raw: bytes) -> Any:
    """The value of a body; a mark of its own where it is no JSON. Raises TooDeep."""
    try:
        return read_json(raw)
    except TooDeep:
        raise
    except NotJson:
        return _ABSENT


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


class Summaries:
    """Values of bodies at the places that are asked for: each body is parsed once, however many ask for that place."""

    def __init__(self) -> None:
        self._at: dict[str, dict[int, Summary]] = {}
        self._count = 0
        self._looking = asyncio.Lock()  # the next who asks finds what the one before has found

    async def of(self, entry: Received, paths: Collection[str]) -> Sequence[Summary]:
        """The value at each of the dotted paths."""
        if (known := self._known(entry, paths)) is not None:
            return known
        async with self._looking:
            if (known := self._known(entry, paths)) is not None:
                return known
            found = await apart_if_large(len(entry.raw), partial(_summaries, entry, paths))
            self._keep(entry, paths, found)
            return found

    def _known(self, entry: Received, paths: Collection[str]) -> Sequence[Summary] | None:
        try:
            return [self._at[path][entry.number] for path in paths]
        except KeyError:
            return None

    def _keep(self, entry: Received, paths: Collection[str], found: Sequence[Summary]) -> None:
        if self._count > _MOST_SUMMARIES:
            self._at.clear()
            self._count = 0
        self._count += len(paths)
        for path, one in zip(paths, found, strict=True):
            self._at.setdefault(path, {})[entry.number] = one


def _summaries(entry: Received, paths: Collection[str]) -> Sequence[Summary]:
    body = entry.body if entry.is_json else None
    parts = [_found(path, body) for path in paths]
    return [NO_VALUE if part is _ABSENT else summary(part) for part in parts]


class Expected:
    """The values that a body must have, by dotted path."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._wanted = {path: JsonComparison(value) for path, value in wanted.items()}
        self._summaries = [summary(value) for value in wanted.values()]

    async def count(self, entry: Received, known: Summaries) -> int:
        """At how many of the paths something else stands in a body."""
        if not self._wanted:
            return 0
        pairs = zip(self._summaries, await known.of(entry, self._wanted.keys()), strict=True)
        equal = [one.is_equal(other) for one, other in pairs]
        return len(await self.mismatches(entry)) if None in equal else equal.count(False)

    async def mismatches(self, entry: Received) -> list[str]:
        """Why a delivery does not match, found beside the event loop where its body is large."""
        return await apart_if_large(len(entry.raw), lambda: self.differences(entry.body))

    def differences(self, body: Any) -> list[str]:
        """Why a body does not match: for each path that is wanted, what stands there instead. Empty when it does."""
        return [difference for path, wanted in self._wanted.items() if (difference := _difference(path, wanted, body))]


def _found(path: str, body: Any) -> Any:
    """The value at a dotted path."""
    for name in path.split("."):
        body = body.get(name, _ABSENT) if isinstance(body, dict) else _ABSENT
    return body


def _difference(path: str, wanted: JsonComparison, body: Any) -> str:
    actual = _found(path, body)
    try:
        if actual is not _ABSENT and wanted.is_met(actual):
            return ""
    except TooMuchWork:
        return f"{path}: too much to compare"
    return f"{path}: wanted {_short(wanted.wanted)}, got {'nothing' if actual is _ABSENT else _short(actual)}"


def _short(value: Any) -> str:
    """The beginning of a value."""
    if isinstance(value, dict | list):
        return shorten(write_json(value).decode(), _SHOWN)
    return short_repr(value[:_SHOWN] if isinstance(value, str) else value, _SHOWN)


_ABSENT = object()
