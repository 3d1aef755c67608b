"""Where an error names the invalid parts of a request: as FastAPI, JSON:API, ASP.NET, Laravel and many others do."""

import re
from typing import Any

from mock_server.errors import InvalidPart
from mock_server.spec.names import plain
from mock_server.spec.schema import Schema
from mock_server.spec.schema_parts import is_map
from mock_server.support.json_pointer import join

_NAMES = re.compile(
    r"name|(?:field|property|param(?:eter)?|attribute|argument|key|member)(?:name|path)?|path|jsonpath|source|target|location"
)
_POINTERS = frozenset({"pointer", "jsonpointer", "instancepath", "instanceptr"})
_ISSUES = re.compile(r"(?:field|validation|invalid)?(?:errors?|params?|issues?|problems?|violations?|details?)")


def is_list_of_parts(schema: Schema) -> bool:
    """True if each item of a list can say which part of a request is wrong."""
    items = schema.items
    return items is not None and any(names_part(name) for name in items.properties)


def names_part(name: str) -> bool:
    """True if a property of this name says where a part is."""
    word = plain(name)
    return word == "loc" or word in _POINTERS or bool(_NAMES.fullmatch(word))


def named(name: str, schema: Schema, part: InvalidPart) -> list[Any]:
    """List the forms in which a property of this name says where a part is; nothing for another property."""
    word, way = plain(name), [str(token) for token in part.path]
    if word == "loc":
        return [[part.location, *part.path]]
    if word in _POINTERS:
        return [join(way)] if part.location == "body" else []
    if word == "source" and "object" in schema.types:
        return [_source(schema, part)]
    if word == "location":
        return [part.location]
    return [".".join(way) or part.location, way or [part.location]] if _NAMES.fullmatch(word) else []


def _source(schema: Schema, part: InvalidPart) -> dict[str, Any]:
    """The source of an error of JSON:API: a pointer into the body, or the name of a parameter."""
    names = ("pointer",) if part.location == "body" else ("parameter", "header")
    value = join(map(str, part.path)) if part.location == "body" else str(part.path[-1] if part.path else "")
    return {name: value for name in names if name in schema.properties and (name != "header" or part.location == name)}


def by_name(name: str, schema: Schema, parts: list[InvalidPart]) -> list[Any]:
    """List the forms of a map from parts to what is wrong with them; nothing for another property."""
    if not is_map(schema) or not _ISSUES.fullmatch(plain(name)):
        return []
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(".".join(map(str, part.path)) or part.location, []).append(part.what)
    return [found, {key: texts[0] for key, texts in found.items()}]
