"""Rewrite the keywords of a document, and never the names that it gives: a property may be called `default`."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.support import document_keywords
from mock_server.support.document_keywords import DATA, NAMES

WRITABLE = "x-writable"
"""The key of `components` for the schemas of what clients send."""
_NAMED = NAMES | {WRITABLE}


def rewritten(node: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    """Copy a node; each mapping of keywords is what ``change`` makes of its copy, the innermost first.

    Examples and other values are not changed.
    """
    if isinstance(node, list):
        return [rewritten(part, change) for part in node]
    if not isinstance(node, Mapping):
        return node
    return change({key: _below(key, part, change) for key, part in node.items()})


def below_keywords(node: Mapping[str, Any]) -> list[Any]:
    """The parts of a mapping of keywords in which further keywords may stand."""
    return document_keywords.below_keywords(node, _NAMED)


def _below(key: str, part: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    if key in _NAMED and isinstance(part, Mapping):
        return {str(name): rewritten(named, change) for name, named in part.items()}  # YAML has numbers for statuses
    return part if key in DATA else rewritten(part, change)
