"""Filters that are expressions: `$filter=price gt 5 and startswith(name,'A')` of OData, `userName eq "ana"` of SCIM."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.ranges import holds
from mock_server.support.text import shorten

Record = Mapping[str, Any]
Predicate = Callable[[Record], bool]

NAMES = frozenset({"$filter", "filter"})
"""Parameters that may have an expression, in lower case."""
_MAX_CHARACTERS = 4_000
_MAX_DEPTH = 50
_TOKEN = re.compile(r"""\s*(?:(?P<text>'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")|(?P<mark>[(),])|(?P<word>[^\s(),'"]+))""")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_RANGES = {"gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
_PARTS: Mapping[str, Callable[[str, str], bool]] = {
    "co": lambda value, part: part in value,
    "sw": str.startswith,
    "ew": str.endswith,
}
_FUNCTIONS = {"contains": "co", "startswith": "sw", "endswith": "ew", "substringof": "co"}
_WORDS = {"true": True, "false": False, "null": None}


class UnreadableFilter(ValueError):
    """The text is no expression that is known here."""


def predicate(text: str, fields: Collection[str]) -> Predicate:
    """Read an expression about records that have ``fields``. Raises UnreadableFilter."""
    if len(text) > _MAX_CHARACTERS:
        raise UnreadableFilter(f"it has more than {_MAX_CHARACTERS:,} characters")
    return _Reader(text, frozenset(map(plain, fields))).whole()


class _Reader:
    """Reads one expression from the left to the right."""

    def __init__(self, text: str, fields: frozenset[str]) -> None:
        self._text, self._at, self._depth = text.strip(), 0, 0
        self._fields = fields

    def whole(self) -> Predicate:
        found = self._any()
        if self._at < len(self._text):
            raise self._fault()
        return found

    def _fault(self) -> UnreadableFilter:
        return UnreadableFilter(f"it cannot be read from character {self._at + 1} on")

    def _peek(self) -> tuple[str, str]:
        """The kind and the text of the next token; nothing at the end."""
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            return "", ""
        return str(found.lastgroup), found[str(found.lastgroup)]

    def _next(self, wanted: str = "") -> str:
        found = _TOKEN.match(self._text, self._at)
        if found is None or (wanted and found[str(found.lastgroup)] != wanted):
            raise self._fault()
        self._at = found.end()
        return found[str(found.lastgroup)]

    def _word(self, *words: str) -> bool:
        """Take the next token if it is one of ``words``."""
        kind, text = self._peek()
        if kind != "word" or text.lower() not in words:
            return False
        self._next()
        return True

    def _any(self) -> Predicate:
        ways = [self._all()]
        while self._word("or"):
            ways.append(self._all())
        return ways[0] if len(ways) == 1 else lambda record: any(way(record) for way in ways)

    def _all(self) -> Predicate:
        ways = [self._one()]
        while self._word("and"):
            ways.append(self._one())
        return ways[0] if len(ways) == 1 else lambda record: all(way(record) for way in ways)

    def _one(self) -> Predicate:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnreadableFilter("it is nested too deep")
        found = self._bare()
        self._depth -= 1
        return found

    def _bare(self) -> Predicate:
        if self._word("not"):
            inner = self._one()
            return lambda record: not inner(record)
        if self._peek() == ("mark", "("):
            self._next()
            found = self._any()
            self._next(")")
            return found
        kind, name = self._peek()
        if kind != "word":
            raise self._fault()
        self._next()
        if self._peek() == ("mark", "("):
            return self._function(name.lower())
        return self._comparison(self._path(name))

    def _function(self, name: str) -> Predicate:
        if name not in _FUNCTIONS:
            raise UnreadableFilter(f"`{shorten(name, 40)}()` is not known here")
        self._next("(")
        first = self._peek()
        way, part = (self._path(self._next()), None) if first[0] == "word" else ((), self._literal())
        self._next(",")
        way, part = (way, self._literal()) if part is None else (self._path(self._next()), part)
        self._next(")")
        if self._word("eq"):
            wanted = self._literal()
            return lambda record: _holds_part(_FUNCTIONS[name], _value(record, way), part) is wanted
        return lambda record: _holds_part(_FUNCTIONS[name], _value(record, way), part)

    def _comparison(self, way: tuple[str, ...]) -> Predicate:
        word = self._next().lower()
        if word == "pr":
            return lambda record: _value(record, way) not in (None, "", [])
        if word == "in":
            self._next("(")
            several = [self._literal()]
            while self._peek() == ("mark", ","):
                self._next()
                several.append(self._literal())
            self._next(")")
            return lambda record: any(_equal(_value(record, way), one) for one in several)
        if word not in ("eq", "ne", *_RANGES, *_PARTS):
            raise UnreadableFilter(f"`{shorten(word, 40)}` is no comparison that is known here")
        bound = self._literal()
        if word in _PARTS:
            return lambda record: _holds_part(word, _value(record, way), bound)
        if word in _RANGES:
            return lambda record: holds(_RANGES[word], _value(record, way), bound)
        return lambda record: _equal(_value(record, way), bound) is (word == "eq")

    def _path(self, name: str) -> tuple[str, ...]:
        way = tuple(plain(part) for part in re.split(r"[/.]", name))
        if way[0] not in self._fields:
            raise UnreadableFilter(f"`{shorten(name, 40)}` is no field of these records")
        return way

    def _literal(self) -> Any:
        kind, text = self._peek()
        if kind not in ("text", "word"):
            raise self._fault()
        self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'") if text[0] == "'" else re.sub(r"\\(.)", r"\1", text[1:-1])
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        return (float(text) if "." in text or "e" in text.lower() else int(text)) if _NUMBER.fullmatch(text) else text


def _value(record: Any, way: tuple[str, ...]) -> Any:
    """The value at a path, whose names may be spelt otherwise; below a list, the values of all its items."""
    for depth, name in enumerate(way):
        if isinstance(record, list):
            return [_value(item, way[depth:]) for item in record]
        known = record.items() if isinstance(record, dict) else ()
        record = next((value for key, value in known if plain(key) == name), None)
    return record


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_equal(one, wanted) for one in value)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _holds_part(word: str, value: Any, part: Any) -> bool:
    if isinstance(value, list):
        return any(_holds_part(word, one, part) for one in value)
    return isinstance(value, str) and _PARTS[word](value.lower(), str(part).lower())
