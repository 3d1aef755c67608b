"""The components of a document that are schemas, found by the references to them."""

from typing import Any, NamedTuple

from mock_server.support.document_keywords import BROUGHT
from mock_server.support.json_pointer import reference_tokens

_SHELVES = ("schemas", BROUGHT)  # keys of `components` that hold schemas
_MAX_CHAINED = 20  # references, one after another
Node = dict[str, Any]


class Slip(NamedTuple):
    """A place of a document that is not read at its word, the fault, and how it is read."""

    pointer: str
    what: str
    meant: str


class Reading(NamedTuple):
    """A schema as it is meant, the fault of the one that is written, and how that is read."""

    schema: Node
    what: str
    meant: str


class ComponentSchemas:
    """The schemas below ``components`` of a document, by the key that holds them and by name."""

    def __init__(self, root: Node) -> None:
        own = root.get("components")
        held = own if isinstance(own, dict) else {}
        self.shelves = {name: shelf for name in _SHELVES if isinstance(shelf := held.get(name), dict)}

    def at(self, reference: str) -> Any:
        """The schema that a reference names; None if it is no component, and no part of one."""
        tokens = reference_tokens(reference) if reference.startswith("#/") else []
        if len(tokens) < 3 or tokens[0] != "components":
            return None
        found: Any = self.shelves.get(tokens[1], {})
        for token in tokens[2:]:
            if isinstance(found, list):
                found = found[int(token)] if token.isdecimal() and int(token) < len(found) else None
            else:
                found = found.get(token) if isinstance(found, dict) else None
        return found

    def target(self, node: Any) -> Any:
        """The schema that a chain of references leads to; None if it leads to no component."""
        return self.target_and_reference(node)[0]

    def target_and_reference(self, node: Any) -> tuple[Any, str]:
        """That schema, with the last reference of the chain; empty for a schema that is no reference."""
        last = ""
        for _ in range(_MAX_CHAINED):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                return node, last
            node, last = self.at(reference), reference
        return None, last
