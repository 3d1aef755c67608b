"""Validators of a document's schemas: quick ones that say yes or no, whole ones that say what is wrong.

A validator that holds all it can reach grows with the whole document, and hundreds of them are needed. A quick one is
cut where a component begins: there it asks the component's own validator, which is made when it is first asked.
"""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import jsonschema_rs

_CUT = "x-suite-component"
_DATA = ("default", "enum", "const", "example", "examples")
_ACROSS = frozenset({"unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$id"})
"""Keywords that look across references: in a document with one of them nothing is cut."""

Schema = Mapping[str, Any]


class Validators:
    """The validators of one document. Formats are asserted."""

    def __init__(self, root: Schema, resolve: Callable[[Any], Any]) -> None:
        self.root, self._resolve = root, resolve
        self._of: dict[str, SchemaValidator] = {}

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
    def cut(self) -> bool:
        """True when the document has no keyword that looks across references."""
        return not _has(self.root, _ACROSS)


class SchemaValidator:
    """The two validators of one schema."""

    def __init__(self, validators: Validators, schema: Schema) -> None:
        self._validators, self._schema = validators, schema

    def is_valid(self, value: Any) -> bool:
        """Tell whether a value fits."""
        return self._quick.is_valid(value)

    @cached_property
    def _quick(self) -> jsonschema_rs.Validator:
        if not self._validators.cut:
            return self.whole
        asking = _asking(self._validators)
        return jsonschema_rs.validator_for(_cut(self._schema), keywords={_CUT: asking}, validate_formats=True)

    @cached_property
    def whole(self) -> jsonschema_rs.Validator:
        """A validator that holds all that the schema refers to; its errors know their places."""
        schema = self._schema
        whole = {**self._validators.root, **schema} if isinstance(schema, Mapping) else schema
        return jsonschema_rs.validator_for(whole, validate_formats=True)


def _cut(node: Any) -> Any:
    """A schema whose references are keywords of our own."""
    if isinstance(node, list):
        return [_cut(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        _CUT if word == "$ref" and isinstance(value, str) else word: value if word in _DATA else _cut(value)
        for word, value in node.items()
    }


def _has(root: Any, words: frozenset[str]) -> bool:
    """Tell whether one of these keywords stands anywhere in a document."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if not words.isdisjoint(node):
                return True
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return False


def _asking(validators: Validators) -> type:
    """A keyword that asks the validator of the component that it names."""

    class Asking:
        """One use of a component."""

        def __init__(self, parent: Schema, reference: str, path: list[str | int]) -> None:
            self._reference = reference

        def validate(self, value: Any) -> None:
            if not validators.at(self._reference).is_valid(value):
                raise ValueError(self._reference)

    return Asking
