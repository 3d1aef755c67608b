"""The rows of a list in the order of a query: narrowed, sorted, and found again by a cursor."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.behaviours.registry import OperationContext
from mock_server.spec.filter_expressions import Predicate, UnreadableFilter, predicate
from mock_server.store.base import Row
from mock_server.support.text import shorten

_NO_FIELD = "the order `{}` names no field of these records: it is ignored"


class Selection:
    """Rows of one kind; without an order of its own, newest first, or as the document says."""

    def __init__(self, call: OperationContext, kind: str, where: Mapping[str, Any]) -> None:
        self._call, self._kind, self._where = call, kind, where
        self._listed: Sequence[Row] | None = None
        order, unknown = call.binding.sorting.order(call.list_query) if call.binding.sorting.by else ((), ())
        self._order = order
        self._filters = [
            (filter, wanted)
            for filter in call.binding.filters.known
            if not filter.is_plain and (wanted := filter.wanted_values(call.list_query)) is not None
        ]
        self.explain = [_NO_FIELD.format(shorten(text, 60)) for text in unknown]
        self._expressions = [*self._read(call.binding.filters.expressions)]

    def _read(self, names: Sequence[str]) -> Iterator[Predicate]:
        for name in names:
            text = self._call.list_query.get(name)
            if isinstance(text, str) and text:
                try:
                    yield predicate(text, self._call.binding.family.fields)
                except UnreadableFilter as fault:
                    self.explain.append(f"the expression in {name} is ignored: {fault}")

    def rows(self, offset: int, limit: int) -> tuple[Sequence[Row], int]:
        """A window of the rows, and the number of all rows."""
        if not (self._order or self._filters or self._expressions) and not self._call.operation.oldest_first:
            return self._call.tx.page(self._kind, offset, limit, self._where)
        rows = self._all()
        return rows[offset : offset + limit], len(rows)

    def place(self, cursor: Any) -> int | None:
        """The place of a cursor's row; None without a cursor, and for an invalid one."""
        if cursor in (None, ""):
            return None
        wanted = {str(cursor), _decoded(str(cursor))}
        for index, row in enumerate(self._all()):
            if str(row.id) in wanted:
                return index
        self.explain.append("the cursor is none that this list has given: the list starts anew")
        return None

    def _all(self) -> Sequence[Row]:
        if self._listed is None:
            rows = list(self._call.tx.find(self._kind, self._where))
            rows = rows if self._call.operation.oldest_first else rows[::-1]
            rows = [row for row in rows if all(it.admits(row.record, wanted) for it, wanted in self._filters)]
            rows = [row for row in rows if all(holds(row.record) for holds in self._expressions)]
            for name, down in reversed(self._order):
                rows = _sorted(rows, name, down=down)
            self._listed = rows
        return self._listed


def selected(call: OperationContext, kind: str, where: Mapping[str, Any]) -> Selection:
    """The rows of a kind that a query selects."""
    return Selection(call, kind, where)


def cursor_after(row: Row) -> str:
    """Make an opaque text that stands for the place after a row."""
    return base64.urlsafe_b64encode(str(row.id).encode()).decode().rstrip("=")


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (ValueError, binascii.Error):
        return ""


def _sorted(rows: Sequence[Row], name: str, *, down: bool) -> list[Row]:
    """Sort the rows by the value of a field. Rows without a value come last; equal ones keep their order."""
    outer, _, inner = name.partition(".")
    values: list[Any] = [row.record.get(outer) for row in rows]
    if inner:
        values = [value.get(inner) if isinstance(value, dict) else None for value in values]
    full = [index for index, value in enumerate(values) if value is not None]
    types = {type(values[index]) for index in full}
    if types <= {str} or types <= {int, float}:  # most lists: no rank is needed
        full.sort(key=lambda index: values[index], reverse=down)
    else:
        full.sort(key=lambda index: _rank(values[index]), reverse=down)
    empty = [row for row, value in zip(rows, values, strict=True) if value is None]
    return [*(rows[index] for index in full), *empty]


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 0, value
    if isinstance(value, int | float):
        return 1, value
    return 2, str(value)
