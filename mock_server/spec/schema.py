"""A schema of the document: its validator, and the few questions the program asks of it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jsonschema_rs

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import Document, escape

_BRANCHES = ("allOf", "anyOf", "oneOf")
_IMPLIED = (
    ("object", ("properties", "required", "additionalProperties")),
    ("array", ("items", "minItems", "maxItems")),
    ("string", ("pattern", "minLength", "maxLength", "format")),
    ("number", ("minimum", "maximum", "multipleOf")),
)
_ANNOTATIONS = ("default", "example", "examples")
_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


class Schema:
    """A schema at a JSON pointer of a document; references are already followed.

    ``node`` is the mapping that stands there (an empty one for ``true`` and for anything that admits all).
    """

    def __init__(self, document: Document, pointer: str) -> None:
        self.document = document
        self.pointer, node = document.resolve(pointer)
        self.node: dict[str, Any] = node if isinstance(node, dict) else {}
        # The validator starts where the schema is used: in 3.1 what stands beside a `$ref` holds too.
        self._source: dict[str, Any] = {"$ref": document.uri(pointer)}
        beside = document.at(pointer)
        if isinstance(beside, dict) and "$ref" in beside:
            self.node = {**self.node, **{key: beside[key] for key in _ANNOTATIONS if key in beside}}

    @classmethod
    def inline(cls, document: Document, node: dict[str, Any]) -> "Schema":
        """A schema that stands nowhere in the document: where the document forgot to say one."""
        schema = cls(document, "")
        schema.node = schema._source = node
        return schema

    def __repr__(self) -> str:
        return f"<Schema {self.document.name}#{self.pointer}>"

    def at(self, *tokens: str | int) -> "Schema":
        """The schema below this one."""
        return Schema(self.document, "/".join([self.pointer, *(escape(str(token)) for token in tokens)]))

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """Compiled once. Raises SpecError when the schema itself is wrong."""
        return _compiled(self.document, self.pointer, self._source)

    def accepts(self, value: Any) -> bool:
        return bool(self.validator.is_valid(value))

    def problems(self, value: Any, limit: int = 5) -> list[Problem]:
        """Why ``value`` is not admitted: JSON pointer into the value, and the reason."""
        found = []
        for error in self.validator.iter_errors(value):
            where = "".join(f"/{escape(str(token))}" for token in error.instance_path)
            found.append(Problem(where or "/", error.message))
            if len(found) == limit:
                break
        return found

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types it admits, as far as it says; all of them when it does not say."""
        declared = self.node.get("type")
        if isinstance(declared, str):
            return frozenset({declared})
        if isinstance(declared, list):
            return frozenset(declared)
        for keyword in ("const", "enum"):
            if keyword in self.node:
                values = self.node[keyword] if keyword == "enum" else [self.node[keyword]]
                return frozenset(_type_of(value) for value in values)
        if "allOf" in self.node:
            return frozenset.intersection(*(branch.types for branch in self.branches("allOf")))
        for keyword in ("anyOf", "oneOf"):
            if keyword in self.node:
                return frozenset.union(*(branch.types for branch in self.branches(keyword)))
        implied = {name for name, keywords in _IMPLIED if any(word in self.node for word in keywords)}
        return frozenset(implied) or _TYPES

    @property
    def nullable(self) -> bool:
        return "null" in self.types

    def branches(self, keyword: str) -> list["Schema"]:
        return [self.at(keyword, index) for index in range(len(self.node.get(keyword, ())))]

    @cached_property
    def alternatives(self) -> list["Schema"]:
        """The branches of which one holds (``oneOf``, ``anyOf``), null left out."""
        found = [*self.branches("oneOf"), *self.branches("anyOf")]
        return [branch for branch in found if branch.types != {"null"}]

    @cached_property
    def properties(self) -> dict[str, "Schema"]:
        """Every property a value may have, those of all branches included; the first one named counts."""
        found: dict[str, Schema] = {}
        for schema in self._parts():
            for name in schema.node.get("properties", ()):
                found.setdefault(name, schema.at("properties", name))
        return found

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that every value has."""
        names = set(self.node.get("required", ()))
        for branch in self.branches("allOf"):
            names |= branch.required
        return frozenset(names)

    @cached_property
    def items(self) -> "Schema | None":
        """The schema of an array's items, wherever the branches say it."""
        for schema in self._parts():
            if isinstance(schema.node.get("items"), dict):
                return schema.at("items")
        return None

    @cached_property
    def example(self) -> Any:
        """One example that stands beside the schema, or None."""
        if "example" in self.node:
            return self.node["example"]
        examples = self.node.get("examples")
        return examples[0] if isinstance(examples, list) and examples else None

    def _parts(self, depth: int = 0) -> Iterator["Schema"]:
        yield self
        if depth < 8:  # a schema may contain itself
            for keyword in _BRANCHES:
                for branch in self.branches(keyword):
                    yield from branch._parts(depth + 1)


def _compiled(document: Document, pointer: str, source: dict[str, Any]) -> jsonschema_rs.Validator:
    """A validator that checks formats, fetches nothing, and matches patterns in linear time where it can.

    Its messages do not repeat the value, which may be long or secret.
    Raises SpecError with the pointer when the schema is not one.
    """
    faults = []
    for engine in (jsonschema_rs.RegexOptions(), jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)):
        try:
            return jsonschema_rs.Draft202012Validator(
                source,
                registry=document.registry,
                validate_formats=True,
                offline=True,
                mask="the value",
                pattern_options=engine,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as fault:
            faults.append(str(fault).splitlines()[0])
    raise SpecError(Problem(f"{document.name}#{pointer}", faults[0], "correct the schema"))


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
