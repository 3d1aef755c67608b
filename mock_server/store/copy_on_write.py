"""Containers that share unchanged parts with their copies: a copy costs as much as there are parts.

Each part is a plain list or dictionary. After a copy neither side owns a part; a side that writes copies it first.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar, overload

from mock_server.store.base import Row

_MAX_ROWS_PER_PART = 1024  # a part with more is split
_FULLEST = 2048  # entries of a part on average; then there are more parts

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _key(row: Row) -> tuple[str, int]:
    return row.key


class SharedRows(Sequence[Row]):
    """Rows in the order of their keys."""

    __slots__ = ("_length", "_owned", "_parts")

    def __init__(self, ordered: Sequence[Row] = ()) -> None:
        half = _MAX_ROWS_PER_PART // 2  # room for what comes in between
        self._parts = [list(ordered[start : start + half]) for start in range(0, len(ordered), half)] or [[]]
        self._owned = [True] * len(self._parts)
        self._length = len(ordered)

    def copy(self) -> "SharedRows":
        """A copy that shares every part until one side writes to it."""
        twin = SharedRows.__new__(SharedRows)
        twin._parts, twin._length = self._parts.copy(), self._length
        twin._owned = [False] * len(self._parts)
        self._owned = [False] * len(self._parts)
        return twin

    def add(self, row: Row) -> None:
        """Add a row. Most new rows are the newest."""
        part = self._parts[-1]
        if not part or part[-1].key < row.key:
            place = len(self._parts) - 1
            if not self._owned[place]:
                part = self._own(place)
            part.append(row)
        else:
            place = self._part_of(row.key)
            part = self._own(place)
            part.insert(bisect_right(part, row.key, key=_key), row)
        self._length += 1
        if len(part) > _MAX_ROWS_PER_PART:
            self._split(place)

    def remove(self, row: Row) -> None:
        """Remove the row with this key and id, which must exist."""
        place, at = self._place_of(row)
        part = self._own(place)
        del part[at]
        self._length -= 1
        if not part and len(self._parts) > 1:
            del self._parts[place], self._owned[place]

    def replace(self, row: Row, other: Row) -> None:
        """Replace this row, which must exist, by one with the same key."""
        place, at = self._place_of(row)
        self._own(place)[at] = other

    def first_after(self, key: tuple[str, int]) -> Row | None:
        """The first row with a greater key; None if there is none."""
        place = bisect_right(self._parts, key, key=lambda part: part[-1].key) if self._length else len(self._parts)
        if place == len(self._parts):
            return None
        part = self._parts[place]
        return part[bisect_right(part, key, key=_key)]

    def _place_of(self, row: Row) -> tuple[int, int]:
        """No two rows have one key, unless a file of somebody says so."""
        place = self._part_of(row.key)
        at = bisect_left(self._parts[place], row.key, key=_key)
        while self._parts[place][at].id != row.id:
            place, at = (place, at + 1) if at + 1 < len(self._parts[place]) else (place + 1, 0)
        return place, at

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self._parts)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            start, stop, step = at.indices(self._length)
            return self._between(start, stop) if step == 1 else list(self)[at]
        place = at + self._length if at < 0 else at
        if not 0 <= place < self._length:
            raise IndexError(at)
        return self._between(place, place + 1)[0]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SharedRows | list | tuple):
            return len(self) == len(other) and all(one is two for one, two in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _between(self, start: int, stop: int) -> list[Row]:
        """Looked for from the nearer end: most who ask want the newest."""
        if len(self._parts) == 1:
            return self._parts[0][start:stop]
        found: list[Row] = []
        end = self._length
        for part in reversed(self._parts):
            begin = end - len(part)
            if begin < stop and start < end:
                found[:0] = part[max(0, start - begin) : stop - begin]
            if begin <= start:
                break
            end = begin
        return found

    def _part_of(self, key: tuple[str, int]) -> int:
        """The part in which a row with this key is, or belongs."""
        if len(self._parts) == 1:
            return 0
        return min(bisect_left(self._parts, key, key=lambda part: part[-1].key), len(self._parts) - 1)

    def _own(self, place: int) -> list[Row]:
        if not self._owned[place]:
            self._parts[place] = self._parts[place].copy()
            self._owned[place] = True
        return self._parts[place]

    def _split(self, place: int) -> None:
        part = self._parts[place]
        # The last part grows at its end only, so it may be full.
        half = _MAX_ROWS_PER_PART if place == len(self._parts) - 1 else _MAX_ROWS_PER_PART // 2
        self._parts[place : place + 1] = [part[:half], part[half:]]
        self._owned[place : place + 1] = [True, True]


class SharedTable(Generic[K, V]):
    """A dictionary in parts. No value is None. ``expected`` is how many entries there are going to be."""

    __slots__ = ("_length", "_mask", "_owned", "_parts")
    _parts: list[dict[K, V]]
    _owned: list[bool]
    _mask: int

    def __init__(self, entries: dict[K, V], expected: int = 0) -> None:
        self._length = len(entries)
        most = max(len(entries), expected)
        self._spread(entries.items(), 1 if most <= _FULLEST else 1 << (most // _FULLEST).bit_length())

    def copy(self) -> "SharedTable[K, V]":
        """A copy that shares every part until one side writes to it."""
        twin: SharedTable[K, V] = SharedTable.__new__(SharedTable)
        twin._parts, twin._mask, twin._length = self._parts.copy(), self._mask, self._length
        twin._owned = [False] * len(self._parts)
        self._owned = [False] * len(self._parts)
        return twin

    def get(self, key: K) -> V | None:
        """The value of a key; None if there is none, or if the value cannot be a key."""
        try:
            return self._parts[hash(key) & self._mask].get(key)
        except TypeError:  # a list, say: a field that names a record may hold anything that a file says
            return None

    def put(self, key: K, value: V) -> None:
        """Set the value of a key, in a part that this table alone has."""
        place = hash(key) & self._mask
        part = self._parts[place] if self._owned[place] else self._own(place)
        if key not in part:
            self._length += 1
        part[key] = value
        if self._length > _FULLEST * 2 * len(self._parts):
            self._spread(chain.from_iterable(part.items() for part in self._parts), 4 * len(self._parts))

    def pop(self, key: K) -> V | None:
        """Remove a key and return its value; None if there was none."""
        place = hash(key) & self._mask
        if key not in self._parts[place]:
            return None
        self._length -= 1
        return self._own(place).pop(key)

    def __len__(self) -> int:
        return self._length

    def _own(self, place: int) -> dict[K, V]:
        if not self._owned[place]:
            self._parts[place] = self._parts[place].copy()
            self._owned[place] = True
        return self._parts[place]

    def _spread(self, entries: Iterable[tuple[K, V]], parts: int) -> None:
        self._owned = [True] * parts
        spread: list[dict[K, V]] = [{} for _ in range(parts)]
        mask = parts - 1
        for key, value in entries:
            spread[hash(key) & mask][key] = value
        self._parts, self._mask = spread, mask


def pieces(*containers: SharedRows | SharedTable[Any, Any]) -> Iterator[Any]:
    """The parts of containers, one by one: a reference to a part keeps its contents in memory."""
    for container in containers:
        yield from container._parts


def unshared(one: SharedRows, other: SharedRows) -> tuple[Iterator[Row], Iterator[Row]]:
    """For each container, the rows in parts that the other does not share: shared parts are equal."""
    shared = {id(part) for part in one._parts} & {id(part) for part in other._parts}
    left, right = ((part for part in rows._parts if id(part) not in shared) for rows in (one, other))
    return chain.from_iterable(left), chain.from_iterable(right)


def same(one: Any, other: Any) -> bool:
    """Tell whether two containers are the same, or share all parts: then their contents are equal."""
    if one is other:
        return True
    parts, others = getattr(one, "_parts", None), getattr(other, "_parts", None)
    return parts is not None and others is not None and len(parts) == len(others) and all(map(_is, parts, others))


def _is(one: object, other: object) -> bool:
    return one is other
