"""A text that a regular expression matches: enough of the language for the patterns that contracts use."""

import importlib
import re
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

# The standard library's own parser; it has no public name.
_parser = importlib.import_module("re._parser")

_PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
_MORE = 4  # how many repetitions above the least, when the pattern sets no upper bound


T = TypeVar("T")


class Chance(Protocol):
    """Where chance comes from: a seeded stream, handed in."""

    def random(self) -> float: ...
    def randint(self, low: int, high: int, /) -> int: ...
    def choice(self, items: Sequence[T], /) -> T: ...


class Unmatched(ValueError):
    """The pattern uses what this generator does not know (look-around, back references …)."""


def matching(pattern: str, rng: Chance, shortest: int = 0) -> str:
    """A text that ``pattern`` matches, at least ``shortest`` long where its repetitions allow it.

    Raises Unmatched.
    """
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as fault:
        raise Unmatched(str(fault)) from None
    return _sequence(tree, rng, shortest)


def _sequence(nodes: Any, rng: Chance, shortest: int) -> str:
    return "".join(_node(str(name), argument, rng, shortest) for name, argument in nodes)


def _node(name: str, argument: Any, rng: Chance, shortest: int) -> str:
    match name:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return rng.choice([char for char in _PRINTABLE if ord(char) != argument])
        case "ANY":
            return rng.choice("abcdefghijklmnopqrstuvwxyz")
        case "IN":
            return rng.choice(_class(argument))
        case "AT":
            return ""
        case "SUBPATTERN":
            return _sequence(argument[3], rng, shortest)
        case "BRANCH":
            return _sequence(rng.choice(argument[1]), rng, shortest)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = argument
            times = rng.randint(least, min(most, max(least, shortest) + _MORE))
            return "".join(_sequence(body, rng, 0) for _ in range(max(times, min(shortest, most))))
    raise Unmatched(name)


def _class(items: Any) -> list[str]:
    """The printable characters of a character class; the class's own first one when none is printable."""
    negated = False
    members: set[str] = set()
    for name, argument in items:
        match str(name):
            case "NEGATE":
                negated = True
            case "LITERAL":
                members.add(chr(argument))
            case "RANGE":
                members.update(chr(code) for code in range(argument[0], min(argument[1], 0x24F) + 1))
            case "CATEGORY":
                members.update(char for char in _PRINTABLE if re.fullmatch(_category(str(argument)), char))
    chosen = [char for char in _PRINTABLE if (char in members) != negated]
    if not chosen:
        chosen = sorted(members)
    if not chosen:
        raise Unmatched("an empty class")
    return chosen


def _category(name: str) -> str:
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rsplit("_", 1)[1]]
    return "\\" + (letter.upper() if "_NOT_" in name else letter)
