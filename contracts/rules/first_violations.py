"""Find the first errors of a value under a schema, even if the value is large or has very many errors.

The library makes all errors before it returns the first. For a hostile value of some megabytes that takes minutes.
"""

from collections.abc import Iterable
from typing import Any

import jsonschema_rs

from contracts.spec.document import Document, Schema
from contracts.spec.validators import Error

MAX_PLACES = 25
"""Most places of one value that are reported."""
_SMALL = 8 * 1024  # characters, of which all errors are made in no time
_ITEMS = 25  # of a list in a larger value
_MEMBERS = 250  # of an object in a larger value
_OF_MANY = ("anyOf", "oneOf", "oneOfNotValid", "oneOfMultipleValid", "not")


def first_problems(document: Document, schema: Schema, value: Any) -> list[Error]:
    """One error for each place, at most ``MAX_PLACES``; of a long list, errors of its first items only."""
    quick = document.validator(schema)
    if quick.is_valid(value):
        return []
    if len(repr(value)) <= _SMALL:
        return _by_place(quick.errors(value))
    cut: set[tuple[str | int, ...]] = set()
    errors = _by_place(e for e in quick.errors(_shortened(value, (), cut)) if not _made_by_cutting(e, cut))
    first = None if errors else quick.first_error(value)
    return errors if first is None else [first]


def place_of(error: Error) -> str:
    """The place of an error: the member, also a missing one. All items of a list count as one place."""
    steps = ["*" if isinstance(step, int) else str(step) for step in error.instance_path]
    missing = [error.kind.property] if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required) else []
    return "/" + "/".join([*steps, *missing])


def _by_place(errors: Iterable[Error]) -> list[Error]:
    found: dict[str, Error] = {}
    for error in errors:
        found.setdefault(place_of(error), error)
        if len(found) == MAX_PLACES:
            break
    return list(found.values())


def _shortened(value: Any, path: tuple[str | int, ...], cut: set[tuple[str | int, ...]]) -> Any:
    """Copy only the beginnings of long lists and objects. ``cut`` collects their paths."""
    if isinstance(value, list):
        if len(value) > _ITEMS:
            cut.add(path)
        return [_shortened(item, (*path, index), cut) for index, item in enumerate(value[:_ITEMS])]
    if isinstance(value, dict):
        if len(value) > _MEMBERS:
            cut.add(path)
        return {name: _shortened(value[name], (*path, name), cut) for name in list(value)[:_MEMBERS]}
    return value


def _made_by_cutting(error: Error, cut: set[tuple[str | int, ...]]) -> bool:
    """Tell whether the shortening may have caused an error: it is about a shortened part, or alternatives around it."""
    path = tuple(error.instance_path)
    return path in cut or (error.kind.name in _OF_MANY and any(one[: len(path)] == path for one in cut))
