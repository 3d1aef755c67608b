"""Why a large value is not admitted, found without the copies that a validator's errors hold.

Each error holds the part of the value that it is about, once for each branch of an alternative: fifty branches make
fifty copies of a megabyte. Here the large parts are gone into first, so that the validator tells only of small ones.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from mock_server.errors import Problem
from mock_server.spec.bounded_reasons import Path, SchemaPart, likeness, missing, own_reason
from mock_server.spec.json_types import is_small
from mock_server.spec.validation_messages import pointer

_SMALL = 16 * 1024  # letters and parts of a value that may be copied
_ASKED = 8  # large parts, or alternatives, that are asked about
_ITEMS = 64  # of a list, among which a large one is looked for


class LargePart(SchemaPart, Protocol):
    """The part of a schema (``spec.schema``) that is looked at here."""

    @property
    def items(self) -> Any:
        """The schema of an array's items."""

    def first_problem(self, value: Any, above: Path) -> Problem | None:
        """The validator's first reason why a value is not admitted."""


def first_reason(schema: LargePart, value: Any, path: Path = (), left: int = _ASKED) -> Problem:
    """The first reason that is found why ``value``, which stands at ``path``, is not admitted."""
    if not is_small(value, _SMALL):
        if (own := missing(schema, value, path)) is not None:
            return own
        for part in schema.certain:
            if (own := own_reason(part, value, path)) is not None:
                return own
        for step, below, inner in _large_parts(schema, value):
            if left and not below.accepts(inner):
                return first_reason(below, inner, (*path, step), left - 1)
            left -= left > 0
        for ways in _alternatives(schema):
            ranked = sorted(ways, key=lambda way: -likeness(way, value))
            if not any(way.accepts(value) for way in ranked[:_ASKED]):
                return _of_the_likeliest(ranked, value, path, left)
    return schema.first_problem(value, path) or Problem(pointer(path), "is not valid here")


def _large_parts(schema: LargePart, value: Any) -> Iterator[tuple[str | int, LargePart, Any]]:
    """The schemas of the large parts of a value."""
    if isinstance(value, dict):
        found = [(name, part, value[name]) for name, part in schema.sure.items() if name in value]
    elif isinstance(value, list) and schema.items is not None:
        found = [(index, schema.items, inner) for index, inner in enumerate(value[:_ITEMS])]
    else:
        found = []
    return (each for each in found if not is_small(each[2], _SMALL))


def _alternatives(schema: LargePart) -> Iterator[list[LargePart]]:
    for part in schema.certain:
        for word in ("oneOf", "anyOf"):
            if ways := part.branches(word):
                yield ways


def _of_the_likeliest(ranked: list[LargePart], value: Any, path: Path, left: int) -> Problem:
    """The reason of the branch that most of the value fits, if there is one such."""
    best = likeness(ranked[0], value)
    if best > 0 and (len(ranked) == 1 or likeness(ranked[1], value) < best):
        return first_reason(ranked[0], value, path, left)
    return Problem(pointer(path), f"fits none of the {len(ranked)} alternatives")
