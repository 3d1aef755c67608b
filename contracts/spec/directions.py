"""Schemas for one direction: what clients send is without the properties that occur only in answers (`readOnly`).

OpenAPI says that such a property should not be sent, and that `required` does not count for it in a request. In the
same way `required` does not count for a `writeOnly` property in an answer.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.spec.rewriting import WRITABLE, rewritten
from mock_server.support.document_keywords import DATA
from mock_server.support.json_pointer import find, join, reference_tokens, target, to_reference
from mock_server.support.schema_keywords import LISTED_IN_PLACE, NAMED

Node = Mapping[str, Any]


def with_directions(document: Node) -> Node:
    """Copy a document whose schemas mark properties for one direction; any other one is returned itself."""
    if not _marks(document):
        return document
    writable = _Writable(document)
    answers = rewritten(document, writable.not_required_in_answers)
    written = document.get("paths", {})
    paths = {path: writable.bodies(item, written[path]) for path, item in answers.get("paths", {}).items()}
    own = answers.get("components")
    components = dict(own) if isinstance(own, Mapping) else {}
    if isinstance(components.get("requestBodies"), Mapping):
        bodies = document["components"]["requestBodies"]
        components["requestBodies"] = {name: writable.content(body) for name, body in bodies.items()}
    return {**answers, "paths": paths, "components": {**components, WRITABLE: writable.shelf()}}


class _Writable:
    """One pass over a document. ``shelf`` has the schemas that bodies refer to."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._named: dict[str, Any] = {}
        self._waiting: list[str] = []

    def not_required_in_answers(self, node: dict[str, Any]) -> dict[str, Any]:
        """Copy a schema that does not require the `writeOnly` properties which it, or a part of it, requires."""
        hidden = frozenset(self._marked(node, "writeOnly"))
        if not hidden:
            return node
        ways = node.get("allOf")
        parts = {"allOf": [_without(way, hidden) for way in ways]} if isinstance(ways, list) else {}
        return {**_without(node, hidden), **parts}

    def bodies(self, item: Any, written: Any) -> Any:
        """A path item whose operations have such bodies, made from those of the item as it is ``written``."""
        if not isinstance(item, Mapping):
            return item
        return {
            way: {**operation, "requestBody": self.content(written[way]["requestBody"])}
            if isinstance(operation, Mapping) and "requestBody" in operation
            else operation
            for way, operation in item.items()
        }

    def content(self, body: Any) -> Any:
        """A request body with such schemas; a reference to a component is not changed."""
        reference = body.get("$ref") if isinstance(body, Mapping) else None
        if isinstance(reference, str) and reference_tokens(reference)[:2] != ["components", "requestBodies"]:
            body = target(self._document, body)  # a part of another file
        content = body.get("content") if isinstance(body, Mapping) else None
        if not isinstance(content, Mapping):
            return body
        media = {
            name: {**it, "schema": self._schema(it["schema"], frozenset())}
            if isinstance(it, Mapping) and "schema" in it
            else it
            for name, it in content.items()
        }
        return {**body, "content": media}

    def shelf(self) -> dict[str, Any]:
        """The components that bodies refer to, and those that these refer to."""
        while self._waiting:
            pointer = self._waiting.pop()
            self._named[pointer] = self._schema(self._target({"$ref": to_reference(pointer)}), frozenset())
        return self._named

    def _schema(self, node: Any, hidden: frozenset[str]) -> Any:
        """Copy a schema; ``hidden`` are properties that a schema around it marks for the same value."""
        if isinstance(node, list):
            return [self._schema(part, frozenset()) for part in node]
        if not isinstance(node, Mapping):
            return node
        hidden |= frozenset(self._marked(node, "readOnly"))
        copy: dict[str, Any] = {}
        for word, part in node.items():
            if word == "$ref" and isinstance(part, str) and part.startswith("#/"):
                copy[word] = self._reference(part)
            elif word == "required" and isinstance(part, list):
                copy[word] = [name for name in part if name not in hidden]
            elif word in LISTED_IN_PLACE and isinstance(part, list):
                copy[word] = [self._schema(way, hidden) for way in part]
            elif word in NAMED and isinstance(part, Mapping):
                kept = {name: it for name, it in part.items() if word != "properties" or name not in hidden}
                copy[word] = {name: self._schema(it, frozenset()) for name, it in kept.items()}
            else:
                copy[word] = part if word in DATA or word.startswith("x-") else self._schema(part, frozenset())
        return copy

    def _reference(self, reference: str) -> str:
        """The copy of the schema at any place of the document: a property of a component has a place as well."""
        pointer = join(reference_tokens(reference))
        if pointer not in self._named and self._target({"$ref": reference}) is None:
            return reference  # to nothing, or to itself
        if pointer not in self._named:
            self._named[pointer] = None
            self._waiting.append(pointer)
        return to_reference(join(("components", WRITABLE, pointer)))

    def _marked(self, node: Node, word: str) -> Iterator[str]:
        """The properties that a schema, or a schema in its `allOf`, marks with ``word``."""
        for part in self._certain(node):
            named = part.get("properties")
            for name, it in named.items() if isinstance(named, Mapping) else ():
                if any(each.get(word) is True for each in self._certain(it)):
                    yield name

    def _certain(self, node: Any) -> Iterator[Node]:
        seen = 0
        waiting = [node]
        while waiting and seen < 100:
            part, seen = self._target(waiting.pop()), seen + 1
            if isinstance(part, Mapping):
                yield part
                waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []

    def _target(self, node: Any) -> Any:
        for _ in range(20):
            reference = node.get("$ref") if isinstance(node, Mapping) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return node
            node = find(self._document, reference)
        return None


def _without(node: Any, hidden: frozenset[str]) -> Any:
    """Copy a schema that does not require these properties."""
    if not isinstance(node, dict) or not isinstance(node.get("required"), list):
        return node
    return {**node, "required": [name for name in node["required"] if name not in hidden]}


def _marks(node: Any) -> bool:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if part.get("readOnly") is True or part.get("writeOnly") is True:
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False
