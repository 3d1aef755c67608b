"""Read objects that no value can be: some require a property that is forbidden, or that contains them without an end.

Generators write both: a misspelt discriminator in a closed schema, and records that contain each other.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mock_server.support.component_schemas import ComponentSchemas, Node, Slip
from mock_server.support.json_pointer import escape

_OPENING = frozenset({"patternProperties", "allOf", "anyOf", "oneOf", "$ref"})
"""Keywords with which an object may have other properties than those of ``properties``, or is judged elsewhere."""


def possible(root: Node) -> tuple[Node, Sequence[Slip]]:
    """Copy a document that has such schemas, with the list of them; any other document is returned itself."""
    reading = _Possible(root)
    changed = reading.changed()
    components = {**root["components"], **changed} if changed else {}
    return {**root, "components": components} if changed else root, reading.slips


class _Possible:
    """One pass over the schemas of a document that have a name."""

    def __init__(self, root: Node) -> None:
        self.slips: list[Slip] = []
        self._components = ComponentSchemas(root)
        self._endless = self._without_end()

    def changed(self) -> dict[str, Node]:
        """The parts of ``components`` in which a schema is not read at its word."""
        changed: dict[str, Node] = {}
        for shelf, parts in self._components.shelves.items():
            for name, part in parts.items():
                if isinstance(part, dict) and (new := self._read(part, f"/components/{shelf}/{escape(str(name))}")):
                    changed.setdefault(shelf, {**parts})[name] = new
        return changed

    def _read(self, node: Node, pointer: str) -> Node | None:
        new = node
        if unknown := _forbidden(node):
            new = {**node, "properties": {**node["properties"], **{name: {} for name in unknown}}}
            what = f"a closed schema requires `{unknown[0]}`, which it does not have"
            self.slips.append(Slip(pointer, what, "read as a property of any kind"))
        if id(node) in self._endless:
            again = [name for name, target in self._required(node) if id(target) in self._endless]
            new = {**new, "required": [name for name in node["required"] if name not in again]}
            what = f"`{again[0]}` is required, and contains such a value again without an end"
            self.slips.append(Slip(pointer, what, "read as optional"))
        return None if new is node else new

    def _without_end(self) -> frozenset[int]:
        """The schemas, by identity, whose required properties lead back to them: only an endless value would fit."""
        named = [part for parts in self._components.shelves.values() for part in parts.values()]
        needs = {id(part): {id(target) for _, target in self._required(part)} for part in named}
        stuck = _in_circles({node: targets for node, targets in needs.items() if targets})
        owners: dict[int, set[int]] = {node: set() for node in stuck}
        for node in stuck:
            for target in needs[node] & stuck:
                owners[target].add(node)
        return _in_circles(owners)

    def _required(self, node: Any) -> Iterator[tuple[str, Any]]:
        """The required properties that are references to a schema, with that schema."""
        if not isinstance(node, dict):
            return
        required, known = node.get("required"), node.get("properties")
        if not isinstance(required, list) or not isinstance(known, dict):
            return
        for name in filter(known.__contains__, filter(_is_text, required)):
            part = known[name]
            if isinstance(part, dict) and "$ref" in part and not part.get("nullable"):
                target = self._components.target(part)
                if isinstance(target, dict) and not target.get("nullable"):
                    yield name, target


def _is_text(name: Any) -> bool:
    return isinstance(name, str)


def _forbidden(node: Node) -> list[str]:
    """The required properties that a closed schema does not have."""
    required, known = node.get("required"), node.get("properties")
    if node.get("additionalProperties") is not False or not isinstance(required, list) or not isinstance(known, dict):
        return []
    return [] if _OPENING & node.keys() else [name for name in required if isinstance(name, str) and name not in known]


def _in_circles(needs: Mapping[int, Set[int]]) -> frozenset[int]:
    """The nodes of a graph that need a circle, or are in one."""
    order = TopologicalSorter(needs)
    with suppress(CycleError):
        order.prepare()
        return frozenset()
    free: set[int] = set()
    while ready := order.get_ready():
        free.update(ready)
        order.done(*ready)
    return frozenset(needs.keys() - free)
