"""Changes of the values that one schema allows: types, listed words, bounds, formats and other keywords."""

from collections.abc import Iterator
from typing import NamedTuple

from contracts.changes.change_rules import LOWER, UPPER
from contracts.changes.grades import Side
from contracts.changes.schema_view import SchemaView, Types

_WIDER_FORMATS = {("int32", "int64"), ("float", "double"), ("date", "date-time"), ("int32", ""), ("int64", "")}
_WORDS = ("multipleOf", "pattern", "format", "default")
_IDS = {"multipleOf": "multiple-of", "pattern": "pattern", "format": "format"}
_SCALARS = frozenset(("string", "number", "integer", "boolean"))


class OwnChange(NamedTuple):
    """A change at one place of a schema: the step below it (empty for the schema itself), rule and values."""

    step: str
    rule: str
    before: str | None = None
    after: str | None = None


def value_changes(old: SchemaView, new: SchemaView, side: Side) -> Iterator[OwnChange]:
    """The changes of the values themselves, without those of fields and items."""
    yield from _types(old, new, side)
    yield from _nullable(old, new)
    yield from _enum(old, new)
    yield from _bounds(old, new)
    yield from _words(old, new)
    if old.unique != new.unique:
        yield OwnChange("", "unique-items-added" if new.unique else "unique-items-removed")


def share_a_type(old: SchemaView, new: SchemaView) -> bool:
    """Tell whether a value can be valid before and after, so that the rest is worth comparing."""
    return old.types is None or new.types is None or bool(_spread(old.types) & _spread(new.types))


def _spread(types: Types) -> Types:
    """The types, with integer for number: integers are numbers."""
    return types | {"integer"} if "number" in types else types


def _types(old: SchemaView, new: SchemaView, side: Side) -> Iterator[OwnChange]:
    before, after = old.types, new.types
    if before == after:
        return
    if side is Side.PARAMETER:  # texts on the wire: a text can be any scalar, and one value is a list of one
        before, after = _as_texts(before), _as_texts(after)
    wider = after is None or (before is not None and _spread(before) <= _spread(after))
    narrower = before is None or (after is not None and _spread(after) <= _spread(before))
    if wider and narrower:
        return
    rule = "type-widened" if wider else "type-narrowed" if narrower else "type-changed"
    yield OwnChange("", rule, _named(old.types), _named(new.types))


def _as_texts(types: Types | None) -> Types | None:
    if types is None:
        return None
    types = types | _SCALARS if {"string", "array"} & types else types
    return types | {"integer", "number"} if "number" in types else types


def _named(types: Types | None) -> str:
    return "any" if types is None else " | ".join(sorted(types)) or "none"


def _nullable(old: SchemaView, new: SchemaView) -> Iterator[OwnChange]:
    if old.nullable is not None and new.nullable is not None and old.nullable != new.nullable:
        yield OwnChange("", "became-nullable" if new.nullable else "became-not-nullable")


def _enum(old: SchemaView, new: SchemaView) -> Iterator[OwnChange]:
    if old.enum is None or new.enum is None:
        if new.enum is not None:
            yield OwnChange("", "enum-added", None, ", ".join(new.enum))
        elif old.enum is not None:
            yield OwnChange("", "enum-removed", ", ".join(old.enum), None)
        return
    before, after = dict.fromkeys(old.enum), dict.fromkeys(new.enum)
    if before and after and not before.keys() & after.keys():
        yield OwnChange("", "enum-replaced", ", ".join(before), ", ".join(after))
        return
    yield from (OwnChange("", "enum-value-removed", value, None) for value in before if value not in after)
    yield from (OwnChange("", "enum-value-added", None, value) for value in after if value not in before)


def _bounds(old: SchemaView, new: SchemaView) -> Iterator[OwnChange]:
    for bound, (word, _) in (*UPPER.items(), *LOWER.items()):
        before, after = old.bounds.get(bound), new.bounds.get(bound)
        if before == after:
            continue
        shown = _bound(before, bound), _bound(after, bound)
        if before is None or after is None:
            yield OwnChange("", f"{word}-{'added' if before is None else 'removed'}", *shown)
        else:
            yield OwnChange("", f"{word}-{'raised' if after > before else 'lowered'}", *shown)


def _bound(pair: tuple[float, int] | None, bound: str) -> str | None:
    if pair is None:
        return None
    exclusive = pair[1] == (0 if bound in UPPER else 1)
    return f"{pair[0]:g}" + (" (exclusive)" if exclusive and bound in ("maximum", "minimum") else "")


def _words(old: SchemaView, new: SchemaView) -> Iterator[OwnChange]:
    for word in sorted({*old.words, *new.words}):
        before, after = old.words.get(word), new.words.get(word)
        if before == after:
            continue
        if word == "default":
            yield OwnChange("", "default-changed", before, after)
        elif word not in _WORDS:
            how = "added" if before is None else "removed" if after is None else "changed"
            yield OwnChange("", f"keyword-{how}", before and f"{word} {before}", after and f"{word} {after}")
        else:
            yield OwnChange("", f"{_IDS[word]}-{_how(word, before, after)}", before, after)


def _how(word: str, before: str | None, after: str | None) -> str:
    if word == "format" and (before or "", after or "") in _WIDER_FORMATS:
        return "widened" if after else "removed"
    if word == "format" and (after, before) in _WIDER_FORMATS:
        return "narrowed"
    return "added" if before is None else "removed" if after is None else "changed"
