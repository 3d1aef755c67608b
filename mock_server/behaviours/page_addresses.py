"""Where the other pages of a list are: as addresses, as cursors, and as the headers that the document has for them."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mock_server.behaviours.registry import OperationContext
from mock_server.behaviours.selection import cursor_after
from mock_server.spec.page_links import addresses, total_of
from mock_server.store.base import Row

_WAYS = ("next", "previous", "first", "last")


class PageAddresses:
    """The links of one answer to a list that has a place for any link."""

    def __init__(self, call: OperationContext, first: int, base: int) -> None:
        self._call, self._first, self._base = call, first, base
        self._paging = call.binding.paging
        success, wrapper = call.operation.success, call.binding.wrapper
        self._named = sorted(success.header_names)
        bare = wrapper is not None and wrapper.key is None and not wrapper.keyed
        self._link = bool(self._paging) and ("link" in self._named or bare)

    def figures(self, rows: Sequence[Row], known: Mapping[str, Any]) -> dict[str, Any]:
        """The places of the other pages, by role, in several forms; the document's form is used."""
        cursors = self._cursors(rows, known)
        pages = self._pages(known)
        urls = {way: [self._url(it)] for way in _WAYS if (it := self._changes(way, cursors, pages, known)) is not None}
        urls["self"] = [self._url({})]
        found: dict[str, Any] = {f"{way}_cursor": cursors.get(way, ()) for way in ("next", "previous")}
        found |= {f"{way}_page": pages.get(way) for way in ("next", "previous")}
        found |= {f"{way}_url": addresses(urls.get(way, ())) for way in (*_WAYS, "self")}
        for way in (*_WAYS, "self"):
            own = cursors.get(way, ()) if {"cursor", "before"} & self._paging.keys() else ()
            number = [pages[way]] if way in pages else []
            found[way] = [*own, *found[f"{way}_url"], *number]
        found |= {"firstid": [row.id for row in rows[:1]], "lastid": [row.id for row in rows[-1:]]}
        return found

    def headers(self, figures: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The headers of a page, each in place of the document's example."""
        made = []
        if self._link:
            links = [f'<{urls[0]}>; rel="{_rel(way)}"' for way in _WAYS if (urls := figures[f"{way}_url"])]
            made.append(("link", ", ".join(links)))
        roles = {name: role for name in self._named if (role := total_of(name))}
        return [*made, *((name, str(figures[role])) for name, role in roles.items() if figures.get(role) is not None)]

    def _cursors(self, rows: Sequence[Row], known: Mapping[str, Any]) -> dict[str, list[Any]]:
        """The cursors that lead on and back, in several forms."""
        found = {}
        if rows and known["more"] and "cursor" in self._paging:
            found["next"] = self._forms("cursor", rows[-1])
        if rows and known["offset"] > 0 and "before" in self._paging:
            found["previous"] = self._forms("before", rows[0])
        return found

    def _forms(self, role: str, row: Row) -> list[Any]:
        forms = [cursor_after(row), row.id, str(row.id)]
        takes = self._paging[role].schema.accepts
        return [form for form in forms if takes(form)]

    def _pages(self, known: Mapping[str, Any]) -> dict[str, int]:
        found = {"first": self._first, "last": max(known["pages"], 1) - 1 + self._first}
        if known["more"]:
            found["next"] = known["page"] + 1
        if known["page"] > self._first:
            found["previous"] = known["page"] - 1
        return found

    def _changes(
        self, way: str, cursors: Mapping[str, Any], pages: Mapping[str, int], known: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The query values of another page that differ from this one's; None if there is no such page."""
        clear = dict.fromkeys(self._paging[role].name for role in ("cursor", "before") if role in self._paging)
        if way in cursors:
            role = "cursor" if way == "next" else "before"
            return {**clear, self._paging[role].name: cursors[way][0]} if cursors[way] else None
        if way not in pages or not self._paging:
            return None
        number = pages[way] - self._first
        if "page" in self._paging:
            return {**clear, self._paging["page"].name: pages[way]}
        offset = known["offset"] + {"next": 1, "previous": -1}.get(way, 0) * known["limit"]
        offset = max(0, offset) if way in ("next", "previous") else number * known["limit"]
        for role, value in (("offset", offset), ("start", offset + self._base)):
            if role in self._paging:
                return {**clear, self._paging[role].name: value}
        return clear if way == "first" else None

    def _url(self, changes: Mapping[str, Any]) -> str:
        """The address of this list with another query. Only documented parameters stay in it, so no key does."""
        pairs = parse_qsl(self._call.query_text, keep_blank_values=True)
        reads = self._call.operation.reads_query
        kept = [(name, text) for name, text in pairs if name not in changes and reads(name)]
        query = urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)])
        address = self._call.address()
        return f"{address}?{query}" if query else address


def _rel(way: str) -> str:
    return "prev" if way == "previous" else way
