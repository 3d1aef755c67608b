"""Generate a value that a schema admits, from a seeded source: the same seed gives the same value.

A value is made for all schemas that apply to it at once: the schema, the schemas in its `allOf`, and one branch of
each `anyOf` and `oneOf`, drawn by chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from mock_server.spec.array_samples import array_of
from mock_server.spec.discriminator import discriminated
from mock_server.spec.format_samples import digits, number, words
from mock_server.spec.generation_budget import Budget, chosen
from mock_server.spec.inheritance import PLAIN
from mock_server.spec.json_types import common
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.spec.schema_parts import (
    Endless,
    Parts,
    below,
    excluded_properties,
    largest,
    matched,
    of_one_branch,
    pruned,
    smallest,
    write_only,
)
from mock_server.spec.text_samples import text_of
from mock_server.support.json_pointer import split

_LARGE = 60  # parts of a value, from which on optional properties are made at its first level only
_SHALLOW = 3  # above this, optional properties are made too: a schema may contain itself
_MAX_DEPTH = 6  # below this, the shortest value is sought
_ENDLESS = 40
_NAME = 3  # the name of a property is made in the time of so many parts
_OUTER = 5  # an object or a list takes the time of so many other parts
_TRIES = 24
_STEADY = 16  # so many of them take the first kind of value that the types allow


def generate(schema: Schema, rng: RandomSource, *, example: bool = True) -> Any:
    """Make a value of ``schema``. With ``example``, take the document's example if it is valid.

    Raises SpecError with the pointer if no value was found.
    """
    if example and schema.example is not None and schema.accepts(schema.example):
        return schema.example
    budget = Budget()
    for attempt in range(_TRIES):
        if not budget.next_attempt():
            break
        draft = _Draft(rng, budget, steady=attempt < _STEADY, sparse=attempt % 4 == 2)
        try:
            value = draft.value([schema], 0)
        except (Endless, OverflowError):
            continue
        for candidate in (value, pruned(value, schema)) if attempt % 4 == 3 else (value,):
            if schema.accepts(candidate):
                return candidate
    what = "no value could be generated for this schema"
    raise schema.document.fault(schema.pointer, what, "give it an `example`")


@dataclass
class _Draft:
    """One attempt at a value. A ``sparse`` one has no optional properties: two of them may exclude each other."""

    rng: RandomSource
    budget: Budget
    steady: bool
    sparse: bool = False
    made: int = field(default=0, init=False)

    def value(self, schemas: Parts, depth: int) -> Any:
        """Make a value that satisfies all ``schemas``. Raises Endless."""
        self.made += 1
        if depth > _ENDLESS:
            raise Endless
        self.budget.spend()
        self.budget.grow(1)
        parts = self._holding(schemas)
        if any(part.node.get("default", ...) is None for part in parts) and all(it.accepts(None) for it in schemas):
            return None
        given = [part.node["const"] for part in parts if "const" in part.node][:1]
        given = given or next((list(part.node["enum"]) for part in parts if "enum" in part.node), [])
        if given:
            return chosen(given, parts, self.rng, self.budget)
        if depth > _MAX_DEPTH and all("null" in schema.types for schema in schemas):
            return None
        said = [part.declared_types for part in parts if part.declared_types is not None]
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
        value = (makers[0] if self.steady else self.rng.choice(makers))(self, parts, depth)
        return of_one_branch(value, schemas, parts) if isinstance(value, dict) else value

    def _holding(self, schemas: Parts) -> list[Schema]:
        """Return ``schemas`` and those of their branches that admit this value, each once."""
        found: dict[Schema, None] = {}
        for schema in schemas:
            self._gather(schema, found)
        return list(found)

    def _gather(self, schema: Schema, found: dict[Schema, None]) -> None:
        if schema in found:
            return
        found[schema] = None
        for branch in schema.branches("allOf"):
            self._gather(branch, found)
        for keyword in ("oneOf", "anyOf"):
            branches = schema.branches(keyword)
            if branches:
                valued = [it for it in branches if it.types != {"null"} and PLAIN not in it.node] or branches
                self._gather(self.rng.choice(valued), found)

    def object(self, parts: Parts, depth: int) -> dict[str, Any]:
        self.budget.spend(_OUTER)
        hidden = write_only(parts)
        required = {name for part in parts for name in part.node.get("required", ())} - hidden
        required |= {name for part in parts for name in discriminated(part)}
        unwanted = hidden | excluded_properties(parts)
        made: dict[str, Any] = {}
        for part in parts:
            for name in part.node.get("properties", ()):
                if name not in made and (name in required or (self._is_generous(depth) and name not in unwanted)):
                    self._property(made, name, parts, depth, needed=name in required)
        for name in sorted(required - set(made)):
            self._property(made, name, parts, depth, needed=True)
        for part in parts:
            self._conditions(made, part, parts, depth)
        self._enough(made, parts, depth)
        most = smallest(parts, "maxProperties", None)
        for name in [name for name in reversed(made) if name not in required] if most is not None else ():
            if len(made) > most:
                del made[name]
        return made

    def _is_generous(self, depth: int) -> bool:
        """Tell whether optional properties are made at this level: in a large value only the first ones are."""
        return not self.sparse and depth < (_SHALLOW if self.made < _LARGE else 1)

    def _property(self, made: dict[str, Any], name: str, parts: Parts, depth: int, *, needed: bool) -> None:
        self.budget.spend(len(parts) // 40)
        named = [part.at("properties", name) for part in parts if name in part.node.get("properties", ())]
        named = named or below(parts, "additionalProperties")
        kinds = {kind: to for part in parts for kind, to in discriminated(part).get(name, {}).items()}
        fits = {kind: to for kind, to in kinds.items() if all(part.accepts(kind) for part in named)}
        if fits:
            own = {split(part.pointer)[-1] for part in parts if part.pointer}  # what the value is made for counts first
            made[name] = self.rng.choice([kind for kind, to in fits.items() if to in own] or list(fits))
        elif needed or not any(part.never for part in named):
            made[name] = self.value(named, depth + 1) if named else words(self.rng)

    def _conditions(self, made: dict[str, Any], part: Schema, parts: Parts, depth: int) -> None:
        """Add the properties that `if` and `dependentRequired` demand."""
        dependent = part.node.get("dependentRequired", {})
        needed = {name for key in dependent if key in made for name in dependent[key]}
        if "if" in part.node:
            keyword = "then" if part.at("if").accepts(made) else "else"
            if keyword in part.node:
                extra = self._holding([part.at(keyword)])
                parts = [*parts, *extra]
                needed |= {name for each in extra for name in each.required}
                wrong = {name for each in extra for name in each.node.get("properties", ()) if name in made}
                needed |= {name for name in wrong if not part.at(keyword).accepts(made)}
                for name in sorted(wrong & needed):
                    del made[name]
        for name in sorted(needed - set(made)):
            self._property(made, name, parts, depth, needed=True)

    def _enough(self, made: dict[str, Any], parts: Parts, depth: int) -> None:
        """Add properties, up to `minProperties`; at least one if the pattern makes the value a dictionary."""
        least = largest(parts, "minProperties", 0)
        if least > self.budget.work:
            raise Endless
        patterned = [(pattern, part) for part in parts for pattern in part.node.get("patternProperties", ())]
        named = below(parts, "propertyNames")
        for name in [name for part in parts for name in part.node.get("properties", ()) if len(made) < least]:
            if name not in made and len(made) < least and name not in write_only(parts):
                self._property(made, name, parts, depth, needed=False)
        for _ in range((least - len(made)) * 3):
            if len(made) >= least:
                return
            self.budget.spend(_NAME)
            if patterned:
                pattern, part = patterned[0]
                name = matched(pattern, self.rng)
                name = f"{name}{digits(self.rng, 4)}" if name in made else name
                made[name] = self.value([part.at("patternProperties", pattern)], depth + 1)
            else:
                name = str(self.value(named, depth + 1)) if named else words(self.rng, 1) + digits(self.rng, 2)
                self._property(made, name, parts, depth, needed=True)

    def array(self, parts: Parts, depth: int) -> list[Any]:
        """Make an array that satisfies all ``parts``. Raises Endless."""
        self.budget.spend(_OUTER)
        short = depth >= _MAX_DEPTH
        return array_of(parts, self.rng, self.budget, lambda wanted: self.value(wanted, depth + 1), short=short)

    def string(self, parts: Parts, depth: int) -> str:
        return text_of(parts, self.rng, self.budget)

    def number(self, parts: Parts, depth: int) -> float | int:
        whole = any("integer" in part.types and "number" not in part.types for part in parts)
        low, above = largest(parts, "minimum", None), largest(parts, "exclusiveMinimum", None)
        high, below = smallest(parts, "maximum", None), smallest(parts, "exclusiveMaximum", None)
        step = next((part.node["multipleOf"] for part in parts if "multipleOf" in part.node), None)
        return number(self.rng, (low, above), (high, below), step, whole=whole)

    def boolean(self, parts: Parts, depth: int) -> bool:
        return self.rng.random() < 0.5


_MAKERS: tuple[tuple[str, Callable[[_Draft, Parts, int], Any]], ...] = (
    ("object", _Draft.object),
    ("array", _Draft.array),
    ("string", _Draft.string),
    ("integer", _Draft.number),
    ("number", _Draft.number),
    ("boolean", _Draft.boolean),
)
