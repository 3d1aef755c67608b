"""Read a base schema that lists its children, each of which has it in ``allOf``: at its word this has no end.

Generators write inheritance so, for a value of the base is a value of one of its children. In a child the base is read
without its alternatives.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from mock_server.support.component_schemas import ComponentSchemas, Slip
from mock_server.support.json_pointer import escape

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_MAX_DEPTH = 20
Node = dict[str, Any]


def inherited(root: Node) -> tuple[Node, Sequence[Slip]]:
    """Copy a document with such schemas, with the list of them; any other document is returned itself."""
    reading = _Inheritance(root)
    reading.read()
    return reading.root, reading.slips


class _Inheritance:
    """One pass over the components of a document."""

    def __init__(self, root: Node) -> None:
        self.root, self.slips = root, list[Slip]()
        self._components = ComponentSchemas(root)
        self._target = self._components.target
        self._reached: dict[str, frozenset[str]] = {}

    def read(self) -> None:
        """Put new components in the place of those that are not read at their word."""
        changed: dict[str, Node] = {}
        for shelf, parts in self._components.shelves.items():
            for name, part in parts.items():
                pointer = f"/components/{shelf}/{escape(str(name))}"
                if isinstance(part, dict) and (new := self._without_circles(part, pointer, pointer)) is not part:
                    changed.setdefault(shelf, {**parts})[name] = new
        if changed:
            self.root = {**self.root, "components": {**self.root["components"], **changed}}

    def _without_circles(self, node: Node, pointer: str, owner: str) -> Node:
        """Return a schema whose `allOf` names no base that has the schema ``owner`` among its alternatives."""
        copy = dict(node)
        for word in _IN_PLACE:
            ways = node.get(word)
            if not isinstance(ways, list):
                continue
            made = list(ways)
            for index, way in enumerate(ways):
                if not isinstance(way, dict):
                    continue
                base = self._circled(way, owner) if word == "allOf" else None
                if base is not None:
                    said = "a base among whose alternatives is the schema itself"
                    self.slips.append(Slip(f"{pointer}/allOf/{index}", said, "read as the base without alternatives"))
                    made[index] = _base(base, 0)
                elif "$ref" not in way:
                    made[index] = self._without_circles(way, f"{pointer}/{word}/{index}", owner)
            if any(new is not old for new, old in zip(made, ways, strict=True)):
                copy[word] = made
        return copy if any(copy[key] is not node[key] for key in node) else node

    def _circled(self, way: Node, owner: str) -> Node | None:
        """The component that a reference names, if it leads back to ``owner`` by its alternatives."""
        reference = way.get("$ref")
        if not isinstance(reference, str):
            return None
        base = self._target(way)
        if not isinstance(base, dict) or not any(word in base for word in ("anyOf", "oneOf")):
            return None
        return base if owner in self._reach(unquote(reference)[1:]) else None

    def _reach(self, pointer: str) -> frozenset[str]:
        """The components that hold for the same value as the one at ``pointer``, or may."""
        if pointer not in self._reached:
            found, waiting = set[str](), [pointer]
            while waiting:
                for reference in _named(self._components.at(f"#{waiting.pop()}")):
                    if (to := unquote(reference)[1:]) not in found:
                        found.add(to)
                        waiting.append(to)
            self._reached[pointer] = frozenset(found)
        return self._reached[pointer]


def _base(node: Node, depth: int) -> Node:
    """Copy a base without its alternatives, for a child of it."""
    copy = {key: part for key, part in node.items() if key not in ("anyOf", "oneOf")}
    if isinstance(copy.get("allOf"), list) and depth < _MAX_DEPTH:
        parts = [_base(it, depth + 1) if isinstance(it, dict) and "$ref" not in it else it for it in copy["allOf"]]
        copy["allOf"] = [part for part in parts if part] or [{}]
    return copy


def _named(node: Any) -> Iterator[str]:
    """The references of a schema that are about the same value."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            waiting += [way for word in _IN_PLACE if isinstance(part.get(word), list) for way in part[word]]
