"""How many errors a schema can make of one object: one for each member that it demands."""

from typing import Any

from mock_server.support.schema_keywords import LISTED_IN_PLACE, ONE_IN_PLACE


def most_demands(schema: Any) -> int:
    """The most members that a schema, or one in it, demands of the same object."""
    most, waiting = 0, [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            most = max(most, _demands(node))
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return most


def _demands(schema: Any) -> int:
    """The members that a schema demands, with all schemas about the same object."""
    found, waiting = 0, [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        found += _length(node.get("required"))
        for word in ("dependentRequired", "dependentSchemas"):
            by_member = node.get(word)
            if isinstance(by_member, dict):
                found += sum(map(_length, by_member.values()))
                waiting += by_member.values()
        waiting += [node[word] for word in ONE_IN_PLACE if word in node]
        for word in LISTED_IN_PLACE:
            waiting += node[word] if isinstance(node.get(word), list) else []
    return found


def _length(names: Any) -> int:
    return len(names) if isinstance(names, list) else 0
