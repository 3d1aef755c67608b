"""Find how an answer contains records: as a page with totals, as a wrapped record, or without an envelope."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from math import inf

from mock_server.spec.envelope import Envelope
from mock_server.spec.names import plain
from mock_server.spec.page_links import PageLinks
from mock_server.spec.schema import Schema
from mock_server.spec.schema_parts import is_bound

_TOTALS = (
    ("pages", re.compile(r"(total[_-]?)?pages([_-]?count)?|page[_-]?count|last[_-]?page", re.IGNORECASE)),
    ("page", re.compile(r"(current[_-]?)?page([_-]?(number|no|index))?", re.IGNORECASE)),
    ("limit", re.compile(r"limit|(items|results)?[_-]?per[_-]?page|page[_-]?size|size|max[_-]?results", re.IGNORECASE)),
    ("offset", re.compile(r"offset|skip", re.IGNORECASE)),
    ("start", re.compile(r"start[_-]?(index|at)", re.IGNORECASE)),
    ("more", re.compile(r"has[_-]?(more|next([_-]?page)?)", re.IGNORECASE)),
    ("is_first", re.compile(r"(is[_-]?)?first([_-]?page)?", re.IGNORECASE)),
    ("is_last", re.compile(r"(is[_-]?)?last([_-]?page)?", re.IGNORECASE)),
    ("is_empty", re.compile(r"(is[_-]?)?empty", re.IGNORECASE)),
    ("here", re.compile(r"number[_-]?of[_-]?(elements|items|results)", re.IGNORECASE)),
    ("total", re.compile(r"total([_-]?(count|items|results|records|elements))?|count|@odata\.count", re.IGNORECASE)),
)
_FLAGS = frozenset({"more", "is_first", "is_last", "is_empty"})
_LISTED = (
    *("data", "items", "results", "records", "content", "values", "value", "entries", "elements", "resources"),
    *("rows", "docs", "list", "objects", "member", "hydramember", "nodes", "result"),
)
_WITHIN = ("resource", "node")  # hold the record in each item of a list
_HOLDERS = ("_embedded", "data", "result", "results", "response", "payload", "body")  # of a list one level down
# What stands beside a record or a list and says something of the answer.
_ASIDE = frozenset(
    {
        *("message", "success", "status", "code", "ok", "error", "errors", "warnings", "links", "_links", "included"),
        *("meta", "_meta", "metadata", "pagination", "paging", "page", "page_info", "pageInfo"),
        *("request_id", "requestId", "traceId", "msg", "statusCode", "status_code", "succeeded", "isSuccess"),
        *("errorCode", "errorMessage", "retcode"),
    }
)


_ASIDE_OF_LISTS = _ASIDE | {"jsonapi", "object", "url", "uri", "schemas", "result_info", "@odata.context"}


def list_wrapper(schema: Schema | None, word: str = "") -> Envelope | None:
    """Find how a list answer contains its items; None if the answer has no list of objects.

    ``word`` is the list's name in its path: of several lists in an answer, the one with this name counts.
    """
    if schema is None:
        return None
    if schema.types == {"array"}:
        return _list(schema) if schema.items and _is_object(schema.items) else None
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
    made = Envelope(key, held.schema, totals, nested, rest, aside, inner, links=links if links.parts else None)
    return replace(
        made, bound=held.bound or is_bound(schema, key), within=held.within, beside=held.beside, most=held.most
    )


def _list(schema: Schema) -> Envelope | None:
    """A list without anything around it; None if the schema says nothing of its items.

    The record may stand one level down in each item, as in the bundles of FHIR and the connections of Relay.
    """
    items = schema.items
    if items is None:
        return None
    most = min((part.node.get("maxItems", inf) for part in schema.certain), default=inf)
    below = () if "id" in items.properties else (it for it in _WITHIN if it in items.properties)
    name = next((it for it in below if items.properties[it].properties), "")
    if not name:
        return Envelope(None, items, bound=is_bound(schema), most=most)
    record = items.properties[name]
    return Envelope(None, record, bound=True, within=name, beside=_rest(items, {name}), most=most)


def _held_list(schema: Schema, word: str) -> tuple[str, Envelope | None]:
    """The property that contains the list, and how: directly, as a map, or one level down."""
    lists = {name: part.items for name, part in schema.properties.items() if part.types - {"null"} == {"array"}}
    found = {
        name: envelope
        for name, items in lists.items()
        if items and "object" in items.types and (envelope := _list(schema.properties[name]))
    }
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


def within_body(schema: Schema | None, fields: Collection[str]) -> str:
    """The property of a body that contains the record with these ``fields``: ``data`` of ``{"data": {…}}``."""
    if schema is None or "object" not in schema.types:
        return ""
    own = len(schema.properties.keys() & fields)
    objects = {name: part for name, part in schema.properties.items() if part.types - {"null"} == {"object"}}
    found = {name: len(part.properties.keys() & fields) for name, part in objects.items()}
    best = max(found, key=lambda name: found[name], default="")
    return best if best and found[best] > own else ""


def _roles(schema: Schema, known: set[str]) -> dict[str, str]:
    """The properties with figures about the page, each with its role."""
    parts = {name: part for name, part in schema.properties.items() if name not in known}
    roles = {name: role for name, part in parts.items() if (role := _role(name, part))}
    if "pages" in roles.values() and "page" not in roles.values() and _is_number(parts.get("number")):
        roles["number"] = "page"  # of how many there are, as Spring writes it
    counts = [name for name, role in roles.items() if role == "total"]
    if len(counts) > 1 and "count" in counts:
        roles["count"] = "here"  # beside the number of all
    items = next((name for name, role in roles.items() if plain(name) == "itemsperpage"), None)
    if items and "start" in roles.values():
        roles[items] = "here"  # of SCIM: how many this answer has
    return roles


def _role(name: str, schema: Schema) -> str | None:
    """The role of a figure with this name and type."""
    named = (role for role, pattern in _TOTALS if pattern.fullmatch(name))
    return next((it for it in named if ("boolean" in schema.types if it in _FLAGS else _is_number(schema))), None)


def _is_number(schema: Schema | None) -> bool:
    return schema is not None and bool(schema.types & {"integer", "number"})


def _nested(schema: Schema, key: str) -> dict[str, Mapping[str, str]]:
    """Wrappers one level down, by the name of the member that holds them."""
    objects = {name: part for name, part in schema.properties.items() if part.types - {"null"} == {"object"}}
    return {name: roles for name, part in objects.items() if name != key and (roles := _roles(part, set()))}


def _rest(schema: Schema, known: set[str]) -> dict[str, Schema]:
    return {name: part for name, part in schema.properties.items() if name in schema.required - known}
