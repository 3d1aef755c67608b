"""From a JSON value to its shape, led by the schema that the document has for it."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.rules.object_members import is_open
from contracts.shapes.shape import MAX_DEPTH, Shape
from contracts.shapes.text_classes import Kind, Size, TextFormat, size_of, text_class
from contracts.shapes.vocabulary import ANY_NAME, Name, Vocabulary, Word, is_private
from contracts.spec.document import Document
from mock_server.support.redaction import MASK

_MAX_UNKNOWN = 8  # undocumented names of one object; more are the keys of a map
_MAX_WORDS = 64  # words at one place; more are no set


class Place:
    """One place of a document: which names and words may be kept of the values there."""

    def __init__(self, document: Document, schema: Any, vocabulary: Vocabulary, operation: str, name: str = "") -> None:
        self._document, self._vocabulary, self._operation = document, vocabulary, operation
        found = document.resolve(schema)
        plain = self._plain = found if isinstance(found, Mapping) else {}
        self.properties = document.properties(schema) if plain else {}
        self.closed = bool(self.properties) and not is_open(plain)
        parts = self._branches(plain)
        self.listed = [
            it for part in parts for it in (*part.get("enum", ()), *([part["const"]] if "const" in part else ()))
        ]
        """The values that the document lists for this place."""
        self.words = (bool(self.listed) or vocabulary.asks_for_words(operation, name)) and not is_private(name)
        self._name = name
        self._members: dict[str, tuple[Name, Place]] = {}
        self._items: Place | None = None

    def _branches(self, plain: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        parts = [part for word in ("anyOf", "oneOf", "allOf") for part in plain.get(word, ())]
        return [plain, *(it for it in map(self._document.resolve, parts) if isinstance(it, Mapping))]

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest number that the document allows here."""
        least, most = self._plain.get("minimum", -math.inf), self._plain.get("maximum", math.inf)
        return least, most

    def is_map(self, value: Mapping[str, Any], depth: int) -> bool:
        """Tell whether the names of an object are data: too many are undocumented, or all are below a known object."""
        unknown = sum(not self._vocabulary.knows(text) for text in value.keys() - self.properties.keys())
        return unknown > _MAX_UNKNOWN or (depth > 0 and bool(self.properties) and 0 < unknown == len(value))

    def knows(self, text: str) -> bool:
        """Tell whether a name is one of the document: it is nobody's data then, also among names that are."""
        return text in self.properties or self._vocabulary.knows(text)

    def member(self, text: str) -> tuple[Name, "Place"]:
        """The name under which a member is kept, and its place."""
        found = self._members.get(text)
        if found is None:
            name = self._vocabulary.name(text, self.properties, closed=self.closed)
            found = name, self._below(self.properties.get(text, {}), text)
            if name == text:
                self._members[text] = found
        return found

    @property
    def items(self) -> "Place":
        """The place of the items of a list."""
        if self._items is None:
            lists = [part.get("items") for part in self._branches(self._plain) if part.get("items")]
            self._items = self._below(lists[0] if lists else {}, self._name)
        return self._items

    def _below(self, schema: Any, name: str) -> "Place":
        return Place(self._document, schema, self._vocabulary, self._operation, name)


def _const(part: Mapping[str, Any]) -> Iterable[Any]:
    return [part["const"]] if "const" in part else []


class _Seen:
    """Grows while values of one place are looked at."""

    __slots__ = ("counts", "formats", "items", "kinds", "lengths", "members", "objects", "presence", "words")

    def __init__(self) -> None:
        self.kinds: set[Kind] = set()
        self.formats: set[TextFormat] = set()
        self.lengths: set[Size] = set()
        self.words: set[Word] = set()
        self.counts: set[Size] = set()
        self.items: _Seen | None = None
        self.members: dict[Name, _Seen] = {}
        self.presence: dict[Name, int] = {}
        self.objects = 0

    def freeze(self) -> Shape:
        return Shape(
            frozenset(self.kinds),
            frozenset(self.formats),
            frozenset(self.lengths),
            frozenset(self.words if len(self.words) <= _MAX_WORDS else ()),
            frozenset(self.counts),
            None if self.items is None else self.items.freeze(),
            {name: seen.freeze() for name, seen in self.members.items()},
            frozenset(name for name, count in self.presence.items() if count < self.objects),
        )


def shape_of(value: Any, place: Place) -> Shape:
    """The shape of a JSON value at a place of the document."""
    seen = _Seen()
    _look(value, place, seen, 0)
    return seen.freeze()


_SCALARS: Mapping[type, Kind] = {type(None): Kind.NULL, bool: Kind.BOOLEAN, int: Kind.INTEGER}


def _look(value: Any, place: Place, seen: _Seen, depth: int) -> None:
    if isinstance(value, str):
        seen.kinds.add(Kind.STRING)
        if MASK in value:  # nothing is known of a text that was masked when it was recorded
            return
        form, size = text_class(value)
        seen.formats.add(form)
        seen.lengths.add(size)
        if place.words and form is TextFormat.PLAIN and (word := Vocabulary.word(value)):
            seen.words.add(word)
    elif isinstance(value, dict):
        seen.kinds.add(Kind.OBJECT)
        if depth < MAX_DEPTH:
            _look_into(value, place, seen, depth)
    elif isinstance(value, list):
        seen.kinds.add(Kind.ARRAY)
        seen.counts.add(size_of(len(value)))
        if value and depth < MAX_DEPTH:
            seen.items = seen.items or _Seen()
            for item in value:
                _look(item, place.items, seen.items, depth + 1)
    elif isinstance(value, float):  # JSON Schema looks at the value: 5.0 is an integer
        seen.kinds.add(Kind.INTEGER if value.is_integer() else Kind.NUMBER)
    else:
        seen.kinds.add(_SCALARS[type(value)])


def _look_into(value: Mapping[str, Any], place: Place, seen: _Seen, depth: int) -> None:
    is_map = place.is_map(value, depth)
    found: dict[Name, None] = {}
    for text, member in value.items():
        name, below = place.member(text)
        if is_map and not place.knows(text):
            name = Name(ANY_NAME)
        found[name] = None
        if name not in seen.members:
            seen.members[name], seen.presence[name] = _Seen(), 0
        _look(member, below, seen.members[name], depth + 1)
    seen.objects += 1
    for name in found:
        seen.presence[name] += 1
