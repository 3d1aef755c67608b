"""The values that a document shows in its examples: a mock may show them to everybody."""

from collections.abc import Mapping
from typing import Any

from contracts.spec.identities import identity_of

_EXAMPLES = frozenset({"example", "examples"})


def shown_values(raw: Any) -> frozenset[str]:
    """Every text in the examples of a document, and each object there as ``identity_of`` has it."""
    found = set[str]()
    waiting = [(raw, False)]
    while waiting:
        node, shown = waiting.pop()
        if isinstance(node, Mapping):
            found.update([identity_of(node)] if shown else [])
            waiting += [(part, shown or key in _EXAMPLES) for key, part in node.items()]
        elif isinstance(node, list):
            waiting += [(part, shown) for part in node]
        elif shown and isinstance(node, str):
            found.add(node)
    return frozenset(found)
