"""The schemas of one document: their references, their validators, their properties."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from contracts.errors import CannotRun
from contracts.spec.dialect import VENDORS, strict
from contracts.spec.readable_parts import UNREAD
from contracts.spec.validators import SchemaValidator, Validators
from mock_server.support.json_pointer import find

Schema = Mapping[str, Any]
_COMBINING = ("allOf", "anyOf", "oneOf")


class DocumentSchemas:
    """The schemas of the document ``raw``; ``name`` is the name of its file."""

    def __init__(self, name: str, raw: Mapping[str, Any]) -> None:
        self.name, self.raw = name, raw
        self.vendors = VENDORS in raw
        """True for a document of the vendor's own: its conventions apply to that."""
        self._validators = Validators(raw, self.resolve)
        self._targets: dict[str, Any] = {}

    @cached_property
    def unaddressed(self) -> Sequence[str]:
        """Paths with a query or a fragment: requests cannot be assigned to them."""
        return [path for path in self.raw.get("paths", {}) if isinstance(path, str) and {"?", "#"} & {*path}]

    @property
    def unread(self) -> Mapping[str, str]:
        """Operations that cannot be read, by method and path, with the reason: the document is without them."""
        return self.raw.get(UNREAD) or {}

    def resolve(self, node: Any) -> Any:
        """Return ``node``, or the target of its reference. Keywords beside a reference stay and win."""
        seen = 0
        while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            seen += 1
            if seen > 50 or not reference.startswith("#/"):
                raise CannotRun(f"{self.name}: cannot follow the reference {reference}", "bundle the document")
            if reference not in self._targets:
                self._targets[reference] = find(self.raw, reference)
            target = self._targets[reference]
            siblings = {name: value for name, value in node.items() if name != "$ref"}
            node = {**target, **siblings} if isinstance(target, Mapping) and siblings else target
        return node

    def component(self, node: Any) -> Any:
        """Return ``node``, or the component that it refers to: OpenAPI ignores what stands beside that reference."""
        return self.resolve({"$ref": node["$ref"]}) if isinstance(node, dict) and "$ref" in node else node

    def validator(self, schema: Schema) -> SchemaValidator:
        """A validator for a schema of this document, formats asserted."""
        return self._validators.of(schema)

    def certain_validator(self, schema: Schema) -> SchemaValidator:
        """A validator that accepts only what is valid in every reading of the document:

        for bodies that are sent as valid.
        """
        return self._certain.of(strict(schema))

    @cached_property
    def _certain(self) -> Validators:
        exact = DocumentSchemas(self.name, strict(self.raw))
        return Validators(exact.raw, exact.resolve)

    def properties(self, schema: Any) -> dict[str, Any]:
        """The properties of an object schema, those of ``allOf``, ``anyOf`` and ``oneOf`` included."""
        found: dict[str, Any] = {}
        for part in self.parts(schema):
            members = part.get("properties")
            found |= {
                name: it for name, it in (members if isinstance(members, Mapping) else {}).items() if name not in found
            }
        return found

    def required(self, schema: Any) -> set[str]:
        """The properties that an object must have."""
        return {name for part in self.parts(schema, ("allOf",)) for name in part.get("required", ())}

    def parts(self, schema: Any, words: Sequence[str] = _COMBINING) -> Iterator[Schema]:
        """The schema and the schemas below ``words``, each once, because some lead back to themselves."""
        seen: set[str] = set()
        waiting = [schema]
        while waiting:
            node = waiting.pop(0)
            reference = node.get("$ref") if isinstance(node, Mapping) else None
            if isinstance(reference, str):
                if reference in seen:
                    continue
                seen.add(reference)
            part = self.resolve(node)
            if isinstance(part, Mapping):
                yield part
                waiting += [it for word in words for it in part.get(word, ())]
