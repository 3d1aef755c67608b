"""Find out whether a document has references to other names or files, or can be served as it is."""

from typing import Any

from mock_server.support.document_keywords import DATA, NAMES

NAMING = ("$id", "$anchor", "$dynamicAnchor")
"""Keys of a document that give a part another name."""


def leads_elsewhere(root: Any) -> bool:
    """Tell whether a reference leaves the document or stands for a whole map by name, or a part has a name of its own.

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
            for key, part in node.items():
                if not isinstance(part, dict | list) or key[:2] == "x-":
                    continue
                if key in NAMES and not data and isinstance(part, dict):
                    if isinstance(part.get("$ref"), str):
                        return True
                    waiting += [(named, False) for named in part.values() if isinstance(named, dict | list)]
                else:
                    waiting.append((part, data or key in DATA))
    return False
