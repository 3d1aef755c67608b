"""An error in the shape of a schema: the words and the status go into whatever fields the schema has for them."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from mock_server.api.invalid_parts import by_name, is_list_of_parts, named, names_part
from mock_server.errors import InvalidPart, SpecError
from mock_server.spec.generation import generate
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema

_WORDS = re.compile(
    r"(?:error|err|user|developer|display|human|localized|status|fault|failure)?[_-]?"
    r"(?:message|msg|details?|description|reason|text|summary|title|string|errors?|problems?|explanation|faults?)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?:http|error|response)?[_-]?(?:status|code)(?:[_-]?code)?", re.IGNORECASE)
_GOOD = re.compile(r"success(?:ful)?|ok|succeeded|result", re.IGNORECASE)
_BAD = re.compile(r"(?:is[_-]?)?(?:error|failed|failure)", re.IGNORECASE)
_MAX_DEPTH = 6
_KNOWN = frozenset(map(int, HTTPStatus))


class ErrorFacts(NamedTuple):
    """The facts of an error: its status, the words for it, and the parts of the request that are wrong.

    ``part`` is the one that the words are about.
    """

    status: int
    words: str
    parts: Sequence[InvalidPart] = ()
    part: InvalidPart | None = None

    @property
    def symbol(self) -> str:
        """The status as a symbolic code: ``NOT_FOUND``."""
        return HTTPStatus(self.status).name if self.status in _KNOWN else "ERROR"


def shaped(schema: Schema, facts: ErrorFacts, chance: RandomSource) -> Any:
    """Make a value of ``schema`` that contains ``facts``. Raises SpecError when that is not possible."""
    value = _value(schema, "", facts, chance, 0)
    return value if schema.accepts(value) else generate(schema, chance)


def _value(schema: Schema, name: str, facts: ErrorFacts, chance: RandomSource, depth: int) -> Any:
    """The value for the part of an error that is called ``name``."""
    for value in _guesses(schema, name, facts, chance, depth):
        if schema.accepts(value):
            return value
    if depth == 0:  # the whole value is made from the schema by the caller
        return None
    return schema.default if schema.default is not None else generate(schema, chance)


def _guesses(schema: Schema, name: str, facts: ErrorFacts, chance: RandomSource, depth: int) -> list[Any]:
    found: list[Any] = named(name, schema, facts.part) if facts.part else []
    if "object" in schema.types and schema.properties and depth < _MAX_DEPTH:
        kinds = [part for part in schema.alternatives if _is_of_status(part, facts)]
        found += [
            _object(part, facts, chance, depth) for part in (*kinds, schema, *schema.alternatives) if part.properties
        ]
    if "array" in schema.types and schema.items is not None and depth < _MAX_DEPTH:
        found += [*_by_part(schema, name, facts, chance, depth)]
        found.append(["body"] if name == "loc" else [_value(schema.items, name, facts, chance, depth + 1)])
    if "object" in schema.types and facts.parts:
        found += by_name(name, schema, list(facts.parts))
    if _STATUS.fullmatch(name):
        found += [facts.status, str(facts.status), facts.symbol, facts.symbol.lower()]
    if name == "type":
        found += ["about:blank" if depth == 1 else "value_error"]
    if _GOOD.fullmatch(name):
        found += [False, "error"]
    if _BAD.fullmatch(name):
        found += [facts.words, True]
    if _WORDS.fullmatch(name) or not name:
        found.append(facts.words)
    return found


def _by_part(schema: Schema, name: str, facts: ErrorFacts, chance: RandomSource, depth: int) -> Iterator[list[Any]]:
    """One item for each invalid part, if the items can say which part they are of."""
    if schema.items is not None and facts.parts and is_list_of_parts(schema):
        each = (ErrorFacts(facts.status, part.what, (), part) for part in facts.parts)
        yield [_value(schema.items, name, one, chance, depth + 1) for one in each]


def _is_of_status(schema: Schema, facts: ErrorFacts) -> bool:
    """Tell whether a schema is for this status and not for another one: its field for the status says so."""
    fields = [part for name, part in schema.properties.items() if _STATUS.fullmatch(name) and part.types <= {"integer"}]
    return any(part.accepts(facts.status) and part.count < 100 for part in fields)


def _object(schema: Schema, facts: ErrorFacts, chance: RandomSource, depth: int) -> dict[str, Any]:
    """The properties that are required, and those that tell something of the error."""
    made = {}
    for name, part in schema.properties.items():
        is_place = (facts.part is not None and names_part(name)) or (bool(facts.parts) and _holds_parts(name, part))
        if part.never or not (name in schema.required or _tells(name) or is_place):
            continue
        try:
            made[name] = _value(part, name, facts, chance, depth + 1)
        except SpecError:
            if name in schema.required:
                raise
    return {**dict.fromkeys(schema.required - schema.properties.keys(), facts.words), **made}


def _holds_parts(name: str, schema: Schema) -> bool:
    return is_list_of_parts(schema) or bool(by_name(name, schema, []))


def _tells(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (_WORDS, _STATUS, _GOOD, _BAD)) or name == "type"
