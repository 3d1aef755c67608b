"""Read closed schemas that inherit from each other as one schema that is closed.

Generators write ``additionalProperties: false`` into a base and into each child of it. At their word none may have what
only the other one has, and often no value is left at all.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mock_server.support.component_schemas import ComponentSchemas, Node, Reading
from mock_server.support.document_keywords import NAMES
from mock_server.support.json_pointer import escape, join, reference_tokens, to_reference

_MAX_PARTS = 100  # of one schema: each is copied into it
_MAX_NAMES = 2_000  # of the properties of one schema
_PLAIN = frozenset({"discriminator", "xml", "externalDocs", "default", "const", "example"})
_LISTS = frozenset({"anyOf", "oneOf", "prefixItems"})


class _Part(NamedTuple):
    """A schema that holds for the whole value, and the pointer to it; empty if it stands in the schema itself."""

    node: Node
    place: str


class ClosedSchemas:
    """The closed schemas of a document."""

    def __init__(self, components: ComponentSchemas) -> None:
        self._components = components

    def read(self, node: Node) -> Reading | None:
        """The schema as it is meant, if it is such a one."""
        if not isinstance(node.get("allOf"), list) or (node.keys() == {"allOf"} and len(node["allOf"]) == 1):
            return None  # one schema alone is read by itself
        parts = self._parts(node)
        names = _contradicting([part.node for part in parts])
        if names is None:
            return None
        own, *others = [_opened(part) for part in parts]
        what = "a closed schema in `allOf` forbids what another one has"
        meant = {**own, "allOf": others, "propertyNames": {"enum": names}}
        return Reading(meant, what, "read as one schema that is closed")

    def _parts(self, node: Node) -> list[_Part]:
        """The schemas that hold for the same value, each once: many ways may lead to one. Empty if there are too many.

        The first one is ``node`` itself.
        """
        parts, seen = [_Part(node, "")], {id(node)}
        for part, place in parts:  # the list grows while it is read
            ways = part.get("allOf")
            for index, way in enumerate(ways if isinstance(ways, list) else ()):
                target, reference = self._components.target_and_reference(way)
                if isinstance(target, dict) and id(target) not in seen:
                    if len(parts) == _MAX_PARTS:
                        return []
                    seen.add(id(target))
                    below = place and f"{place}/allOf/{index}"
                    parts.append(_Part(target, join(reference_tokens(reference)) if reference else below))
        return parts


def _contradicting(parts: list[Node]) -> list[str] | None:
    """The properties of all parts of a schema, if a closed part lacks one that another part requires.

    So it is with two closed parts of different properties: only the properties that both have would be left.
    """
    closed = [part for part in parts if _is_closed(part)]
    if not closed or len(parts) < 2:
        return None
    required = {name for part in parts for name in _texts(part.get("required"))}
    alike = all(_names(part) == _names(closed[0]) for part in closed)
    if alike and all(required <= _names(part) for part in closed):
        return None
    names = {name for part in parts for name in _names(part)} | required
    return sorted(names) if len(names) <= _MAX_NAMES else None


def _opened(part: _Part) -> Node:
    """Copy a schema without the parts of its `allOf`, and not closed.

    What stands below a schema at another place stays there: a copy of it would be read again, and may hold itself.
    """
    kept = {key: value for key, value in part.node.items() if key != "allOf"}
    if kept.get("additionalProperties") is False:
        del kept["additionalProperties"]
    if not part.place:
        return kept
    return {key: _below(key, value, f"{part.place}/{escape(key)}") for key, value in kept.items()}


def _below(key: str, value: Any, place: str) -> Any:
    if key in _PLAIN or key.startswith("x-"):
        return value
    if key in NAMES and isinstance(value, dict):
        return {name: _there(schema, f"{place}/{escape(name)}") for name, schema in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [_there(schema, f"{place}/{index}") for index, schema in enumerate(value)]
    return _there(value, place)


def _there(schema: Any, place: str) -> Any:
    """A reference to a schema; the schema itself if it has none below it."""
    if not isinstance(schema, dict) or not any(isinstance(part, dict | list) for part in schema.values()):
        return schema
    return {"$ref": to_reference(place)}


def _is_closed(node: Mapping[str, Any]) -> bool:
    return node.get("additionalProperties") is False and "patternProperties" not in node


def _names(node: Mapping[str, Any]) -> set[str]:
    named = node.get("properties")
    return set(named) if isinstance(named, dict) else set()


def _texts(value: Any) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []
