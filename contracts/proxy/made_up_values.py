"""Made-up values in place of real ones: of the same type, form and length class, the same for the same.

Two values that are equal stay equal, so that it can still be seen which records belong together. They are made with a
secret that is never written, so that nobody can find out the real value by trying.
"""

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar

from contracts.shapes.shape import MAX_DEPTH
from contracts.shapes.shaping import Place
from contracts.shapes.text_classes import TextFormat, text_class
from contracts.shapes.vocabulary import Vocabulary
from contracts.spec.document import Contract
from contracts.spec.resources import id_prefix
from mock_server.support.redaction import MASK

_START = datetime(2000, 1, 1)
_MOMENTS = (TextFormat.MOMENT, TextFormat.OTHER_MOMENT, TextFormat.DATE)
_MAX_CHARACTERS = 1700
"""Letters of the longest made-up text; all longer ones are of one class."""
_SPREAD = 999_983
"""How many made-up numbers there are where the document sets no bounds."""
_TRIES = 100
"""Attempts to find a made-up value that stands for no other value yet; there are only sixteen of one letter."""
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
Moments = Mapping[str, str]
Made = TypeVar("Made", str, int)


class MadeUpValues:
    """Makes up values. ``keeps`` are texts of the document itself, which stay as they are."""

    def __init__(self, contract: Contract) -> None:
        self._secret = secrets.token_bytes(16)
        self._meanings: dict[str | int, str] = {}  # made-up value → the real one
        self._prefixes = tuple(sorted({*_id_prefixes(document.raw for document in contract.documents)}))

    def text(self, value: str, place: Place | None = None, moments: Moments | None = None) -> str:
        """A text of the same form. A word of a closed set stays where the document, or a gap, asks for words."""
        form, _ = text_class(value)
        if (
            not value
            or MASK in value
            or (form is TextFormat.PLAIN and place and place.words and Vocabulary.word(value))
        ):
            return value
        if form in _MOMENTS:
            return (moments or moments_of([value]))[value]
        match form:
            case TextFormat.EMAIL:
                return f"{self._letters(value, 8)}@example.com"
            case TextFormat.PHONE:
                return f"+6125550{self._number(value, 0, 9999):04}"  # a range for fiction
            case TextFormat.URL:
                return f"https://{self._letters(value, 8)}.example"
            case TextFormat.UUID:
                found = self._digest(value).hexdigest()[:32]
                return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))
            case TextFormat.DIGITS:
                return "".join(str(ord(letter) % 10) for letter in self._letters(value, len(value)))
        prefix = next((it for it in self._prefixes if value.startswith(it)), "")
        return prefix + self._letters(value, min(len(value), _MAX_CHARACTERS) - len(prefix))

    def json(self, value: Any, place: Place, moments: Moments, keeps: Collection[str] = (), depth: int = 0) -> Any:
        """A JSON value of the same shape."""
        if depth > MAX_DEPTH:
            return None
        if isinstance(value, str):
            return value if value in keeps else self.text(value, place, moments)
        if isinstance(value, list):
            return [self.json(item, place.items, moments, keeps, depth + 1) for item in value]
        if isinstance(value, dict):
            is_map = place.is_map(value, depth)
            found = {}
            for name, member in value.items():
                known, below = place.member(name)
                shown = name if known == name and (place.knows(name) or not is_map) else self.name(name)
                found[shown] = self.json(member, below, moments, keeps, depth + 1)
            return found
        return value if value is None or isinstance(value, bool) else self.number(value, place)

    def name(self, text: str) -> str:
        """A name in place of one that may be somebody's data; it is none that a programmer would choose."""
        return f"0 {self._letters(text, 8)}"

    def number(self, value: float, place: Place) -> float:
        """A number that keeps and breaks the same bounds. Nought, and numbers that the document lists, stay."""
        least, most = place.bounds
        if value == 0 or value in place.listed:
            return value
        if value < least or value > most:
            return least - 1 if value < least else most + 1
        low = int(max(least, 1)) if most >= 1 else int(max(least, most - _SPREAD))
        found = self._number(repr(value), low, int(min(most, low + _SPREAD)))
        return found if isinstance(value, int) else found + 0.5

    def _letters(self, text: str, count: int) -> str:
        """Letters that belong to a text."""
        return self._distinct(text, lambda salted: self._letters_of(salted, count))

    def _letters_of(self, salted: str, count: int) -> str:
        found = ""
        while len(found) < count:
            found += self._digest(f"{len(found)} {salted}").hexdigest().translate(_LETTERS)
        return found[:count]

    def _number(self, text: str, low: int, high: int) -> int:
        size = max(high, low) - low + 1
        return self._distinct(text, lambda salted: low + int.from_bytes(self._digest(salted).digest()[:8]) % size)

    def _distinct(self, text: str, make: Callable[[str], Made]) -> Made:
        """Make up a value for a text, another one than for every other text as long as there are some left."""
        for number in range(_TRIES):
            found = make(f"{number} {text}")
            if self._meanings.setdefault(found, text) == text:
                break
        return found

    def _digest(self, text: str) -> "blake2b":
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=32)


def moments_of(values: Iterable[Any]) -> Moments:
    """A made-up moment for each moment in JSON values, in the same order and notation."""
    found = sorted({*_moments(list(values))})
    return {text: _moment(text, rank) for rank, text in enumerate(found)}


def _moment(text: str, rank: int) -> str:
    if len(text) == len("2000-01-01"):
        return (_START + timedelta(days=rank)).date().isoformat()
    made = _START + timedelta(minutes=rank)
    return f"{made:%Y-%m-%d}{text[10]}{made:%H:%M}" + re.sub(r"\d", "0", text[16:])


def _moments(value: Any, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str) and text_class(value)[0] in _MOMENTS:
        yield value
    elif isinstance(value, dict | list) and depth <= MAX_DEPTH:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _moments(part, depth + 1)


def _id_prefixes(node: Any) -> Iterable[str]:
    """Every beginning that ids have in the examples of a document."""
    waiting = list(node)
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            properties = here.get("properties")
            described = properties.get("id") if isinstance(properties, Mapping) else None
            if isinstance(described, Mapping) and (prefix := id_prefix(described)):
                yield prefix
        if isinstance(here, Mapping | list):
            waiting += here.values() if isinstance(here, Mapping) else here
