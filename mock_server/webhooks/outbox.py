"""The outbox: a delivery for each event and each subscription to it, written with the event itself."""

from typing import Any

from mock_server.store.base import Id, Record, Row
from mock_server.store.state import Transaction
from mock_server.webhooks import subscriptions as subscription
from mock_server.world.ids import Ids

KIND = "$deliveries"
EVENTS = "$events"
ENDING = "$ending"
"""Notes of subscriptions that are gone and of which some deliveries are not cancelled yet."""
INHERITED = 0
"""The id of the note about everything that a fork has inherited; no subscription has it."""

STATES = PENDING, DELIVERED, FAILED, CANCELLED = "pending", "delivered", "failed", "cancelled"

MAX_STORED = 10_000
"""Events, and deliveries of each state that is final, that a workspace keeps; older ones make room. What is still owed
is never dropped, nor is its event."""
_BATCH = 100
_LOOKED_AT = 20 * _BATCH
SLICE = 100
"""Deliveries that one transaction settles or makes when there may be thousands: a few milliseconds."""


def enqueue(tx: Transaction, ids: Ids, now: str, event: Record) -> None:
    """Add a delivery of ``event`` for each subscription to its type."""
    for subscriber in tx.find(subscription.KIND, {"trigger": event["type"]}):
        add(tx, ids, now, event, subscriber.record)
    _, events = tx.page(EVENTS, 0, 0)
    if _crowded(events):
        oldest = tx.page(EVENTS, max(MAX_STORED, events - _LOOKED_AT), _LOOKED_AT)[0][::-1]
        for row in [row for row in oldest if not awaited(tx, row.id)][: events - MAX_STORED]:
            tx.remove(EVENTS, row.id)


def add(tx: Transaction, ids: Ids, now: str, event: Record, subscriber: Record, *, new_id: str | None = None) -> Row:
    """Add one delivery. A receiver sees the id of its event and knows repeats by it, unless ``new_id`` is given."""
    id = str(tx.fresh(KIND, lambda number: str(ids.make("deliveries", number))))
    delivery = {
        "id": id,
        "eventId": event["id"],
        "messageId": new_id or event["id"],
        "trigger": event["type"],
        "subscriptionId": subscriber["id"],
        "url": subscriber["hookUrl"],
        "state": PENDING,
        "queue": subscriber["id"],
        "reason": None,
        "createdAt": now,
        "dueAt": now,
        "attempts": [],
    }
    row = tx.put(KIND, id, delivery)
    if _crowded(tx.page(KIND, 0, 0)[1]):
        for state in (DELIVERED, FAILED, CANCELLED):
            _, settled = tx.page(KIND, 0, 0, {"state": state})
            for old in tx.page(KIND, max(MAX_STORED, settled - SLICE), SLICE, {"state": state})[0]:
                tx.remove(KIND, old.id)
    return row


def _crowded(count: int) -> bool:
    """Tell whether to look for deliveries that can go: now and then, as looking costs."""
    return count > MAX_STORED and count % _BATCH == 0


def due_time(delivery: Record) -> str | None:
    """The time of the next attempt at a delivery; None if it is not owed any more."""
    return str(delivery["dueAt"]) if delivery["state"] == PENDING else None


def awaited(tx: Transaction, event: Id) -> bool:
    """Tell whether a delivery of the event is still owed."""
    return any(row.record["state"] == PENDING for row in tx.find(KIND, {"eventId": event}))


def queued(tx: Transaction, subscription_id: int) -> list[Row]:
    """The deliveries that a subscription is owed, in order."""
    return list(tx.find(KIND, {"queue": subscription_id}))


def finish_delivery(tx: Transaction, row: Row, state: str, reason: str | None, **changes: Any) -> Row:
    """Store the new state of a delivery. Only a pending one is queued."""
    queue = row.record["subscriptionId"] if state == PENDING else None
    return tx.put(KIND, row.id, {**row.record, **changes, "state": state, "queue": queue, "reason": reason})


def cancel_all(tx: Transaction, subscription_id: int, reason: str) -> int:
    """Cancel everything that a removed subscription is owed, and return how many deliveries that is.

    To cancel thousands in one step would make other requests wait. So this cancels a first slice and leaves a note for
    the rest.
    """
    owed = queued(tx, subscription_id)
    for row in owed[:SLICE]:
        finish_delivery(tx, row, CANCELLED, reason)
    if len(owed) > SLICE:
        tx.put(ENDING, subscription_id, {"id": subscription_id, "reason": reason})
    return len(owed)


def drop_inherited(tx: Transaction) -> None:
    """Cancel the deliveries that a fork has inherited.

    The workspace that it was forked from still makes all of them. Without this, a receiver would get each event twice,
    with one id, from two workspaces. This leaves a note: ``cancel_more`` does the work, and nothing is delivered before
    it is done.
    """
    for row in tx.find(subscription.KIND):
        if "listener" in row.record:  # nobody listens here yet
            tx.remove(subscription.KIND, row.id)
    if tx.page(KIND, 0, 0, {"state": PENDING})[1]:
        tx.put(ENDING, INHERITED, {"id": INHERITED, "reason": "owed by the workspace that this one was forked from"})


def cancel_more(tx: Transaction, note: Row) -> None:
    """Cancel the next slice of what a note describes. The last slice removes the note."""
    if note.id == INHERITED:
        owed = tx.first(KIND, SLICE + 1, {"state": PENDING})
        if any(row.key[1] >= note.key[1] for row in owed):  # the clock was set back: new ones stand before old ones
            owed = [row for row in tx.find(KIND, {"state": PENDING}) if row.key[1] < note.key[1]]
    else:
        owed = tx.first(KIND, SLICE + 1, {"queue": int(note.id)})
    for row in owed[:SLICE]:
        finish_delivery(tx, row, CANCELLED, note.record["reason"])
    if len(owed) <= SLICE:
        tx.remove(ENDING, note.id)


def to_dict(delivery: Record) -> list[str]:
    """The delivery in the log, one line for each attempt. Nothing in it comes from a real clock."""
    start = f"{delivery['id']} {delivery['messageId']} {delivery['trigger']} -> {delivery['subscriptionId']}"
    attempts = [
        f"{start} #{attempt['number']} {attempt['at']} {attempt['status'] or '-'} {attempt['error'] or ''}".rstrip()
        for attempt in delivery["attempts"]
    ]
    return [*attempts, f"{start} {delivery['state']} {delivery['reason'] or ''}".rstrip()]
