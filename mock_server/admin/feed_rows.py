"""The rows of the live feed: a request, an event or an attempt in a few words, with the reason. Secrets are masked."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.api.exchange import Exchange
from mock_server.store.base import Change, Record
from mock_server.support.masked_json import masked
from mock_server.support.redaction import Redactor
from mock_server.support.text import shorten
from mock_server.world.clock import stamp

Row = dict[str, Any]

_MAX_CHARACTERS = 300
_MAX_IGNORED = 5


def request_row(exchange: Exchange, ignored: Sequence[Mapping[str, str | None]]) -> Row:
    """A request; ``status`` is None while it is under way."""
    why = exchange.findings or exchange.explain
    return {
        "row": "request",
        "id": exchange.id,
        "at": stamp(exchange.at) if exchange.at else None,
        "ms": exchange.ms,
        "method": shorten(exchange.method, _MAX_CHARACTERS),
        "url": shorten(exchange.url, _MAX_CHARACTERS),
        "status": exchange.status if exchange.over else None,
        "operation": exchange.operation.key if exchange.operation else None,
        "endedAt": exchange.stage.value,
        "why": shorten("; ".join(why), _MAX_CHARACTERS),
        "ignored": [
            {name: value and shorten(value, _MAX_CHARACTERS) for name, value in one.items()}
            for one in ignored[:_MAX_IGNORED]
        ],
        "fault": exchange.fault or None,
        "mapping": exchange.mapping or None,
        "events": len(exchange.events),
        "changes": [f"{change.kind} {verb(change)}" for change in exchange.changes],
    }


def event_row(event: Record) -> Row:
    """An event; ``cause`` is the id of the request or of the simulation that caused it."""
    shown = {name: event[name] for name in ("id", "type", "recordId", "cause")}
    return {"row": "event", "at": event["createdAt"], **shown}


def attempt_row(facts: Mapping[str, Any], delivery: Record | None, event: Record | None, at: str) -> Row:
    """An attempt at a delivery of an event, with the state that the delivery has by now."""
    redactor = Redactor()  # what looks like a secret in a receiver's URL
    shown = {name: facts[name] for name in ("deliveryId", "eventId", "trigger", "number", "status", "ms")}
    return {
        "row": "attempt",
        "id": f"{facts['deliveryId']}/{facts['number']}/{facts['sequence']}",
        "at": at or None,
        **shown,
        "cause": event["cause"] if event else None,
        "recordId": event["recordId"] if event else None,
        "url": shorten(redactor.redact_url(facts["url"]), _MAX_CHARACTERS),
        "error": facts["error"] and redactor.redact(facts["error"]),
        "state": delivery["state"] if delivery else None,
        "dueAt": delivery["dueAt"] if delivery and delivery["state"] == "pending" else None,
    }


def changes(exchange: Exchange) -> list[Row]:
    """The records that a request changed, before and after; None where there was none, or is none any more."""
    redactor = exchange.redactor
    return [
        {
            "kind": one.kind,
            "id": one.id,
            "change": verb(one),
            "before": masked(one.before.record, redactor) if one.before else None,
            "after": masked(one.row.record, redactor) if one.row else None,
        }
        for one in exchange.changes
    ]


def verb(change: Change) -> str:
    """The kind of a change in one word."""
    return "removed" if change.row is None else "created" if change.before is None else "changed"
