"""Validators of a document's schemas: quick ones that say yes or no, complete ones that say what is wrong.

A validator that contains all it can reach grows with the whole document, and hundreds of them are needed. A quick one
ends where a component begins: there it calls the component's own validator, which is made at its first call.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import inf
from typing import Any

import jsonschema_rs

from contracts.spec.errors_in_turn import ErrorBelow, errors_in_turn
from contracts.spec.references_by_part import references_by_part, references_of
from contracts.spec.rewriting import below_keywords, rewritten
from contracts.spec.small_components import SmallComponents
from mock_server.support.exact_json import is_deeper, write_json

Error = jsonschema_rs.ValidationError | ErrorBelow
_CUT = "x-suite-component"
_SHALLOW = 4  # levels of a value; so few have few ways, whatever the schema is
_ACROSS = frozenset({"unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$id"})
"""Keywords that look across references: a document with one of them gets no quick validators."""

_MAX_WAYS = 200  # of one value through a schema: in each of them it is checked again, and copied into an error
_MAX_CHAINED = 64  # schemas about the same value, one in another

Schema = Mapping[str, Any]


class Validators:
    """The validators of one document. Formats are asserted."""

    def __init__(self, root: Schema, resolve: Callable[[Any], Any]) -> None:
        self.root, self._resolve = root, resolve
        self.small_components = SmallComponents(resolve)
        self._of: dict[str, SchemaValidator] = {}
        self._below: dict[str, list[str]] = {}
        self._ways: dict[tuple[str, bool], float] = {}

    def of(self, schema: Schema) -> "SchemaValidator":
        """The validator of a schema of the document, made once."""
        key = json.dumps(schema, sort_keys=True, default=str)
        if key not in self._of:
            self._of[key] = SchemaValidator(self, schema)
        return self._of[key]

    def at(self, reference: str) -> "SchemaValidator":
        """The validator of the schema that a reference names."""
        if reference not in self._of:
            self._of[reference] = SchemaValidator(self, self._resolve({"$ref": reference}))
        return self._of[reference]

    @cached_property
    def asking(self) -> type:
        """The keyword that calls a component's validator."""
        return _asking(self)

    def winds(self, schema: Schema) -> bool:
        """Tell whether a schema leads to a component that contains itself twice: each level doubles the work."""
        reached = self._reached(references_of(schema))
        return any(sum(name in self._reached([target]) for target in self._targets(name)) > 1 for name in reached)

    def multiplies(self, schema: Schema, *, deep: bool) -> bool:
        """Tell whether a schema leads to one whose branches lead to each other in very many ways.

        In a ``deep`` value the branches of its parts count too.
        """
        names = self._reached(references_of(schema))
        return any(self._count_ways(name, 0, deep=deep) > _MAX_WAYS for name in names)

    def _count_ways(self, reference: str, depth: int, *, deep: bool) -> float:
        """Count the schemas that one place of a value is checked with, each as often as branches lead to it."""
        if depth > _MAX_CHAINED:
            return inf
        if (reference, deep) not in self._ways:
            self._ways[reference, deep] = 0 if deep else inf  # until it is known: a schema may contain itself
            beside, *parts = references_by_part(self._resolve({"$ref": reference}))
            counts = [
                sum(self._count_ways(name, depth + 1, deep=deep) for name in names)
                for names in (beside, *(parts if deep else ()))
            ]
            self._ways[reference, deep] = 1 + counts[0] + max(counts[1:], default=0)
        return self._ways[reference, deep]

    def _reached(self, references: Iterable[str]) -> dict[str, None]:
        """The components that these references lead to."""
        found: dict[str, None] = {}
        waiting = list(references)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += self._targets(name)
        return found

    def _targets(self, reference: str) -> list[str]:
        """The references in a component, repeated ones included."""
        if reference not in self._below:
            self._below[reference] = references_of(self._resolve({"$ref": reference}))
        return self._below[reference]

    @cached_property
    def cut(self) -> bool:
        """True if the document has no keyword that looks across references."""
        return not _has(self.root, _ACROSS)


