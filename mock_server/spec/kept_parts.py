"""Keep the parts of a value that a schema names: functions that are compiled once for each schema."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.spec.schema import Schema

Project = Callable[[Any], Any]
Record = Mapping[str, Any]
_WITH_PARTS = frozenset({"properties", "items", "allOf", "anyOf", "oneOf"})


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
