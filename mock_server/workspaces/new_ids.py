"""Ids of the records that a workspace itself creates."""

from mock_server.store.base import Id
from mock_server.store.state import Transaction
from mock_server.world.ids import FIRST_FREE_INDEX, Ids

_TRIES = 100


def new_id(tx: Transaction, ids: Ids, kind: str) -> Id | None:
    """Make the id of the next new record of ``kind``; None if no id can be made."""
    if tx.get(kind, id := _next(tx, ids, kind)) is None:
        return id
    # An imported workspace may have records that its counters know nothing of: each may be in the way once.
    for _ in range(_TRIES + tx.page(kind, 0, 0)[1]):
        if tx.get(kind, id := _next(tx, ids, kind)) is None:
            return id
    return None


def _next(tx: Transaction, ids: Ids, kind: str) -> Id:
    return ids.make(kind, FIRST_FREE_INDEX + tx.count(kind))
