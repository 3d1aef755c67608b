"""The components of a document that are schemas, found by the references to them."""

from typing import Any, NamedTuple
from urllib.parse import unquote

from mock_server.support.json_pointer import unescape

_SHELVES = ("schemas", "x-mock-brought")  # keys of `components` that hold schemas
_LONGEST = 20  # references, one after another
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
        """The schema that a reference names; None if it is no component."""
        tokens = unquote(reference).split("/")
        if len(tokens) != 4 or tokens[:2] != ["#", "components"]:
            return None
        return self.shelves.get(tokens[2], {}).get(unescape(tokens[3]))

    def target(self, node: Any) -> Any:
        """The schema that a chain of references leads to; None if it leads to no component."""
        for _ in range(_LONGEST):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                return node
            node = self.at(reference)
        return None
