"""Subscriptions: who wants to be told of which event."""

from typing import Any

from mock_server.store.image import Transaction

KIND = "$subscriptions"


def subscribe(tx: Transaction, now: str, url: str, trigger: str) -> dict[str, Any]:
    """A new subscription; its id is a number, flat in the answer, so that a client keeps it."""
    id = tx.count(KIND) + 1
    made = {"id": id, "hookUrl": url, "trigger": trigger, "createdAt": now}
    tx.put(KIND, id, made)
    return made


def unsubscribe(tx: Transaction, id: int) -> bool:
    """Whether there was one to remove."""
    known = tx.get(KIND, id) is not None
    tx.remove(KIND, id)
    return known
