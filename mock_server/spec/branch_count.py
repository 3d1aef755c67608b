"""How many branches a validator may tell of when it explains why one part of a value is not admitted."""

from typing import Any
from urllib.parse import unquote

from mock_server.spec.document import Document
from mock_server.support.schema_keywords import LISTED_IN_PLACE, MANY, ONE, ONE_IN_PLACE

_MOST = 1_000_000
_DEEP = 60  # levels of schemas within schemas that are counted


def most_branches(document: Document, place: str, level: int = 0) -> int:
    """The most branches about one part of a value, at ``place`` or below. A schema in itself counts once."""
    made, key = document.compiled, ("branches", place)
    if key not in made:
        made[key] = 0  # for a schema that contains itself
        made[key] = branches_of(document, document.at(place), level)
    count: int = made[key]
    return count


def branches_of(document: Document, node: Any, level: int = 0) -> int:
    """The most branches about one part of a value under a schema that may stand nowhere in the document."""
    if not isinstance(node, dict) or level > _DEEP:
        return 1
    here = [node[word] for word in ONE_IN_PLACE if word in node]
    here += [way for word in LISTED_IN_PLACE for way in node.get(word, ())]
    here += node.get("dependentSchemas", {}).values()
    below = [node[word] for word in ONE if word in node] + node.get("prefixItems", [])
    below += [each for word in MANY for each in node.get(word, {}).values()]
    count = 1 + sum(branches_of(document, each, level + 1) for each in here)
    if "$ref" in node:
        count += most_branches(document, unquote(node["$ref"][1:]), level + 1)
    return min(_MOST, count + max((branches_of(document, each, level + 1) for each in below), default=0))
