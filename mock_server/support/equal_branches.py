"""Read a ``oneOf`` with two branches that say the same as if it had one: no value could fit exactly one of them.

Generators write one branch for each class, also for classes with the same fields.
"""

from collections.abc import Sequence
from typing import Any

from mock_server.support.component_schemas import ComponentSchemas, Slip
from mock_server.support.json_pointer import escape
from mock_server.support.outer_references import DATA, NAMES

_SAID = frozenset({"title", "description", "example", "examples", "default", "deprecated", "externalDocs", "xml"})
Node = dict[str, Any]


def without_equal_branches(root: Node) -> tuple[Node, Sequence[Slip]]:
    """Copy a document that has such a ``oneOf``, with the list of them; any other document is returned itself."""
    reading = _Branches(root)
    changed = {key: reading.read(part, f"/{key}") for key, part in root.items() if reading.has_equal(part)}
    return {**root, **changed} if changed else root, reading.slips


class _Branches:
    """One pass over a document."""

    def __init__(self, root: Node) -> None:
        self.slips: list[Slip] = []
        self._components = ComponentSchemas(root)

    def has_equal(self, node: Any) -> bool:
        """Tell whether there is such a ``oneOf`` anywhere below a node."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if len(self._once(part)) < len(_ways(part)):
                    return True
                waiting += part.values()
            elif isinstance(part, list):
                waiting += part
        return False

    def read(self, node: Any, pointer: str, *, names: bool = False) -> Any:
        """Copy a node with each branch of every ``oneOf`` once."""
        if isinstance(node, list):
            return [self.read(part, f"{pointer}/{index}") for index, part in enumerate(node)]
        if not isinstance(node, dict):
            return node
        copy: Node = {}
        for key, part in node.items():
            data = not names and (key in DATA or str(key).startswith("x-"))
            below = f"{pointer}/{escape(str(key))}"
            copy[key] = part if data else self.read(part, below, names=not names and key in NAMES)
        kept = () if names else self._once(copy)
        if len(kept) < len(_ways(copy)) and not names:
            self.slips.append(Slip(f"{pointer}/oneOf", "two branches say the same", "read as one branch"))
            copy["oneOf"] = kept
        return copy

    def _once(self, node: Node) -> list[Any]:
        """The branches of the ``oneOf`` of a schema, without those that say what an earlier one says."""
        kept: list[Any] = []
        said: list[Any] = []
        for way in _ways(node):
            meaning = _meaning(self._components.target(way))
            if meaning is None or meaning not in said:
                kept.append(way)
                said.append(meaning)
        return kept


def _ways(node: Node) -> list[Any]:
    ways = node.get("oneOf")
    return ways if isinstance(ways, list) and len(ways) > 1 and "discriminator" not in node else []


def _meaning(node: Any, *, names: bool = False) -> Any:
    """A schema without what only describes it."""
    if isinstance(node, list):
        return [_meaning(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {key: part for key, part in node.items() if names or not (key in _SAID or str(key).startswith("x-"))}
    return {key: _meaning(part, names=not names and key in NAMES) for key, part in kept.items()}
