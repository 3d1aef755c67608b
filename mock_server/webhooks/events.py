"""Events: facts that happened in a workspace, committed with the change that caused them."""

import base64
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Id, Record
from mock_server.store.state import Transaction
from mock_server.support.exact_json import write_json
from mock_server.webhooks import outbox
from mock_server.webhooks.rendering import JSON, RAW
from mock_server.webhooks.zapier_items import item
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


def event_name(text: str) -> str:
    """The name under which an event is known: ours in capitals, that of another document as it is written there."""
    return text.upper() if text.upper() in EVENTS else text


MAX_RAW_BYTES = 16 * 1024 * 1024
"""Bytes of bodies of people's own that a workspace keeps together."""


class TooMuchOwed(Exception):
    """The bodies of raw events that are still owed to subscribers leave no room for another one."""


def emit_raw(tx: Transaction, ids: Ids, now: str, type: str, body: Any) -> Record:
    """Emit an event that did not happen; its body is a JSON value that the user gives. Raises TooMuchOwed."""
    return _emit(tx, ids, now, type, {"body": write_json(body).decode(), "encoding": JSON})


def emit_bytes(tx: Transaction, ids: Ids, now: str, type: str, raw: bytes, content_type: str) -> Record:
    """Emit an event that did not happen; its body is bytes that the user gives, delivered unchanged.

    They are stored as text, so that they can be shown. Raises TooMuchOwed.
    """
    try:
        kept = {"body": raw.decode("utf-8"), "encoding": "utf-8"}
    except UnicodeDecodeError:
        kept = {"body": base64.b64encode(raw).decode(), "encoding": "base64"}
    return _emit(tx, ids, now, type, {**kept, "contentType": content_type})


def _emit(tx: Transaction, ids: Ids, now: str, type: str, kept: Mapping[str, Any]) -> Record:
    id = str(ids.make("events", tx.count(KIND)))
    event = {"id": id, "type": type, "createdAt": now, "cause": RAW, "recordId": None, **kept}
    tx.put(KIND, id, event)
    outbox.enqueue(tx, ids, now, event)
    _make_room(tx, id)
    return event


def _make_room(tx: Transaction, newest: Id) -> None:
    """Remove the oldest bodies of people's own until the rest is within bounds; never one that is still owed."""
    raw = tx.find(KIND, {"cause": RAW})
    size = sum(sys.getsizeof(row.record["body"]) for row in raw)
    for row in raw:
        if size <= MAX_RAW_BYTES:
            return
        if row.id != newest and not outbox.awaited(tx, row.id):
            tx.remove(KIND, row.id)
            size -= sys.getsizeof(row.record["body"])
    if size > MAX_RAW_BYTES:
        raise TooMuchOwed


def emit(tx: Transaction, ids: Ids, now: str, cause: str, type: str, record: Record) -> Record:
    """Record that ``type`` happened to ``record``, and return the event as it is stored. ``cause`` is the id of the
    request.

    The body is made now. A later delivery, or a repeated one, shows what was true when the event happened.
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
    outbox.enqueue(tx, ids, now, event)
    return event


def emit_documented(
    tx: Transaction, ids: Ids, now: str, cause: str, type: str, record_id: Id | None, body: Any
) -> Record:
    """Record that an event of the document itself happened. Its body has the shape that the document describes."""
    id = _new_id(tx, ids)
    event = {"id": id, "type": type, "createdAt": now, "cause": cause, "recordId": record_id, "body": body}
    tx.put(KIND, id, event)
    outbox.enqueue(tx, ids, now, event)
    return event


def emit_to(tx: Transaction, ids: Ids, now: str, cause: str, type: str, body: Any, subscriber: Record) -> Record:
    """Record an event of the document itself that is meant for one subscription alone."""
    id = _new_id(tx, ids)
    event = {"id": id, "type": type, "createdAt": now, "cause": cause, "recordId": None, "body": body}
    tx.put(KIND, id, event)
    outbox.add(tx, ids, now, event, subscriber)
    return event


def _new_id(tx: Transaction, ids: Ids) -> str:
    return str(tx.fresh(KIND, lambda number: str(ids.make("events", number))))
