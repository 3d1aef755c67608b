"""Actions for what a document cannot say in OpenAPI's own words: extensions that the mock reads.

``x-list-order`` is the order of a list (``oldest first``), and ``x-deleted-status`` the status of an operation on a
record that was deleted before. They are derived only where all of the evidence supports them.
"""

from collections.abc import Iterator, Sequence

from contracts.learn.contract_comparison import SORTED_BY, is_sorted
from contracts.learn.difference import Difference, DifferenceKind, Mismatch
from contracts.learn.document_places import LIST_ORDER, operation_place
from contracts.learn.overlay_actions import Action, with_evidence
from contracts.learn.shape_schema import json_path
from contracts.shapes.exchanges import Fact, Order, ShapeRecording
from contracts.spec.document import Contract

DELETED_STATUS = "x-deleted-status"
_ABSENT = 404
"""The status for a record that is not there, if the document does not say otherwise."""


def behaviour_actions(
    contract: Contract, recordings: Sequence[ShapeRecording], differences: Sequence[Difference]
) -> Iterator[Action]:
    """The actions for orders and deletions."""
    for one in differences:
        if one.mismatch.kind is DifferenceKind.ORDER and _orders(recordings, one.operation) == {Order.OLDEST_FIRST}:
            yield _action(contract, one, {LIST_ORDER: str(Order.OLDEST_FIRST)})
    for operation in contract.operations.values():
        if operation.method == "DELETE" and (found := _repeated(recordings, operation.key)) is not None:
            yield _action(contract, found, {DELETED_STATUS: found.status})


def _action(contract: Contract, one: Difference, update: dict[str, str | int]) -> Action:
    place = operation_place(contract.operations[one.operation])
    return with_evidence({"target": json_path(place.steps), "update": update}, contract, one)


def _orders(recordings: Sequence[ShapeRecording], operation: str) -> set[Order]:
    seen = (it for recording in recordings for it in recording.exchanges if it.operation == operation)
    return {it.order[name] for it in seen for name in it.order if name == SORTED_BY and not is_sorted(it)}


def _repeated(recordings: Sequence[ShapeRecording], operation: str) -> Difference | None:
    """The refusal of every second deletion, if it is one and the same and not the usual one."""
    found = [(it, recording.day) for recording in recordings for it in recording.exchanges
             if it.operation == operation and Fact.AFTER_DELETE in it.facts]  # fmt: skip
    statuses = {it.status for it, _ in found}
    if len(statuses) != 1 or not 400 <= min(statuses) < 500 or statuses == {_ABSENT}:
        return None
    [status], days = statuses, [day for _, day in found]
    mismatch = Mismatch(DifferenceKind.STATUS, (), f"{_ABSENT} after a deletion", f"{status} after a deletion")
    return Difference(operation, status, mismatch, len(found), len(found), min(days), max(days))
