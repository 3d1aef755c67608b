"""Merge what stands beside the reference of a path item with the path item that it leads to.

OpenAPI 3.1 allows it, and leaves open what a field means that stands at both places. Here a method beside the reference
replaces the other one, and parameters are added. OpenAPI 3.0 leaves all of it undefined: there nothing is merged.
"""

from collections.abc import Mapping
from typing import Any

from mock_server.support.json_pointer import find

Node = dict[str, Any]
_MAPS = ("paths", "webhooks")
_SAYS_NOTHING = frozenset({"$ref", "summary", "description"})
_MAX_CHAINED = 50


def with_merged_path_items(root: Node) -> Node:
    """Copy a document in which something stands beside such a reference; any other document is returned itself."""
    if str(root.get("openapi", "")).startswith("3.0"):
        return root
    changed: Node = {}
    for key in _MAPS:
        items = root.get(key)
        if isinstance(items, dict) and any(map(_has_siblings, items.values())):
            changed[key] = {name: _whole(root, it) if _has_siblings(it) else it for name, it in items.items()}
    return {**root, **changed} if changed else root


def _has_siblings(item: Any) -> bool:
    named = isinstance(item, dict) and isinstance(item.get("$ref"), str)
    return named and any(key not in _SAYS_NOTHING and not str(key).startswith("x-") for key in item)


def _whole(root: Node, item: Node, chained: int = 0) -> Node:
    """The path item with all that its reference leads to; itself if that is no path item."""
    reference = item.get("$ref")
    target = find(root, reference) if isinstance(reference, str) and chained < _MAX_CHAINED else None
    if not isinstance(target, dict):
        return item
    below = _whole(root, target, chained + 1)
    beside = {key: part for key, part in item.items() if key != "$ref"}
    shared, more = below.get("parameters"), item.get("parameters")
    if isinstance(shared, list) and isinstance(more, list):
        beside["parameters"] = _joined(root, shared, more)
    return {**below, **beside}


def _joined(root: Node, below: list[Any], beside: list[Any]) -> list[Any]:
    """The parameters of both places; one beside the reference replaces one with its name and place."""
    replaced = [_name(root, it) for it in beside]
    return [*(it for it in below if _name(root, it) not in replaced), *beside]


def _name(root: Node, parameter: Any) -> tuple[Any, Any]:
    for _ in range(_MAX_CHAINED):
        if not isinstance(parameter, Mapping) or not isinstance(parameter.get("$ref"), str):
            break
        parameter = find(root, parameter["$ref"])
    known = parameter if isinstance(parameter, Mapping) else {}
    return known.get("in"), known.get("name")
