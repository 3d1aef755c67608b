"""Short texts that match the pattern of a schema, for requests that need one."""

import importlib
import re
from collections.abc import Iterable
from typing import Any

# The standard library's own parser; it has no public name.
_parser = importlib.import_module("re._parser")
_CATEGORIES = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyz"}
_ANY = "suite"
_MAX_REPEATED = 1_000  # a pattern may ask for billions


def matching_text(pattern: str, serial: int) -> str | None:
    """A text for a pattern, another one for another ``serial`` where that is possible; None if it is not understood.

    Conditions are not looked at: the caller checks the text.
    """
    try:
        return _text(_parser.parse(pattern), serial)
    except (re.error, OverflowError, RecursionError, ValueError):
        return None


def _text(parts: Iterable[tuple[Any, Any]], serial: int) -> str:
    return "".join(_part(str(kind), value, serial + place) for place, (kind, value) in enumerate(parts))


def _part(kind: str, value: Any, serial: int) -> str:
    if kind == "LITERAL":
        return chr(value)
    if kind in ("IN", "ANY"):
        letters = _letters(value) if kind == "IN" else _ANY
        return letters[serial % len(letters)]
    if kind == "BRANCH":
        return _text(value[1][serial % len(value[1])], serial)
    if kind == "SUBPATTERN":
        return _text(value[-1], serial)
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        if value[0] > _MAX_REPEATED:
            raise ValueError(kind)
        return "".join(_text(value[2], serial // 3**turn) for turn in range(value[0] or min(value[1], 1)))
    if kind == "AT":
        return ""
    raise ValueError(kind)


def _letters(members: Iterable[tuple[Any, Any]]) -> str:
    """Characters that a class admits. Raises ValueError for one that only says what it does not admit."""
    found = ""
    for kind, value in members:
        if str(kind) == "LITERAL":
            found += chr(value)
        elif str(kind) == "RANGE":
            found += "".join(map(chr, range(value[0], min(value[1], value[0] + 25) + 1)))
        elif str(kind) == "CATEGORY" and str(value) in _CATEGORIES:
            found += _CATEGORIES[str(value)]
        else:
            raise ValueError(str(kind))
    return found
