"""Read paths as kinds of records: ``/v1/leads/{}/notes`` means ``leads``, and below one lead ``leads/notes``.

The version is ignored, unless a document has one kind in two versions: these are different kinds. Fixed text around a
parameter (``{}.json``, ``Products({})``, ``{}:cancel``) is removed first.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from mock_server.spec.operation import Operation

ITEM = "{}"
_VERSION = re.compile(r"v[0-9]+([._]?[0-9a-z]+)*|[0-9]{4}-[0-9]{2}(-[0-9]{2})?|[0-9]+\.[0-9]+", re.IGNORECASE)
_FORMAT = re.compile(r"\.(json|xml|csv)$")
_VERB = re.compile(r"(.*[^:]):([A-Za-z][\w-]*)")
_KEYED = re.compile(r"([\w.-]+)\((?:.*\{\}.*)\)")


class Level(NamedTuple):
    """A kind of record in a path, and how many parameters name one record of it: 0 for the whole collection."""

    kind: str
    ids: int


class Place(NamedTuple):
    """A path without its version: the removed part, and the remaining words and parameters."""

    version: str
    tokens: tuple[str, ...]

    @property
    def is_item(self) -> bool:
        """True when the path ends with a parameter."""
        return bool(self.tokens) and self.tokens[-1] == ITEM

    def above(self, count: int = 1) -> "Place":
        """The place ``count`` words further up."""
        return Place(self.version, self.tokens[:-count])


def place_of(operation: Operation) -> Place:
    """The place of an operation."""
    skipped = operation.base.count("/")
    segments = operation.segments[skipped:]
    if len(segments) > 1 and segments[-1] == "":
        segments = segments[:-1]  # a slash at the end says nothing, as Django has it
    fixed = next((index for index, segment in enumerate(segments) if ITEM in segment), len(segments))
    versions = [index for index in range(fixed) if _VERSION.fullmatch(segments[index])]
    start = versions[-1] + 1 if versions else 0
    version = "/".join([*operation.segments[:skipped], *segments[:start]])
    return Place(version, tuple(token for segment in segments[start:] for token in _tokens(segment)))


def _tokens(segment: str) -> Iterator[str]:
    segment = _FORMAT.sub("", segment)
    if keyed := _KEYED.fullmatch(segment):
        yield keyed[1]
        yield from [ITEM] * segment.count(ITEM)
    elif verb := _VERB.fullmatch(segment):
        yield from _tokens(verb[1])
        yield verb[2]
    elif ITEM in segment:
        yield from [ITEM] * segment.count(ITEM)
    else:
        yield segment


class ResourcePaths:
    """The places of all operations, and the kinds in them."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.places = {operation.key: place_of(operation) for operation in operations}
        self._known = frozenset(self.places.values())
        versions: dict[str, set[str]] = {}
        for place in self._known:
            versions.setdefault(_plain(place.tokens), set()).add(place.version)
        self._twice = frozenset(kind for kind, some in versions.items() if len(some) > 1)

    def levels(self, place: Place) -> tuple[Level, ...]:
        """The kinds in a place, the outermost first."""
        names: list[str] = []
        levels: list[Level] = []
        at = 0
        for is_item, group in groupby(place.tokens, key=lambda token: token == ITEM):
            run = list(group)
            at += len(run)
            if not is_item:
                names += run
                continue
            start, used = at - len(run), 0
            for count in range(1, len(run)):  # `/a/{}` is a record, and `/a/{}/{}` one below it
                if Place(place.version, place.tokens[: start + count]) in self._known:
                    levels.append(Level(self._kind(place.version, names), count - used))
                    names.append(ITEM)
                    used = count
            levels.append(Level(self._kind(place.version, names), len(run) - used))
        if not place.is_item:
            levels.append(Level(self._kind(place.version, names), 0))
        return tuple(levels)

    def _kind(self, version: str, names: Sequence[str]) -> str:
        kind = "/".join(names)
        return f"{version}/{kind}" if kind and kind in self._twice else kind


def items_of(known: Collection[str], levels: Sequence[Level]) -> tuple[Level, ...]:
    """The levels down to the last record of a ``known`` kind; none if there is no such record."""
    ends = [end for end, level in enumerate(levels, 1) if level.ids and level.kind in known]
    return tuple(levels[: ends[-1]]) if ends else ()


def _plain(tokens: Sequence[str]) -> str:
    return "/".join(token for token in tokens if token != ITEM)
