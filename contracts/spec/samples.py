"""Make values that fit a schema, each unlike the one before: the scenarios send them.

The values depend only on their serial number. People and phone numbers are fictitious.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.errors import SuiteError
from contracts.spec.document import Document, Operation, Schema
from contracts.spec.pattern_texts import matching_text

_TRIES = 12
_KINDS = ("string", "integer", "boolean", "array", "object")  # what a schema without a type is tried with
_DEEP = 4  # below, only what is required is made
_MAX_ITEMS = 100  # of a list that must have so many
_MAX_DEPTH = 12  # objects and lists in one another, of a schema that contains itself
_FORMATS = {
    "date": "2026-03-{:02}",
    "date-time": "2026-03-{:02}T05:06:07.089Z",
    "time": "05:06:{:02}Z",
    "duration": "P{}D",
    "uuid": "00000000-0000-4000-8000-0000000{1:05}",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "hostname": "suite-{}.example",
    "byte": "c3VpdGU=",
}
"""Texts of further formats; dates and addresses are from the ranges kept for examples."""


class CannotSample(SuiteError):
    """No value was found for a schema; only the check that needs it is left out."""


class Sampler:
    """Makes bodies and values for the schemas of one contract."""

    def __init__(self, start: int = 1) -> None:
        self._serial = itertools.count(start)
        self._depth = 0

    def serial(self) -> int:
        """A number that no other value was made with."""
        return next(self._serial)

    def body(self, operation: Operation, *, whole: bool = False) -> dict[str, Any]:
        """Make a valid body with the required members only, or with all members. Raises CannotSample."""
        for _ in range(_TRIES):
            body = self._needed(operation)
            if operation.document.certain_validator(operation.body or {}).is_valid(body):
                return self._widened(operation, body) if whole else body
        raise CannotSample(f"{operation.key}: no valid body was found")

    def some_body(self, operation: Operation) -> dict[str, Any] | None:
        """Make a valid body, or an empty one if none is found; None for an operation that takes no body."""
        try:
            return self.body(operation) if operation.body is not None else None
        except CannotSample:
            return {}

    def _needed(self, operation: Operation) -> dict[str, Any]:
        """The required members; if these are not valid, those of an alternative.

        If only an example can make them valid (a condition, say), its values are used.
        """
        document, schema = operation.document, operation.body or {}
        required, members = document.required(schema), document.properties(schema)
        body = {name: self.value(document, members[name]) for name in members if name in required}
        accepts = document.certain_validator(schema).is_valid
        if accepts(body):
            return body
        alternatives = document.resolve(schema)
        for way in (*alternatives.get("anyOf", ()), *alternatives.get("oneOf", ())):
            members = document.properties(way)
            needed = (members.keys() & document.required(way)) - body.keys()
            chosen = {**body, **{name: self.value(document, members[name]) for name in members if name in needed}}
            if accepts(chosen):
                return chosen
        return {**self._example(operation), **body}

    def _example(self, operation: Operation) -> dict[str, Any]:
        return dict(operation.body_example) if isinstance(operation.body_example, Mapping) else {}

    def _widened(self, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        """Add to ``body`` each optional member that is valid together with the others."""
        document, schema = operation.document, operation.body or {}
        for name, member in document.properties(schema).items():
            if name not in body:
                wider = {**body, name: self.value(document, member)}
                body = wider if document.certain_validator(schema).is_valid(wider) else body
        return body

    def value(self, document: Document, schema: Schema, unlike: Any = None) -> Any:
        """Make a valid value that is not ``unlike``, which is ignored if it is None. Raises CannotSample."""
        validator = document.certain_validator(schema)
        if self._depth > _MAX_DEPTH:
            raise CannotSample("no value fits that is not deeper")
        self._depth += 1
        try:
            for _ in range(_TRIES):
                serial = next(self._serial)
                for candidate in self._candidates(document, schema, serial):
                    if candidate is not None and validator.is_valid(candidate) and candidate != unlike:
                        return candidate
        finally:
            self._depth -= 1
        raise CannotSample("no value fits")

    def other(self, document: Document, schema: Schema, now: Any) -> Any:
        """Make a value other than the present one; if there is none, return the present one."""
        try:
            return self.value(document, schema, unlike=now)
        except CannotSample:
            return now

    def _candidates(self, document: Document, schema: Schema, serial: int) -> Iterator[Any]:
        schema = document.resolve(schema)
        if "const" in schema:
            yield schema["const"]
        options = schema.get("enum", ())
        yield from (options[(serial + shift) % len(options)] for shift in range(len(options)))
        for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            yield from self._candidates(document, part, serial)
        kinds = schema.get("type", "object" if document.properties(schema) else _KINDS)
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            yield from self._of_kind(kind, document, schema, serial)

    def _of_kind(self, kind: str, document: Document, schema: Schema, serial: int) -> Iterator[Any]:
        if kind == "string":
            yield from _texts(serial, schema)
        elif kind == "boolean":
            yield from (bool(serial % 2), not serial % 2)
        elif kind in ("integer", "number"):
            yield from _numbers(serial, schema)
        elif kind == "array":
            yield from self._lists(document, schema)
        elif kind == "object":
            members = document.properties(schema)
            names = members if self._depth <= _DEEP else members.keys() & document.required(schema)
            made = {name: self.value(document, members[name]) for name in members if name in names}
            yield made
            free = schema.get("additionalProperties")
            if isinstance(free, Mapping) and self._depth <= _DEEP:
                yield made | {f"suite{serial}": self.value(document, free)}

    def _lists(self, document: Document, schema: Schema) -> Iterator[list[Any]]:
        if self._depth > 2 * _DEEP and not schema.get("minItems"):
            yield []  # a list may contain itself
        items, contained = schema.get("items", {}), schema.get("contains")
        made = [self.value(document, part) for part in schema.get("prefixItems", ())]
        made += [self.value(document, contained)] if contained else []
        least = schema.get("minItems", 0)
        if len(made) < least <= _MAX_ITEMS:
            made += [self.value(document, items) for _ in range(least - len(made))]
        yield made or ([self.value(document, items)] if items else [])
        yield []


def _texts(serial: int, schema: Schema) -> Iterator[str]:
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]].format(serial % 28 + 1, serial % 10_000)
    if "pattern" in schema or "format" in schema:
        yield f"+618{7010_0000 + serial % 10_000}"  # reserved for fiction
        yield f"suite.{serial}@example.com"
        yield f"https://hooks.example/suite/{serial}"
        yield f"suite_{serial}"
        made = matching_text(str(schema["pattern"]), serial) if "pattern" in schema else None
        yield from () if made is None else (made,)
    yield f"Suite {serial}"[: schema.get("maxLength", 255)]
    yield "s" * schema.get("minLength", 1)


def _numbers(serial: int, schema: Schema) -> Iterator[float]:
    step = schema.get("multipleOf", 1)
    step = step if isinstance(step, int) and step > 0 else 1  # a fraction: whole numbers are multiples of most of them
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    first = math.ceil(least / step) * step
    for bound in (schema.get("maximum"), schema.get("exclusiveMaximum")):
        most = 97 if bound is None else max(1, min(97, int((bound - first) // step)))
        yield first + serial % most * step
    yield from (first, first + step, least)


def invalid_value(document: Document, schema: Schema) -> Any:
    """Make a value that a schema forbids. Raises CannotSample if it forbids no JSON value."""
    validator = document.validator(schema)
    candidates: tuple[Any, ...] = ({"suite": []}, [[]], 12.5, "", -1, "\u0000", True, None)
    for candidate in candidates:
        if not validator.is_valid(candidate):
            return candidate
    raise CannotSample("nothing is forbidden")
