"""Valid values that careless code changes, loses or fails on. They are written to see whether they are kept exactly.

Each round gives a body in which every member has another kind of value. Few rounds give every member every kind.
"""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from contracts.spec.document import Document, Operation, Schema
from contracts.spec.samples import CannotSample, Sampler

_TEXTS = (
    " a blank before and after {n} ",
    "two  blanks   and more {n}",
    "\tlines\r\n\r\nof\n\nthree\rkinds {n}\n\n",
    "mcDONALD o'Neill vAN DE {n}",
    "ALL IN CAPITALS {n}",
    "e\u0301n\u0303u\u0308 in two parts {n}",
    "\u00e9\u00f1\u00fc\uac00 in one part {n}",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U00020000 {n}",
    "zero\u200bwidth\u200c\u2060\ufeff\u00ad {n}",
    "\u202eto the left\u202c \u200e\u200f\u2067\u05e9\u05dc\u05d5\u05dd\u2069 {n}",
    "000{n}0",
    "<b>&amp; \"two\" 'one' </script> {n}",
    "\\ \\n \\u0041 %20 %41 a+b?c=d&e#f {{{n}}} ${{n}} ;-- %s %d {} {0} {",
    "\u201csmart\u201d \u2013 \u2026 \ufb00 \u0130\u0131 \u00df {n}",
    "a\ttab, a no-break\u00a0blank and a stop {n}.",
    "\u0000 \u001b[31m \u007f \u2028 \u2029 {n}",
    "(c) -- ... :-) 1/2 !!! **b** _i_ #1 1,000.50 +1 NaN {n}",
    '{{"a": ["{n}", null]}}',
    "@Suite {n} https://suite.example/{n}/",
    ("null", "None", "nil"), ("undefined", "N/A", "-"), ("true", "no"), "2026-01-05", "1e3", " ", ".",
)  # fmt: skip
"""Each text, or texts of one kind, which take turns."""
_NAMES = (
    *("suiteOther", "__proto__", "a.b", "$set", "constructor", "with a blank", "length", "0", "na\u00efve", "toString"),
    *("UPPER", "snake_case", "kebab-case", "\U0001f600", "true", "a/b~c"),
)
"""Names for members of open objects: some have a meaning in a language, a database or a path."""
_FORMED = (
    "Suite.{n}+A_b@Sub-1.Example.COM",
    "s{n}@example.com",
    "+1{n:06d}",
    "+61491570{n:06d}",
    "+97{n:06d}1234567",
    "https://Hooks.Example:8443/Suite/{n}/?a=1&b=%2F&c=",
    "http://hooks.example/{n}/",
    "http://[2001:db8::7]:8080/{n}",
    "Suite-_{n}",
)
ROUNDS = len(_TEXTS) + 4
"""The number of rounds after which every member has had every text."""
FORMS = len(_FORMED)
"""The number of rounds after which every text with a form was tried."""


_DEEP = 3  # levels of lists and objects, below which only required members are written, and short lists
_DEEP_OBJECTS = 3  # objects in one another, below which lists are as short as they may be: a schema may contain itself
_MAX_DEPTH = 12


