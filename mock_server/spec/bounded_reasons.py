"""Explain why a value is invalid, in steps that grow with the value's depth and not with the number of branches.

The validator reports every branch of every alternative. If these contain themselves, there are more branches than
anybody can wait for. Here only the likeliest branch is followed.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import jsonschema_rs

from mock_server.errors import Problem
from mock_server.spec.document import Document
from mock_server.spec.schema_lint import compiled
from mock_server.spec.validation_messages import explained, pointer
from mock_server.support.garbage_collector import collector_paused
from mock_server.support.schema_keywords import LISTED, MANY, ONE, ONE_IN_PLACE

_DEEPER = frozenset({*ONE, *MANY, *ONE_IN_PLACE, *LISTED, "dependentSchemas", "$ref", "required"})
_LOOK_INSIDE = frozenset({"enum", "const", "uniqueItems"})
_ASKED = 400  # schemas that are asked about a value
_LARGE = 64 * 1024  # characters of a value below which each question is quick
_ASKED_OF_LARGE = 3

Path = Sequence[str | int]


class SchemaPart(Protocol):
    """The part of a schema (``spec.schema``) that this module uses."""

    document: Document
    pointer: str
    node: dict[str, Any]
    sent: bool

    @property
    def certain(self) -> Any:
        """This schema and the schemas in its ``allOf``."""

    @property
    def sure(self) -> Any:
        """The properties that do not depend on a branch."""

    @property
    def required(self) -> Any:
        """The properties that every value has."""

    @property
    def types(self) -> Any:
        """The JSON types that the schema admits."""

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is valid."""

    def at(self, *tokens: str | int) -> Any:
        """The schema below this one."""

    def branches(self, keyword: str) -> Any:
        """The schemas below ``allOf``, ``anyOf`` or ``oneOf``."""


class _Patience:
    """How many more schemas may be checked."""

    def __init__(self, value: Any) -> None:
        self.left = _ASKED_OF_LARGE if len(str(value)) > _LARGE else _ASKED

    def accepts(self, schema: SchemaPart, value: Any) -> bool:
        """Check a value against a schema. After the last allowed check, every value counts as valid."""
        self.left -= 1
        return self.left < 0 or schema.accepts(value)


def reason(schema: SchemaPart, value: Any) -> Problem:
    """The first reason that is found in the likeliest branch."""
    return _reason(schema, value, (), _Patience(value))


def _reason(schema: SchemaPart, value: Any, path: Path, patience: _Patience) -> Problem:
    if (absent := missing(schema, value, path)) is not None:
        return absent
    for part in schema.certain:
        if (own := own_reason(part, value, path)) is not None:
            return own
        for step, below, inner in _below(part, value):
            if not patience.accepts(below, inner):
                return _reason(below, inner, (*path, step), patience)
    lists = [ways for part in schema.certain for word in ("oneOf", "anyOf") if (ways := part.branches(word))]
    for ways in lists:
        if len(lists) == 1 or not any(patience.accepts(way, value) for way in ways):
            return _of_the_likeliest(ways, value, path, patience)
    return Problem(pointer(path), "is not valid here")


def missing(schema: SchemaPart, value: Any, path: Path) -> Problem | None:
    """The complaint about the first property that is required and absent, if one is."""
    if not isinstance(value, dict) or schema.required <= value.keys():
        return None
    word = "readOnly" if schema.sent else "writeOnly"  # a property that goes the other way is not required
    named = ((name, part.at("properties", name)) for part in schema.certain for name in part.node.get("properties", ()))
    marked = {name for name, property in named if any(it.node.get(word) is True for it in property.certain)}
    absent = min(schema.required - value.keys() - marked, default=None)
    return Problem(pointer([*path, absent]), "is missing") if absent is not None else None


def own_reason(part: SchemaPart, value: Any, path: Path) -> Problem | None:
    """The complaint of a schema itself, without those of the schemas in it and of `required`; None if it has none."""
    made = part.document.compiled
    key = ("own words", part.pointer)
    if key not in made:
        node = {word: said for word, said in part.node.items() if word not in _DEEPER and not word.startswith("x-")}
        closed = part.node.get("additionalProperties") is False
        if closed:
            named = {word: dict.fromkeys(part.node.get(word, ()), True) for word in ("properties", "patternProperties")}
            node |= {**named, "additionalProperties": False}
        made[key] = node, compiled(node)
    node, validator = made[key]
    error = _first_error(validator, value if _LOOK_INSIDE & node.keys() else _shallow(value))
    if error is None:
        return None
    problem = explained(error, node)
    start = pointer(path).rstrip("/")
    return Problem(start + problem.where if problem.where != "/" else pointer(path), problem.what, problem.remedy)


def _first_error(validator: jsonschema_rs.Validator, value: Any) -> jsonschema_rs.ValidationError | None:
    """The first error of a value. Whoever iterates over the errors has all of them made, each with a copy of it."""
    with collector_paused():  # an error holds a copy of what is wrong
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            error.__traceback__ = None  # it has this frame, which has the value
            return error
    return None


def _shallow(value: Any) -> Any:
    """A value without its contents, for an error would hold a copy of them."""
    if isinstance(value, dict):
        return dict.fromkeys(value)
    return [None] * len(value) if isinstance(value, list) else value


def _below(part: SchemaPart, value: Any) -> Iterator[tuple[str | int, SchemaPart, Any]]:
    """The schemas below a schema, each with the part of the value that it is about."""
    if isinstance(value, dict):
        named = part.node.get("properties", {})
        for name, inner in value.items():
            if name in named:
                yield name, part.at("properties", name), inner
            elif isinstance(part.node.get("additionalProperties"), dict):
                yield name, part.at("additionalProperties"), inner
    if isinstance(value, list) and isinstance(part.node.get("items"), dict):
        items = part.at("items")
        yield from ((index, items, inner) for index, inner in enumerate(value))


def _of_the_likeliest(ways: Sequence[SchemaPart], value: Any, path: Path, patience: _Patience) -> Problem:
    """The reason of the branch that most of the value fits, or that no branch fits."""
    scores = [(likeness(way, value), way) for way in ways]
    best, likeliest = max(scores, key=lambda score: score[0])
    if best > 0 and [score for score, _ in scores].count(best) == 1 and patience.left > 0:
        return _reason(likeliest, value, path, patience)
    return Problem(pointer(path), f"fits none of the {len(ways)} alternatives")


def likeness(way: SchemaPart, value: Any) -> int:
    """How well a value fits a branch: by its type, its property names, and the values that tell branches apart."""
    if not isinstance(value, dict):
        return int(_is_typed(way, value))
    if "object" not in way.types:
        return 0
    score = 1
    for name, part in way.sure.items():
        choices = part.node.get("enum", [part.node["const"]] if "const" in part.node else None)
        if name not in value:
            score -= 2 * (name in way.required)
        elif choices is not None:
            score += 100 if value[name] in choices else -100
        else:
            score += 1
    return score


def _is_typed(way: SchemaPart, value: Any) -> bool:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    kind = names.get(type(value), "null")
    return kind in way.types or (kind == "integer" and "number" in way.types)
