"""All schemas of two versions that are compared, as a graph: documents repeat schemas, and lead back to themselves.

Each pair of schemas is compared once. An operation then collects the changes that it reaches: of a schema that it
reaches in several ways, at the shortest place, and at all places that a client is known to use.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from contracts.changes.grades import Side
from contracts.changes.schema_changes import SchemaComparer
from contracts.changes.schema_parts import Schema
from contracts.changes.value_changes import OwnChange
from contracts.changes.versions import Version
from contracts.errors import CannotRun

MAX_PAIRS = 200_000
MAX_STEPS = 10_000_000
_MAX_POINTER = 40
"""Steps of a place: a schema that leads back to itself has no end."""
_Key = tuple[Side, tuple[int, ...], tuple[int, ...]]


@dataclass
class _Pair:
    number: int
    own: list[OwnChange] = field(default_factory=list)
    below: list[tuple[str, _Key]] = field(default_factory=list)


class SchemaGraph:
    """The pairs of schemas of two versions; ``roots`` are added first, then changes can be collected."""

    def __init__(self, old: Version, new: Version) -> None:
        self._comparer = SchemaComparer(old, new)
        self._old, self._new = old, new
        self._pairs: dict[_Key, _Pair] = {}
        self._alive: list[tuple[Schema, Schema]] = []  # an id is of one object only as long as that is there
        self._leading: frozenset[_Key] | None = None
        self._steps = 0

    def add(self, old: Schema, new: Schema, side: Side) -> _Key:
        """Compare two schemas and everything below them. Raises CannotRun for a document that has no end."""
        root = self._key(old, new, side)
        waiting = [(root, old, new)]
        while waiting:
            key, one, other = waiting.pop()
            if key in self._pairs:
                continue
            if len(self._pairs) >= MAX_PAIRS:
                raise CannotRun(f"more than {MAX_PAIRS:,} pairs of schemas", "give smaller documents")
            pair = self._pairs[key] = _Pair(len(self._pairs) + 1)
            self._alive.append((one, other))
            self._leading = None
            found = self._comparer.compare(one, other, key[0])
            pair.own = found.own
            for step, before, after in found.below:
                below = self._key(before, after, key[0])
                pair.below.append((step, below))
                waiting.append((below, before, after))
        return root

    def _key(self, old: Schema, new: Schema, side: Side) -> _Key:
        """The key of a pair. A reference and its target are the same schema."""
        return side, self._ids(old, self._old), self._ids(new, self._new)

    @staticmethod
    def _ids(schema: Schema, version: Version) -> tuple[int, ...]:
        ids = []
        for node in schema:
            for _ in range(50):
                if not isinstance(node, dict) or node.keys() != {"$ref"} or not isinstance(node["$ref"], str):
                    break
                node = version.target(node["$ref"])
            ids.append(id(node))
        return tuple(dict.fromkeys(ids))

    def changes(self, root: _Key, used: Collection[str] = ()) -> Iterator[tuple[str, OwnChange, tuple[int, int]]]:
        """The changes below a pair: the pointer to each, the change, and a mark that is equal for the same one."""
        leading = self._leading if self._leading is not None else self._find_leading()
        seen: set[_Key] = set()
        visited: set[tuple[str, _Key]] = set()
        waiting = deque([("", root)] if root in leading else [])
        while waiting:
            pointer, key = waiting.popleft()
            if (pointer, key) in visited or (key in seen and pointer not in used):
                continue
            visited.add((pointer, key))
            seen.add(key)
            pair = self._pairs[key]
            yield from ((pointer + own.step, own, (pair.number, index)) for index, own in enumerate(pair.own))
            self._steps += len(pair.below)
            if self._steps > MAX_STEPS:
                raise CannotRun("the documents refer to too many changed schemas from too many places",
                                "compare fewer paths at once")  # fmt: skip
            if pointer.count("/") < _MAX_POINTER:
                waiting += (
                    (pointer + step, below)
                    for step, below in pair.below
                    if below in leading and (below not in seen or pointer + step in used)
                )

    def _find_leading(self) -> frozenset[_Key]:
        """The pairs that differ, or lead to one that does."""
        above: dict[_Key, list[_Key]] = defaultdict(list)
        for key, pair in self._pairs.items():
            for _, below in pair.below:
                above[below].append(key)
        found = {key for key, pair in self._pairs.items() if pair.own}
        waiting = list(found)
        while waiting:
            more = [key for key in above[waiting.pop()] if key not in found]
            found.update(more)
            waiting += more
        self._leading = frozenset(found)
        return self._leading
