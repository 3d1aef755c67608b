"""Rows that keep their record as JSON: what is loaded or made takes a third of the memory, and most is never read.

A record is read anew each time that somebody asks for it, which takes some microseconds. A large member, such as the
words of a call, is compressed: it takes most of the room, and lists are never filtered by it.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.store.base import Id, Record, Row
from mock_server.support.exact_json import trimmed

_LARGE = 1024  # bytes: it pays to compress a member of a record that has more
_MAX_BYTES = 6  # of JSON for a character
_CONTAINERS = (dict, list)
_LEVEL, _BARE = 1, -zlib.MAX_WBITS  # the quickest one is as small as the best within 2 %; without header and sum


class PackedRow(Row):
    """A row whose record is kept as a JSON text."""

    __slots__ = ("_arrival", "_created", "_text")

    def __init__(self, id: Id, key: tuple[str, int], text: bytes) -> None:
        self.id = id
        self.key = key
        self._text = text

    @property
    def key(self) -> tuple[str, int]:  # made when somebody asks: a tuple takes 72 bytes
        """The place in the order of rows."""
        return self._created, self._arrival

    @key.setter
    def key(self, key: tuple[str, int]) -> None:
        self._created, self._arrival = key

    @property
    def record(self) -> Record:  # type: ignore[override]  # nobody may set it
        """The record: an equal one each time, never the same object."""
        found: Record = orjson.loads(self._text)
        return found

    def values(self, names: Sequence[str]) -> list[Any]:
        """The values of some members: the text is read once."""
        found = self.record
        return [found.get(name) for name in names]


class SplitRow(PackedRow):
    """A row with one large member, which is kept compressed. In the text of the others, null stands in its place."""

    __slots__ = ("_large", "_name")

    def __init__(self, id: Id, key: tuple[str, int], text: bytes, name: str, large: bytes) -> None:
        super().__init__(id, key, text)
        self._name = name
        self._large = large

    @property
    def record(self) -> Record:  # type: ignore[override]  # nobody may set it
        """The record: an equal one each time, never the same object."""
        found: dict[str, Any] = orjson.loads(self._text)
        found[self._name] = orjson.loads(zlib.decompress(self._large, _BARE))
        return found

    def values(self, names: Sequence[str]) -> list[Any]:
        """The values of some members; the large one is read only if it is among them."""
        found = self.record if self._name in names else orjson.loads(self._text)
        return [found.get(name) for name in names]


def packed(row: Row) -> Row:
    """Pack a row. One whose record has numbers beyond 64 bits stays as it is: orjson would not read them exactly."""
    try:
        name, large = _largest(row.record)
        if len(large) <= _LARGE:
            return PackedRow(row.id, row.key, trimmed(orjson.dumps(row.record)))
        text = trimmed(orjson.dumps({**row.record, name: None}))
    except TypeError:
        return row
    return SplitRow(row.id, row.key, text, name, zlib.compress(large, _LEVEL, _BARE))


def _largest(record: Record) -> tuple[str, bytes]:
    """The name and the text of the largest member; empty ones if no member can be large."""
    found = ("", b"")
    for name, value in record.items():
        if type(value) in _CONTAINERS or (type(value) is str and len(value) > _LARGE // _MAX_BYTES):
            text = orjson.dumps(value)
            if len(text) > len(found[1]):
                found = name, text
    return found
