"""Pages: newest first, stable, a partition of the list.

The order, and that a page past the end is empty with the same totals, are ours: gaps ``list-order`` and
``page-past-end``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.behaviours.registry import Call, Outcome
from mock_server.store.base import Row

_DEFAULTS: Mapping[str, int] = {"page": 1, "limit": 50, "offset": 0}


@dataclass(frozen=True, slots=True)
class Window:
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


def window(call: Call) -> Window:
    """The window that the query asks for, whatever its parameters are called; all rows where it has none."""
    paging = call.binding.paging
    if not paging:
        return Window(0, 1_000_000)
    asked = {role: _asked(call, role) for role in _DEFAULTS}
    limit = max(1, asked["limit"])
    return Window(asked["offset"] if "offset" in paging else (max(1, asked["page"]) - 1) * limit, limit)


def _asked(call: Call, role: str) -> int:
    parameter = call.binding.paging.get(role)
    value = call.query.get(parameter.name) if parameter else None
    return _DEFAULTS[role] if value is None else int(value)


def page(call: Call, rows: Sequence[Row], total: int, window: Window, render: Callable[[Row], Any]) -> Outcome:
    """The answer that holds ``rows``, in the shape that the document gives it."""
    wrapper = call.binding.wrapper
    items = [render(row) for row in rows]
    if wrapper is None:
        return Outcome(items)
    return Outcome(wrapper.wrap(items, window.figures(total), call.chance()), checked=not wrapper.rest)
