"""Read inheritance as its authors mean it, where JSON Schema taken at its word leaves no value, or has no end.

Generators write a base schema with ``oneOf`` its children, and each child with ``allOf`` the base: a circle. Others
close
the base and each child with ``additionalProperties: false``, so that none may have what the other requires.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from mock_server.support.component_schemas import ComponentSchemas, Slip
from mock_server.support.json_pointer import escape

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_DEEPEST = 20
Node = dict[str, Any]


def inherited(root: Node) -> tuple[Node, Sequence[Slip]]:
    """Copy a document whose schemas inherit in such ways, with the list of them; any other one is returned itself."""
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
                if isinstance(part, dict) and (new := self._read(part, pointer)) is not part:
                    changed.setdefault(shelf, {**parts})[name] = new
        if changed:
            self.root = {**self.root, "components": {**self.root["components"], **changed}}

    def _read(self, node: Node, pointer: str) -> Node:
        """Return a component as it is meant, or itself."""
        node = self._without_circles(node, pointer, pointer)
        if (parts := self._contradicting(node)) is not None:
            self.slips.append(Slip(pointer, "a closed schema in `allOf` forbids what another one requires", _OPENED))
            node = {**self._opened(node, 0), "propertyNames": {"enum": parts}}
        return node

    # circles

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

    # closed schemas

    def _contradicting(self, node: Node) -> list[str] | None:
        """The properties of all parts of a schema, if a closed part lacks one that another part requires."""
        if not isinstance(node.get("allOf"), list):
            return None
        parts = list(self._parts(node, 0))
        closed = [part for part in parts if _is_closed(part)]
        if not closed or len(parts) < 2:
            return None
        required = {name for part in parts for name in _texts(part.get("required"))}
        if all(required <= _names(part) for part in closed):
            return None
        return sorted({name for part in parts for name in _names(part)} | required)

    def _parts(self, node: Any, depth: int) -> Iterator[Node]:
        node = self._target(node)
        if isinstance(node, dict) and depth < _DEEPEST:
            yield node
            for part in node["allOf"] if isinstance(node.get("allOf"), list) else ():
                yield from self._parts(part, depth + 1)

    def _opened(self, node: Any, depth: int) -> Any:
        """Copy a schema and the parts of its `allOf`, none of them closed."""
        target = self._target(node)
        if not isinstance(target, dict) or depth > _DEEPEST or not any(map(_is_closed, self._parts(target, depth))):
            return node
        copy = {key: part for key, part in target.items() if key != "additionalProperties" or part is not False}
        if isinstance(target.get("allOf"), list):
            copy["allOf"] = [self._opened(part, depth + 1) for part in target["allOf"]]
        return copy


_OPENED = "read as one schema that is closed"


def _base(node: Node, depth: int) -> Node:
    """Copy a base without its alternatives, for a child of it."""
    copy = {key: part for key, part in node.items() if key not in ("anyOf", "oneOf")}
    if isinstance(copy.get("allOf"), list) and depth < _DEEPEST:
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


def _is_closed(node: Mapping[str, Any]) -> bool:
    return node.get("additionalProperties") is False and "patternProperties" not in node


def _names(node: Mapping[str, Any]) -> set[str]:
    named = node.get("properties")
    return set(named) if isinstance(named, dict) else set()


def _texts(value: Any) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []
