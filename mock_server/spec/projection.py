"""Fit a record to a schema: remove what the schema does not have, and add what it requires."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mock_server.errors import AnswerInvalid, SpecError
from mock_server.spec.generation import generate
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import write_json

Project = Callable[[Any], Any]
Record = Mapping[str, Any]
_WITH_PARTS = frozenset({"properties", "items", "allOf", "anyOf", "oneOf"})


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


def projection(schema: Schema) -> Project:
    """Make a function that keeps the parts of a value that ``schema`` names. Other values pass unchanged."""
    made = schema.document.compiled
    key = ("projection", schema.pointer)
    if key not in made:
        made[key] = lambda value: made[key](value)  # for the schema that contains itself, until its own is ready
        made[key] = _projection(schema)
    project: Project = made[key]
    return project


def _projection(schema: Schema) -> Project:
    ways = [part.branches(keyword) for part in schema.certain for keyword in ("oneOf", "anyOf")]
    ways = [valued for branches in ways if (valued := [branch for branch in branches if branch.types != {"null"}])]
    if ways and (schema.sure or len(ways) > 1):
        return _layers(schema, ways)
    if ways:
        return _choice(schema, ways[0])
    if "object" in schema.types and schema.sure:
        return _fields(schema)
    if "array" in schema.types and schema.items:
        return _each(_part(schema, schema.items))
    return _same


def _part(owner: Schema, part: Schema) -> Project:
    """Make the function for the members of a value below ``owner`` that ``part`` names.

    A component is read when the first value comes, because components that refer to each other have no end.
    """
    if part.pointer.startswith(f"{owner.pointer}/") or ("projection", part.pointer) in part.document.compiled:
        return projection(part)
    if not part.node.keys() & _WITH_PARTS:
        return _same
    found: list[Project] = []

    def project(value: Any) -> Any:
        if not found:
            found.append(projection(part))
        return found[0](value)

    return project


def _same(value: Any) -> Any:
    return value


def _fields(schema: Schema) -> Project:
    sure = schema.sure.items()
    parts = [(name, _part(schema, part)) for name, part in sure if not (part.never or "writeOnly" in part.marks)]
    secret = [name for name, part in sure if "writeOnly" in part.marks]
    # Some schemas require a property without describing it: any value will do, but there has to be one.
    parts += [(name, _same) for name in sorted(schema.required - schema.sure.keys())]
    # A schema with `additionalProperties: {…}` is a dictionary: its own keys stay.
    keep_rest = isinstance(schema.node.get("additionalProperties"), dict)
    names = [name for name, _ in parts]
    deeper = [(name, part) for name, part in parts if part is not _same]  # few: most values are no containers

    def project(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kept = {name: value[name] for name in names if name in value}
        for name, part in deeper:
            if name in kept:
                kept[name] = part(kept[name])
        return {**_without(value, secret), **kept} if keep_rest else kept

    return project


def _without(value: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name not in names} if names else value


def _each(part: Project) -> Project:
    if part is _same:
        return _same

    def project(value: Any) -> Any:
        return [part(item) for item in value] if isinstance(value, list) else value

    return project


def _choice(schema: Schema, branches: Sequence[Schema]) -> Project:
    """The part of a value that is largest among those that an alternative admits; the whole value if none does.

    A part that several alternatives admit may be wrong for the schema, which then wants another one.
    """
    parts = [(branch, _part(schema, branch)) for branch in branches]
    if all(part is _same for _, part in parts):
        return _same

    if len(parts) == 1:
        [(only, keep)] = parts
        return lambda value: kept if only.accepts(kept := keep(value)) else value

    def project(value: Any) -> Any:
        fits = [kept for branch, part in parts if branch.accepts(kept := part(value))]
        if len(fits) > 1:
            fits = [kept for kept in fits if schema.accepts(kept)] or fits
        return max(fits, key=lambda kept: len(kept) if isinstance(kept, dict) else 0, default=value)

    return project


def _layers(schema: Schema, ways: Sequence[Sequence[Schema]]) -> Project:
    """The properties that do not depend on a branch, with those of one alternative of each of ``ways``."""
    base = _fields(schema)
    layers = [[(branch, _part(schema, branch) if branch.properties else _nothing) for branch in way] for way in ways]

    def project(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kept = base(value)
        for layer in layers:
            fits = [whole for branch, part in layer if branch.accepts(whole := {**kept, **part(value)})]
            kept = max(fits, key=len, default={**value, **kept})
        return kept

    return project


def _nothing(value: Any) -> Any:
    return {}


def fitted(value: Any, schema: Schema, chance: RandomSource) -> Any:
    """Make ``value`` valid for ``schema`` and keep what the schema names; more where only that is valid.

    (Of two alternatives that name the same, a field that one of them refuses says which one is meant.)
    """
    whole = filled(value, schema, chance)
    kept = projection(schema)(whole)
    return kept if schema.accepts(kept) else whole


def filled(value: Any, schema: Schema, chance: RandomSource) -> Any:
    """Make ``value`` valid for ``schema``: add what is missing and replace what is wrong, at any depth.

    A valid value is returned unchanged, also with fields that the schema lacks. Raises SpecError if none can be made.
    """
    project = projection(schema)
    if schema.accepts(project(value)) or schema.accepts(value):
        return value  # in whole where only that is valid
    for nearest in _nearer(value, schema, chance):
        if schema.accepts(project(nearest)):
            return nearest
    return _initial(schema, chance)


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
    for name in made.keys() & value.keys() if schema.accepts(made) else ():
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
