"""Pages: newest first unless the query sets another order, stable, each record on exactly one page.

The order, and that a page past the end is empty with the same totals, are our guesses: gaps ``list-order`` and
``page-past-the-end``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from mock_server.behaviours.page_addresses import PageAddresses
from mock_server.behaviours.registry import OperationContext, OperationResult
from mock_server.behaviours.selection import Selection, selected
from mock_server.spec.envelope import Envelope
from mock_server.spec.projection import Projection
from mock_server.store.base import Row

_DEFAULTS: Mapping[str, int] = {"page": 1, "limit": 50, "offset": 0, "start": 1}
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class PageWindow:
    """The requested rows of a list; ``first`` is the number of the first page, ``base`` that of the first row."""

    offset: int
    limit: int
    first: int = 1
    base: int = 1

    def figures(self, total: int) -> dict[str, Any]:
        """The totals that a page may carry, by role."""
        more = self.offset + self.limit < total
        here = max(0, min(self.limit, total - self.offset))
        return {
            "total": total,
            "pages": -(-total // self.limit),
            "page": self.offset // self.limit + self.first,
            "limit": self.limit,
            "offset": self.offset,
            "start": self.offset + self.base,
            "more": more,
            "here": here,
            "is_first": self.offset == 0,
            "is_last": not more,
            "is_empty": not here,
        }


def window(call: OperationContext, selection: Selection) -> PageWindow:
    """The window that the query requests, whatever its parameters are called; all rows if it has none."""
    paging = call.binding.paging
    if not paging:
        return PageWindow(0, _ALL)
    limit, first = max(1, _asked(call, "limit")), _first(call)
    if "cursor" in paging or "before" in paging:
        after = selection.place(call.list_query.get(paging["cursor"].name)) if "cursor" in paging else None
        before = selection.place(call.list_query.get(paging["before"].name)) if "before" in paging else None
        if after is not None:
            return PageWindow(after + 1, limit, first)
        if before is not None:
            return PageWindow(max(0, before - limit), min(limit, before) or 1, first)
    if "offset" in paging:
        return PageWindow(max(0, _asked(call, "offset")), limit, first)
    if "start" in paging:
        base = _base(call)
        return PageWindow(max(base, _asked(call, "start", base)) - base, limit, first, base)
    return PageWindow((max(first, _asked(call, "page", first)) - first) * limit, limit, first)


def _first(call: OperationContext) -> int:
    """The number of the first page: 0 if the document counts from there."""
    parameter = call.binding.paging.get("page")
    starts = parameter is not None and (parameter.default == 0 or parameter.schema.node.get("minimum") == 0)
    return 0 if starts and parameter is not None and parameter.default in (0, None) else 1


def _base(call: OperationContext) -> int:
    """The number of the first row: 1 in SCIM (`startIndex`), and 0 where the document counts from there (`startAt`)."""
    parameter = call.binding.paging["start"]
    said = [parameter.default, parameter.schema.node.get("minimum")]
    known = next((it for it in said if it in (0, 1)), None)
    return int(known) if known is not None else int(not parameter.name.lower().endswith("at"))


def _asked(call: OperationContext, role: str, default: int | None = None) -> int:
    parameter = call.binding.paging.get(role)
    value = call.list_query.get(parameter.name) if parameter else None
    otherwise = _DEFAULTS[role] if default is None else default
    return otherwise if value is None or isinstance(value, str | bool) else int(value)


def page(
    call: OperationContext,
    kind: str,
    where: Mapping[str, Any],
    render: Callable[[Projection, Sequence[Row]], Sequence[Any]],
) -> OperationResult:
    """The requested page of the records of ``kind`` that satisfy ``where``, in the document's shape."""
    wrapper = cast(Envelope, call.binding.wrapper)  # what has none is no list
    selection = selected(call, kind, where)
    asked = window(call, selection)
    if wrapper.longest < asked.limit:
        asked = replace(asked, limit=max(1, int(wrapper.longest)))
    rows, total = selection.rows(asked.offset, asked.limit)
    figures = asked.figures(total)
    headers: Sequence[tuple[str, str]] = ()
    if call.binding.leads_on:
        addresses = PageAddresses(call, asked.first, asked.base)
        figures |= addresses.figures(rows, figures)
        headers = addresses.headers(figures)
    items: Any = render(wrapper.view, rows)
    if wrapper.as_map:
        items = {str(row.id): item for row, item in zip(rows, items, strict=True)}
    value = wrapper.wrap(items, figures, call.chance)
    checked = not (wrapper.made_up or wrapper.leads_on)
    return OperationResult(
        value, checked=checked, explain=selection.explain, headers=headers, lasting=not call.binding.leads_on
    )
