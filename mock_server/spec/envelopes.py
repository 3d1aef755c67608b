"""How an answer holds records: a page with totals, a wrapped record, or the bare thing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.generation import generate
from mock_server.spec.projection import Projection
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema

_TOTALS = (
    ("pages", re.compile(r"(total[_-]?)?pages([_-]?count)?|page[_-]?count|last[_-]?page", re.IGNORECASE)),
    ("page", re.compile(r"(current[_-]?)?page([_-]?(number|no|index))?", re.IGNORECASE)),
    ("limit", re.compile(r"limit|per[_-]?page|page[_-]?size|size", re.IGNORECASE)),
    ("offset", re.compile(r"offset|skip", re.IGNORECASE)),
    ("more", re.compile(r"has[_-]?(more|next([_-]?page)?)", re.IGNORECASE)),
    ("total", re.compile(r"total([_-]?(count|items|results|records|elements))?|count", re.IGNORECASE)),
)
_LISTED = ("data", "items", "results", "records", "content", "values")
# What stands beside a record or a list and says something of the answer.
_ASIDE = frozenset(
    {
        *("message", "success", "status", "code", "ok", "error", "errors", "warnings", "links", "_links", "included"),
        *(
            "meta",
            "_meta",
            "metadata",
            "pagination",
            "paging",
            "page",
            "page_info",
            "pageInfo",
            "request_id",
            "requestId",
        ),
    }
)


@dataclass(frozen=True)
class Envelope:
    """``key`` is the property that holds the record or the list, None when the answer is the thing itself.

    ``totals`` maps other properties of a page to their role: pages, page, limit, offset, more, total; ``nested`` does
    so for those that stand one level down (`meta`). ``rest`` are the required ones that say something else;
    ``aside`` is whether nothing in the answer looks like a field of a record.
    """

    key: str | None
    schema: Schema
    totals: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rest: Mapping[str, Schema] = field(default_factory=dict)
    aside: bool = True

    @cached_property
    def view(self) -> Projection:
        """The shape of one record in it."""
        return Projection.of(self.schema)

    def wrap(self, value: Any, figures: Mapping[str, Any], chance: Callable[[], RandomSource]) -> Any:
        """The answer around ``value``; ``figures`` by role; ``chance`` is for what has to be made up, if anything."""
        if self.key is None:
            return value
        answer = {self.key: value, **{name: figures[role] for name, role in self.totals.items()}}
        if self.rest:
            stream = chance()
            answer |= {name: _said(schema, stream) for name, schema in self.rest.items()}
        for name, roles in self.nested.items():
            answer[name] = {**(answer.get(name) or {}), **{inner: figures[role] for inner, role in roles.items()}}
        return answer


def _said(schema: Schema, chance: RandomSource) -> Any:
    """The members of a good answer beside the record: the first of the choices, and that all is well."""
    for value in (schema.default, schema.types == {"boolean"} or None, *schema.node.get("enum", ())[:1]):
        if value is not None and schema.accepts(value):
            return value
    return generate(schema, chance)


def list_wrapper(schema: Schema | None) -> Envelope | None:
    """How a list answer holds its items, or None when the answer is no list of objects."""
    if schema is None:
        return None
    if schema.types == {"array"}:
        return Envelope(None, schema.items) if schema.items and "object" in schema.items.types else None
    lists = {name: part.items for name, part in schema.properties.items() if part.types - {"null"} == {"array"}}
    lists = {name: items for name, items in lists.items() if items and "object" in items.types}
    key = next(iter(lists)) if len(lists) == 1 else next((name for name in _LISTED if name in lists), None)
    items = lists.get(key or "")
    if key is None or items is None or "id" in schema.properties:
        return None
    totals = _roles(schema, {key})
    nested = _nested(schema, key)
    whole = {name for name, roles in nested.items() if schema.properties[name].required <= roles.keys()}
    nested = {name: roles for name, roles in nested.items() if name in whole | schema.required}
    rest = _rest(schema, {key, *totals, *whole})
    aside = schema.properties.keys() - {key, *totals, *nested} <= _ASIDE
    return Envelope(key, items, totals, nested, rest, aside)


def record_wrapper(schema: Schema | None) -> Envelope | None:
    """How an answer holds one record, or None when it holds none (a mere message)."""
    if schema is None or "object" not in schema.types or schema.properties.keys() <= _ASIDE - {"data"}:
        return None
    objects = [name for name, part in schema.properties.items() if part.types - {"null"} == {"object"}]
    within = [name for name in objects if name not in _ASIDE]
    if len(within) == 1 and schema.properties.keys() - within <= _ASIDE:
        return Envelope(within[0], schema.properties[within[0]], rest=_rest(schema, set(within)))
    return Envelope(None, schema)


def _roles(schema: Schema, known: set[str]) -> dict[str, str]:
    """The properties that are figures of a page, with their role."""
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
