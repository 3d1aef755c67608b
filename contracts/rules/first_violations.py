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
_MAX_COPIED = 1024 * 1024  # characters: some errors hold a copy of a whole object, and each member may cause one
_CUTS = ((25, 250), (5, 50), (2, 10))
"""How many items of a list and members of an object stay in a larger value; the first that bounds the copies counts."""
Path = tuple[str | int, ...]
_ALTERNATIVES = ("anyOf", "oneOf")
_OF_MANY = ("anyOf", "oneOf", "oneOfNotValid", "oneOfMultipleValid", "not")


def first_problems(document: Document, schema: Schema, value: Any) -> list[Error]:
    """One error for each place, at most ``MAX_PLACES``; of a long list, errors of its first items only."""
    quick = document.validator(schema)
    if quick.is_valid(value):
        return []
    if len(repr(value)) <= _SMALL and _has_few_copies(value):
        return _by_place(quick.errors(value))
    for most in _CUTS:
        cut: set[Path] = set()
        short = _shortened(value, (), cut, most)
        if _has_few_copies(short):
            found = list(quick.errors(short))
            errors = [e for e in found if not _made_by_cutting(e, cut)] or [
                e for e in found if _is_certain(document, schema, e, value)
            ]
            if errors:
                return _by_place(errors)
            break
    first = quick.first_error(value)
    return [] if first is None else [first]


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


def _shortened(value: Any, path: Path, cut: set[Path], most: tuple[int, int]) -> Any:
    """Copy only the beginnings of long lists and objects. ``cut`` collects their paths."""
    items, members = most
    if isinstance(value, list):
        if len(value) > items:
            cut.add(path)
        return [_shortened(item, (*path, index), cut, most) for index, item in enumerate(value[:items])]
    if isinstance(value, dict):
        if len(value) > members:
            cut.add(path)
        return {name: _shortened(value[name], (*path, name), cut, most) for name in list(value)[:members]}
    return value


def _has_few_copies(value: Any) -> bool:
    """Tell whether all errors of a value together hold little, even if each member of its widest object causes one."""
    return len(repr(value)) * _widest(value) <= _MAX_COPIED


def _widest(value: Any) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(len(value) if isinstance(value, dict) else 1, *map(_widest, below), 1)


def _made_by_cutting(error: Error, cut: set[Path]) -> bool:
    """Tell whether the shortening may have caused an error: it is about a shortened part, or alternatives around it."""
    path = tuple(error.instance_path)
    return path in cut or (error.kind.name in _OF_MANY and any(one[: len(path)] == path for one in cut))


def _is_certain(document: Document, schema: Schema, error: Error, value: Any) -> bool:
    """Tell whether the whole value, too, fits none of the alternatives of an error about a shortened copy.

    To ask costs one look at the value. The validator's own error would hold a copy of it for each alternative.
    """
    *steps, keyword = error.evaluation_path
    if keyword not in _ALTERNATIVES:
        return False
    node: Any = schema
    for step in steps:
        node = document.resolve(node) if step == "$ref" else node[step]
    part = value
    for step in error.instance_path:
        part = part[step]
    return not document.validator({keyword: node[keyword]}).is_valid(part)
