"""Read the schemas of a document as their authors mean them, where at their word no value would be valid."""

from collections.abc import Sequence
from typing import Any

from mock_server.support.closed_schemas import ClosedSchemas
from mock_server.support.component_schemas import ComponentSchemas, Node, Slip
from mock_server.support.document_keywords import BROUGHT, DATA, NAMES
from mock_server.support.impossible_objects import possible
from mock_server.support.inheritance import inherited
from mock_server.support.json_pointer import escape
from mock_server.support.oneof_branches import OneOfBranches


def as_meant(root: Node) -> tuple[Node, Sequence[Slip]]:
    """Copy a document that has such schemas, with the list of them; any other document is returned itself."""
    able, impossible = possible(root)
    whole, slips = inherited(able)
    walk = _Walk(OneOfBranches(ComponentSchemas(able)), ClosedSchemas(ComponentSchemas(whole)))
    changed = {key: walk.read(part, f"/{key}") for key, part in whole.items() if walk.finds(part)}
    return {**whole, **changed} if changed else whole, [*impossible, *slips, *walk.slips]


class _Walk:
    """One pass over a document."""

    def __init__(self, choices: OneOfBranches, closed: ClosedSchemas) -> None:
        self._readings = (("oneOf", choices.read), ("allOf", closed.read))
        self.slips: list[Slip] = []

    def finds(self, node: Any) -> bool:
        """Tell whether a schema below a node is not read at its word."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if any(word in part and read(part) for word, read in self._readings):
                    return True
                waiting += part.values()
            elif isinstance(part, list):
                waiting += part
        return False

    def read(self, node: Any, pointer: str, *, names: bool = False) -> Any:
        """Copy a node with every schema below it as it is meant."""
        if isinstance(node, list):
            return [self.read(part, f"{pointer}/{index}") for index, part in enumerate(node)]
        if not isinstance(node, dict):
            return node
        for word, read in () if names else self._readings:
            if word in node and (meant := read(node)) is not None:
                self.slips.append(Slip(pointer, meant.what, meant.meant))
                node = meant.schema
        copy: Node = {}
        for key, part in node.items():
            data = not names and key != BROUGHT and (key in DATA or str(key).startswith("x-"))
            below = f"{pointer}/{escape(str(key))}"
            copy[key] = part if data else self.read(part, below, names=not names and key in NAMES)
        return copy
