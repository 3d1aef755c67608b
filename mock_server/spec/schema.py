"""A schema of the document: its validator, and the few facts that the program needs about it."""

from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import islice
from math import inf
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from mock_server.errors import Problem
from mock_server.spec.bounded_reasons import reason
from mock_server.spec.component_validators import ComponentValidator
from mock_server.spec.document import Document
from mock_server.spec.joined_schemas import joined
from mock_server.spec.json_types import common, implied, is_small, type_of
from mock_server.spec.large_reasons import first_reason, is_soon_explained
from mock_server.spec.recursion import recursion
from mock_server.spec.schema_lint import compiled
from mock_server.spec.validation_messages import explained
from mock_server.support.json_pointer import escape
from mock_server.support.schema_keywords import TYPES

_EXPLAINED = 4 * 1024  # characters of a value whose problems are all listed
_ANNOTATIONS = ("default", "example", "examples")


class Schema:
    """A schema at a JSON pointer of a document, after its references.

    ``place`` is where it is used, ``pointer`` where it is defined: they differ if keywords stand beside a reference.
    ``node`` is the mapping there (an empty one for ``true`` and for every schema that admits all values).
    The document's schemas must have passed ``SchemaLint``. ``sent``: the validator is for what clients send.
    """

    def __init__(self, document: Document, pointer: str, *, sent: bool = False) -> None:
        self.document = document
        self.place = pointer
        self.pointer, node = document.resolve(pointer)
        self.node: dict[str, Any] = node if isinstance(node, dict) else {}
        self.never = node is False
        self.sent = sent
        self._below: dict[tuple[str | int, ...], Schema] = {}
        self._inline: dict[str, Any] | None = None
        beside = document.at(pointer)
        if isinstance(beside, dict) and "$ref" in beside:
            self.node = {**self.node, **{key: beside[key] for key in _ANNOTATIONS if key in beside}}

    @classmethod
    def of(cls, document: Document, pointer: str, *, sent: bool = False) -> "Schema":
        """The schema at ``pointer``, made once: many places use the same one, and a bare reference is its target."""
        purpose = "schema of what is sent" if sent else "schema"
        made: Schema | None = document.compiled.get((purpose, pointer))
        if made is None:
            made = cls(document, pointer, sent=sent)  # refuses a reference that leads nowhere, or in a circle
            if isinstance(beside := document.at(pointer), dict) and beside.keys() == {"$ref"}:
                made = cls.of(document, unquote(beside["$ref"][1:]), sent=sent)
            document.compiled[purpose, pointer] = made
        return made

    @classmethod
    def inline(cls, document: Document, node: dict[str, Any]) -> "Schema":
        """A schema without a place in the document, used if the document forgot to give one."""
        schema = cls(document, "")
        schema.node = schema._inline = node
        return schema

    def __repr__(self) -> str:
        return f"<Schema {self.document.name}#{self.pointer}>"

    def at(self, *tokens: str | int) -> "Schema":
        """The schema at a relative path below this one."""
        found = self._below.get(tokens)
        if found is None:
            pointer = "/".join([self.pointer, *(escape(str(token)) for token in tokens)])
            found = self._below[tokens] = Schema.of(self.document, pointer, sent=self.sent)
        return found

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """The validator, compiled once, with what stands beside a `$ref`. Raises SpecError if the schema is wrong."""
        try:
            return compiled(self._inline) if self._inline is not None else self._component.validator
        except ValueError as fault:
            what = str(fault).splitlines()[0]
            raise self.document.fault(self.pointer, what, "correct the schema") from None

    @cached_property
    def _component(self) -> ComponentValidator:
        return ComponentValidator.at(self.document, self.place, sent=self.sent)

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is valid."""
        return bool(self.validator.is_valid(value))

    def problems(self, value: Any, limit: int = 5) -> list[Problem]:
        """The reasons why ``value`` is invalid, each with its JSON pointer; only the first one for a large value."""
        if self._inline is not None:
            return [explained(error, self._inline) for error in islice(self.validator.iter_errors(value), limit)]
        if recursion(self.document, self.place).winds:
            return [reason(self, value)]
        if limit > 1 and is_small(value, _EXPLAINED) and is_soon_explained(self, value):
            return [complaint.explained() for complaint in self._component.complaints(value, limit)]
        return [] if self.accepts(value) else [first_reason(self, value)]

    def first_problem(self, value: Any, above: Sequence[str | int]) -> Problem | None:
        """The validator's first reason why ``value``, which stands at ``above``, is not admitted; None if it is."""
        found = self._component.first_complaint(value)
        return found[0].below(above).explained() if found else None

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that it names; all types if it names none."""
        if self.declared_types is not None:
            return self.declared_types
        return implied({word for part in self.parts for word in part.node}) or frozenset(TYPES)

    @cached_property
    def declared_types(self) -> frozenset[str] | None:
        """The types that `type`, `enum`, `const` and the branches allow; None if none of them names any."""
        declarations: list[frozenset[str]] = []
        if "type" in self.node:
            declared = self.node["type"]
            declarations.append(frozenset([declared] if isinstance(declared, str) else declared))
        values = [self.node.get("enum"), [self.node["const"]] if "const" in self.node else None]
        declarations += [frozenset(map(type_of, some)) for some in values if some is not None]
        declarations += [
            branch.declared_types for branch in self.branches("allOf") if branch.declared_types is not None
        ]
        for keyword in ("anyOf", "oneOf"):
            ways = [branch.declared_types for branch in self.branches(keyword)]
            if ways and None not in ways:
                declarations.append(frozenset[str]().union(*(way for way in ways if way is not None)))
        return reduce(common, declarations) if declarations else None

    @property
    def count(self) -> float:
        """How many values it lists; infinite if it lists none."""
        return 1 if "const" in self.node else len(self.node["enum"]) if "enum" in self.node else inf

    @property
    def nullable(self) -> bool:
        """True if null is one of the declared types."""
        return "null" in self.types

    def branches(self, keyword: str) -> list["Schema"]:
        """The schemas below ``allOf``, ``anyOf`` or ``oneOf``."""
        return [self.at(keyword, index) for index in range(len(self.node.get(keyword, ())))]

    @cached_property
    def alternatives(self) -> list["Schema"]:
        """The branches of ``oneOf`` and ``anyOf``, without null."""
        found = [*self.branches("oneOf"), *self.branches("anyOf")]
        return [branch for branch in found if branch.types != {"null"}]

    @cached_property
    def certain(self) -> list["Schema"]:
        """This schema and all schemas below it that hold for every value: those in `allOf`."""
        return self._gathered(("allOf",))

    @cached_property
    def parts(self) -> list["Schema"]:
        """This schema and all schemas below it that apply to the same value: every branch, and branches of branches."""
        return self._gathered(("allOf", "anyOf", "oneOf"))

    def _gathered(self, keywords: tuple[str, ...]) -> list["Schema"]:
        found = {self.pointer: self}
        for keyword in keywords:
            for branch in self.branches(keyword):
                for part in branch.certain if keywords == ("allOf",) else branch.parts:
                    found.setdefault(part.pointer, part)
        return list(found.values())

    @cached_property
    def properties(self) -> dict[str, "Schema"]:
        """Every property that a value may have, in any branch; the first schema of a name counts."""
        found = dict(self.sure)
        for schema in self.parts:
            for name in schema.node.get("properties", ()):
                if name not in found:
                    found[name] = schema.at("properties", name)
        return found

    @cached_property
    def open(self) -> bool:
        """Tell whether a value may have properties that the schema does not name."""
        said = [part.node.get("additionalProperties", False) is not False for part in self.parts]  # `{}` admits all
        return any(said) or any("patternProperties" in part.node for part in self.parts)

    @cached_property
    def marks(self) -> frozenset[str]:
        """`readOnly` for a value that occurs only in answers, `writeOnly` for one that occurs only in requests."""
        words = ("readOnly", "writeOnly")
        return frozenset(word for part in self.certain for word in words if part.node.get(word) is True)

    @cached_property
    def rest(self) -> "Schema | None":
        """The schema of the properties that are not named, if it gives one."""
        parts = [part for part in self.parts if isinstance(part.node.get("additionalProperties"), dict)]
        return parts[0].at("additionalProperties") if parts else None

    @cached_property
    def sure(self) -> dict[str, "Schema"]:
        """The properties that do not depend on a branch.

        Of several schemas for a name, the one with the fewest values; of several that name properties, all together;
        else the one that says most, for a base often leaves it to its children what a property is.
        """
        found: dict[str, list[Schema]] = {}
        for schema in self.certain:
            for name in schema.node.get("properties", ()):
                found.setdefault(name, []).append(schema.at("properties", name))
        return {name: self._joined(parts) if len(parts) > 1 else parts[0] for name, parts in found.items()}

    def _joined(self, parts: Sequence["Schema"]) -> "Schema":
        named = {it.pointer: it for it in parts if any("properties" in part.node for part in it.certain)}
        if len(named) < 2 or min(part.count for part in parts) < inf:
            return min(
                parts, key=lambda it: (it.count, it.pointer not in named, it.declared_types is None, it.items is None)
            )
        return Schema.of(self.document, joined(self.document, list(named)), sent=self.sent)

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that every value has."""
        return frozenset(name for part in self.certain for name in part.node.get("required", ()))

    @cached_property
    def items(self) -> "Schema | None":
        """The schema of an array's items, from whichever branch has it."""
        return next((schema.at("items") for schema in self.parts if isinstance(schema.node.get("items"), dict)), None)

    @cached_property
    def default(self) -> Any:
        """The document's default value; None if there is none that the schema admits."""
        value = self.node.get("default")
        return value if value is not None and self.accepts(value) else None

    @cached_property
    def example(self) -> Any:
        """One example that stands beside the schema, or None."""
        if "example" in self.node:
            return self.node["example"]
        examples = self.node.get("examples")
        return examples[0] if isinstance(examples, list) and examples else None
