"""One parameter of an operation: from the text on the wire to a value of its schema's type."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from mock_server.errors import Problem
from mock_server.spec.schema import Schema

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")

Cast = Callable[[str], Any]


@dataclass(frozen=True)
class Parameter:
    """``location`` is path, query, header or cookie; ``name`` is the document's own."""

    name: str
    location: str
    required: bool
    schema: Schema
    explode: bool = True
    deep: bool = False
    json: bool = False

    @cached_property
    def _cast(self) -> Cast:
        return _json if self.json else _cast_for(self.schema)

    @cached_property
    def default(self) -> Any:
        return self.schema.node.get("default")

    @property
    def many(self) -> bool:
        """Whether its value is an array written as several texts."""
        return "array" in self.schema.types and not self.json

    def read(self, texts: Sequence[str]) -> Any:
        """The value of one or more texts as they stood on the wire, not yet validated.

        A text that is not of the type stays a string, which the schema then refuses.
        """
        if not self.many:
            return self._cast(texts[-1])
        parts = list(texts) if self.explode and self.location == "query" else texts[-1].split(",")
        item = _cast_for(self.schema.items) if self.schema.items else str
        return [item(part) for part in parts]

    def read_deep(self, pairs: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
        """An object written as ``name[key]=value``, or None when no pair is of this parameter."""
        start = f"{self.name}["
        found = {}
        for key, texts in pairs.items():
            if key.startswith(start) and key.endswith("]"):
                name = key[len(start) : -1]
                schema = self.schema.properties.get(name)
                found[name] = _cast_for(schema)(texts[-1]) if schema else texts[-1]
        return found or None

    def problems(self, value: Any) -> list[Problem]:
        where = f"{self.location} parameter `{self.name}`"
        return [Problem(where, problem.what, self.hint) for problem in self.schema.problems(value, limit=1)]

    @cached_property
    def hint(self) -> str:
        """What a right value looks like, in a few words."""
        node = self.schema.node
        if "enum" in node:
            return "one of " + ", ".join(str(value) for value in node["enum"])
        words = [f"{word} {node[word]}" for word in ("minimum", "maximum", "pattern") if word in node]
        return ", ".join([*sorted(self.schema.types), *words])


def _cast_for(schema: Schema) -> Cast:
    """A reader for the schema's types: the narrowest that fits the text wins, a string is the last resort."""
    types = schema.types
    casts = [cast for name, cast in _CASTS if name in types]
    if not casts:
        return str

    def cast(text: str) -> Any:
        for attempt in casts:
            value = attempt(text)
            if value is not _NOT:
                return value
        return text

    return cast


_NOT = object()


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else _NOT


def _number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return _NOT
    value = float(text)
    return int(value) if value.is_integer() else value


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, _NOT)


_CASTS: tuple[tuple[str, Cast], ...] = (("integer", _integer), ("number", _number), ("boolean", _boolean))


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
