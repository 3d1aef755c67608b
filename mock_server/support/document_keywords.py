"""The keywords of a document whose values are no keywords: data, and maps by names of the document's own.

A walk that forgets them takes the property ``default`` for a default value.
"""

from collections.abc import Iterator, Mapping
from typing import Any

DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Keywords whose values are data and hold no references."""
BROUGHT = "x-mock-brought"
"""The key of `components` for the parts that other files hold, by number."""
NAMES = frozenset(
    {
        *("properties", "patternProperties", "dependentSchemas", "dependentRequired", "$defs", "definitions"),
        *("paths", "pathItems", "webhooks", "schemas", "parameters", "headers", "responses", "requestBodies"),
        *("securitySchemes", "links", "callbacks", "content", "variables", "encoding", "mapping"),
        *("mediaTypes", "additionalOperations", BROUGHT),
    }
)
"""Keywords whose values are maps by name: a property may well be called `default`."""


def below_keywords(node: Mapping[str, Any], names: frozenset[str] = NAMES) -> list[Any]:
    """The parts of a mapping of keywords in which further keywords may stand."""
    parts: list[Any] = []
    for key, part in node.items():
        if key in names and isinstance(part, Mapping):
            parts += part.values()
        elif key not in DATA:
            parts.append(part)
    return parts


def mappings_of_keywords(root: Any) -> Iterator[dict[str, Any]]:
    """Each mapping of keywords in a document, those above first; one may be changed before the next is asked for."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += below_keywords(node)
