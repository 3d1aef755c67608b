"""A value that a schema admits, made from a seeded source: the same source, the same value."""

import math
from collections.abc import Callable
from typing import Any

from mock_server.errors import Problem, SpecError
from mock_server.spec.pattern import Chance, Unmatched, matching
from mock_server.spec.schema import Schema

_DEEPEST = 6  # below this, only what is required is made: a schema may contain itself
_TRIES = 24
_WORDS = (
    "quote",
    "booking",
    "repair",
    "inspection",
    "access",
    "morning",
    "urgent",
    "parts",
    "invoice",
    "visit",
)


def generate(schema: Schema, rng: Chance, *, example: bool = True) -> Any:
    """A value of ``schema``; with ``example``, the one that stands in the document where it is valid.

    Raises SpecError when none was found, with the pointer.
    """
    if example and schema.example is not None and schema.accepts(schema.example):
        return schema.example
    for _ in range(_TRIES):
        value = _value(schema, rng, 0)
        if schema.accepts(value):
            return value
    where = f"{schema.document.name}#{schema.pointer}"
    raise SpecError(Problem(where, "no value could be generated for this schema", "give it an `example`"))


def _value(schema: Schema, rng: Chance, depth: int) -> Any:
    node = schema.node
    if "const" in node:
        return node["const"]
    if "enum" in node:
        values = [value for value in node["enum"] if value is not None] or [None]
        return rng.choice(values)
    if schema.alternatives and not node.get("properties"):
        return _value(rng.choice(schema.alternatives), rng, depth + 1)
    types = schema.types
    if depth and schema.example is not None and schema.accepts(schema.example) and rng.random() < 0.5:
        return schema.example
    for name, make in _MAKERS:
        if name in types:
            return make(schema, rng, depth)
    return None


def _merged(schema: Schema, keyword: str) -> Any:
    """A keyword of the schema or of the branches that all hold."""
    if keyword in schema.node:
        return schema.node[keyword]
    return next((value for branch in schema.branches("allOf") if (value := _merged(branch, keyword))), None)


def _object(schema: Schema, rng: Chance, depth: int) -> dict[str, Any]:
    required = schema.required
    chosen = schema.alternatives[0] if schema.alternatives else None
    if chosen:
        required = required | chosen.required
    made = {}
    for name, part in schema.properties.items():
        if name in required or depth < _DEEPEST // 2:
            made[name] = _value(chosen.properties.get(name, part) if chosen else part, rng, depth + 1)
    for name in sorted(required - set(made)):
        made[name] = _text(rng)
    return made


def _array(schema: Schema, rng: Chance, depth: int) -> list[Any]:
    least = _merged(schema, "minItems") or 0
    most = _merged(schema, "maxItems")
    size = least if depth >= _DEEPEST else max(least, min(2 if most is None else most, 2))
    if schema.items is None:
        return [_text(rng) for _ in range(size)]
    return [_value(schema.items, rng, depth + 1) for _ in range(size)]


def _string(schema: Schema, rng: Chance, depth: int) -> str:
    least, most = _merged(schema, "minLength") or 0, _merged(schema, "maxLength")
    pattern, form = _merged(schema, "pattern"), _merged(schema, "format")
    if form in _FORMATS:
        return _FORMATS[form](rng)
    if pattern:
        try:
            return matching(pattern, rng, least)
        except Unmatched:
            return ""
    text = _text(rng)
    while len(text) < least:
        text += " " + _text(rng)
    return text if most is None else text[:most]


def _number(schema: Schema, rng: Chance, depth: int) -> float | int:
    whole = "integer" in schema.types
    low, high = _merged(schema, "minimum"), _merged(schema, "maximum")
    above, below = _merged(schema, "exclusiveMinimum"), _merged(schema, "exclusiveMaximum")
    step = _merged(schema, "multipleOf")
    low = low if low is not None else (above + (1 if whole else 0.01) if above is not None else None)
    high = high if high is not None else (below - (1 if whole else 0.01) if below is not None else None)
    if low is None:
        low = 1 if high is None or high >= 1 else high - 100
    if high is None:
        high = low + 999
    if step:
        least = math.ceil(low / step)
        product: float | int = step * rng.randint(least, max(math.floor(high / step), least))
        return product
    return rng.randint(math.ceil(low), math.floor(high)) if whole else round(low + (high - low) * rng.random(), 2)


def _text(rng: Chance) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(2))


def _digits(rng: Chance, count: int) -> str:
    return "".join(rng.choice("0123456789abcdef") for _ in range(count))


def _date(rng: Chance) -> str:
    return f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _time(rng: Chance) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def _uuid(rng: Chance) -> str:
    return f"{_digits(rng, 8)}-{_digits(rng, 4)}-4{_digits(rng, 3)}-a{_digits(rng, 3)}-{_digits(rng, 12)}"


_FORMATS: dict[str, Callable[[Chance], str]] = {
    "date-time": lambda rng: f"{_date(rng)}T{_time(rng)}.000Z",
    "date": _date,
    "time": lambda rng: f"{_time(rng)}Z",
    "duration": lambda rng: f"PT{rng.randint(1, 90)}M",
    "email": lambda rng: f"{rng.choice(_WORDS)}.{rng.randint(1, 9999)}@example.com",
    "idn-email": lambda rng: f"{rng.choice(_WORDS)}.{rng.randint(1, 9999)}@example.com",
    "hostname": lambda rng: f"{rng.choice(_WORDS)}.example",
    "uri": lambda rng: f"https://{rng.choice(_WORDS)}.example/{rng.randint(1, 9999)}",
    "uri-reference": lambda rng: f"/{rng.choice(_WORDS)}/{rng.randint(1, 9999)}",
    "uuid": _uuid,
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 9999)}",
}

_MAKERS: tuple[tuple[str, Callable[[Schema, Chance, int], Any]], ...] = (
    ("object", _object),
    ("array", _array),
    ("string", _string),
    ("integer", _number),
    ("number", _number),
    ("boolean", lambda schema, rng, depth: rng.random() < 0.5),
)
