"""The targets of dynamic references: the outermost schema with an anchor of that name on the way that led there.

A schema that others fill in, such as a page of anything, is copied once for each way in which it is filled in.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from mock_server.support.local_files import Place

_MAX_COPIES = 5_000  # of parts: several anchors with several schemas each multiply

Node = dict[str, Any]
Follow = Callable[[str, str, str], Place | None]
"""The place that a reference means, from its text, its base and its file."""


@dataclass(frozen=True)
class Anchored:
    """A schema that has a dynamic anchor, with the base and the file of its references."""

    node: Node
    base: str
    file: str


@dataclass(frozen=True)
class _Part:
    """The names of the dynamic references that stand in a part, and the places that its references mean."""

    names: frozenset[str]
    references: frozenset[Place]


@dataclass
class DynamicScope:
    """The schemas with dynamic anchors on the way to the part that is being copied, by anchor."""

    count: Counter[str] = field(default_factory=Counter)
    """How many parts have a dynamic anchor of this name."""
    bound: Mapping[str, Anchored] = field(default_factory=dict)
    copies: dict[Hashable, int] = field(default_factory=dict)
    """The numbers of the copies that were made, by the part and what was bound."""
    _reached: dict[Place, frozenset[str]] = field(default_factory=dict)
    _parts: dict[Place, _Part] = field(default_factory=dict)

    def plain(self, node: Node) -> Node:
        """Give a schema a plain reference instead of a dynamic one, if that can mean one part only.

        A pointer does so always.
        """
        name = _dynamic_name(node)
        if name is None or "$ref" in node or (self.count[name] != 1 and not name.startswith("/")):
            return node
        return {"$ref": node["$dynamicRef"], **{key: part for key, part in node.items() if key != "$dynamicRef"}}

    def target(self, node: Node) -> tuple[Anchored, Hashable] | None:
        """The schema that a dynamic reference of ``node`` means, with the key of its copy; None if none is bound."""
        bound = self.bound.get(_dynamic_name(node) or "")
        return (bound, (id(bound.node), self._ids(self.bound))) if bound and len(self.copies) < _MAX_COPIES else None

    def adds(self, node: Node) -> bool:
        """Tell whether a schema binds an anchor that is not bound yet and that several schemas have."""
        return any(self.count[name] > 1 and name not in self.bound for name, _ in _anchors(node))

    @contextmanager
    def within(self, node: Node, base: str, file: str) -> Iterator[None]:
        """Bind the anchors of a schema; those that are bound already stay."""
        before = self.bound
        own = {name: Anchored(part, base, file) for name, part in _anchors(node) if self.count[name] > 1}
        self.bound = {**own, **before}
        try:
            yield
        finally:
            self.bound = before

    def key(self, place: Place, at: Callable[[Place], Any], follow: Follow) -> Hashable | None:
        """Tell apart the copies of ``place``; None if nothing in it depends on what is bound."""
        names = self.bound.keys() & self._reach(place, at, follow) if self.bound else ()
        return (place, self._ids(names)) if names and len(self.copies) < _MAX_COPIES else None

    def _ids(self, names: Iterable[str]) -> Hashable:
        return tuple((name, id(self.bound[name].node)) for name in sorted(names))

    def _reach(self, place: Place, at: Callable[[Place], Any], follow: Follow) -> frozenset[str]:
        """The names of the dynamic references in a part, and in all that it refers to."""
        if place not in self._reached:
            names, seen, waiting = set[str](), {place}, [place]
            while waiting:
                part = self._part(waiting.pop(), at, follow)
                names |= part.names
                waiting += part.references - seen
                seen |= part.references
            self._reached[place] = frozenset(names)
        return self._reached[place]

    def _part(self, place: Place, at: Callable[[Place], Any], follow: Follow) -> _Part:
        """The references of the part at ``place``, without those of other parts; read once."""
        if place not in self._parts:
            names, references, waiting = set[str](), set[Place](), [at(place)]
            while waiting:
                node = waiting.pop()
                if isinstance(node, dict):
                    names.add(_dynamic_name(node) or "")
                    below = follow(node["$ref"], place.file, place.file) if isinstance(node.get("$ref"), str) else None
                    references |= {below} if below else set()
                waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            self._parts[place] = _Part(frozenset(names), frozenset(references))
        return self._parts[place]


def _dynamic_name(node: Node) -> str | None:
    reference = node.get("$dynamicRef")
    return urldefrag(reference).fragment if isinstance(reference, str) else None


def _anchors(node: Node) -> Iterator[tuple[str, Node]]:
    """The dynamic anchors of a schema and of its definitions, with the schemas that have them."""
    defined = node.get("$defs")
    for part in (node, *(defined.values() if isinstance(defined, dict) else ())):
        if isinstance(part, dict) and isinstance(part.get("$dynamicAnchor"), str):
            yield part["$dynamicAnchor"], part
