"""Fit a record to a schema: leave out what the schema does not have, add what it asks for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from mock_server.errors import AnswerInvalid
from mock_server.spec.generator import generate
from mock_server.spec.pattern import Chance
from mock_server.spec.schema import Schema

Project = Callable[[Any], Any]
Record = Mapping[str, Any]

_DEEPEST = 12  # a schema may contain itself; below this a value goes out as it is


class View:
    """One shape in which records of a kind go out, compiled from the schema of an answer's item."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._project = projection(schema)
        # What every record of this shape can have; the properties of mere alternatives are not counted.
        self._named = () if schema.alternatives else tuple(schema.properties)

    def project(self, record: Record) -> dict[str, Any]:
        """The part of ``record`` that the schema has, in the schema's order."""
        projected: dict[str, Any] = self._project(record)
        return projected

    def admits(self, record: Record) -> bool:
        """Whether the record fits and lacks no property that the schema has, required or not."""
        value = self.project(record)
        return len(value) >= len(self._named) and self.schema.accepts(value)

    def render(self, record: Record, chance: Chance | None = None) -> orjson.Fragment:
        """The bytes that are sent, validated once, here. With ``chance``, what does not fit is filled in.

        Raises AnswerInvalid when the record does not fit the schema: our own fault.
        """
        value = self.project(record)
        if chance is not None and not self.schema.accepts(value):
            value = self.project(filled(record, self.schema, chance))
        if not self.schema.accepts(value) and not self.schema.document.lenient:
            raise AnswerInvalid(*map(str, self.schema.problems(value)))
        return orjson.Fragment(orjson.dumps(value))


def projection(schema: Schema, depth: int = 0) -> Project:
    """A function that keeps of a value what ``schema`` names; values without named parts pass as they are."""
    if depth > _DEEPEST:
        return _same
    if schema.alternatives and not schema.node.get("properties"):
        return _choice(schema, depth)
    if "object" in schema.types and schema.properties:
        return _fields(schema, depth)
    if "array" in schema.types and schema.items:
        return _each(projection(schema.items, depth + 1))
    return _same


def _same(value: Any) -> Any:
    return value


def _fields(schema: Schema, depth: int) -> Project:
    parts = [(name, projection(part, depth + 1)) for name, part in schema.properties.items()]
    # A schema with `additionalProperties: {…}` is a dictionary: its own keys stay.
    keep_rest = isinstance(schema.node.get("additionalProperties"), dict)

    def project(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kept = {name: part(value[name]) for name, part in parts if name in value}
        return {**value, **kept} if keep_rest else kept

    return project


def _each(part: Project) -> Project:
    if part is _same:
        return _same

    def project(value: Any) -> Any:
        return [part(item) for item in value] if isinstance(value, list) else value

    return project


def _choice(schema: Schema, depth: int) -> Project:
    """The first alternative that admits what it keeps; the value as it is when none does."""
    branches = [(branch, projection(branch, depth + 1)) for branch in schema.alternatives]
    if all(part is _same for _, part in branches):
        return _same

    def project(value: Any) -> Any:
        for branch, part in branches:
            kept = part(value)
            if branch.accepts(kept):
                return kept
        return value

    return project


def completed(record: Record, shapes: Sequence[Schema], rng: Chance, fresh: Mapping[str, Any]) -> dict[str, Any]:
    """``record`` with every property that one of ``shapes`` has.

    An absent one is ``fresh`` (values by name, as the time of creation), else what the document says a new
    record starts with (``default``), else null where that is admitted, else generated.
    """
    whole = dict(record)
    for shape in shapes:
        for name, part in shape.properties.items():
            if name not in whole:
                whole[name] = _initial(name, part, rng, fresh)
    return whole


def fitted(record: Record, views: Sequence[View], chance: Callable[[], Chance]) -> Record:
    """``record``, with what a document of other types or further fields asks for in place of what it has.

    A record that fits already is returned as it is. Raises SpecError when no value can be made for a field.
    """
    if all(view.admits(record) for view in views):
        return record
    stream = chance()
    whole = completed(record, [view.schema for view in views], stream, {})
    for view in views:
        for name, part in view.schema.properties.items():
            whole[name] = filled(whole[name], part, stream)
    return whole


def filled(value: Any, schema: Schema, chance: Chance) -> Any:
    """``value`` as far as ``schema`` admits it: what is missing is added, what is wrong is replaced, at any depth."""
    if schema.accepts(projection(schema)(value)):
        return value
    if isinstance(value, dict) and schema.properties and not schema.alternatives:
        whole = {
            name: filled(value[name], part, chance) if name in value else _initial(name, part, chance, {})
            for name, part in schema.properties.items()
            if name in value or name in schema.required
        }
        return {**value, **whole}
    if isinstance(value, list) and schema.items:
        return [filled(item, schema.items, chance) for item in value]
    for branch in schema.alternatives:
        nearest = filled(value, branch, chance)
        if schema.accepts(projection(schema)(nearest)):
            return nearest
    return _initial("", schema, chance, {})


def _initial(name: str, schema: Schema, rng: Chance, fresh: Mapping[str, Any]) -> Any:
    if name in fresh and schema.accepts(fresh[name]):
        return fresh[name]
    if "default" in schema.node:
        return schema.node["default"]
    return None if schema.nullable else generate(schema, rng)
