"""Fit a record to a schema: remove what the schema does not have, and add what it requires."""

from collections.abc import Iterator
from typing import Any

import orjson

from mock_server.errors import AnswerInvalid, SpecError
from mock_server.spec.generation import generate
from mock_server.spec.kept_parts import Record, projection
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import write_json


class Projection:
    """One shape in which records of a kind go out, compiled from the schema of an answer's item."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._project = projection(schema)

    @classmethod
    def of(cls, schema: Schema) -> "Projection":
        """The projection of a schema, made once, so that operations share its rendered records."""
        made = schema.document.compiled
        view: Projection = made.get(("view", schema.place)) or made.setdefault(("view", schema.place), cls(schema))
        return view

    def project(self, record: Record) -> dict[str, Any]:
        """The part of ``record`` that the schema has, in the schema's order."""
        projected: dict[str, Any] = self._project(record)
        return projected

    def render(self, record: Record, chance: RandomSource | None = None) -> orjson.Fragment:
        """The record as bytes to send, validated once, here. With ``chance``, values that do not fit are replaced.

        Raises AnswerInvalid if the record does not fit the schema: that is our own fault.
        """
        value = self.project(record)
        if chance is not None and not self.schema.accepts(value):
            value = fitted(record, self.schema, chance)
        if not self.schema.accepts(value) and not self.schema.document.lenient:
            raise AnswerInvalid(*map(str, self.schema.problems(value)))
        return orjson.Fragment(write_json(value))


def fitted(value: Any, schema: Schema, chance: RandomSource) -> Any:
    """Make ``value`` valid for ``schema`` and keep what the schema names; more where only that is valid.

    (Of two alternatives that name the same, a field that one of them refuses says which one is meant.)
    """
    whole = filled(value, schema, chance)
    kept = projection(schema)(whole)
    return kept if schema.accepts(kept) else _leanest(whole, kept, schema)


def _leanest(whole: Any, kept: Any, schema: Schema) -> Any:
    """A value without all that it can spare of what is not in the ``kept`` part, by which it would be invalid."""
    if not isinstance(whole, dict) or not isinstance(kept, dict):
        return whole
    for name in [name for name in whole if name not in kept]:
        shorter = {other: part for other, part in whole.items() if other != name}
        whole = shorter if schema.accepts(shorter) else whole
    return whole


def filled(value: Any, schema: Schema, chance: RandomSource) -> Any:
    """Make ``value`` valid for ``schema``: add what is missing and replace what is wrong, at any depth.

    A valid value is returned unchanged, also with fields that the schema lacks. Raises SpecError if none can be made.
    """
    project = projection(schema)
    if schema.accepts(project(value)):
        return value
    for nearest in _nearer(value, schema, chance):
        if schema.accepts(project(nearest)):
            return nearest
    return value if schema.accepts(value) else _initial(schema, chance)


def _nearer(value: Any, schema: Schema, chance: RandomSource) -> Iterator[Any]:
    """Values that fit the schema better and better, and have less and less in common with ``value``."""
    if isinstance(value, dict) and schema.sure:
        value = _with_members(value, schema, chance)
        yield value
    if isinstance(value, list) and schema.items:
        yield [filled(item, schema.items, chance) for item in value]
    branches = [branch for part in schema.certain for branch in part.alternatives]
    for branch in sorted(branches, key=lambda branch: -_likeness(value, branch)):
        yield filled(value, branch, chance)
    if isinstance(value, dict) and schema.properties:
        made = generate(schema, chance, example=False)
        kept = {name: value[name] for name, part in schema.sure.items() if name in value and part.accepts(value[name])}
        yield _with_own({**made, **kept}, value, schema) if isinstance(made, dict) else made


def _with_own(made: Record, value: Record, schema: Schema) -> Record:
    """A made-up value with each member of ``value`` that it may have, so that a record keeps its id.

    Of alternatives that hardly differ, a member may decide which one is meant: each is tried by itself.
    """
    for name in [name for name in value if name in made] if schema.accepts(made) else ():
        wider = {**made, name: value[name]}
        made = wider if schema.accepts(wider) else made
    return made


def _with_members(value: Record, schema: Schema, chance: RandomSource) -> dict[str, Any]:
    """Mend each member, and add what is required. An optional member for which there is no value is left out."""
    mended = dict(value)
    for name, part in schema.sure.items():
        try:
            if name in value:
                mended[name] = filled(value[name], part, chance)
            elif name in schema.required:
                mended[name] = _initial(part, chance)
        except SpecError:
            if name in schema.required:
                raise
            del mended[name]
    return mended


def _likeness(value: Any, branch: Schema) -> int:
    """How many properties of ``value`` the branch admits; properties that tell branches apart count most."""
    if not isinstance(value, dict):
        return 0
    fits = [part for name, part in branch.sure.items() if name in value and part.accepts(value[name])]
    return sum(100 if part.types <= {"string"} and part.node.keys() & {"const", "enum"} else 1 for part in fits)


def _initial(schema: Schema, rng: RandomSource) -> Any:
    """A value for a missing one: the document's default, else null if that is admitted, else a generated one."""
    if schema.default is not None:
        return schema.default
    return None if schema.nullable and schema.accepts(None) else generate(schema, rng)