class AwkwardBodies:
    """Makes bodies for one operation. ``unique`` members get a value that no other body has.

    The id that a client gives to a record is never awkward: a path could not name the record.
    """

    def __init__(
        self, sampler: Sampler, operation: Operation, unique: Collection[str] = (), left_out: Collection[str] = ()
    ) -> None:
        self._sampler, self.operation, self._unique = sampler, operation, unique
        self._left_out = left_out
        self._document: Document = operation.document
        self._depth = self._objects = 0

    def body(self, turn: int, given: Mapping[str, Any] | None = None, only: str | None = None) -> dict[str, Any]:
        """The body of a round: as many awkward members as are valid together. The ``given`` members stay.

        With ``only``, that member alone is awkward.
        """
        validator = self._document.certain_validator(self.operation.body or {})
        whole = {**self._sampler.body(self.operation, whole=True), **(given or {})}
        body = {name: value for name, value in whole.items() if name not in self._left_out}
        members = self._document.properties(self.operation.body)
        for place, (name, schema) in enumerate(members.items()):
            if name in (given or ()) or name in (*self._left_out, "id") or only not in (None, name):
                continue
            wider = {**body, name: self._value(schema, turn + place * 5, name in self._unique)}
            if validator.is_valid(wider):
                body = wider
        return body

    def _value(self, schema: Schema, turn: int, unique: bool) -> Any:
        schema = self._document.resolve(schema)
        kinds = list(self._kinds(schema))
        if not unique and any("null" in _types(kind) for kind in kinds) and turn % ROUNDS == ROUNDS - 1:
            return None
        kind = next((kind for kind in kinds if set(_types(kind)) - {"null"}), schema)
        made = [*itertools.islice(self._values(kind, turn, unique), 1)]
        return made[0] if made else self._sample(schema)

    def _kinds(self, schema: Schema) -> Iterator[Schema]:
        parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        yield from map(self._document.resolve, parts or [schema])

    def _sample(self, schema: Schema) -> Any:
        try:
            return self._sampler.value(self._document, schema)
        except CannotSample:
            return None

    def _values(self, schema: Schema, turn: int, unique: bool) -> Iterator[Any]:
        types = _types(schema)
        if "enum" in schema:
            yield schema["enum"][turn % len(schema["enum"])]
        elif "object" in types or self._document.properties(schema):
            yield self._object(schema, turn)
        elif "array" in types:
            few = 0 if turn % ROUNDS == 2 else 1 + turn % 3  # seldom none, or texts far inside would miss most rounds
            most = min(schema.get("maxItems", 3), few)
            length = max(schema.get("minItems", 0), most)
            length = length if self._depth < _DEEP else max(schema.get("minItems", 0), self._few(length))
            yield self._within(
                lambda: [self._value(schema.get("items", {}), turn + n * 7, False) for n in range(length)]
            )
        elif "boolean" in types:
            yield bool(turn % 2)
        elif "integer" in types:
            bound = schema.get(("minimum", "maximum")[turn % 2], (0, 2**31 - 1)[turn % 2])
            yield from [bound] if self._document.certain_validator(schema).is_valid(bound) else []
        elif "string" in types:
            yield from self._texts(schema, turn, unique)

    def _object(self, schema: Schema, turn: int) -> dict[str, Any]:
        members = self._document.properties(schema)
        if self._depth >= _DEEP:  # a schema may contain itself
            members = {name: members[name] for name in members if name in self._document.required(schema)}
        parts = list(enumerate(members.items()))
        self._objects += 1
        made = self._within(lambda: {n: self._value(part, turn + i * 3, False) for i, (n, part) in parts}) or {}
        self._objects -= 1
        free = [name for name in made if name not in self._document.required(schema)]
        if turn % 10 == 4 and free:  # each of those that may be left out comes alone as well, and once none of them
            alone = [*free, ""][turn // 10 % (len(free) + 1)]
            made = {name: value for name, value in made.items() if name == alone or name not in free}
        if schema.get("additionalProperties") in ({}, True) and len(made) < schema.get("maxProperties", 2):
            text = _fitted(_one(_TEXTS[turn % len(_TEXTS)], turn), turn, {})
            made[_NAMES[turn % len(_NAMES)]] = {"list": [1, 2.5, None, True, nested({"deep": text}, turn)]}
        return made

    def _few(self, length: int) -> int:
        """The length of a list far inside: a text may be kept there by other code than further out."""
        return min(length, 2) if self._objects < _DEEP_OBJECTS else 0

    def _within(self, make: Callable[[], Any]) -> Any:
        """Make what is one level deeper; None if that is too deep."""
        if self._depth >= _MAX_DEPTH:
            return None
        self._depth += 1
        try:
            return make()
        finally:
            self._depth -= 1

    def _texts(self, schema: Schema, turn: int, unique: bool) -> Iterator[str]:
        validator, serial = self._document.validator(schema), self._sampler.serial()
        formed, place = "pattern" in schema or "format" in schema, turn % ROUNDS
        known: Sequence[str | tuple[str, ...]] = _FORMED if formed else _TEXTS
        if not formed and place >= len(_TEXTS):
            yield _extreme(schema, place - len(_TEXTS), serial, unique)
        for shift in range(len(known)):
            text = _one(known[(place + shift) % len(known)], serial)
            made = _fitted(text, serial, schema)
            if validator.is_valid(made) and (not unique or ("{n" in text and _has(made, serial))):
                yield made


def nested(inner: Any, depth: int) -> Any:
    """Wrap a value in so many levels, in turn an object and a list."""
    for turn in range(depth):
        inner = {"in": inner} if turn % 2 else [inner]
    return inner


def _one(text: str | tuple[str, ...], turn: int) -> str:
    return text if isinstance(text, str) else text[turn % len(text)]


def _types(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _fitted(text: str, serial: int, schema: Schema) -> str:
    """A text with its serial number, at least as long as it must be and at most as long as it may be."""
    made = text.replace("{n:06d}", f"{serial % 10**6:06d}").replace("{n}", str(serial))
    most, least = int(schema.get("maxLength", len(made))), int(schema.get("minLength", 0))
    return made[:most].ljust(least, ".")


def _has(made: str, serial: int) -> bool:
    return str(serial) in made or f"{serial % 10**6:06d}" in made


def _extreme(schema: Schema, which: int, serial: int, unique: bool) -> str:
    """The longest text, of every awkward kind and in characters of four bytes, and the shortest.

    Code for long texts may be other code than that for short ones. The last character of a long text is different.
    """
    most, begin = int(schema.get("maxLength", 300)), f"{serial} "
    if which == 2 and not unique:
        return "s" * int(schema.get("minLength", 0))
    turned = [_one(_TEXTS[(serial + place) % len(_TEXTS)], serial) for place in range(len(_TEXTS))]
    filling = " ".join(turned).replace("{n}", str(serial)) if which == 0 else "\u00e9\U0001f600"
    return (begin + filling * (most // len(filling) + 1))[: most - 1] + "\u03a9"
