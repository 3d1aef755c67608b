"""A recording against the mock's answers to the same requests: statuses, types, nullability, fields, order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.learn.contract_comparison import creation_order
from contracts.learn.document_places import object_places, schema_place
from contracts.learn.shape_comparison import kinds_of
from contracts.shapes.exchanges import Order, ShapedExchange
from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind
from contracts.shapes.vocabulary import ANY_NAME
from contracts.spec.document import Contract

_MAX_DEPTH = 12


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
    """Collects pairs of a recorded exchange and the mock's answer to the same request.

    Only what the contract does not leave open is compared: where it admits several types, or where a field may be
    absent, the answer is a matter of the data.
    """

    contract: Contract
    _shapes: dict[tuple[str, int], tuple[Shape, Shape]] = field(default_factory=dict)
    _found: dict[ReplayFinding, int] = field(default_factory=dict)

    def add(self, recorded: ShapedExchange, answered: ShapedExchange) -> None:
        """Compare statuses and order at once, and keep the shapes for ``findings``."""
        key = recorded.operation, recorded.status
        if answered.status != recorded.status:
            self._add(ReplayFinding(*key, "", f"status {recorded.status}", f"status {answered.status}"))
            return
        operation = self.contract.operations[recorded.operation]
        was, now = creation_order(operation, recorded), creation_order(operation, answered)
        if was is not None and now is not None and Order.MIXED is not was[1] != now[1]:
            self._add(ReplayFinding(*key, f"/{was[0]}", was[1], now[1]))
        if recorded.body is not None and answered.body is not None:
            known = self._shapes.get(key)
            pair = recorded.body, answered.body
            self._shapes[key] = pair if known is None else (known[0].merge(pair[0]), known[1].merge(pair[1]))

    def findings(self) -> list[tuple[ReplayFinding, int]]:
        """Every finding once, with how often it was seen."""
        for (operation, status), (recorded, answered) in self._shapes.items():
            left_open = OpenPlaces(self.contract, operation, status)
            for place, was, now in shape_differences(recorded, answered, left_open):
                self._found.setdefault(ReplayFinding(operation, status, place, was, now), 1)
        self._shapes.clear()
        return sorted(self._found.items(), key=lambda pair: (pair[0].operation, pair[0].status, pair[0].place))

    def _add(self, finding: ReplayFinding) -> None:
        self._found[finding] = self._found.get(finding, 0) + 1


class OpenPlaces:
    """Tells what the schema of one answer leaves open."""

    def __init__(self, contract: Contract, operation: str, status: int) -> None:
        known = contract.operations.get(operation)
        self._operation = known if known is not None and known.answer(status) is not None else None
        self._status = status

    def kinds(self, steps: Sequence[str]) -> set[str] | None:
        """The types that the document admits at a place; None when it admits any, or has no such place."""
        if self._operation is None or not steps:
            return set()
        *above, last = steps
        holders = object_places(schema_place(self._operation, self._status), above)
        places = (it.into("items") if last == "*" else it.into("properties").into(last) for it in holders)
        nodes = [place.node for place in places if place.node]
        found = [kinds_of(self._operation.document, node) for node in nodes]
        return None if None in found else set().union(*(kinds for kinds in found if kinds is not None))

    def may_be_absent(self, steps: Sequence[str]) -> bool:
        """Tell whether the document has the field at a place, and some alternative there does not require it."""
        if self._operation is None:
            return False
        *above, last = steps
        holders = [it.node for it in object_places(schema_place(self._operation, self._status), above)]
        nodes = [node for node in holders if isinstance(node, Mapping)]
        has = any(last in node.get("properties", {}) for node in nodes)
        return has and any(last not in node.get("required", ()) for node in nodes if "properties" in node)


def shape_differences(
    recorded: Shape, answered: Shape, left_open: OpenPlaces, steps: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str]]:
    """Places where answers cannot be of the same kind as the recorded ones: (place, recorded, answered).

    A null on one side only is no difference: whether a value is there is a matter of the data. A null that the
    recording shows and the contract does not allow is found by comparing the recording with the contract, and so is a
    field that the contract requires and the recording lacks.
    """
    was, now = _plain(recorded), _plain(answered)
    if len(steps) > _MAX_DEPTH:
        return
    if was and now and not now <= was | ({Kind.INTEGER} if Kind.NUMBER in was else set()):
        admitted = left_open.kinds(steps)
        if admitted is None or {*map(str, was | now)} <= admitted:
            return
        yield _pointer(steps), " or ".join(sorted(was)), " or ".join(sorted(now))
        return
    if recorded.items is not None and answered.items is not None:
        yield from shape_differences(recorded.items, answered.items, left_open, (*steps, "*"))
    if Kind.OBJECT not in was or Kind.OBJECT not in now or ANY_NAME in {*map(str, recorded.members)}:
        return
    if not recorded.members or not answered.members:
        return  # a map that is empty on one side
    for name, member in recorded.members.items():
        if name in answered.members:
            yield from shape_differences(member, answered.members[name], left_open, (*steps, str(name)))
        elif name not in recorded.optional and not left_open.may_be_absent((*steps, name)):
            yield _pointer((*steps, name)), "a field", "no such field"


def _plain(shape: Shape) -> set[Kind]:
    return {*shape.kinds} - {Kind.NULL}


def _pointer(steps: tuple[str, ...]) -> str:
    return "".join(f"/{step}" for step in steps)
