"""Values at the bounds of a schema and just beyond them, and values of wrong types, for each place of a body."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from contracts.spec import formed_texts
from contracts.spec.document import Document, Schema
from contracts.spec.samples import CannotSample, Sampler
from contracts.spec.validators import SchemaValidator

_NONE = ("suite", " ", "\n", "\u0000")
_RESEMBLING: Mapping[str, tuple[str, ...]] = {
    "@": ("suite@", "@example.com", "suite@example", "a b@example.com", "suite.example.com", "suite@@example.com"),
    "+": ("+", "0491570006", "+0491570006", "+61 491 570 006", "+6149157000600000000", "+61abc", "61491570006"),
    "://": ("http://", "ftp://hooks.example/x", "//hooks.example/x", "hooks.example/x"),
}
"""Texts that resemble an address, a phone number or a URL, by a mark that each of these has."""
FORMED = ("+61491570006", "suite@example.com", "https://hooks.example/suite", "2026-01-05", "7")
"""Texts that are one of these, or something else with a form."""
_WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": (7, True, None, [], {}, ["suite"], ""),
    "boolean": ("true", "false", "suite", "", 0, 1, None, [], {}),
    "integer": ("1", "suite", "", 1.5, True, None, [], {}),
    "number": ("1.5", "suite", True, None, []),
    "array": ({}, "suite", 7, None, [None], [7], [[]]),
    "object": ([], "suite", 7, None, [{}]),
}
_ANY: tuple[Any, ...] = ("suite", 7, 1.5, True, None, [], {})
_MAX_ITEMS = 200
"""Items of the largest list, and members of the largest object, that is sent."""

Path = tuple[str | int, ...]


def places(
    document: Document, schema: Schema, value: Any, path: Path = (), above: tuple[int, ...] = ()
) -> Iterator[tuple[Path, Schema]]:
    """Each place in ``value`` that the schema describes, with its schema: members, and the first item of each list.

    Of a schema that contains itself, the places in one more of it are enough. ``above`` are the schemas around it.
    """
    schema = _chosen(document, schema)
    if above.count(id(schema)) > 1:
        return
    above = (*above, id(schema))
    members = document.properties(schema)
    if isinstance(value, dict):
        for name, part in members.items():
            if name in value or not path:
                yield (*path, name), part
                yield from places(document, part, value.get(name), (*path, name), above)
    elif isinstance(value, list) and value and "items" in schema:
        yield (*path, 0), schema["items"]
        yield from places(document, schema["items"], value[0], (*path, 0), above)


def put(body: Any, path: Path, value: Any) -> Any:
    """Copy a body with another value at a path."""
    copy = deepcopy(body)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return copy


def without(body: Any, path: Path) -> Any:
    """Copy a body without the member at a path."""
    copy = deepcopy(body)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return copy


def in_words(path: Path, value: Any) -> str:
    """Describe a place and its value for reports, the same in every run: baselines contain these texts."""
    text = json.dumps(value)
    if len(text) >= 30:
        text = f"{'string' if isinstance(value, str) else 'array'}[{len(value)}]"
    return f"/{'/'.join('*' if isinstance(step, int) else step for step in path)}: {text}"


def boundary_values(document: Document, schema: Schema, sample: Any = None) -> Iterator[Any]:
    """Values at the bounds and beyond them, and of other types, each once. ``sample`` is a valid value."""
    seen = set[str]()
    for value in _boundary_values(document, schema, sample):
        if (mark := repr(value)) not in seen:
            seen.add(mark)
            yield value


def _boundary_values(document: Document, schema: Schema, sample: Any = None) -> Iterator[Any]:
    schema = document.resolve(schema)
    parts = [document.resolve(part) for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))] or [schema]
    for part in parts:
        kinds = _kinds(document, part)
        for kind in kinds:
            yield from _WRONG.get(kind, ())
        yield from _ANY if not kinds and "type" not in part else ()
        yield from part.get("enum", ())
        if "string" in kinds:
            yield from _texts(part, sample, document.validator(part))
        elif "integer" in kinds:
            yield from _numbers(part, sample)
        elif "array" in kinds:
            yield from _lists(document, part)
        elif "object" in kinds:
            yield from _objects(document, part)


def _chosen(document: Document, schema: Schema) -> Schema:
    """The schema, or its first alternative that is not null."""
    schema = document.resolve(schema)
    parts = [document.resolve(part) for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
    return next((part for part in parts if part.get("type") != "null"), schema)


def _kinds(document: Document, schema: Schema) -> Sequence[str]:
    given = schema.get("type", "object" if document.properties(schema) else ())
    return [kind for kind in ([given] if isinstance(given, str) else given) if kind != "null"]


def _texts(schema: Schema, sample: Any, validator: SchemaValidator) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 0)
    for length in {least - 1, least, most, most + 1 if most else 0}:
        if 0 <= length <= 30_000:
            yield "s" * length
    if "enum" in schema:
        for word in map(str, schema["enum"][:1]):
            yield from (word.lower(), word.upper(), word.capitalize(), f" {word}", f"{word} ", "suite")
    elif "pattern" in schema or "format" in schema:
        yield from forms_like(sample)
        if isinstance(sample, str):
            yield from (f" {sample}", f"{sample} ", f"{sample}\n", f"{sample}\u0000", f"{sample}{sample}")
            yield from formed_texts.almost(validator, sample)
            yield from formed_texts.stretched(validator, sample, most)


def forms_like(sample: Any) -> Sequence[str]:
    """Texts that resemble a sample and lack something; those of every form if its form is not known."""
    marks = [mark for mark in _RESEMBLING if isinstance(sample, str) and mark in sample]
    return (*_NONE, *(text for mark in marks[:1] or _RESEMBLING for text in _RESEMBLING[mark]))


def _numbers(schema: Schema, sample: Any) -> Iterator[Any]:
    steps = (("minimum", -1), ("minimum", 0), ("maximum", 0), ("maximum", 1))
    yield from (schema[name] + step for name, step in steps if name in schema)
    if isinstance(sample, int) and not isinstance(sample, bool):
        yield from (str(sample), f"{sample}.0", [sample], sample + 0.5)


def _lists(document: Document, schema: Schema) -> Iterator[list[Any]]:
    try:
        item = Sampler().value(document, schema.get("items", {}))
    except CannotSample:
        return
    least, most = schema.get("minItems", 0), schema.get("maxItems", 0)
    for length in {least - 1, least, 1, most, most + 1 if most else 0}:
        if 0 <= length <= _MAX_ITEMS:
            yield [item] * length


def _objects(document: Document, schema: Schema) -> Iterator[dict[str, Any]]:
    try:
        sample = Sampler().value(document, schema)
    except CannotSample:
        return
    most = schema.get("maxProperties", 0)
    if 0 < most <= _MAX_ITEMS:
        yield from ({**sample, **{f"suite{n}": n for n in range(many - len(sample))}} for many in (most, most + 1))
