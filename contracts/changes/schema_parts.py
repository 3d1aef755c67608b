"""The schemas of one document as conjunctions of plain parts, so that ``allOf``, ``$ref`` and wrapping do not count."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.changes.versions import Version
from contracts.errors import CannotRun

Schema = tuple[Any, ...]
"""Nodes of a document that all hold together."""
Part = tuple[Mapping[str, Any], bool]
"""A plain node, and whether null is allowed beside it."""
_MAX_PARTS = 20_000
_CHOICES = ("anyOf", "oneOf")


def parts_of(schema: Schema, version: Version) -> tuple[Part, ...]:
    """The plain parts of a schema: references and ``allOf`` are followed, each node counts once. Raises CannotRun."""
    found: dict[int, Part] = {}
    waiting = [(node, False) for node in reversed(schema)]
    while waiting:
        if len(found) > _MAX_PARTS:
            raise CannotRun(f"a schema that has more than {_MAX_PARTS:,} parts", "give smaller documents")
        node, null = waiting.pop()
        node = _as_mapping(node)
        if node is None or (id(node) in found and (found[id(node)][1] or not null)):
            continue
        found[id(node)] = node, null
        waiting += [(below, null or nulled) for below, nulled in _below(node, version)]
    return tuple(part for part in found.values() if not part[0].keys() <= {"$ref"})


def _as_mapping(node: Any) -> Mapping[str, Any] | None:
    if isinstance(node, bool):
        return _ANYTHING if node else _NOTHING
    return node if isinstance(node, Mapping) else None


_ANYTHING: Mapping[str, Any] = {}
_NOTHING: Mapping[str, Any] = {"not": {}}


def _below(node: Mapping[str, Any], version: Version) -> Iterator[tuple[Any, bool]]:
    """The schemas that hold together with a node, and whether null is allowed beside them."""
    if isinstance(reference := node.get("$ref"), str):
        yield version.target(reference), False
    parts = node.get("allOf")
    for part in parts if isinstance(parts, list) else ():
        yield part, False
    for word in _CHOICES:
        branches, null = branches_of(node, word)
        if len(branches) == 1:
            yield branches[0], null


def branches_of(node: Mapping[str, Any], word: str) -> tuple[list[Any], bool]:
    """The branches of ``anyOf`` or ``oneOf`` without null, and whether null is one of them."""
    listed = node.get(word)
    branches = [part for part in listed if not _is_null(part)] if isinstance(listed, list) else []
    return branches, isinstance(listed, list) and len(branches) < len(listed)


def choices_of(node: Mapping[str, Any]) -> Iterator[tuple[list[Any], bool]]:
    """The real choices of a node, those between two schemas or more."""
    for word in _CHOICES:
        branches, null = branches_of(node, word)
        if len(branches) > 1:
            yield branches, null


def _is_null(node: Any) -> bool:
    if not isinstance(node, Mapping):
        return False
    return node.get("type") in ("null", ["null"]) or node.get("enum") == [None] or node.get("const", 0) is None
