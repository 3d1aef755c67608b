"""Find out whether a document has references to other names or files, or can be served as it is."""

from typing import Any

DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Keys of a document whose values are data and hold no references."""
NAMING = ("$id", "$anchor", "$dynamicAnchor")
"""Keys of a document that give a part another name."""


def leads_elsewhere(root: Any) -> bool:
    """Tell whether a reference leaves the document, or a part has a name of its own.

    So does a dynamic reference: it is made a plain one where it can be.
    """
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, data = waiting.pop()
        if isinstance(node, list):
            waiting += [(part, data) for part in node if isinstance(part, dict | list)]
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#/"):
                return True
            if not data and any(isinstance(node.get(word), str) for word in (*NAMING, "$dynamicRef")):
                return True
            parts = ((key, part) for key, part in node.items() if isinstance(part, dict | list) and key[:2] != "x-")
            waiting += [(part, data or key in DATA) for key, part in parts]
    return False
