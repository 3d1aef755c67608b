"""A recording against the mock's answers to the same requests: statuses, types, nullability, fields, order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.shapes.exchanges import ShapedExchange
from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind
from contracts.shapes.vocabulary import ANY_NAME

_DEEPEST = 12


@dataclass(frozen=True)
class ReplayFinding:
    """One difference between what was recorded and what the mock answers."""

    operation: str
    status: int
    place: str
    recorded: str
    answered: str

    def describe(self) -> str:
        """One line for a person."""
        place = f" {self.place}" if self.place else ""
        return f"{self.operation} {self.status}{place}: recorded {self.recorded}, the mock answers {self.answered}"

    def to_dict(self) -> dict[str, Any]:
        """The finding for JSON output."""
        return {"operation": self.operation, "status": self.status, "place": self.place,
                "recorded": self.recorded, "answered": self.answered}  # fmt: skip


@dataclass
class RecordingComparison:
    """Collects pairs of a recorded exchange and the mock's answer to the same request."""

    _shapes: dict[tuple[str, int], tuple[Shape, Shape]] = field(default_factory=dict)
    _found: dict[ReplayFinding, int] = field(default_factory=dict)

    def add(self, recorded: ShapedExchange, answered: ShapedExchange) -> None:
        """Compare statuses and order at once, and keep the shapes for ``findings``."""
        key = recorded.operation, recorded.status
        if answered.status != recorded.status:
            self._add(ReplayFinding(*key, "", f"status {recorded.status}", f"status {answered.status}"))
            return
        for name in sorted(recorded.order.keys() & answered.order.keys()):
            if recorded.order[name] != answered.order[name]:
                self._add(ReplayFinding(*key, f"/{name}", recorded.order[name], answered.order[name]))
        if recorded.body is not None and answered.body is not None:
            known = self._shapes.get(key)
            pair = recorded.body, answered.body
            self._shapes[key] = pair if known is None else (known[0].merge(pair[0]), known[1].merge(pair[1]))

    def findings(self) -> list[tuple[ReplayFinding, int]]:
        """Every finding once, with how often it was seen."""
        for (operation, status), (recorded, answered) in self._shapes.items():
            for place, was, now in shape_differences(recorded, answered):
                self._found.setdefault(ReplayFinding(operation, status, place, was, now), 1)
        self._shapes.clear()
        return sorted(self._found.items(), key=lambda pair: (pair[0].operation, pair[0].status, pair[0].place))

    def _add(self, finding: ReplayFinding) -> None:
        self._found[finding] = self._found.get(finding, 0) + 1


def shape_differences(recorded: Shape, answered: Shape, steps: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Places where answers cannot be of the same kind as the recorded ones: (place, recorded, answered).

    A null on one side only is no difference: whether a value is there is a matter of the data. A null that the
    recording shows and the contract does not allow is found by comparing the recording with the contract, and so is a
    field that the contract requires and the recording lacks.
    """
    was, now = _plain(recorded), _plain(answered)
    if len(steps) > _DEEPEST:
        return
    if was and now and not now <= was | ({Kind.INTEGER} if Kind.NUMBER in was else set()):
        yield _pointer(steps), " or ".join(sorted(was)), " or ".join(sorted(now))
        return
    if recorded.items is not None and answered.items is not None:
        yield from shape_differences(recorded.items, answered.items, (*steps, "*"))
    if Kind.OBJECT not in was or Kind.OBJECT not in now or ANY_NAME in {*map(str, recorded.members)}:
        return
    if not recorded.members or not answered.members:
        return  # a map that is empty on one side
    for name, member in recorded.members.items():
        if name in answered.members:
            yield from shape_differences(member, answered.members[name], (*steps, str(name)))
        elif name not in recorded.optional:
            yield _pointer((*steps, name)), "a field", "no such field"


def _plain(shape: Shape) -> set[Kind]:
    return {*shape.kinds} - {Kind.NULL}


def _pointer(steps: tuple[str, ...]) -> str:
    return "".join(f"/{step}" for step in steps)
