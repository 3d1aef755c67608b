"""Pages: newest first, stable, a partition of the list.

The order, and that a page past the end is empty with the same totals, are ours: gaps ``list-order`` and
``page-past-the-end``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from mock_server.behaviours.registry import OperationContext, OperationResult
from mock_server.spec.envelopes import Envelope
from mock_server.spec.projection import Projection
from mock_server.store.base import Row

_DEFAULTS: Mapping[str, int] = {"page": 1, "limit": 50, "offset": 0}
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class PageWindow:
    """Which rows of a list are asked for."""

    offset: int
    limit: int

    def figures(self, total: int) -> dict[str, Any]:
        """The totals that a page may carry, by role."""
        pages = -(-total // self.limit)
        return {
            "total": total,
            "pages": pages,
            "page": self.offset // self.limit + 1,
            "limit": self.limit,
            "offset": self.offset,
            "more": self.offset + self.limit < total,
        }


def window(call: OperationContext) -> PageWindow:
    """The window that the query asks for, whatever its parameters are called; all rows where it has none."""
    paging = call.binding.paging
    if not paging:
        return PageWindow(0, _ALL)
    page, limit = max(1, _asked(call, "page")), max(1, _asked(call, "limit"))
    return PageWindow(max(0, _asked(call, "offset")) if "offset" in paging else (page - 1) * limit, limit)


def _asked(call: OperationContext, role: str) -> int:
    parameter = call.binding.paging.get(role)
    value = call.asked.get(parameter.name) if parameter else None
    return _DEFAULTS[role] if value is None else int(value)


def page(
    call: OperationContext, kind: str, where: Mapping[str, Any], render: Callable[[Projection, Row], Any]
) -> OperationResult:
    """The page that the query asks for, of the records of ``kind`` that meet ``where``, in the document's shape."""
    wrapper = cast(Envelope, call.binding.wrapper)  # what has none is no list
    asked = window(call)
    rows, total = call.tx.page(kind, asked.offset, asked.limit, where)
    items: Any = [render(wrapper.view, row) for row in rows]
    if wrapper.as_map:
        items = {str(row.id): item for row, item in zip(rows, items, strict=True)}
    return OperationResult(wrapper.wrap(items, asked.figures(total), call.chance), checked=not wrapper.made_up)
