"""Compare JSON values as ``equalToJson`` does: equal numbers, extra fields, any order; in a bounded number of steps.

Items in any order are compared as multisets. If an object may have extra fields as well, one item can match several
of the other list, so a pairing of all items is sought: the first match may be needed by another item.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

import orjson

from mock_server.support.exact_json import MAX_DIGITS, write_json

MAX_STEPS = 50_000
"""Most values that one comparison examines: some fifty milliseconds."""
_PAIRING = 8
_ZEROS = 1_000  # of a whole number that is written out
_WRITTEN_OUT = 10**_ZEROS
_ALL_DIGITS = Context(prec=2 * MAX_DIGITS)

Form = Hashable
Edges = Mapping[int, Sequence[int]]


class TooMuchWork(Exception):
    """The comparison was given up: it is not known whether the two values are equal."""


class JsonComparison:
    """A wanted value. ``extra``: objects may have extra fields; ``any_order``: lists may be in any order.

    A list never has more items than are wanted. Raises TooMuchWork for a value that is too large to be compared.
    """

    def __init__(self, wanted: Any, *, extra: bool = False, any_order: bool = False) -> None:
        self.wanted = wanted
        self.extra = extra
        self.any_order = any_order
        self._text = write_json(wanted, orjson.OPT_SORT_KEYS)
        work = _Work(MAX_STEPS)
        self._form = work.form(wanted) if any_order else None
        self._steps = MAX_STEPS - work.left

    def is_met(self, value: Any) -> bool:
        """Tell whether ``value`` is the wanted one. Raises TooMuchWork."""
        if self._text == write_json(value, orjson.OPT_SORT_KEYS):
            return True
        if self.any_order and not self.extra:
            try:
                return self._form == _Work(self._steps).form(value)
            except TooMuchWork:
                return False  # it has more values than the one that is wanted
        return _Work(MAX_STEPS).same(self.wanted, value, extra=self.extra, any_order=self.any_order)


class _Work:
    """A comparison under way, and the steps that it may still take."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def _step(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise TooMuchWork

    def form(self, value: Any) -> Form:
        """A normal form, which is the same for two values exactly if they are equal with their lists in any order."""
        self._step()
        if isinstance(value, Mapping):
            return "object", frozenset((name, self.form(part)) for name, part in value.items())
        if isinstance(value, list):
            return "list", frozenset(Counter(map(self.form, value)).items())
        return scalar(value)

    def same(self, wanted: Any, value: Any, *, extra: bool, any_order: bool) -> bool:
        """Tell whether the two values match under the options of the comparison."""
        self._step()
        if isinstance(wanted, Mapping) and isinstance(value, Mapping):
            if not (wanted.keys() <= value.keys() if extra else wanted.keys() == value.keys()):
                return False
            return all(self.same(part, value[name], extra=extra, any_order=any_order) for name, part in wanted.items())
        if isinstance(wanted, list) and isinstance(value, list):
            if len(wanted) != len(value):
                return False
            if any_order:
                return self._paired(wanted, value)
            pairs = zip(wanted, value, strict=True)
            return all(self.same(one, other, extra=extra, any_order=any_order) for one, other in pairs)
        if _kind(wanted) or _kind(value):
            return False
        return scalar(wanted) == scalar(value)

    def _paired(self, wanted: Sequence[Any], given: Sequence[Any]) -> bool:
        """Tell whether each wanted item can have its own item of the other list; objects may have extra fields.

        Equal items are paired first: an item that matches one of them also matches whatever the other may match.
        """
        if len(wanted) == 1:
            return self.same(wanted[0], given[0], extra=True, any_order=True)
        self._step(_PAIRING + 5 * len(wanted))  # what else is done here, in steps
        wanted, given = self._unequal(wanted, given)
        if Counter(map(_known, wanted)) != Counter(map(_known, given)):
            return False
        places = _Places(given, self._step)
        edges: dict[int, list[int]] = {}
        for index, item in enumerate(wanted):
            found = [other for other in places.of(item) if self.same(item, given[other], extra=True, any_order=True)]
            if not found:
                return False
            edges[index] = found
        return self._matching(edges)

    def _unequal(self, wanted: Sequence[Any], given: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Both lists without the items that have exactly the same text in both."""
        texts = [write_json(item, orjson.OPT_SORT_KEYS) for item in given]
        left = Counter(texts)
        rest = []
        for item in wanted:
            text = write_json(item, orjson.OPT_SORT_KEYS)
            if left[text]:
                left[text] -= 1
            else:
                rest.append(item)
        others = []
        for item, text in zip(given, texts, strict=True):
            if left[text]:
                left[text] -= 1
                others.append(item)
        return rest, others

    def _matching(self, edges: Edges) -> bool:
        """Tell whether each item can have its own partner: Kuhn's algorithm, each path sought breadth first."""
        holder: dict[int, int] = {}
        held: dict[int, int] = {}
        return all(self._augmented(start, edges, holder, held) for start in edges)

    def _augmented(self, start: int, edges: Edges, holder: dict[int, int], held: dict[int, int]) -> bool:
        """Find a partner for ``start``; others may change theirs. Return whether there is one."""
        reached: dict[int, int] = {}
        queue = [start]
        for current in queue:  # it grows on the way
            self._step(len(edges[current]))
            for other in edges[current]:
                if other in reached:
                    continue
                reached[other] = current
                if other in holder:
                    queue.append(holder[other])
                    continue
                while True:
                    giver = reached[other]
                    before = held.get(giver)
                    holder[other], held[giver] = giver, other
                    if before is None:
                        return True
                    other = before
        return False


class _Places:
    """An index of items by the values at their places: only items that it finds are worth a comparison."""

    def __init__(self, items: Sequence[Any], step: Callable[[], None]) -> None:
        self._by_kind: dict[Form, list[int]] = {}
        self._by_value: dict[Form, list[int]] = {}
        for index, item in enumerate(items):
            self._by_kind.setdefault(_known(item), []).append(index)
            for value in _values(item):
                step()
                self._by_value.setdefault(value, []).append(index)

    def of(self, wanted: Any) -> Sequence[int]:
        """The smallest group of items that may match."""
        lists = [self._by_value.get(value, []) for value in _values(wanted)]
        return min(lists, key=len, default=self._by_kind.get(_known(wanted), []))


def _values(item: Any, path: tuple[str, ...] = ()) -> Iterator[Form]:
    """Each scalar of an object with its place; lists are skipped."""
    if isinstance(item, Mapping):
        for name, part in item.items():
            yield from _values(part, (*path, name))
    elif path and not isinstance(item, list):
        yield path, scalar(item)


def _known(value: Any) -> Form:
    """The simple facts about an item: that it is an object or a list, or its exact value."""
    return _kind(value) or scalar(value)


def _kind(value: Any) -> str:
    return "object" if isinstance(value, Mapping) else "list" if isinstance(value, list) else ""


def scalar(value: Any) -> Form:
    """A text, flag, number or null by its kind; equal numbers are equal however they are written."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return "constant", value
    return "number", _digits(value)


def _digits(value: int | float | Decimal) -> str:
    """A number in one spelling. Its hash would not do, because collisions can be made on purpose."""
    if isinstance(value, int) and abs(value) < _WRITTEN_OUT:
        return str(value)
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if exact.adjusted() < _ZEROS and exact == exact.to_integral_value():
        return str(int(exact))
    return str(_ALL_DIGITS.normalize(exact))
