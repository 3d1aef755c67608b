"""Why a value is not admitted, found without the copies that a validator's errors hold.

An error holds the part of the value that it is about, once for each branch of an alternative: fifty branches make
fifty copies of a megabyte. Here the parts are gone into first, so that the validator tells only of what costs little.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol

from mock_server.errors import Problem
from mock_server.spec.bounded_reasons import Path, SchemaPart, likeness, missing, own_reason
from mock_server.spec.branch_count import branches_of, most_branches
from mock_server.spec.json_types import is_small
from mock_server.spec.schema_lint import compiled
from mock_server.spec.validation_messages import pointer

_MOST_COPIED = 3_000  # parts of a value, times branches that tell of it
_CHARACTERS = 100  # of a text that are copied in the time of a part
_LARGE = 16 * 1024  # letters and parts of a value, from which on it takes time to ask about it
_LEVELS = 8  # large values within large values that are asked about
_UNSEEN = ("contains", "not", "propertyNames", "unevaluatedItems", "unevaluatedProperties")

Step = tuple[str | int, "LargePart", Any]


class LargePart(SchemaPart, Protocol):
    """The part of a schema (``spec.schema``) that is looked at here."""

    @property
    def validator(self) -> Any:
        """The validator, compiled once."""

    def first_problem(self, value: Any, above: Path) -> Problem | None:
        """The validator's first reason why a value is not admitted."""


def is_soon_explained(schema: SchemaPart, value: Any) -> bool:
    """Tell whether a validator says in no time all that is wrong with a value."""
    return is_small(value, _MOST_COPIED // most_branches(schema.document, schema.pointer), _CHARACTERS)


def first_reason(schema: LargePart, value: Any, path: Path = (), left: int = _LEVELS) -> Problem:
    """The first reason that is found why ``value``, which stands at ``path``, is not admitted."""
    if is_soon_explained(schema, value):
        return schema.first_problem(value, path) or Problem(pointer(path), "is not valid here")
    if left:
        if (own := missing(schema, value, path)) is not None:
            return own
        for part in schema.certain:
            if (own := own_reason(part, value, path)) is not None:
                return own
        for part in schema.certain:
            if (wrong := _first_wrong(part, value)) is not None:
                step, below, inner = wrong
                return first_reason(below, inner, (*path, step), left - (not is_small(inner, _LARGE)))
            for applied in _applied(part, value):
                if not applied.accepts(value):
                    return first_reason(applied, value, path, left - 1)
            for word in ("oneOf", "anyOf"):
                ways = part.branches(word)
                fits = sum(way.accepts(value) for way in ways)
                if ways and not fits:
                    return _of_the_likeliest(ways, value, path, left - 1)
                if fits > 1 and word == "oneOf":
                    return Problem(pointer(path), f"fits {fits} of the {len(ways)} alternatives, and not only one")
        if not any(_has_branches_unseen(part) for part in schema.certain):  # so it tells of small things
            return schema.first_problem(value, path) or Problem(pointer(path), "is not valid here")
    return Problem(pointer(path), "is not valid here")


def _first_wrong(part: LargePart, value: Any) -> Step | None:
    """The first part of a value that its own schema does not admit."""
    if isinstance(value, list):
        return _first_wrong_item(part, value)
    return next((it for it in _members(part, value) if not it[1].accepts(it[2])), None)


def _first_wrong_item(part: LargePart, value: list[Any]) -> Step | None:
    heads = part.branches("prefixItems")
    for index, (head, inner) in enumerate(zip(heads, value, strict=False)):
        if not head.accepts(inner):
            return index, head, inner
    if not isinstance(part.node.get("items"), dict):
        return None
    items: LargePart = part.at("items")
    answers = map(items.validator.is_valid, islice(value, len(heads), None))  # there may be a hundred thousand
    return next(((index, items, value[index]) for index, ok in enumerate(answers, len(heads)) if not ok), None)


def _members(part: LargePart, value: Any) -> Iterator[Step]:
    if not isinstance(value, dict):
        return
    named = part.node.get("properties", {})
    yield from ((name, part.at("properties", name), value[name]) for name in named if name in value)
    matched = set(named)
    for pattern in part.node.get("patternProperties", ()):
        validator, below = compiled({"pattern": pattern}), part.at("patternProperties", pattern)
        fitting = [name for name in value if validator.is_valid(name)]
        matched.update(fitting)
        yield from ((name, below, value[name]) for name in fitting)
    if isinstance(part.node.get("additionalProperties"), dict):
        others: LargePart = part.at("additionalProperties")
        yield from ((name, others, inner) for name, inner in value.items() if name not in matched)


def _applied(part: LargePart, value: Any) -> Iterator[LargePart]:
    """The schemas that hold for a value on a condition that it meets."""
    if "if" in part.node:
        word = "then" if part.at("if").accepts(value) else "else"
        if word in part.node:
            yield part.at(word)
    if isinstance(value, dict):
        dependent = part.node.get("dependentSchemas", {})
        yield from (part.at("dependentSchemas", name) for name in dependent if name in value)


def _of_the_likeliest(ways: list[LargePart], value: Any, path: Path, left: int) -> Problem:
    """The reason of the branch that most of the value fits, if there is one such."""
    ranked = sorted(((likeness(way, value), at) for at, way in enumerate(ways)), reverse=True)
    best, at = ranked[0]
    if best > 0 and (len(ranked) == 1 or ranked[1][0] < best):
        return first_reason(ways[at], value, path, left)
    return Problem(pointer(path), f"fits none of the {len(ways)} alternatives")


def _has_branches_unseen(part: LargePart) -> bool:
    """Tell whether keywords that are not gone into here hold alternatives."""
    return branches_of(part.document, {word: part.node[word] for word in _UNSEEN if word in part.node}) > 2
