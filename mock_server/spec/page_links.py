"""The parts of a page that lead to another page: a cursor, a number, or an address, at any depth."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.schema import Schema

PageNumbers = Mapping[str, Any]

_MAX_DEPTH = 3
_WAYS = "next|previous|prev|first|last|self"
_CURSORS = re.compile(
    r"(next|previous|prev)?(page)?(cursor|token|marker|bookmark|scrollid|continuationtoken|paginationtoken)"
    r"|(next|previous|prev)(key|id|offset|startingafter|after)|after|before|endcursor|startcursor|startingafter"
)
_LINK = re.compile(rf"(?:odata)?({_WAYS})(?:page)?(?:ur[il]|link|href|path)?")
_WITHIN = frozenset({"href", "url", "uri", "link", "path"})
_HOLDERS = re.compile(
    rf"_?links|meta|_?pagination|paging|pageinfo|cursors?|resultinfo|responsemetadata|({_WAYS})(page)?"
)


_TOTALS = MappingProxyType(
    {
        "totalcount": "total",
        "total": "total",
        "count": "total",
        "totalpages": "pages",
        "pagecount": "pages",
        "page": "page",
        "perpage": "limit",
        "nextpage": "next_page",
        "prevpage": "previous_page",
    }
)


@dataclass(frozen=True)
class PageLinks:
    """The links in an object. ``parts`` maps its properties to their role, or to their own parts."""

    schema: Schema
    parts: Mapping[str, "str | PageLinks"]

    @classmethod
    def of(cls, schema: Schema, known: Collection[str] = (), way: str = "", depth: int = 0) -> "PageLinks":
        """Find the links in a schema. ``known`` properties mean something else; ``way`` is the object's own name."""
        parts: dict[str, str | PageLinks] = {}
        for name, part in schema.properties.items():
            if name in known:
                continue
            word = plain(name)
            if part.types - {"null"} == {"object"} and depth < _MAX_DEPTH and _HOLDERS.fullmatch(word):
                inner = cls.of(part, (), word, depth + 1)
                if inner.parts:
                    parts[name] = inner
            elif role := _role(word, way, part):
                parts[name] = role
        return cls(schema, parts)

    def put(self, answer: dict[str, Any], figures: PageNumbers) -> None:
        """Write ``figures`` into ``answer``. A link without a target becomes null, empty, or is left out."""
        for name, role in self.parts.items():
            part = self.schema.properties[name]
            if isinstance(role, PageLinks):
                value = self._object(role, answer.get(name), figures)
                ways = [] if value is None else [value]
            else:
                ways = list(figures.get(role, ()))
            value = next((way for way in ways if part.accepts(way)), None)
            if value is not None:
                answer[name] = value
            elif part.nullable:
                answer[name] = None
            elif name not in self.schema.required:
                answer.pop(name, None)
            elif part.accepts(""):
                answer[name] = ""

    def _object(self, links: "PageLinks", known: Any, figures: PageNumbers) -> dict[str, Any] | None:
        """Fill the inner object; None if it would be empty or would lack a required part."""
        made: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
        links.put(made, figures)
        says = any(value not in (None, "") for value in made.values())
        return made if says and links.schema.required <= made.keys() else None


def _role(word: str, way: str, schema: Schema) -> str:
    """The role that a name means, such as ``next`` or ``previous_cursor``; nothing for a name that is no link."""
    if not schema.types & {"string", "integer"}:
        return ""
    towards = _LINK.fullmatch(way)
    if towards and (word in _WITHIN or _CURSORS.fullmatch(word) or word in ("offset", "page", "id")):
        return _way(towards[1]) + ("_url" if word in _WITHIN else "_cursor" if word != "page" else "")
    if word in ("firstid", "lastid"):
        return word
    if _CURSORS.fullmatch(word):
        back = word.startswith(("prev", "before", "startcursor"))
        return "previous_cursor" if back else "next_cursor"
    if link := _LINK.fullmatch(word):
        is_address = link[0] != link[1] and not word.endswith("page")
        return _way(link[1]) + ("_url" if is_address else "")
    return ""


def _way(word: str) -> str:
    return "previous" if word == "prev" else word


def addresses(urls: Sequence[str]) -> list[str]:
    """An address in the forms that a document may want: complete, and from the host's root on."""
    return [form for url in urls for form in (url, "/" + url.split("/", 3)[-1])]


def total_of(header: str) -> str:
    """The role of a header such as `X-Total-Count`; nothing for another header."""
    word = plain(header)
    return _TOTALS.get(word.removeprefix("x").removeprefix("pagination"), "") if word.startswith("x") else ""
