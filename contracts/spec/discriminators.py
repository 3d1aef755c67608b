"""Branches that a discriminator chooses, each with the values of the property that choose it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.support.json_pointer import find, reference_tokens

_MAX_PARTS = 100  # of one branch
Node = Mapping[str, Any]


def chosen_branches(document: Node, choice: Node, ways: Sequence[Any]) -> list[Any]:
    """Copy the branches of a choice that are references, restricted to what chooses them; any other stays."""
    name, mapping = choice["propertyName"], choice.get("mapping")
    kinds = {str(kind): str(to) for kind, to in mapping.items()} if isinstance(mapping, Mapping) else {}
    return [_restricted(document, name, kinds, way) for way in ways]


def _restricted(document: Node, name: str, mapping: Mapping[str, str], way: Any) -> Any:
    reference = way.get("$ref") if isinstance(way, Mapping) else None
    if not isinstance(reference, str):
        return way
    own = reference_tokens(reference)[-1]
    kinds = [kind for kind, to in mapping.items() if reference_tokens(to) == reference_tokens(reference) or to == own]
    kinds += [own] if own not in mapping else []
    allowed = _allowed(document, way, name)
    kinds = [kind for kind in kinds if allowed is None or kind in allowed]
    return {"allOf": [way], "properties": {name: {"enum": kinds}}, "required": [name]} if kinds else way


def _allowed(document: Node, way: Any, name: str) -> Sequence[Any] | None:
    """The values that a branch itself allows the property; None if it does not limit them."""
    waiting, looked = [way], 0
    while waiting and looked < _MAX_PARTS:
        part, looked = waiting.pop(), looked + 1
        if not isinstance(part, Mapping):
            continue
        if isinstance(part.get("$ref"), str):
            waiting.append(find(document, part["$ref"]))
        named = part.get("properties")
        property = named.get(name) if isinstance(named, Mapping) else None
        if isinstance(property, Mapping) and "const" in property:
            return [property["const"]]
        if isinstance(property, Mapping) and isinstance(property.get("enum"), list):
            return list(property["enum"])
        waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []
    return None
