"""Read closed schemas that inherit from each other as one schema that is closed.

Generators write ``additionalProperties: false`` into a base and into each child of it. At their word none may have what
only the other one has, and often no value is left at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.support.component_schemas import ComponentSchemas, Node, Reading

_DEEPEST = 20


class ClosedSchemas:
    """The closed schemas of a document."""

    def __init__(self, components: ComponentSchemas) -> None:
        self._target = components.target

    def read(self, node: Node) -> Reading | None:
        """The schema as it is meant, if it is such a one."""
        names = self._contradicting(node)
        if names is None:
            return None
        opened = {**self._opened(node, 0), "propertyNames": {"enum": names}}
        what = "a closed schema in `allOf` forbids what another one has"
        return Reading(opened, what, "read as one schema that is closed")

    def _contradicting(self, node: Node) -> list[str] | None:
        """The properties of all parts of a schema, if a closed part lacks one that another part requires.

        So it is with two closed parts of different properties: only the properties that both have would be left.
        """
        if not isinstance(node.get("allOf"), list):
            return None
        if node.keys() == {"allOf"} and len(node["allOf"]) == 1:
            return None  # that schema is read by itself
        parts = list(self._parts(node, 0))
        closed = [part for part in parts if _is_closed(part)]
        if not closed or len(parts) < 2:
            return None
        required = {name for part in parts for name in _texts(part.get("required"))}
        alike = all(_names(part) == _names(closed[0]) for part in closed)
        if alike and all(required <= _names(part) for part in closed):
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


def _is_closed(node: Mapping[str, Any]) -> bool:
    return node.get("additionalProperties") is False and "patternProperties" not in node


def _names(node: Mapping[str, Any]) -> set[str]:
    named = node.get("properties")
    return set(named) if isinstance(named, dict) else set()


def _texts(value: Any) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []
