"""The living records of one kind, in order, found by id, by place in the order, or by the value of a field."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from mock_server.store.base import Id, Row
from mock_server.store.copy_on_write import SharedRows, SharedTable, pieces
from mock_server.store.time_order import Timed, TimeOrder, time_of
from mock_server.support.exact_json import write_json

Where = Mapping[str, Any]
"""For each field, its value or a list of possible values. A field with a list has each value in it."""

_FEW = 64  # rows that have one value: up to so many are written anew with each change
_PLAIN = (str, int, float, type(None))


def _key(row: Row) -> tuple[str, int]:
    return row.key


class Collection:
    """Rows ordered by (creation time, arrival). A page costs the same at any depth: nothing is skipped or counted.

    An index over a field is made at the first filter on it, and kept. A copy shares all unchanged parts.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        by_id = {row.id: row for row in rows}
        self.order = SharedRows(sorted(by_id.values(), key=_key))
        self.by_id: SharedTable[Id, Row] = SharedTable(by_id)
        self._indexes: dict[str, _Index] = {}
        self._times: dict[Timed, TimeOrder] = {}

    def copy(self) -> "Collection":
        """An independent collection with the same rows."""
        twin = Collection.__new__(Collection)
        twin.order, twin.by_id = self.order.copy(), self.by_id.copy()
        twin._indexes = {field: index.copy() for field, index in self._indexes.items()}
        twin._times = {timed: order.copy() for timed, order in self._times.items()}
        return twin

    def put(self, row: Row) -> None:
        """Add ``row``; it replaces the row with the same id."""
        before = self.by_id.get(row.id)
        if before is not None and before.key != row.key:
            self.remove(row.id)
            before = None
        self.by_id.put(row.id, row)
        if before is None:
            self.order.add(row)
            for field, index in self._indexes.items():
                index.add(row, row.record.get(field))
        else:
            self.order.replace(before, row)
            for field, index in self._indexes.items():
                index.replace(before, row, field)
        for order in self._times.values():
            order.change(before, row)

    def remove(self, id: Id) -> Row | None:
        """Remove and return a row; None if there is none."""
        row = self.by_id.pop(id)
        if row is not None:
            self.order.remove(row)
            for field, index in self._indexes.items():
                index.remove(row, row.record.get(field))
            for order in self._times.values():
                order.change(row, None)
        return row

    def look_up(self, fields: Sequence[str]) -> None:
        """Make the indexes of fields before a request has to wait for one."""
        lacking = [field for field in fields if field not in self._indexes]
        values: list[list[Any]] = [[] for _ in lacking]
        for row in self.order if lacking else ():
            for found, value in zip(values, row.values(lacking), strict=True):  # reading costs, so each is read once
                found.append(value)
        for field, found in zip(lacking, values, strict=True):
            self._indexes[field] = _Index(self.order, found)

    def earliest(self, timed: Timed, after: str = "") -> tuple[str, Row] | None:
        """The first time after another that the function gives to a row, and the row."""
        if timed not in self._times:
            self._times[timed] = TimeOrder(timed, self.order)
        entry = self._times[timed].first(after)
        row = None if entry is None else self.by_id.get(entry.id)
        return None if entry is None or row is None else (time_of(entry), row)

    def pieces(self) -> Iterator[Any]:
        """The parts of the collection in the best order to free them: the rows come last."""
        times = (order.entries for order in self._times.values())
        return pieces(*times, *(index.groups for index in self._indexes.values()), self.by_id, self.order)

    def page(self, offset: int, limit: int, where: Where) -> tuple[Sequence[Row], int]:
        """Return ``limit`` rows from ``offset``, newest first, and the number of all rows."""
        rows = self.matching(where)
        total = len(rows)
        end = max(0, total - offset)
        return rows[max(0, end - limit) : end][::-1] if limit and end else (), total

    def matching(self, where: Where) -> Sequence[Row]:
        """The rows that meet every condition, oldest first."""
        if not where:
            return self.order
        if len(where) == 1:
            [(field, value)] = where.items()
            if type(value) in _PLAIN:
                return self._index(field).group(value)
            return self._having(field, _values(value))
        wanted = {field: _values(value) for field, value in where.items()}
        found = min((self._having(field, values) for field, values in wanted.items()), key=len)
        return [row for row in found if all(_values(row.record.get(name)) & wanted[name] for name in wanted)]

    def _having(self, field: str, values: frozenset[Hashable]) -> Sequence[Row]:
        index = self._index(field)
        groups = [group for value in values if (group := index.group(value))]
        if len(groups) < 2:
            return groups[0] if groups else []
        return sorted({row.id: row for row in chain.from_iterable(groups)}.values(), key=_key)

    def _index(self, field: str) -> "_Index":
        if field not in self._indexes:
            self.look_up((field,))
        return self._indexes[field]


Group = Row | tuple[Row, ...] | SharedRows
"""The rows with one value, in order: one row, a few, or many."""


class _Index:
    """An index of a field: for each value, its rows."""

    def __init__(self, rows: Sequence[Row], values: Sequence[Any]) -> None:
        self.groups: SharedTable[Hashable, Group] = SharedTable({}, len(rows))
        self._owned: set[Hashable] = set()
        many: dict[Hashable, list[Row]] = {}
        get, put = self.groups.get, self.groups.put
        for row, value in zip(rows, values, strict=True):  # there may be many, and somebody waits
            for one in (value,) if type(value) in _PLAIN else _values(value):
                known = get(one)
                if known is None:
                    put(one, row)
                elif one in many:
                    many[one].append(row)
                else:
                    many[one] = [known, row]  # type: ignore[list-item]  # the first is a row
        for value, some in many.items():
            self._put(value, some)

    def copy(self) -> "_Index":
        twin = _Index.__new__(_Index)
        twin.groups, twin._owned = self.groups.copy(), set()
        self._owned = set()
        return twin

    def group(self, value: Hashable) -> Sequence[Row]:
        found = self.groups.get(value)
        if found is None:
            return []
        return (found,) if isinstance(found, Row) else found

    def add(self, row: Row, value: Any) -> None:
        for one in (value,) if type(value) in _PLAIN else _values(value):
            group = self.groups.get(one)
            if group is None:
                self.groups.put(one, row)
            elif isinstance(group, SharedRows):
                self._own(one, group).add(row)
            else:
                self._put(one, _in_order((group,) if isinstance(group, Row) else group, row))

    def replace(self, row: Row, other: Row, field: str) -> None:
        """Note that another row with the same key has replaced this one."""
        value, now = row.record.get(field), other.record.get(field)
        if type(value) not in _PLAIN or type(now) is not type(value) or now != value:
            self.remove(row, value)
            self.add(other, now)
            return
        group = self.groups.get(value)
        if isinstance(group, SharedRows):
            self._own(value, group).replace(row, other)
        elif isinstance(group, tuple):
            self.groups.put(value, tuple([other if one is row else one for one in group]))
        else:
            self.groups.put(value, other)

    def remove(self, row: Row, value: Any) -> None:
        for one in (value,) if type(value) in _PLAIN else _values(value):
            group = self.groups.get(one)
            if isinstance(group, SharedRows):
                self._own(one, group).remove(row)
            elif isinstance(group, tuple):
                self._put(one, [other for other in group if other is not row])
            else:
                self.groups.pop(one)

    def _put(self, value: Hashable, some: Sequence[Row]) -> None:
        """Two rows or more; or one that is left of them."""
        if len(some) > _FEW:
            self.groups.put(value, SharedRows(some))
            self._owned.add(value)
        else:
            self.groups.put(value, tuple(some) if len(some) > 1 else some[0])

    def _own(self, value: Hashable, group: SharedRows) -> SharedRows:
        if value not in self._owned:
            group = group.copy()
            self.groups.put(value, group)
            self._owned.add(value)
        return group


def _in_order(group: Sequence[Row], row: Row) -> Sequence[Row]:
    return (*group, row) if group[-1].key < row.key else sorted((*group, row), key=_key)


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
