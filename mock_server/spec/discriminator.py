"""Discriminators: the property that says which of several schemas a value is of (OpenAPI 3, Discriminator Object)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from mock_server.spec.inheritance import with_heirs
from mock_server.support.document_keywords import mappings_of_keywords
from mock_server.support.json_pointer import find, unescape

_ALTERNATIVES = ("oneOf", "anyOf")
_NAMES = "x-mock-discriminated"


def with_discriminators(root: dict[str, Any]) -> dict[str, Any]:
    """Copy a document so that each branch of a discriminator says which value the property has there.

    A branch that says so itself, by `enum` or `const`, is not changed: the document may use other names than those of
    its schemas. ``root`` is changed.
    """
    with_heirs(root)
    for node in mappings_of_keywords(root):
        _mark(node, root)
    return root


def discriminated(schema: Any) -> Mapping[str, Mapping[str, str]]:
    """The values that a discriminator of ``schema`` may have, each with its schema, by the property's name."""
    found: Mapping[str, Mapping[str, str]] = schema.node.get(_NAMES, {})
    return found


def _mark(node: dict[str, Any], root: Mapping[str, Any]) -> None:
    """Write the discriminator's values into one schema and its branches."""
    said = node.get("discriminator")
    name = said.get("propertyName") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(name, str):
        return
    mapping = said.get("mapping")
    mapping = {key: str(to) for key, to in mapping.items()} if isinstance(mapping, dict) else {}
    lists = [node[word] for word in _ALTERNATIVES if isinstance(node.get(word), list)]
    if not lists and mapping:
        node[_NAMES] = {name: {kind: _name(to) for kind, to in mapping.items()}}
    for branches in lists:
        for index, branch in enumerate(branches):
            reference = branch.get("$ref") if isinstance(branch, dict) else None
            if not isinstance(reference, str):
                continue
            kinds, choices = _kinds(reference, mapping), _choices(root, reference, name, set())
            if choices is not None:
                kinds = [kind for kind in kinds if kind in choices and len(choices) > 1]
            if kinds:
                branches[index] = {
                    "allOf": [branch],
                    "properties": {name: {"enum": kinds}},
                    _NAMES: {name: {kinds[0]: ""}},
                }


def _name(reference: str) -> str:
    """The name of the schema that a reference, or a mapping's value, leads to."""
    return unescape(unquote(reference.rpartition("/")[2]))


def _kinds(reference: str, mapping: Mapping[str, str]) -> list[str]:
    """The values of the property for the schema at ``reference``: the names that map to it, and its own name."""
    own = _name(reference)
    mapped = [kind for kind, to in mapping.items() if unquote(to) == unquote(reference) or to == own]
    return [*mapped, *([own] if own not in mapped else [])]


def _choices(root: Mapping[str, Any], reference: str, name: str, seen: set[str]) -> Sequence[Any] | None:
    """The values that a schema itself allows the property; None if it does not limit them."""
    waiting: list[Any] = [{"$ref": reference}]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            continue
        if isinstance(part.get("$ref"), str) and part["$ref"] not in seen:
            seen.add(part["$ref"])
            waiting.append(find(root, part["$ref"]))
        named = part.get("properties")
        property = named.get(name) if isinstance(named, dict) else None
        for _ in range(len(seen) + 9):
            if isinstance(property, dict) and isinstance(property.get("$ref"), str):
                property = find(root, property["$ref"])
        if isinstance(property, dict) and "const" in property:
            return [property["const"]]
        if isinstance(property, dict) and isinstance(property.get("enum"), list):
            return list(property["enum"])
        waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []
    return None
