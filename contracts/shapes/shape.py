"""The shape of one or several JSON values: what a recording keeps of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from contracts.shapes.text_classes import Kind, Size, TextFormat
from contracts.shapes.vocabulary import Name, Word

MAX_DEPTH = 40


@dataclass(frozen=True)
class Shape:
    """Types, formats and sizes that were seen at one place.

    Every part is of a closed set or of a checked form; a plain text is refused.
    """

    kinds: frozenset[Kind] = frozenset()
    formats: frozenset[TextFormat] = frozenset()
    lengths: frozenset[Size] = frozenset()
    words: frozenset[Word] = frozenset()
    counts: frozenset[Size] = frozenset()
    """How many items lists had."""
    items: "Shape | None" = None
    members: Mapping[Name, "Shape"] = field(default_factory=dict)
    optional: frozenset[Name] = frozenset()
    """Members that some of the objects lacked."""

    def __post_init__(self) -> None:
        for values, kind in (
            *((self.kinds, Kind), (self.formats, TextFormat), (self.lengths, Size), (self.counts, Size)),
            *((self.words, Word), (self.optional, Name), (self.members, Name)),
        ):
            if not all(type(value) is kind for value in values):
                raise TypeError(f"a shape holds nothing but {kind.__name__} here")
        below = [*self.members.values(), *([] if self.items is None else [self.items])]
        if not all(isinstance(part, Shape) for part in below):
            raise TypeError("a shape holds nothing but shapes below it")

    def merge(self, other: "Shape") -> "Shape":
        """The shape of what either is the shape of."""
        if self == other:
            return self
        both_objects = Kind.OBJECT in self.kinds and Kind.OBJECT in other.kinds
        lacking = {*self.members} ^ {*other.members} if both_objects else set()
        names = [*self.members, *(name for name in other.members if name not in self.members)]
        return Shape(
            self.kinds | other.kinds,
            self.formats | other.formats,
            self.lengths | other.lengths,
            self.words | other.words,
            self.counts | other.counts,
            merged(part for part in (self.items, other.items) if part is not None),
            {name: merged_members(name, self, other) for name in names},
            self.optional | other.optional | lacking,
        )

    def at(self, steps: Iterable[str]) -> "Shape | None":
        """The shape at a place below; ``*`` is the item of a list. None where nothing was seen."""
        here: Shape | None = self
        for step in steps:
            if here is None:
                return None
            here = here.items if step == "*" and here.items is not None else here._member(step)
        return here

    def _member(self, name: str) -> "Shape | None":
        return next((shape for own, shape in self.members.items() if own == name), None)

    def to_dict(self) -> dict[str, Any]:
        """The shape for a file; empty parts are left out."""
        sets: Mapping[str, Collection[str]] = {
            "types": self.kinds, "formats": self.formats, "lengths": self.lengths, "words": self.words,
            "counts": self.counts,
        }  # fmt: skip
        found: dict[str, Any] = {name: sorted(map(str, values)) for name, values in sets.items() if values}
        if self.items is not None:
            found["items"] = self.items.to_dict()
        if self.members:
            found["members"] = {str(name): shape.to_dict() for name, shape in sorted(self.members.items())}
        if self.optional:
            found["optional"] = sorted(map(str, self.optional))
        return found


def merged(shapes: Iterable[Shape]) -> Shape | None:
    """The shape of all; None for none."""
    found = list(shapes)
    return reduce(Shape.merge, found) if found else None


def merged_members(name: Name, one: Shape, other: Shape) -> Shape:
    """The shape of a member that one of two shapes has, or both."""
    shapes = [it.members[name] for it in (one, other) if name in it.members]
    return shapes[0] if len(shapes) == 1 else shapes[0].merge(shapes[1])


def load_shape(value: Any, depth: int = 0) -> Shape:
    """A shape from a file. Raises ValueError for what is none; the message repeats nothing of it."""
    if not isinstance(value, Mapping) or depth > MAX_DEPTH:
        raise ValueError("no shape")
    items, members = value.get("items"), value.get("members", {})
    if not isinstance(members, Mapping):
        raise ValueError("members are no mapping")
    return Shape(
        _many(value, "types", Kind),
        _many(value, "formats", TextFormat),
        _many(value, "lengths", Size),
        _many(value, "words", Word),
        _many(value, "counts", Size),
        None if items is None else load_shape(items, depth + 1),
        {Name(str(name)): load_shape(shape, depth + 1) for name, shape in members.items()},
        _many(value, "optional", Name),
    )


def _many(value: Mapping[str, Any], name: str, make: Callable[[str], Any]) -> frozenset[Any]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise ValueError(f"{name} is no list")
    return frozenset(_one(make, item, name) for item in found)


def _one(make: Callable[[str], Any], item: Any, name: str) -> Any:
    try:
        return make(item if isinstance(item, str) else "")
    except ValueError:
        raise ValueError(f"{name} holds something else") from None