class SchemaValidator:
    """The two validators of one schema."""

    def __init__(self, validators: Validators, schema: Schema) -> None:
        self._validators, self._schema = validators, schema

    def is_valid(self, value: Any) -> bool:
        """Tell whether a value fits."""
        return self._quickest.is_valid(value)

    def errors(self, value: Any) -> Iterator[Error]:
        """All errors of a value. They are found component by component if the number of ways would be too large."""
        if self._has_many_ways(value):
            return errors_in_turn(self._validators, _CUT, self.quick, value)
        return self.whole.iter_errors(value)

    def first_error(self, value: Any) -> Error | None:
        """The first error that is found; None for a valid value."""
        try:
            (self.quick if self._has_many_ways(value) else self.whole).validate(value)
        except jsonschema_rs.ValidationError as error:
            return error
        return None

    def _has_many_ways(self, value: Any) -> bool:
        return self._validators.cut and (self._multiplies or (is_deeper(value, _SHALLOW) and self._winds))

    @cached_property
    def _multiplies(self) -> bool:
        return self._validators.multiplies(self._schema, deep=False)

    @cached_property
    def _winds(self) -> bool:
        return self._validators.winds(self._schema) or self._validators.multiplies(self._schema, deep=True)

    @cached_property
    def quick(self) -> jsonschema_rs.Validator:
        """A validator that ends where a component begins."""
        return self._ending_at_components(self._schema)

    @cached_property
    def _quickest(self) -> jsonschema_rs.Validator:
        """The quick validator with the small components in it: its errors would have other places."""
        return self._ending_at_components(self._validators.small_components.written_into(self._schema))

    def _ending_at_components(self, schema: Any) -> jsonschema_rs.Validator:
        if not self._validators.cut:
            return self.whole
        keywords = {_CUT: self._validators.asking}
        return jsonschema_rs.validator_for(_cut(schema), keywords=keywords, validate_formats=True)

    @cached_property
    def whole(self) -> jsonschema_rs.Validator:
        """A validator that contains everything the schema refers to; its errors know their places."""
        schema = self._schema
        whole = {**self._validators.root, **schema} if isinstance(schema, Mapping) else schema
        return jsonschema_rs.validator_for(whole, validate_formats=True)


def _cut(node: Any) -> Any:
    """Copy a schema with its references replaced by a keyword of our own."""
    return rewritten(node, _cut_here)


def _cut_here(copy: dict[str, Any]) -> dict[str, Any]:
    return {_CUT if word == "$ref" and isinstance(value, str) else word: value for word, value in copy.items()}


def _has(root: Any, words: frozenset[str]) -> bool:
    """Tell whether a document uses one of these keywords anywhere."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if not words.isdisjoint(node):
                return True
            waiting += below_keywords(node)
        elif isinstance(node, list):
            waiting += node
    return False


def _asking(validators: Validators) -> type:
    """Make a keyword that calls the validator of the component that it names.

    A component is called once for each part of a value: schemas that contain themselves in several ways would call it
    again in each of them.
    """
    known: dict[tuple[str, bytes], bool] = {}
    depth = 0

    class Asking:
        """One use of a component."""

        def __init__(self, parent: Schema, reference: str, path: list[str | int]) -> None:
            self._reference = reference

        def validate(self, value: Any) -> None:
            nonlocal depth
            key = self._reference, write_json(value) if isinstance(value, dict | list) else b""
            if key[1] == b"" or (answer := known.get(key)) is None:
                depth += 1
                try:
                    answer = validators.at(self._reference).is_valid(value)
                finally:
                    depth -= 1
                known[key] = answer
                if depth == 0:
                    known.clear()
            if not answer:
                raise ValueError(self._reference)

    return Asking
