"""Subscriptions: who wants to be told of which event, and the secrets that sign what they are told."""

from collections.abc import Sequence
from typing import Any

from mock_server.store.state import Transaction
from mock_server.webhooks.signatures import derived_secret

KIND = "$subscriptions"
SECRETS = "$secrets"


def subscribe(tx: Transaction, now: str, url: str, trigger: str, **marks: Any) -> dict[str, Any]:
    """A new subscription; its id is a number, flat in the answer, so that a client keeps it."""
    id = tx.fresh(KIND, lambda number: number + 1)
    made = {"id": id, "hookUrl": url, "trigger": trigger, "createdAt": now, **marks}
    tx.put(KIND, id, made)
    return made


def unsubscribe(tx: Transaction, id: int) -> bool:
    """Remove a subscription; return whether there was one."""
    known = tx.get(KIND, id) is not None
    tx.remove(KIND, id)
    return known


def secrets(tx: Transaction, seed: int, workspace: str) -> Sequence[str]:
    """The secrets that are valid now, the newest first: two after a rotation, until the old one is dropped."""
    row = tx.get(SECRETS, "signing")
    numbers = row.record["numbers"] if row else [0]
    return [derived_secret(seed, workspace, number) for number in numbers]


def rotate(tx: Transaction, *, keep_old: bool = True) -> None:
    """A new secret; the one before stays valid beside it unless ``keep_old`` is false."""
    row = tx.get(SECRETS, "signing")
    newest = row.record["numbers"][0] if row else 0
    numbers = [newest + 1, newest] if keep_old else [newest + 1]
    tx.put(SECRETS, "signing", {"id": "signing", "numbers": numbers})
