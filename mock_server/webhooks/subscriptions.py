"""Subscriptions: which receiver wants which events."""

from typing import Any

from mock_server.errors import BadRequest
from mock_server.store.state import Transaction

KIND = "$subscriptions"
MAX_SUBSCRIPTIONS = 1_000
"""Most subscriptions of a workspace: an event makes a delivery for each, all in one transaction."""


def subscribe(tx: Transaction, now: str, url: str, trigger: str, **marks: Any) -> dict[str, Any]:
    """Add a subscription. Its id is a number at the top of the answer, so that a client can keep it.

    Raises BadRequest if there are as many as there may be.
    """
    if tx.page(KIND, 0, 0)[1] >= MAX_SUBSCRIPTIONS:
        raise BadRequest(
            f"this workspace has {MAX_SUBSCRIPTIONS:,} subscriptions, and no more are kept; unsubscribe some"
        )
    id = tx.fresh(KIND, lambda number: number + 1)
    made = {"id": id, "hookUrl": url, "trigger": trigger, "createdAt": now, **marks}
    tx.put(KIND, id, made)
    return made


def unsubscribe(tx: Transaction, id: int) -> bool:
    """Remove a subscription; return whether there was one."""
    known = tx.get(KIND, id) is not None
    tx.remove(KIND, id)
    return known
