"""How an answer contains records: as a page with totals, as a wrapped record, or without an envelope."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.generation import generate
from mock_server.spec.names import plain
from mock_server.spec.page_links import PageLinks
from mock_server.spec.projection import Projection
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.spec.schema_parts import is_bound

_TOTALS = (
    ("pages", re.compile(r"(total[_-]?)?pages([_-]?count)?|page[_-]?count|last[_-]?page", re.IGNORECASE)),
    ("page", re.compile(r"(current[_-]?)?page([_-]?(number|no|index))?", re.IGNORECASE)),
    ("limit", re.compile(r"limit|per[_-]?page|page[_-]?size|size", re.IGNORECASE)),
    ("offset", re.compile(r"offset|skip", re.IGNORECASE)),
    ("more", re.compile(r"has[_-]?(more|next([_-]?page)?)", re.IGNORECASE)),
    ("total", re.compile(r"total([_-]?(count|items|results|records|elements))?|count", re.IGNORECASE)),
)
_LISTED = (
    *("data", "items", "results", "records", "content", "values", "value", "entries", "elements", "resources"),
    *("rows", "docs", "list", "objects", "member", "hydramember", "nodes", "result"),
)
_HOLDERS = ("_embedded", "data", "result", "results", "response", "payload", "body")  # of a list one level down
# What stands beside a record or a list and says something of the answer.
_ASIDE = frozenset(
    {
        *("message", "success", "status", "code", "ok", "error", "errors", "warnings", "links", "_links", "included"),
        *("meta", "_meta", "metadata", "pagination", "paging", "page", "page_info", "pageInfo"),
        *("request_id", "requestId"),
    }
)


_ASIDE_OF_LISTS = _ASIDE | {"jsonapi", "object", "url", "uri", "schemas", "result_info", "@odata.context"}


@dataclass(frozen=True)
class Envelope:
    """How an answer contains a record or a list.

    ``key`` is the property with the record or the list; None if the answer itself is the record or the list. ``totals``
    maps other properties of a page to their role: pages, page, limit, offset, more, total. ``nested`` does so for the
    properties one level down (`meta`). ``rest`` are other required properties. ``aside`` is true if nothing in the
    answer looks like a field of a record. ``inner`` says how the property contains the list if it is not the list
    itself. ``keyed``: the list is a map from ids to records. ``alone``: the one record is the only item of a list.
    ``links`` are the parts of a page that lead to other pages. ``bound``: the document says more of the answer than
    what its properties are.
    """

    key: str | None
    schema: Schema
    totals: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rest: Mapping[str, Schema] = field(default_factory=dict)
    aside: bool = True
    inner: "Envelope | None" = None
    keyed: bool = False
    alone: bool = False
    links: PageLinks | None = None
    bound: bool = False

    @cached_property
    def view(self) -> Projection:
        """The shape of one record in the answer."""
        return Projection.of(self.schema)

    @cached_property
    def as_map(self) -> bool:
        """True if a list is written as a map from ids to records."""
        return self.inner.as_map if self.inner else self.keyed

    @cached_property
    def made_up(self) -> bool:
        """True if the answer can be wrong although its records are right: a part is made up, or it is more than parts.

        Then it is checked as a whole.
        """
        return bool(self.rest) or self.bound or (self.inner is not None and self.inner.made_up)

    def wrap(self, value: Any, figures: Mapping[str, Any], chance: Callable[[], RandomSource]) -> Any:
        """Build the answer around ``value``. ``figures`` are by role; ``chance`` gives values that must be made up."""
        if self.alone:
            value = [value]
        if self.inner is not None:
            value = self.inner.wrap(value, figures, chance)
        if self.key is None:
            return value
        answer = {self.key: value, **{name: figures[role] for name, role in self.totals.items()}}
        if self.rest:
            stream = chance()
            answer |= {name: _said(schema, stream) for name, schema in self.rest.items()}
        for name, roles in self.nested.items():
            answer[name] = {**(answer.get(name) or {}), **{inner: figures[role] for inner, role in roles.items()}}
        if self.links is not None:
            self.links.put(answer, figures)
        return answer

    @cached_property
    def leads_on(self) -> bool:
        """True if the answer says where the other pages are."""
        return self.links is not None or (self.inner is not None and self.inner.leads_on)

    def unwrapped(self, answer: Any) -> list[Any]:
        """The records in an answer of this kind."""
        value = answer
        if self.key is not None:
            value = answer.get(self.key) if isinstance(answer, dict) else None
        if self.inner is not None:
            return self.inner.unwrapped(value)
        if self.keyed and isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else [value]


def _said(schema: Schema, chance: RandomSource) -> Any:
    """The other members of a successful answer: the first of their possible values, meaning success."""
    for value in (schema.default, schema.types == {"boolean"} or None, *schema.node.get("enum", ())[:1]):
        if value is not None and schema.accepts(value):
            return value
    return generate(schema, chance)


def list_wrapper(schema: Schema | None, word: str = "") -> Envelope | None:
    """Find how a list answer contains its items; None if the answer has no list of objects.

    ``word`` is the list's name in its path: of several lists in an answer, the one with this name counts.
    """
    if schema is None:
        return None
    if schema.types == {"array"}:
        bound = is_bound(schema)
        return Envelope(None, schema.items, bound=bound) if schema.items and _is_object(schema.items) else None
    if record := _mapped(schema):
        return Envelope(None, record, aside=False, keyed=True, bound=is_bound(schema))
    key, held = _held_list(schema, word)
    if held is None or ("id" in schema.properties and plain(key) != plain(word)):
        return None
    totals = _roles(schema, {key})
    nested = _nested(schema, key)
    whole = {name for name, roles in nested.items() if schema.properties[name].required <= roles.keys()}
    nested = {name: roles for name, roles in nested.items() if name in whole | schema.required}
    rest = _rest(schema, {key, *totals, *whole})
    links = PageLinks.of(schema, {key, *totals})
    aside = schema.properties.keys() - {key, *totals, *nested, *links.parts} <= _ASIDE_OF_LISTS
    inner = held if held.key is not None or held.keyed else None
    on = links if links.parts else None
    return Envelope(key, held.schema, totals, nested, rest, aside, inner, links=on, bound=is_bound(schema, key))


def _held_list(schema: Schema, word: str) -> tuple[str, Envelope | None]:
    """The property that contains the list, and how: directly, as a map, or one level down."""
    lists = {name: part.items for name, part in schema.properties.items() if part.types - {"null"} == {"array"}}
    found = {name: Envelope(None, items) for name, items in lists.items() if items and "object" in items.types}
    named = {plain(name): name for name in found}
    key = next((named[it] for it in (plain(word), *_LISTED) if it in named), next(iter(found), ""))
    if key and (len(found) == 1 or plain(key) in (plain(word), *_LISTED)):
        return key, found[key]
    objects = {name: part for name, part in schema.properties.items() if part.types - {"null"} == {"object"}}
    for name, part in objects.items():
        called = plain(name) in (plain(word), *_LISTED)
        if called and (record := _mapped(part)):
            return name, Envelope(None, record, keyed=True)
        if name in _HOLDERS and not found and (held := list_wrapper(part, word)) and held.key is not None:
            return name, held
    return "", None


def _is_object(schema: Schema) -> bool:
    """True if the schema says that a value is an object. A schema that says nothing admits everything."""
    return "object" in (schema.declared_types or ()) or bool(schema.properties)


def _mapped(schema: Schema) -> Schema | None:
    """The schema of a record in a map from ids to records; the map has no properties of its own."""
    if schema.types - {"null"} != {"object"} or schema.properties:
        return None
    if not isinstance(schema.node.get("additionalProperties"), dict):
        return None
    record = schema.at("additionalProperties")
    return record if record.properties else None


def record_wrapper(schema: Schema | None) -> Envelope | None:
    """Find how an answer contains one record; None if it contains none, only a message for example."""
    if schema is None or "object" not in schema.types or schema.properties.keys() <= _ASIDE - {"data"}:
        return None
    objects = [name for name, part in schema.properties.items() if part.types - {"null"} == {"object"}]
    within = [name for name in objects if name not in _ASIDE]
    if len(within) == 1 and schema.properties.keys() - within <= _ASIDE:
        return Envelope(within[0], schema.properties[within[0]], rest=_rest(schema, set(within)))
    return Envelope(None, schema)


def wrapper_around(schema: Schema | None, items: Collection[Schema]) -> Envelope | None:
    """Find how an answer contains one record of a kind. ``items`` are the shapes in lists of the kind.

    The record may be one of many members of the answer, or the only item of a list.
    """
    known = {item.pointer for item in items}
    if schema is None or schema.pointer in known:
        return Envelope(None, schema) if schema else None
    if schema.types == {"array"} and schema.items and schema.items.pointer in known:
        return Envelope(None, schema.items, alone=True)
    for name, part in schema.properties.items():
        if any(len(schema.properties.keys() & item.properties.keys()) * 2 > len(item.properties) for item in items):
            break
        rest = _rest(schema, {name})
        if part.pointer in known:
            return Envelope(name, part, rest=rest)
        if part.types - {"null"} == {"array"} and part.items and part.items.pointer in known:
            return Envelope(name, part.items, rest=rest, alone=True)
    return record_wrapper(schema)


def _roles(schema: Schema, known: set[str]) -> dict[str, str]:
    """The properties with figures about the page, each with its role."""
    roles = {name: role for name in schema.properties if name not in known and (role := _role(name))}
    types = {name: "boolean" if role == "more" else "integer" for name, role in roles.items()}
    return {name: roles[name] for name in roles if schema.properties[name].types & {types[name], "number"}}


def _role(name: str) -> str | None:
    return next((role for role, pattern in _TOTALS if pattern.fullmatch(name)), None)


def _nested(schema: Schema, key: str) -> dict[str, Mapping[str, str]]:
    """Wrappers one level down, by the name of the member that holds them."""
    objects = {name: part for name, part in schema.properties.items() if part.types - {"null"} == {"object"}}
    return {name: roles for name, part in objects.items() if name != key and (roles := _roles(part, set()))}


def _rest(schema: Schema, known: set[str]) -> dict[str, Schema]:
    return {name: part for name, part in schema.properties.items() if name in schema.required - known}
