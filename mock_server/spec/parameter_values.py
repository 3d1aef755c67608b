"""Turn the texts of a parameter into a value of its schema's types."""

import base64
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import compiled
from mock_server.support.exact_json import read_json, read_number
from mock_server.support.schema_keywords import TYPES

_INTEGER = re.compile(r"(-?[0-9]{1,300})(?:\.0{1,300})?")  # to JSON Schema, 16.0 is an integer
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?")
_WIDEST = 2**63  # a number with an exponent, as 1e3, is a whole one up to here
_FEW_DIGITS = 300
_NULLS = ("", "null")
_BITS = {"int32": 32, "int64": 64}

Read = Callable[[str], Any]

Parts = str | Sequence["Parts"] | Mapping[str, "Parts"]
"""Texts in the shape of a value: an object's by key, an array's in order, several of one key as a list."""


class Unreadable(ValueError):
    """The texts do not have the form of their style or format; the message says how."""


def admits(schema: Schema | None, type_name: str) -> bool:
    """Tell whether a schema names a type. A schema that names no type admits none here."""
    return schema is not None and type_name in schema.types and schema.types < set(TYPES)


def typed(schema: Schema | None, parts: Parts) -> Any:
    """Turn ``parts`` into a typed value. A text that is not of its type stays a text, which the schema then refuses."""
    if isinstance(parts, str):
        return parts if schema is None else cast(schema, parts)
    if isinstance(parts, Mapping):
        if _is_array(schema, parts):
            return typed(schema, _in_order(parts))
        return {name: typed(property_schema(schema, name), part) for name, part in parts.items()}
    if len(parts) == 1 and not admits(schema, "array"):
        return typed(schema, parts[0])
    return [_item(_item_schema(schema, index), part) for index, part in enumerate(parts)]


def _item(schema: Schema | None, part: Parts) -> Any:
    """An item of an array. No style says how an object is written in one; all clients write it as JSON."""
    if isinstance(part, str) and part.startswith("{") and admits(schema, "object") and not admits(schema, "string"):
        with suppress(ValueError):
            return read_json(part)
    return typed(schema, part)


def cast(schema: Schema, text: str) -> Any:
    """Read ``text`` as the narrowest type that the schema admits; as the narrowest of its types if it admits none.

    Raises Unreadable for a text that is not base64 although the document says so.
    """
    return caster(schema)(text)


def caster(schema: Schema) -> Read:
    """Return ``cast`` for one schema, as a function of the text."""
    readers = _readers(schema)
    if len(readers) == 1:
        [read] = readers
        return lambda text: text if (value := read(text)) is _NOT else value

    def narrowest(text: str) -> Any:
        readings = [value for read in readers if (value := read(text)) is not _NOT]
        if len(readings) < 2:
            return readings[0] if readings else text
        return next((value for value in readings if schema.accepts(value)), readings[0])

    return narrowest


def _readers(schema: Schema) -> Sequence[Read]:
    """The functions that read a text as one of the schema's types, the narrowest first; made once for each schema."""
    made, key = schema.document.compiled, ("readers", schema.pointer)
    if key in made:
        readers: Sequence[Read] = made[key]
        return readers
    formats = {part.node.get("format") for part in schema.certain if isinstance(part.node.get("format"), str)}
    bounds = next((bits for name, bits in _BITS.items() if name in formats), None)
    integer = _integer if bounds is None else partial(_bounded, bounds)
    casts = (("integer", integer), ("number", _number), ("boolean", _boolean), ("null", _null))
    text = _base64 if "byte" in formats and schema.types <= {"string", "null"} else _text
    *plain, null = [(name, read) for name, read in casts]
    readers = [read for name, read in (*plain, ("string", text), null) if name in schema.types]
    if schema.pointer:  # a schema that stands nowhere has the pointer of any other such
        made[key] = readers
    return readers


def property_schema(schema: Schema | None, name: str) -> Schema | None:
    """The schema of one key of an object: its own, that of a matching pattern, or that of all other keys."""
    if schema is None:
        return None
    if name in schema.properties:
        return schema.properties[name]
    for part in schema.parts:
        for pattern in part.node.get("patternProperties", ()):
            if _fits(part, pattern, name):
                return part.at("patternProperties", pattern)
    others = (part for part in schema.parts if isinstance(part.node.get("additionalProperties"), dict))
    return next((part.at("additionalProperties") for part in others), None)


def _fits(part: Schema, pattern: str, name: str) -> bool:
    made, key = part.document.compiled, ("pattern", pattern)
    if key not in made:
        made[key] = compiled({"pattern": pattern})
    return bool(made[key].is_valid(name))


def _item_schema(schema: Schema | None, index: int) -> Schema | None:
    if schema is None:
        return None
    heads = next((heads for part in schema.parts if (heads := part.branches("prefixItems"))), [])
    return heads[index] if index < len(heads) else schema.items


def _is_array(schema: Schema | None, parts: Mapping[str, Parts]) -> bool:
    """Tell whether keys belong to an array: ``a[]=x``, or ``a[0]=x`` if the schema demands an array."""
    if schema is not None and any(name in schema.properties for name in parts):
        return False
    return parts.keys() == {""} or (admits(schema, "array") and all(re.fullmatch("[0-9]*", name) for name in parts))


def _in_order(parts: Mapping[str, Parts]) -> Sequence[Parts]:
    """The items of an array by number, those without a number last; texts with the same number are one item."""
    numbered = sorted((int(name), part) for name, part in parts.items() if name and len(name) < 10)
    items = [part[0] if isinstance(part, Sequence) and len(part) == 1 else part for _, part in numbered]
    rest = parts.get("", ())
    return [*items, *(rest if isinstance(rest, Sequence) else [rest])]


_NOT = object()


def _integer(text: str) -> Any:
    if text.isascii() and text.isdigit() and len(text) <= _FEW_DIGITS:
        return int(text)
    return _number(text) if _INTEGER.fullmatch(text) else _NOT


def _number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return _NOT
    if whole := _INTEGER.fullmatch(text):
        return int(whole[1])
    value = read_number(text)
    if value > sys.float_info.max or value < -sys.float_info.max:  # a record with it could not be read by many clients
        return _NOT
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _WIDEST else value


def _bounded(bits: int, text: str) -> Any:
    """Read an integer that fits so many bits."""
    value = _integer(text)
    return value if value is _NOT or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else _NOT


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, _NOT)


def _null(text: str) -> Any:
    return None if text in _NULLS else _NOT


def _text(text: str) -> Any:
    return text


def _base64(text: str) -> Any:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise Unreadable("is not in base64") from None
    return text
