"""Rows that keep their record as JSON: what is loaded from a file takes a third of the memory, and most is never read.

A record is read anew each time that somebody asks for it, which takes some microseconds.
"""

import orjson

from mock_server.store.base import Id, Record, Row
from mock_server.support.exact_json import trimmed


class PackedRow(Row):
    """A row whose record is kept as a JSON text."""

    __slots__ = ("_text",)

    def __init__(self, id: Id, key: tuple[str, int], text: bytes) -> None:
        self.id = id
        self.key = key
        self._text = text

    @property
    def record(self) -> Record:  # type: ignore[override]  # nobody may set it
        """The record: an equal one each time, never the same object."""
        found: Record = orjson.loads(self._text)
        return found


def packed(row: Row) -> Row:
    """Pack a row. One whose record has numbers beyond 64 bits stays as it is: orjson would not read them exactly."""
    try:
        return PackedRow(row.id, row.key, trimmed(orjson.dumps(row.record)))
    except TypeError:
        return row
