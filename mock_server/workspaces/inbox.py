"""A webhook receiver of our own, for tests and demonstrations: it stores deliveries and answers as configured."""

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
"""Most bytes that all inboxes of a workspace store together."""
_MAX_KEPT_DELIVERIES = 1_000
_MAX_NAMES = 1_000
_ENTRY = 500  # bytes in memory of a delivery that holds nothing
_FIELD = 200  # bytes in memory of a header field, its letters left out
_SHOWN = 100  # characters
_MAX_SUMMARIES = 20_000  # some five megabytes, and only while somebody asks


@dataclass(frozen=True, slots=True)
class Received:
    """One received delivery. ``raw`` is its body, which is JSON or any text."""

    number: int
    at: str
    headers: Mapping[str, str]
    raw: bytes
    is_json: bool

    @property
    def body(self) -> Any:
        """The body's JSON value, or its text if it is not JSON.

        It is parsed at each use, because the value may be large.
        """
        return read_json(self.raw) if self.is_json else self.raw.decode("utf-8", "replace")

    @property
    def shown(self) -> Any:
        """The body for an answer in JSON: unchanged if it is JSON."""
        return orjson.Fragment(self.raw) if self.is_json else self.body

    @property
    def weight(self) -> int:
        """Approximate bytes that it needs in memory."""
        letters = sum(len(name) + len(value) for name, value in self.headers.items())
        return _ENTRY + _FIELD * len(self.headers) + letters + len(self.raw)


@dataclass(slots=True)
class Inbox:
    """One inbox, bounded in number, and by Inboxes in bytes. It answers with ``status`` after ``delay`` seconds.

    ``names`` are the fields that bodies had. ``era`` grows each time that the inbox is emptied. A client that waits for
    a delivery waits in ``arrivals``.
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
        """Store a delivery; older ones make room. Raises TooDeep for JSON that is too deep to be shown again."""
        return self.keep(at, headers, raw, parsed(raw))

    def keep(self, at: str, headers: Mapping[str, str], raw: bytes, value: Any) -> Received:
        """Store a delivery with the already known value of its body (``parsed``); older ones make room."""
        if isinstance(value, dict) and len(self.names) + len(value) <= _MAX_NAMES:
            self.names.update(value)
        self.seen += 1
        entry = Received(self.seen, at, headers, raw, value is not _ABSENT)
        self.received.append(entry)
        self.size += entry.weight
        while len(self.received) > _MAX_KEPT_DELIVERIES:
            self.drop()
        return entry

    def drop(self) -> None:
        """Drop the oldest delivery."""
        self.size -= self.received.popleft().weight

    def after(self, number: int) -> Iterator[Received]:
        """The deliveries after the one with this number, the newest first."""
        for entry in reversed(self.received):
            if entry.number <= number:
                return
            yield entry

    @property
    def summaries(self) -> "Summaries":
        """Summaries of the bodies. Callers share them for as long as they hold on to them."""
        found = self._summaries() if self._summaries is not None else None
        if found is None:
            found = Summaries()
            self._summaries = ref(found)
        return found

    @property
    def dropped(self) -> int:
        """The number of deliveries that are no longer stored."""
        return self.seen - len(self.received)

    def clear(self) -> None:
        """Remove every delivery and start the numbers anew."""
        self.received.clear()
        self.names.clear()
        self.seen = self.size = 0
        self._summaries = None  # the numbers begin anew
        self.era += 1


def parsed(raw: bytes) -> Any:
    """The value of a body; a special mark if it is not JSON. Raises TooDeep."""
    try:
        return read_json(raw)
    except TooDeep:
        raise
    except NotJson:
        return _ABSENT


class Inboxes(dict[str, Inbox]):
    """The inboxes of a workspace by name, with a common bound in bytes."""

    def shorten(self) -> None:
        """Drop the oldest deliveries of the largest inboxes until the bound is kept; each keeps its newest one."""
        size = sum(inbox.size for inbox in self.values())
        while size > MAX_BYTES:
            largest = max(self.values(), key=lambda inbox: inbox.size * (len(inbox.received) > 1))
            if len(largest.received) < 2:
                return
            before = largest.size
            largest.drop()
            size -= before - largest.size


class Summaries:
    """Values at places of the bodies. Each body is parsed once for a place, however many callers ask for it."""

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
        if self._count > _MAX_SUMMARIES:
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
    """The values that a delivery's body must have, by dotted path."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._wanted = {path: JsonComparison(value) for path, value in wanted.items()}
        self._summaries = [summary(value) for value in wanted.values()]

    async def count(self, entry: Received, known: Summaries) -> int:
        """Count the paths at which a body has another value."""
        if not self._wanted:
            return 0
        pairs = zip(self._summaries, await known.of(entry, self._wanted.keys()), strict=True)
        equal = [one.is_equal(other) for one, other in pairs]
        return len(await self.mismatches(entry)) if None in equal else equal.count(False)

    async def mismatches(self, entry: Received) -> list[str]:
        """The reasons why a delivery does not match. A large body is compared in a thread."""
        return await apart_if_large(len(entry.raw), lambda: self.differences(entry.body))

    def differences(self, body: Any) -> list[str]:
        """For each wanted path, the other value that the body has there. Empty if the body matches."""
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
