"""The rows of one kind in the order of a time in each: the first that is due is found without looking at the others."""

from collections.abc import Callable, Iterable
from types import MappingProxyType

from mock_server.store.base import Record, Row
from mock_server.store.copy_on_write import SharedRows

Timed = Callable[[Record], str | None]
"""A function that returns the time of a record as a text that sorts, or None for a record that never is due."""

_NOTHING: Record = MappingProxyType({})
_SEPARATOR = "\0"  # it sorts before all that a time is written with
_PAST_SEPARATOR = "\1"


class TimeOrder:
    """Rows by the time that a function gives them, then by their own order. A copy shares all unchanged parts."""

    __slots__ = ("_entries", "_timed")

    def __init__(self, timed: Timed, rows: Iterable[Row]) -> None:
        self._timed = timed
        entries = [entry for row in rows if (entry := self._entry(row)) is not None]
        self._entries = SharedRows(sorted(entries, key=lambda entry: entry.key))

    def copy(self) -> "TimeOrder":
        """An independent order of the same rows."""
        twin = TimeOrder.__new__(TimeOrder)
        twin._timed, twin._entries = self._timed, self._entries.copy()
        return twin

    def change(self, before: Row | None, now: Row | None) -> None:
        """Note that a row was added, removed, or replaced."""
        old = None if before is None else self._entry(before)
        new = None if now is None else self._entry(now)
        if old is not None and new is not None and old.key == new.key:
            return
        if old is not None:
            self._entries.remove(old)
        if new is not None:
            self._entries.add(new)

    def first(self, after: str = "") -> Row | None:
        """The entry of the first row with a later time: its id is that of the row."""
        return self._entries.first_after((after + _PAST_SEPARATOR, 0))

    @property
    def entries(self) -> SharedRows:
        """An entry for each row that has a time."""
        return self._entries

    def _entry(self, row: Row) -> Row | None:
        """The place of a row in this order; it has the row's id and none of its content."""
        time = self._timed(row.record)
        return None if time is None else Row(row.id, (f"{time}{_SEPARATOR}{row.key[0]}", row.key[1]), _NOTHING)


def time_of(entry: Row) -> str:
    """The time of the row that an entry stands for."""
    return entry.key[0].partition(_SEPARATOR)[0]
