"""Actions for what a document cannot say in OpenAPI's own words: extensions that the mock reads.

``x-list-order`` is the order of a list (``oldest first``), and ``x-deleted-status`` the status of an operation on a
record that was deleted before. They are derived only where all of the evidence supports them.
"""

from collections.abc import Iterator, Sequence

from contracts.learn.contract_comparison import creation_order
from contracts.learn.difference import Difference, DifferenceKind, Mismatch
from contracts.learn.document_places import LIST_ORDER, documented_order, operation_place
from contracts.learn.overlay_actions import Action, with_evidence
from contracts.learn.shape_schema import json_path
from contracts.shapes.exchanges import Fact, Order, ShapeRecording
from contracts.spec.document import Contract, Operation

DELETED_STATUS = "x-deleted-status"
_ABSENT = 404
"""The status for a record that is not there, if the document does not say otherwise."""


def behaviour_actions(contract: Contract, recordings: Sequence[ShapeRecording]) -> Iterator[Action]:
    """The actions for orders and deletions."""
    for operation in contract.operations.values():
        if (found := _oldest_first(recordings, operation)) is not None:
            yield _action(operation, found, {LIST_ORDER: str(Order.OLDEST_FIRST)})
        if operation.method == "DELETE" and (found := _repeated(recordings, operation.key)) is not None:
            yield _action(operation, found, {DELETED_STATUS: found.status})


def _action(operation: Operation, one: Difference, update: dict[str, str | int]) -> Action:
    place = operation_place(operation)
    return with_evidence({"target": json_path(place.steps), "update": update}, operation, one)


def _oldest_first(recordings: Sequence[ShapeRecording], operation: Operation) -> Difference | None:
    """The order of a list, if it is always the other one than the document has."""
    seen = [(it, recording.day, found) for recording in recordings for it in recording.exchanges
            if it.operation == operation.key and (found := creation_order(operation, it))]  # fmt: skip
    due = documented_order(operation)
    if {order for _, _, (_, order) in seen} != {Order.OLDEST_FIRST} or due == Order.OLDEST_FIRST:
        return None
    exchange, _, (name, order) = seen[0]
    mismatch = Mismatch(DifferenceKind.ORDER, (name,), due, str(order))
    days = [day for _, day, _ in seen]
    return Difference(operation.key, exchange.status, mismatch, len(seen), len(seen), min(days), max(days))


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
