"""A value that a schema admits, made from a seeded source: the same source, the same value.

A value is made for all the schemas that speak of it at once: the schema, what its `allOf` adds, and the branch that
was drawn of each `anyOf` and `oneOf`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Any

from mock_server.spec.format_samples import FORMATS, digits, number, words
from mock_server.spec.regex_samples import RandomSource, UnsupportedPattern, looks_around, matching
from mock_server.spec.schema import Schema, common

_SHALLOW = 3  # above this, optional properties are made too: a schema may contain itself
_DEEPEST = 6  # below this, the shortest value is sought
_ENDLESS = 40
_MOST = 2_000  # parts of one value
_TRIES = 24
_STEADY = 16  # so many of them take the first kind of value that the types allow
_MORE = 2  # items of an array that may be empty
_WAYS_AROUND = 80  # attempts at one whose conditions are met by chance
_WAYS = 8  # attempts at a pattern, each one shorter: its literal characters count too


class _Endless(Exception):
    """A value without an end: a schema that requires itself."""


def generate(schema: Schema, rng: RandomSource, *, example: bool = True) -> Any:
    """A value of ``schema``; with ``example``, the one that stands in the document where it is valid.

    Raises SpecError when none was found, with the pointer.
    """
    if example and schema.example is not None and schema.accepts(schema.example):
        return schema.example
    for attempt in range(_TRIES):
        try:
            value = _Draft(rng, steady=attempt < _STEADY).value([schema], 0)
        except (_Endless, OverflowError):
            continue
        if schema.accepts(value):
            return value
    what = "no value could be generated for this schema"
    raise schema.document.fault(schema.pointer, what, "give it an `example`")


Parts = Sequence[Schema]


@dataclass
class _Draft:
    """One attempt at a value."""

    rng: RandomSource
    steady: bool
    made: int = field(default=0, init=False)

    def value(self, schemas: Parts, depth: int) -> Any:
        """A value for all of ``schemas``. Raises _Endless."""
        self.made += 1
        if depth > _ENDLESS or self.made > _MOST:
            raise _Endless
        parts = [part for schema in schemas for part in self._holding(schema, depth)]
        given = [part.node["const"] for part in parts if "const" in part.node][:1]
        given = given or next((list(part.node["enum"]) for part in parts if "enum" in part.node), [])
        if given:
            fits = [value for value in given if all(part.accepts(value) for part in parts)] or given
            return self.rng.choice([value for value in fits if value is not None] or [None])
        if depth > _DEEPEST and all("null" in schema.types for schema in schemas):
            return None
        said = [part.said for part in parts if part.said is not None]
        types = (reduce(common, said) if said else None) or parts[0].types
        if depth:
            for part in parts:
                if part.example is not None and all(each.accepts(part.example) for each in parts):
                    if self.rng.random() < 0.5:
                        return part.example
                    break
        makers = [make for name, make in _MAKERS if name in types]
        if not makers:
            return None
        return (makers[0] if self.steady else self.rng.choice(makers))(self, parts, depth)

    def _holding(self, schema: Schema, depth: int) -> Iterator[Schema]:
        """``schema``, and of its branches those that hold for this value."""
        yield schema
        for branch in schema.branches("allOf"):
            yield from self._holding(branch, depth)
        for keyword in ("oneOf", "anyOf"):
            branches = schema.branches(keyword)
            if branches:
                valued = [branch for branch in branches if branch.types != {"null"}] or branches
                yield from self._holding(self.rng.choice(valued), depth)

    def object(self, parts: Parts, depth: int) -> dict[str, Any]:
        required = {name for part in parts for name in part.node.get("required", ())}
        made: dict[str, Any] = {}
        for part in parts:
            for name in part.node.get("properties", ()):
                if name not in made and (name in required or depth < _SHALLOW):
                    self._property(made, name, parts, depth, needed=name in required)
        for name in sorted(required - set(made)):
            self._property(made, name, parts, depth, needed=True)
        for part in parts:
            self._conditions(made, part, parts, depth)
        self._enough(made, parts, depth)
        return made

    def _property(self, made: dict[str, Any], name: str, parts: Parts, depth: int, *, needed: bool) -> None:
        named = [part.at("properties", name) for part in parts if name in part.node.get("properties", ())]
        named = named or _those(parts, "additionalProperties")
        if needed or not any(part.never for part in named):
            made[name] = self.value(named, depth + 1) if named else words(self.rng)

    def _conditions(self, made: dict[str, Any], part: Schema, parts: Parts, depth: int) -> None:
        """Add what `if` and `dependentRequired` ask for."""
        dependent = part.node.get("dependentRequired", {})
        needed = {name for key in dependent if key in made for name in dependent[key]}
        if "if" in part.node:
            keyword = "then" if part.at("if").accepts(made) else "else"
            if keyword in part.node:
                extra = list(self._holding(part.at(keyword), depth))
                parts = [*parts, *extra]
                needed |= {name for each in extra for name in each.required}
                wrong = {name for each in extra for name in each.node.get("properties", ()) if name in made}
                needed |= {name for name in wrong if not part.at(keyword).accepts(made)}
                for name in sorted(wrong & needed):
                    del made[name]
        for name in sorted(needed - set(made)):
            self._property(made, name, parts, depth, needed=True)

    def _enough(self, made: dict[str, Any], parts: Parts, depth: int) -> None:
        """Further properties, up to `minProperties`; one at least of what is a dictionary by its pattern."""
        least = _most(parts, "minProperties", 0)
        if least > _MOST:
            raise _Endless
        patterned = [(pattern, part) for part in parts for pattern in part.node.get("patternProperties", ())]
        named = _those(parts, "propertyNames")
        for _ in range((least - len(made)) * 3):
            if len(made) >= least:
                return
            if patterned:
                pattern, part = patterned[0]
                made[_matching(pattern, self.rng)] = self.value([part.at("patternProperties", pattern)], depth + 1)
            else:
                name = str(self.value(named, depth + 1)) if named else words(self.rng, 1) + digits(self.rng, 2)
                self._property(made, name, parts, depth, needed=True)

    def array(self, parts: Parts, depth: int) -> list[Any]:
        least, most = _most(parts, "minItems", 0), _least(parts, "maxItems", None)
        size = least if depth >= _DEEPEST else max(least, _MORE if most is None else min(most, _MORE))
        if size > _MOST:
            raise _Endless
        made: list[Any] = []
        heads = next((part.branches("prefixItems") for part in parts if "prefixItems" in part.node), [])
        items, contained = _those(parts, "items"), _those(parts, "contains")
        if any(item.never for item in items):
            size = min(size, len(heads))
        size = max(size, len(contained))
        unique = any(part.node.get("uniqueItems") for part in parts)
        for index in range(size * (4 if unique else 1)):
            wanted = [*(heads[index : index + 1] or items), *contained[index : index + 1]]
            value = self.value(wanted, depth + 1) if wanted else words(self.rng)
            if len(made) < size and not (unique and value in made):
                made.append(value)
        return made

    def string(self, parts: Parts, depth: int) -> str:
        least, most = _most(parts, "minLength", 0), _least(parts, "maxLength", None)
        if least > 100_000:
            raise _Endless
        ways: list[Callable[[], str]] = []
        for part in parts:
            form, pattern = part.node.get("format"), part.node.get("pattern")
            if form is not None and form in FORMATS:
                ways.append(partial(FORMATS[form], self.rng))
            if pattern is not None:
                tries = _WAYS_AROUND if looks_around(pattern) else _WAYS
                ways += [partial(_matching, pattern, self.rng, least - fewer, most) for fewer in range(tries)]
        if not ways:
            return _sized(words(self.rng), least, most, self.rng)
        text = ""
        for way in ways:
            text = way()
            if all(part.accepts(text) for part in parts):
                break
        return text

    def number(self, parts: Parts, depth: int) -> float | int:
        whole = any("integer" in part.types and "number" not in part.types for part in parts)
        low, above = _most(parts, "minimum", None), _most(parts, "exclusiveMinimum", None)
        high, below = _least(parts, "maximum", None), _least(parts, "exclusiveMaximum", None)
        step = next((part.node["multipleOf"] for part in parts if "multipleOf" in part.node), None)
        return number(self.rng, (low, above), (high, below), step, whole=whole)

    def boolean(self, parts: Parts, depth: int) -> bool:
        return self.rng.random() < 0.5


def _most(parts: Parts, keyword: str, otherwise: Any) -> Any:
    return max((part.node[keyword] for part in parts if keyword in part.node), default=otherwise)


def _least(parts: Parts, keyword: str, otherwise: Any) -> Any:
    return min((part.node[keyword] for part in parts if keyword in part.node), default=otherwise)


def _those(parts: Parts, keyword: str) -> list[Schema]:
    """The schemas below ``keyword`` that say something."""
    return [part.at(keyword) for part in parts if part.node.get(keyword, True) is not True]


def _matching(pattern: str, rng: RandomSource, least: int = 0, most: int | None = None) -> str:
    try:
        return matching(pattern, rng, max(0, least), most)
    except UnsupportedPattern:
        return ""


def _sized(text: str, least: int, most: int | None, rng: RandomSource) -> str:
    while len(text) < least:
        text += " " + words(rng)
    return text if most is None else text[:most]


_MAKERS: tuple[tuple[str, Callable[[_Draft, Parts, int], Any]], ...] = (
    ("object", _Draft.object),
    ("array", _Draft.array),
    ("string", _Draft.string),
    ("integer", _Draft.number),
    ("number", _Draft.number),
    ("boolean", _Draft.boolean),
)
