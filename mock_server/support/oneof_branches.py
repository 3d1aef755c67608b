"""Read a ``oneOf`` as it is meant where no value could fit exactly one of its branches.

Generators write one branch for each class, also for classes with the same fields: these count as one. Where a class
stands beside the class that it inherits from, a value of the one is a value of the other: then any branch may fit.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mock_server.support.component_schemas import ComponentSchemas, Node, Reading
from mock_server.support.document_keywords import NAMES

_SAID = frozenset({"title", "description", "example", "examples", "default", "deprecated", "externalDocs", "xml"})


class OneOfBranches:
    """The choices of a document. ``components`` are as they are written."""

    def __init__(self, components: ComponentSchemas) -> None:
        self._components = components
        self._known: dict[tuple[Any, ...], tuple[list[Any], bool]] = {}

    def read(self, node: Node) -> Reading | None:
        """The schema as it is meant, if it has such a ``oneOf``."""
        ways = node.get("oneOf")
        if not isinstance(ways, list) or len(ways) < 2 or "discriminator" in node:
            return None
        kept, inherits = self._choice(ways)
        if inherits and "anyOf" not in node:
            rest = {key: part for key, part in node.items() if key != "oneOf"}
            return Reading({**rest, "anyOf": kept}, "a branch of `oneOf` inherits from another one", "read as `anyOf`")
        if len(kept) == len(ways):
            return None
        return Reading({**node, "oneOf": kept}, "two branches of `oneOf` say the same", "read as one branch")

    def _choice(self, ways: Sequence[Any]) -> tuple[list[Any], bool]:
        """The branches without those that say what an earlier one says, and whether one is the base of another."""
        names = tuple(way.get("$ref") if isinstance(way, dict) else None for way in ways)
        if names in self._known:  # many a `oneOf` has the same branches
            return self._known[names]
        kept: list[Any] = []
        said: list[Any] = []
        for way in ways:
            meaning = _meaning(self._components.target(way))
            if meaning is None or meaning not in said:
                kept.append(way)
                said.append(meaning)
        choice = kept, any(base in names for way in ways for base in self._bases(way))
        if None not in names:
            self._known[names] = choice
        return choice

    def _bases(self, way: Any) -> Iterator[str]:
        """The references to the schemas that a branch inherits from."""
        seen, waiting = set[str](), [self._components.target(way)]
        while waiting:
            part = waiting.pop()
            for base in part["allOf"] if isinstance(part, dict) and isinstance(part.get("allOf"), list) else ():
                reference = base.get("$ref") if isinstance(base, dict) else None
                if not isinstance(reference, str):
                    waiting.append(base)
                elif reference not in seen:
                    seen.add(reference)
                    waiting.append(self._components.at(reference))
                    yield reference


def _meaning(node: Any, *, names: bool = False) -> Any:
    """A schema without what only describes it."""
    if isinstance(node, list):
        return [_meaning(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {key: part for key, part in node.items() if names or not (key in _SAID or str(key).startswith("x-"))}
    return {key: _meaning(part, names=not names and key in NAMES) for key, part in kept.items()}
