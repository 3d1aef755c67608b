"""Events: facts that happened in a workspace, committed with the change that caused them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Record
from mock_server.store.image import Transaction
from mock_server.webhooks import outbox
from mock_server.webhooks.payload import item
from mock_server.world.ids import Ids

KIND = outbox.EVENTS
"""Where the store keeps them; no path can have this kind."""

# Only the first name is the vendor's (Zapier overview); the others are ours, gap `webhook-events`.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "LEAD_CREATED": "leads",
        "LEAD_UPDATED": "leads",
        "LEAD_DELETED": "leads",
        "INQUIRY_CREATED": "inquiries",
        "APPOINTMENT_CREATED": "appointments",
        "APPOINTMENT_UPDATED": "appointments",
        "APPOINTMENT_CANCELLED": "appointments",
    }
)
"""Event type → kind of the record that it is about."""


DOCUMENTED = "LEAD_CREATED"


def emit_raw(tx: Transaction, ids: Ids, now: str, type: str, body: Any) -> Record:
    """An event that did not happen: its body is a person's own, and is delivered as it is."""
    event = {
        "id": _new_id(tx, ids),
        "type": type,
        "createdAt": now,
        "cause": "raw",
        "recordId": None,
        "body": body,
    }
    tx.put(KIND, event["id"], event)
    outbox.owe(tx, ids, now, event)
    return event


def emit(tx: Transaction, ids: Ids, now: str, cause: str, type: str, record: Record) -> Record:
    """Record that ``type`` happened to ``record``; ``cause`` is the request's id. The event, as it is kept.

    The body is made now: what is delivered later, or again, is what was true when it happened.
    """
    kind = EVENTS[type]
    event = {
        "id": _new_id(tx, ids),
        "type": type,
        "createdAt": now,
        "cause": cause,
        "recordId": record["id"],
        "body": item(tx, kind, record),
    }
    tx.put(KIND, event["id"], event)
    outbox.owe(tx, ids, now, event)
    return event


def _new_id(tx: Transaction, ids: Ids) -> str:
    return str(tx.fresh(KIND, lambda number: str(ids.make("events", number))))
