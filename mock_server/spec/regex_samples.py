"""Make a text that a regular expression matches: enough of the language for the patterns in contracts."""

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from mock_server.spec.regex_translation import translated

# The standard library's own parser; it has no public name.
_parser = importlib.import_module("re._parser")

_PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
_FURTHER = [chr(code) for code in range(0xA1, 0x250) if code != 0xAD]
_SMALL = "abcdefghijklmnopqrstuvwxyz"
_MIXED = _SMALL + _SMALL.upper() + "0123456789"
_MORE = 4  # how many repetitions above the least, when the pattern sets no upper bound
_MAX_SAMPLE_CHARACTERS = 2_000  # a pattern may ask for billions

T = TypeVar("T")


class RandomSource(Protocol):
    """A seeded source of random numbers, given by the caller."""

    def random(self) -> float:
        """A number from 0 up to 1, without 1."""

    def randint(self, low: int, high: int, /) -> int:
        """An integer between two bounds, both included."""

    def choice(self, items: Sequence[T], /) -> T:
        """One of the items."""


class UnsupportedPattern(ValueError):
    """The pattern uses a feature that this generator does not know, such as conditional groups, or is too long."""


def matching(pattern: str, rng: RandomSource, shortest: int = 0, longest: int | None = None) -> str:
    """Make a text that ``pattern`` matches, at least ``shortest`` long if its repetitions allow that.

    Past ``longest`` nothing optional is repeated. The text of a look-ahead is put at a random place, and other
    conditions (`(?!…)`, `\b`) are ignored: try again until the text matches. Raises UnsupportedPattern.
    """
    try:
        tree = _parser.parse(translated(pattern))
    except (re.error, OverflowError, RecursionError) as fault:
        raise UnsupportedPattern(str(fault)) from None
    if shortest > _MAX_SAMPLE_CHARACTERS:
        raise UnsupportedPattern(f"more than {_MAX_SAMPLE_CHARACTERS} characters")
    most = _MAX_SAMPLE_CHARACTERS if longest is None else longest
    writer = _Writer(rng, shortest, most, mixed=looks_around(pattern))
    writer.sequence(tree)
    return "".join(_with_wishes(writer, most))


def looks_around(pattern: str) -> bool:
    """Tell whether a pattern has conditions that a text made for it meets only by chance."""
    return "(?=" in pattern or "(?!" in pattern or "(?<" in pattern


def _with_wishes(writer: "_Writer", longest: int) -> Sequence[str]:
    """Insert the texts that look-aheads demand, each in place of as many characters."""
    text = list(writer.text)
    free = set(range(len(text)))
    for wish in writer.wishes:
        if 0 < len(wish) <= len(text):
            starts = [at for at in range(len(text) - len(wish) + 1) if all(at + i in free for i in range(len(wish)))]
            start = writer.rng.choice(starts or [0])
            text[start : start + len(wish)] = wish
            free -= set(range(start, start + len(wish)))
    return text


@dataclass
class _Writer:
    """Writes the text. ``short`` is how many characters the repetitions must still add.

    ``mixed``: characters of several kinds are used, and not only small letters. ``terse``: nothing optional is
    repeated. ``wishes`` are texts that look-aheads demand.
    """

    rng: RandomSource
    short: int
    longest: int
    mixed: bool = False
    terse: bool = False

    def __post_init__(self) -> None:
        self.text: list[str] = []
        self.wishes: list[str] = []
        self._groups: dict[int, str] = {}
        self._classes: dict[int, Sequence[str]] = {}  # by node: one may have thousands of letters

    def sequence(self, nodes: Any) -> None:
        for name, argument in nodes:
            self._node(str(name), argument)
            if len(self.text) > _MAX_SAMPLE_CHARACTERS:
                raise UnsupportedPattern(f"more than {_MAX_SAMPLE_CHARACTERS} characters")

    def _node(self, name: str, argument: Any) -> None:
        match name:
            case "LITERAL":
                self.text.append(chr(argument))
            case "NOT_LITERAL":
                self.text.append(self.rng.choice([char for char in _PRINTABLE if ord(char) != argument]))
            case "ANY":
                self.text.append(self.rng.choice(_MIXED if self.mixed else _SMALL))
            case "IN":
                self.text.append(self.rng.choice(self._class(argument)))
            case "AT" | "ASSERT_NOT":
                pass
            case "ASSERT":
                self._wish(*argument)
            case "SUBPATTERN":
                start = len(self.text)
                self.sequence(argument[3])
                self._groups[argument[0]] = "".join(self.text[start:])
            case "GROUPREF":
                self.text.extend(self._groups.get(argument, ""))
            case "ATOMIC_GROUP":
                self.sequence(argument)
            case "BRANCH":
                self.sequence(self.rng.choice(argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                self._repeat(*argument)
            case _:
                raise UnsupportedPattern(name)

    def _wish(self, direction: int, body: Any) -> None:
        """Note the shortest text that satisfies a look-ahead."""
        if direction > 0:
            inner = _Writer(self.rng, 0, self.longest, mixed=self.mixed, terse=True)
            inner.sequence(body)
            self.wishes.append("".join(inner.text))

    def _class(self, items: Any) -> Sequence[str]:
        if id(items) not in self._classes:
            self._classes[id(items)] = _members(items)
        return self._classes[id(items)]

    def _repeat(self, least: int, most: int, body: Any) -> None:
        if least > _MAX_SAMPLE_CHARACTERS:
            raise UnsupportedPattern(f"more than {_MAX_SAMPLE_CHARACTERS} repetitions")
        more = 0 if self.terse else self.rng.randint(0, min(most - least, _MORE))
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
    """The printable characters of a character class; other ones if none is printable. Raises Unmatched."""
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
    r"""The characters of ``\d``, ``\W`` and so on, by the parser's name for them."""
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rsplit("_", 1)[1]]
    kind = re.compile("\\" + (letter.upper() if "_NOT_" in name else letter))
    return frozenset(char for char in (*_PRINTABLE, *_FURTHER) if kind.fullmatch(char))
