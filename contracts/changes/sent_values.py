"""Tells whether a value that a client has sent would still be accepted after a change."""

import json
from typing import Any

from contracts.changes.change import Change
from contracts.changes.client_use import ANYTHING
from contracts.changes.grades import Side
from contracts.changes.schema_view import json_text

_KINDS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object",
                           list: "array", type(None): "null"}  # fmt: skip


def is_refused(change: Change, value: Any) -> bool | None:
    """Tell whether a change refuses a value; None if that cannot be said."""
    if value is ANYTHING:
        return None
    rule, text = change.rule.id, change.side is Side.PARAMETER
    match rule:
        case "became-not-nullable":
            return value is None
        case "enum-value-removed":
            return _same(change.before, value, text=text)
        case "enum-added" | "enum-replaced":
            listed = _listed(change.after)
            return None if listed is None else not any(_same(json_text(it), value, text=text) for it in listed)
        case "type-changed" | "type-narrowed":
            return _other_type(change.after or "", value, text=text)
    for word, measure in (("maximum", _number), ("minimum", _number), ("length", len), ("items", _size)):
        if word in rule and rule.endswith(("added", "raised", "lowered")) and change.after is not None:
            return _beyond(rule, change.after, measure(value) if word != "length" or isinstance(value, str) else None)
    return None


def _listed(after: str | None) -> list[Any] | None:
    try:
        found: list[Any] = json.loads(f"[{after}]")
    except ValueError:
        return None
    return found


def _same(expected: str | None, value: Any, *, text: bool) -> bool:
    """Tell whether a value is the one of a JSON text; a parameter is a text on the wire."""
    if text and expected is not None:
        return value in (expected, json.loads(expected) if expected.startswith('"') else expected)
    return json_text(value) == expected


def _other_type(after: str, value: Any, *, text: bool) -> bool | None:
    types = after.split(" | ")
    if not text:
        kind = _KINDS.get(type(value), "")
        return not (kind in types or (kind == "integer" and "number" in types))
    if "string" in types:
        return False
    if {"integer", "number"} & {*types}:
        return _number(value) is None
    return str(value) not in ("true", "false") if types == ["boolean"] else None


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _size(value: Any) -> float | None:
    return len(value) if isinstance(value, list) else None


def _beyond(rule: str, after: str, size: float | None) -> bool | None:
    """Tell whether a size is outside a bound, ``5`` or ``5 (exclusive)``."""
    bound = _number(after.partition(" ")[0])
    if bound is None or size is None:
        return None
    if size == bound:
        return "exclusive" in after
    return size > bound if rule.startswith("max") else size < bound
