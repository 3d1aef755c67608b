"""How an answer holds records: a page with totals, a wrapped record, or the bare thing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.fitting import View
from mock_server.spec.generator import generate
from mock_server.spec.pattern import Chance
from mock_server.spec.schema import Schema

_TOTALS = (
    ("pages", re.compile(r"(total_?)?pages(_?count)?|page_?count|last_?page", re.IGNORECASE)),
    ("page", re.compile(r"(current_?)?page(_?number)?", re.IGNORECASE)),
    ("limit", re.compile(r"limit|per_?page|page_?size|size", re.IGNORECASE)),
    ("offset", re.compile(r"offset|skip", re.IGNORECASE)),
    ("more", re.compile(r"has_?(more|next(_?page)?)", re.IGNORECASE)),
    ("total", re.compile(r"total(_?(count|items|results|records))?|count", re.IGNORECASE)),
)
_MESSAGE = frozenset({"message", "success", "status"})


@dataclass(frozen=True)
class Wrapper:
    """``key`` is the property that holds the record or the list, None when the answer is the thing itself.

    ``totals`` maps other properties of a page to their role: pages, page, limit, offset, more, total.
    ``rest`` are the required ones that say something else.
    """

    key: str | None
    schema: Schema
    totals: Mapping[str, str] = field(default_factory=dict)
    rest: Mapping[str, Schema] = field(default_factory=dict)

    @cached_property
    def view(self) -> View:
        """The shape of one record in it."""
        return View(self.schema)

    def wrap(self, value: Any, figures: Mapping[str, Any], chance: Chance) -> Any:
        """The answer around ``value``; ``figures`` by role."""
        if self.key is None:
            return value
        answer = {self.key: value, **{name: figures[role] for name, role in self.totals.items()}}
        for name, schema in self.rest.items():
            answer[name] = generate(schema, chance)
        return answer


def list_wrapper(schema: Schema | None) -> Wrapper | None:
    """How a list answer holds its items, or None when the answer is no list of objects."""
    if schema is None:
        return None
    if schema.types == {"array"}:
        return Wrapper(None, schema.items) if schema.items and "object" in schema.items.types else None
    arrays = {name: part.items for name, part in schema.properties.items() if part.types - {"null"} == {"array"}}
    if len(arrays) != 1 or "id" in schema.properties:
        return None
    key, items = next(iter(arrays.items()))
    if items is None or "object" not in items.types:
        return None
    totals = {name: role for name in schema.properties if name != key and (role := _role(name))}
    return Wrapper(key, items, totals, _rest(schema, {key, *totals}))


def record_wrapper(schema: Schema | None) -> Wrapper | None:
    """How an answer holds one record, or None when it holds none (a mere message)."""
    if schema is None or "object" not in schema.types or set(schema.properties) <= _MESSAGE:
        return None
    objects = [name for name, part in schema.properties.items() if part.types - {"null"} == {"object"}]
    others = set(schema.properties) - set(objects)
    if len(objects) == 1 and others <= _MESSAGE:
        return Wrapper(objects[0], schema.properties[objects[0]], {}, _rest(schema, set(objects)))
    return Wrapper(None, schema)


def _role(name: str) -> str | None:
    return next((role for role, pattern in _TOTALS if pattern.fullmatch(name)), None)


def _rest(schema: Schema, known: set[str]) -> dict[str, Schema]:
    return {name: part for name, part in schema.properties.items() if name in schema.required - known}
