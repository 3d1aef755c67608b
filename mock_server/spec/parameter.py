"""One parameter of an operation: from the text on the wire to a value of its schema's type."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mock_server.errors import Problem
from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import TYPES
from mock_server.support.exact_json import NotJson, read_json, read_number

_INTEGER = re.compile(r"(-?[0-9]{1,300})(?:\.0{1,300})?")  # to JSON Schema, 16.0 is an integer
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?")
_WIDEST = 2**63  # a number with an exponent, as 1e3, is a whole one up to here
_COUNTED = ("minimum", "maximum", "minLength", "maxLength", "pattern", "format")

STYLES: Mapping[str, str] = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|", "deepObject": ""}
"""The styles that are read, each with what separates the items of an array that is one text."""

Cast = Callable[[str], Any]


@dataclass(frozen=True)
class Parameter:
    """``location`` is path, query, header or cookie; ``name`` is the document's own."""

    name: str
    location: str
    required: bool
    schema: Schema
    explode: bool = True
    style: str = "form"
    json: bool = False

    @cached_property
    def deep(self) -> bool:
        """Whether it is an object that is written as several parameters."""
        spread = self.style == "form" and self.explode and self.location == "query" and not self.json
        return self.style == "deepObject" or (spread and self.schema.types - {"null"} == {"object"})

    @cached_property
    def default(self) -> Any:
        return self.schema.default

    @cached_property
    def many(self) -> bool:
        """Whether its value is an array written as several texts."""
        return "array" in self.schema.types and self.schema.types < set(TYPES) and not self.json

    def read(self, texts: Sequence[str]) -> Any:
        """The value of one or more texts as they stood on the wire, not yet validated.

        A text that is not of the type stays a string, which the schema then refuses.
        """
        if self.json:
            return _json(texts[-1])
        if not self.many:
            return _cast(self.schema, texts[-1])
        return _array(self.schema, list(texts) if self._repeated else texts[-1].split(STYLES[self.style] or ","))

    @property
    def _repeated(self) -> bool:
        return self.explode and self.location == "query"

    def read_deep(self, pairs: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
        """An object written as ``name[key]=value`` (or as ``key=value``), or None when no pair is of this parameter."""
        found = {}
        for key, texts in pairs.items():
            name = _inner(self.name, key) if self.style == "deepObject" else key
            schema = self.schema.properties.get(name)
            if schema is not None:
                found[name] = _array(schema, texts) if "array" in schema.types else _cast(schema, texts[-1])
            elif name and self.style == "deepObject":
                found[name] = texts[-1]
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
        types = sorted(self.schema.types) if self.schema.types < set(TYPES) else []
        return ", ".join([*types, *(f"{word} {node[word]}" for word in _COUNTED if word in node)])


def _inner(name: str, key: str) -> str:
    """``key`` of ``name[key]``; nothing when it is another parameter's, or deeper."""
    inner = key[len(name) + 1 : -1] if key.startswith(f"{name}[") and key.endswith("]") else ""
    return "" if "[" in inner else inner


def _array(schema: Schema, texts: Sequence[str]) -> list[Any]:
    return [_cast(schema.items, text) if schema.items else text for text in texts]


def _cast(schema: Schema, text: str) -> Any:
    """The narrowest reading of ``text`` that the schema admits; the narrowest of its types when it admits none."""
    types = schema.types
    readings = [value for name, cast in _CASTS if name in types and (value := cast(text)) is not _NOT]
    if len(readings) + ("string" in types) < 2:
        return readings[0] if readings else text
    return next((value for value in [*readings, text] if schema.accepts(value)), readings[0])


_NOT = object()


def _integer(text: str) -> Any:
    return _number(text) if _INTEGER.fullmatch(text) else _NOT


def _number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return _NOT
    if whole := _INTEGER.fullmatch(text):
        return int(whole[1])
    value = read_number(text)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _WIDEST else value


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, _NOT)


_CASTS: tuple[tuple[str, Cast], ...] = (("integer", _integer), ("number", _number), ("boolean", _boolean))


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except NotJson:
        return text
