"""The living records of one kind, in order, found by id, by place in the order, or by the value of a field."""

from bisect import bisect_left, insort_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from mock_server.exact_json import write_json
from mock_server.store.base import Id, Row

Where = Mapping[str, Any]
"""Field → its value, or a list of values of which it has one. A field that holds a list has each of them."""


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

    def put(self, row: Row) -> None:
        """Add ``row``, in place of the one with its id if there is one."""
        self.remove(row.id)
        self.rows[row.id] = row
        _add(self.order, row)
        for field, index in self._indexes.items():
            for value in _values(row.record.get(field)):
                _add(index.setdefault(value, []), row)

    def remove(self, id: Id) -> Row | None:
        """Take the row out; None when there is none."""
        row = self.rows.pop(id, None)
        if row is not None:
            del self.order[_place(self.order, row)]
            for field, index in self._indexes.items():
                for value in _values(row.record.get(field)):
                    del index[value][_place(index[value], row)]
        return row

    def page(self, offset: int, limit: int, where: Where) -> tuple[Sequence[Row], int]:
        """``limit`` rows from ``offset``, newest first, and how many there are in all."""
        rows = self.matching(where)
        end = max(0, len(rows) - offset)
        return rows[max(0, end - limit) : end][::-1], len(rows)

    def matching(self, where: Where) -> Sequence[Row]:
        """The rows that meet every condition, oldest first."""
        if not where:
            return self.order
        if len(where) == 1:
            [(field, value)] = where.items()
            return self._having(field, _values(value))
        wanted = {field: _values(value) for field, value in where.items()}
        found = min((self._having(field, values) for field, values in wanted.items()), key=len)
        return [row for row in found if all(_values(row.record.get(name)) & wanted[name] for name in wanted)]

    def _having(self, field: str, values: frozenset[Hashable]) -> Sequence[Row]:
        index = self._indexes.get(field) or self._index(field)
        lists = [index[value] for value in values if value in index]
        if len(lists) < 2:
            return lists[0] if lists else []
        return sorted({row.id: row for rows in lists for row in rows}.values(), key=_key)

    def _index(self, field: str) -> dict[Hashable, list[Row]]:
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for row in self.order:
                for value in _values(row.record.get(field)):
                    index.setdefault(value, []).append(row)
        return index


def _add(rows: list[Row], row: Row) -> None:
    """In its order; most are the newest."""
    if not rows or rows[-1].key < row.key:
        rows.append(row)
    else:
        insort_right(rows, row, key=_key)


def _place(rows: Sequence[Row], row: Row) -> int:
    return bisect_left(rows, row.key, key=_key)


def _values(value: Any) -> frozenset[Hashable]:
    if isinstance(value, list):
        return frozenset(map(_hashable, value))
    return frozenset((_hashable(value),))


def _hashable(value: Any) -> Hashable:
    """True and 1 are equal to Python and different in JSON; lists and objects are compared by their text."""
    if isinstance(value, bool | dict | list):
        return write_json(value, orjson.OPT_SORT_KEYS)
    found: Hashable = value  # a number, a text or None
    return found
