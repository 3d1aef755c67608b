"""A text that a regular expression matches: enough of the language for the patterns that contracts use."""

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

# The standard library's own parser; it has no public name.
_parser = importlib.import_module("re._parser")

_PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
_FURTHER = [chr(code) for code in range(0xA1, 0x250) if code != 0xAD]
_MORE = 4  # how many repetitions above the least, when the pattern sets no upper bound
_LONGEST = 2_000  # characters; a pattern may ask for billions
# What ECMAScript writes otherwise: groups with names, classes of letters and digits, any character.
_OTHERWISE = (
    (re.compile(r"\(\?<(?![=!])[^>]*>"), "(?:"),
    (re.compile(r"\\p\{(?:L|Letter|Alpha)[^}]*\}"), "[A-Za-z]"),
    (re.compile(r"\\p\{(?:N|Nd|Number)[^}]*\}"), "[0-9]"),
    (re.compile(r"\[\^\]"), r"[\\s\\S]"),
)

T = TypeVar("T")


class RandomSource(Protocol):
    """Where chance comes from: a seeded stream, handed in."""

    def random(self) -> float:
        """A number from 0 up to, and without, 1."""

    def randint(self, low: int, high: int, /) -> int:
        """An integer between two bounds, both included."""

    def choice(self, items: Sequence[T], /) -> T:
        """One of the items."""


class UnsupportedPattern(ValueError):
    """The pattern uses what this generator does not know (back references …), or asks for too much."""


def matching(pattern: str, rng: RandomSource, shortest: int = 0, longest: int | None = None) -> str:
    """A text that ``pattern`` matches, at least ``shortest`` long where its repetitions allow it.

    Past ``longest`` nothing is repeated that need not be.
    What only looks around (`(?=…)`, `\\b`) is passed over: try again until the text matches. Raises Unmatched.
    """
    for theirs, ours in _OTHERWISE:
        pattern = theirs.sub(ours, pattern)
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as fault:
        raise UnsupportedPattern(str(fault)) from None
    writer = _Writer(rng, shortest, _LONGEST if longest is None else longest)
    writer.sequence(tree)
    return "".join(writer.text)


@dataclass
class _Writer:
    """``short`` is how many characters the repetitions still have to bring."""

    rng: RandomSource
    short: int
    longest: int

    def __post_init__(self) -> None:
        self.text: list[str] = []
        self._classes: dict[int, Sequence[str]] = {}  # by node: one may have thousands of letters

    def sequence(self, nodes: Any) -> None:
        for name, argument in nodes:
            self._node(str(name), argument)
            if len(self.text) > _LONGEST:
                raise UnsupportedPattern(f"more than {_LONGEST} characters")

    def _node(self, name: str, argument: Any) -> None:
        match name:
            case "LITERAL":
                self.text.append(chr(argument))
            case "NOT_LITERAL":
                self.text.append(self.rng.choice([char for char in _PRINTABLE if ord(char) != argument]))
            case "ANY":
                self.text.append(self.rng.choice("abcdefghijklmnopqrstuvwxyz"))
            case "IN":
                self.text.append(self.rng.choice(self._class(argument)))
            case "AT" | "ASSERT" | "ASSERT_NOT":
                pass
            case "SUBPATTERN":
                self.sequence(argument[3])
            case "ATOMIC_GROUP":
                self.sequence(argument)
            case "BRANCH":
                self.sequence(self.rng.choice(argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                self._repeat(*argument)
            case _:
                raise UnsupportedPattern(name)

    def _class(self, items: Any) -> Sequence[str]:
        if id(items) not in self._classes:
            self._classes[id(items)] = _members(items)
        return self._classes[id(items)]

    def _repeat(self, least: int, most: int, body: Any) -> None:
        if least > _LONGEST:
            raise UnsupportedPattern(f"more than {_LONGEST} repetitions")
        more = self.rng.randint(0, min(most - least, _MORE))
        times = 0
        # The first repetition that can brings what is still missing; those inside another one only what they must.
        missing, self.short = self.short, 0
        start = len(self.text)
        while times < least or (
            len(self.text) < self.longest
            and (times < least + more or (times < most and len(self.text) - start < missing))
        ):
            before = len(self.text)
            self.sequence(body)
            times += 1
            if len(self.text) == before and times >= least:
                break  # an empty body makes nothing longer
        self.short = max(0, missing - (len(self.text) - start))


def _members(items: Any) -> Sequence[str]:
    """The printable characters of a character class; others of it when none is printable. Raises Unmatched."""
    negated = False
    members: set[str] = set()
    for name, argument in items:
        match str(name):
            case "NEGATE":
                negated = True
            case "LITERAL":
                members.add(chr(argument))
            case "RANGE":
                members.update(chr(code) for code in range(argument[0], min(argument[1], argument[0] + 0x24F) + 1))
            case _:
                members |= _category(str(argument))
    pools = (_PRINTABLE, _FURTHER) if negated else (_PRINTABLE, sorted(members))
    for pool in pools:
        chosen = [char for char in pool if (char in members) != negated]
        if chosen:
            return chosen
    raise UnsupportedPattern("an empty class")


@cache
def _category(name: str) -> frozenset[str]:
    """The characters of ``\\d``, ``\\W`` and so on, by the parser's name for them."""
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rsplit("_", 1)[1]]
    kind = re.compile("\\" + (letter.upper() if "_NOT_" in name else letter))
    return frozenset(char for char in (*_PRINTABLE, *_FURTHER) if kind.fullmatch(char))
