"""The living records of one kind, in order, found by id, by place in the order, or by the value of a field."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from mock_server.store.base import Id, Row

Where = Mapping[str, Any]


def _key(row: Row) -> tuple[str, int]:
    return row.key


class Collection:
    """Rows ordered by (creation time, arrival). A page costs the same at any depth: nothing is skipped or counted.

    An index over a field is made when a filter first asks for it, and kept from then on.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows: dict[Id, Row] = {row.id: row for row in rows}
        self.order: list[Row] = sorted(self.rows.values(), key=_key)
        self._indexes: dict[str, dict[Hashable, list[Row]]] = {}

    def copy(self) -> "Collection":
        """An independent one with the same rows."""
        twin = Collection.__new__(Collection)
        twin.rows, twin.order, twin._indexes = self.rows.copy(), self.order.copy(), {}
        return twin

    def put(self, row: Row) -> Row | None:
        """Add ``row`` or replace the one with its id, which is returned."""
        before = self.rows.get(row.id)
        if before is not None:
            self._forget(before)
        self.rows[row.id] = row
        insort(self.order, row, key=_key)
        for field, index in self._indexes.items():
            insort(index.setdefault(_value(row, field), []), row, key=_key)
        return before

    def remove(self, id: Id) -> Row | None:
        """Take the row out; None when there is none."""
        row = self.rows.pop(id, None)
        if row is not None:
            self._forget(row)
        return row

    def page(self, offset: int, limit: int, where: Where) -> tuple[Sequence[Row], int]:
        """``limit`` rows from ``offset``, newest first, and how many there are in all."""
        rows = self.matching(where)
        end = max(0, len(rows) - offset)
        return rows[max(0, end - limit) : end][::-1], len(rows)

    def matching(self, where: Where) -> Sequence[Row]:
        """The rows whose fields have these values, oldest first."""
        if not where:
            return self.order
        lists = sorted((self._index(field).get(_hashable(value), []) for field, value in where.items()), key=len)
        if len(lists) == 1:
            return lists[0]
        return [row for row in lists[0] if all(_value(row, name) == _hashable(value) for name, value in where.items())]

    def _index(self, field: str) -> dict[Hashable, list[Row]]:
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for row in self.order:
                index.setdefault(_value(row, field), []).append(row)
        return index

    def _forget(self, row: Row) -> None:
        del self.order[_place(self.order, row)]
        for field, index in self._indexes.items():
            rows = index[_value(row, field)]
            del rows[_place(rows, row)]


def _place(rows: Sequence[Row], row: Row) -> int:
    return bisect_left(rows, row.key, key=_key)


def _value(row: Row, field: str) -> Hashable:
    return _hashable(row.record.get(field))


def _hashable(value: Any) -> Hashable:
    """True and 1 are equal to Python and different in JSON; lists and objects are compared by their text."""
    if isinstance(value, bool):
        return ("boolean", value)
    return repr(value) if isinstance(value, (list, dict)) else value
