"""The references in a schema, by the part of a value that they are about."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.spec.rewriting import below_keywords

_BESIDE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
"""Keywords whose schemas are about the same value as the schema that has them."""
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
_BELOW = frozenset({"items", "prefixItems", "contains", "additionalProperties"})
Part = tuple[str, ...]


def references_by_part(node: Any) -> list[list[str]]:
    """The references in a schema by the part of a value that they are about, the value itself first.

    All items count as one part, and so do all properties that are not named.
    """
    found: dict[Part, list[str]] = {(): []}
    waiting: list[tuple[Any, Part]] = [(node, ())]
    while waiting:
        schema, part = waiting.pop()
        if isinstance(schema, Mapping):
            if isinstance(schema.get("$ref"), str):
                found.setdefault(part, []).append(schema["$ref"])
            waiting += _schemas(schema, part)
    return list(found.values())


def _schemas(schema: Mapping[str, Any], part: Part) -> Iterator[tuple[Any, Part]]:
    """The schemas directly below a schema about ``part``, each with its own part."""
    for word in (_BESIDE | _NAMED | _BELOW) & schema.keys():
        below, place = schema[word], part if word in _BESIDE else (*part, word)
        if word in _NAMED and isinstance(below, Mapping):
            yield from ((it, (*part, name) if word == "properties" else place) for name, it in below.items())
        else:
            yield from ((it, place) for it in (below if isinstance(below, list) else [below]))


def references_of(node: Any) -> list[str]:
    """The references in a schema, repeated ones included."""
    found: list[str] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if isinstance(part.get("$ref"), str):
                found.append(part["$ref"])
            waiting += below_keywords(part)
        elif isinstance(part, list):
            waiting += part
    return found
