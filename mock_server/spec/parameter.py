"""One parameter of an operation: it turns the text of a request into a value of its schema's type."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from mock_server.errors import InvalidPart
from mock_server.spec.parameter_styles import STYLES as STYLES
from mock_server.spec.parameter_styles import Decode, gathered, items, nested, pairs, separators, unwrapped
from mock_server.spec.parameter_values import Parts, Unreadable, admits, caster, property_schema, typed
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.schema_keywords import TYPES
from mock_server.support.wire_texts import form_decoded, path_decoded

_COUNTED = ("minimum", "maximum", "minLength", "maxLength", "pattern", "format")
_STRUCTURED = frozenset({"array", "object", "null"})

ABSENT = object()
"""Stands for the value of a parameter that a request does not have."""

Reading = Callable[[Sequence[str], Decode], Any]


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``location`` is path, query, header or cookie; ``name`` is the document's own.

    ``json``: its text is JSON. ``allow_empty``: it may have no value. ``allow_reserved``: a plus is a plus and no
    blank. ``whole``: it is the whole query, as in OpenAPI 3.2.
    """

    name: str
    location: str
    required: bool
    schema: Schema
    explode: bool = True
    style: str = "form"
    json: bool = False
    allow_empty: bool = False
    allow_reserved: bool = False
    whole: bool = False

    @cached_property
    def key(self) -> str:
        """The name under which its texts are found in a request."""
        return self.name.lower() if self.location == "header" else self.name

    @cached_property
    def deep(self) -> bool:
        """True if the value is an object that is written as several parameters: ``filter[status]=new``."""
        return self.style == "deepObject" or self.spread

    @cached_property
    def spread(self) -> bool:
        """True for an object of which each key is a parameter of its own: ``offset=0&limit=25``."""
        loose = self.style in ("form", "cookie") and self.explode and self.location in ("query", "cookie")
        return loose and not self.json and admits(self.schema, "object")

    @cached_property
    def greedy(self) -> bool:
        """True if it takes keys that its schema does not name: a map that is spread over the query."""
        alone = self.schema.types - {"null"} == {"object"}
        return self.whole or (self.spread and alone and (self.schema.open or not self.schema.properties))

    @cached_property
    def default(self) -> Any:
        """The value for a request that leaves the parameter out."""
        return self.schema.default

    @cached_property
    def many(self) -> bool:
        """True if the value is an array that is written as several texts."""
        return admits(self.schema, "array") and not self.json

    def find(self, texts: Mapping[str, Sequence[str]], taken: Container[str] = ()) -> Any:
        """Find its value, not validated yet, among all percent-encoded texts of its location; ABSENT if it has none.

        ``taken`` are names that belong to other parameters. Raises Unreadable.
        """
        if self._plain:
            alone = texts.get(self.key)
            if alone is None:
                return ABSENT
            if len(alone) == 1:
                return self._cast(self._decode(alone[0]))
        if self.whole and self.json:
            return _json([next(iter(texts))], _as_it_is) if texts else ABSENT
        if self.deep:
            tree = self._tree(texts, taken)
            if isinstance(tree, dict) and tree and self.spread:  # its keys are names, also an empty one: no array
                return {key: typed(property_schema(self.schema, key), part) for key, part in tree.items()}
            if tree:
                return typed(self.schema, tree)
        own = texts.get(self.key)
        if own is None:
            return ABSENT
        if self.allow_empty and not any(own):
            return self._empty
        if self.location == "cookie" and not self.many:
            own = own[:1]  # browsers send those of several paths, the nearest first
        elif len(own) > 1 and not self.many and self.schema.types < set(TYPES):
            raise Unreadable("is given more than once")
        return self.parse(own, self._decode)

    @cached_property
    def _plain(self) -> bool:
        """True for most parameters: their one text is the value and nothing else."""
        if self.deep or self.json or self.whole or self.allow_empty or self.many or self.location == "cookie":
            return False
        bare = self.location != "path" or self.style == "simple"
        return bare and self._readings == [self._scalar]

    @cached_property
    def _cast(self) -> Callable[[str], Any]:
        """Turn a decoded text into a value."""
        return caster(self.schema)

    def parse(self, texts: Sequence[str], decode: Decode = _as_it_is) -> Any:
        """Turn texts into a value: the first reading that the schema admits, else the first reading.

        A text that is not of the schema's type stays a string, which the schema then refuses. Raises Unreadable.
        """
        readings = self._readings
        if len(readings) == 1:
            return readings[0](texts, decode)
        found, faults = [], []
        for reading in readings:
            try:
                value = reading(texts, decode)
            except Unreadable as fault:
                faults.append(fault)
                continue
            if self.schema.accepts(value):
                return value
            found.append(value)
        if not found:
            raise faults[0]
        return found[0]

    @cached_property
    def _readings(self) -> Sequence[Reading]:
        """The possible readings of its texts, the likeliest first."""
        if self.json:
            return (_json,)
        types, ways = self.schema.types - {"null"}, list[Reading]()
        if self.many:
            alone = self.explode and self.location in ("query", "cookie")
            if alone:
                ways.append(self._repeated)
            if not alone or self.location == "cookie":
                ways += [partial(self._items, separator) for separator in self._separators]
            ways.append(self._nothing)
        if admits(self.schema, "object") and not self.deep:
            ways += [partial(self._object, separator) for separator in self._separators]
        if not ways or not types <= _STRUCTURED:
            ways.append(self._scalar)
        return ways

    @cached_property
    def _separators(self) -> Sequence[str]:
        return separators(self.style, explode=self.explode)

    @cached_property
    def _decode(self) -> Decode:
        """Remove the percent-encoding of its location from a text."""
        if self.location == "header" or self.style == "cookie":
            return _as_it_is
        return path_decoded if self.location != "query" or self.allow_reserved else form_decoded

    @cached_property
    def _empty(self) -> Any:
        """The value of a parameter that is named without one: ``?verbose`` turns something on."""
        if admits(self.schema, "array"):
            return []
        return next((value for value in ("", True, None) if self.schema.accepts(value)), ABSENT)

    def _tree(self, texts: Mapping[str, Sequence[str]], taken: Container[str]) -> Parts:
        if not self.spread:
            return nested(self.name, texts, self._decode)
        names = self.schema.properties
        own = (key for key in texts if key in names or (self.greedy and not _taken(key, taken)))
        return {key: [self._decode(text) for text in texts[key]] for key in own}

    def _scalar(self, texts: Sequence[str], decode: Decode) -> Any:
        if len(texts) > 1:
            return typed(self.schema, [decode(text) for text in texts])
        text = unwrapped(self.style, self.name, texts[0]) if self.location == "path" else texts[0]
        return self._cast(decode(text))

    def _repeated(self, texts: Sequence[str], decode: Decode) -> Any:
        return typed(self.schema, [decode(text) for text in texts])

    def _nothing(self, texts: Sequence[str], decode: Decode) -> Any:
        """The empty array for an empty text."""
        if any(unwrapped(self.style, self.name, text) for text in texts):
            raise Unreadable("is not empty")
        return []

    def _items(self, separator: str, texts: Sequence[str], decode: Decode) -> Any:
        parts = [part for text in texts for part in items(self.style, self.name, text, separator, explode=self.explode)]
        return typed(self.schema, [decode(self._trimmed(part)) for part in parts])

    def _object(self, separator: str, texts: Sequence[str], decode: Decode) -> Any:
        found = [it for text in texts for it in pairs(self.style, self.name, text, separator, explode=self.explode)]
        parts = [(self._trimmed(key), self._trimmed(value)) for key, value in found]
        return typed(self.schema, gathered(parts, decode))

    def _trimmed(self, part: str) -> str:
        """A part of a list; in a header a blank may stand beside the comma (RFC 9110 5.6.1)."""
        return part.strip(" \t") if self.location == "header" else part

    def problems(self, value: Any) -> list[InvalidPart]:
        """The first fault of a value, if there is one."""
        return [self.fault(problem.what, self.hint) for problem in self.schema.problems(value, limit=1)]

    @cached_property
    def where(self) -> str:
        """The place that messages about the parameter name."""
        return f"{self.location} parameter `{self.name}`"

    def fault(self, what: str, remedy: str = "") -> InvalidPart:
        """Describe what is wrong with a value of the parameter."""
        return InvalidPart(self.where, what, remedy, self.location, (self.name,))

    @cached_property
    def hint(self) -> str:
        """Describe a valid value in a few words."""
        node = self.schema.node
        if "enum" in node:
            return "one of " + ", ".join(str(value) for value in node["enum"])
        types = sorted(self.schema.types) if self.schema.types < set(TYPES) else []
        return ", ".join([*types, *(f"{word} {node[word]}" for word in _COUNTED if word in node)])


def _taken(key: str, taken: Container[str]) -> bool:
    return key in taken or key.partition("[")[0] in taken


def _json(texts: Sequence[str], decode: Decode) -> Any:
    try:
        return read_json(decode(texts[-1]))
    except NotJson:
        raise Unreadable("is not JSON") from None
