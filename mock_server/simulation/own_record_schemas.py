"""Schemas of the mock's own records: events, deliveries, plans.

Records are read back from files, and a file may be a user's own, or from another version of the program.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jsonschema_rs

from mock_server.behaviours.conditions import KEYS
from mock_server.behaviours.records import REMOVED
from mock_server.simulation import scheduled
from mock_server.simulation.contacts import SOURCES
from mock_server.spec.validation_messages import explained
from mock_server.store.base import Id, Record
from mock_server.support.exact_json import is_json
from mock_server.webhooks import outbox, secrets, subscriptions
from mock_server.webhooks.rendering import JSON

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_STAMP = {"type": "string", "format": "date-time", "pattern": r"^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_EPOCH_MS = {"type": ["integer", "null"], "minimum": 0, "maximum": 250_000_000_000_000}


def _object(**properties: Any) -> dict[str, Any]:
    """A schema for an object with all of these members; it may have more."""
    return {"type": "object", "properties": properties, "required": list(properties)}


_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_ATTEMPT = _object(
    number=_NUMBER,
    at=_TEXT,
    ms={"type": "number"},
    status={"type": ["integer", "null"]},
    error=_MAYBE_TEXT,
    requestHeaders=_TEXTS,
    responseHeaders=_TEXTS,
    responseBody=_TEXT,
    responseBytes=_NUMBER,
)
_WANTED = _object(
    kind={"enum": [*SOURCES, "appointment"]},
    sender=_TEXT,
    about=_TEXT,
    action={"enum": ["", "book", "move", "cancel"]},
    appointment={"type": ["string", "integer", "null"]},
    start=_EPOCH_MS,
)
_EVENT = _object(
    id=_TEXT,
    type=_TEXT,
    createdAt=_STAMP,
    cause=_TEXT,
    recordId={"type": ["string", "integer", "null"]},
    body={},
)
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    outbox.EVENTS: {
        **_EVENT,
        "if": {"properties": {"cause": {"const": "raw"}}},
        "then": {"properties": {"encoding": {"enum": ["utf-8", "base64", JSON]}}},
        "else": {"properties": {"body": {"type": "object"}}},
        "dependentSchemas": {"encoding": {"properties": {"body": _TEXT}}},
    },
    outbox.KIND: _object(
        id=_TEXT,
        eventId=_TEXT,
        messageId=_TEXT,
        trigger=_TEXT,
        subscriptionId=_NUMBER,
        url=_TEXT,
        state={"enum": list(outbox.STATES)},
        queue={"type": ["integer", "null"]},
        reason=_MAYBE_TEXT,
        createdAt=_STAMP,
        dueAt=_STAMP,
        attempts={"type": "array", "items": _ATTEMPT},
    ),
    REMOVED: _object(id=_TEXT),
    KEYS: _object(id=_TEXT, digest=_TEXT, record={"type": "object"}, of={"type": ["string", "integer"]}),
    outbox.ENDING: _object(id=_NUMBER, reason=_TEXT),
    subscriptions.KIND: {
        **_object(id=_NUMBER, hookUrl=_TEXT, trigger=_TEXT, createdAt=_STAMP),
        "dependentSchemas": {"listener": {"properties": {"listener": _TEXT}}},
    },
    secrets.KIND: _object(
        id={"const": "signing"}, numbers={"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 2}
    ),
    scheduled.KIND: {
        "oneOf": [
            _object(id=_NUMBER, createdAt=_STAMP, wanted={**_WANTED, "additionalProperties": False}),
            _object(
                id={"const": scheduled.TRAFFIC},
                createdAt=_STAMP,
                perMinute={"type": "number", "exclusiveMinimum": 0, "maximum": 600},
                number=_NUMBER,
            ),
        ]
    },
}


class RecordProblem(NamedTuple):
    """A fault of a record, with its place as a JSON pointer."""

    where: str
    what: str


class OwnRecordSchemas:
    """Checks the mock's own records."""

    def __init__(self) -> None:
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def mistake(self, kind: str, id: Id, record: Record) -> RecordProblem | None:
        """The fault of a record of one of our own kinds; None for the document's kinds."""
        if not kind.startswith("$"):
            return None
        if kind not in _SCHEMAS:
            return RecordProblem("", f"this version of the program keeps no {kind}")
        for error in self._validator(kind).iter_errors(record):
            found = explained(error, _SCHEMAS[kind])
            return RecordProblem("" if found.where == "/" else found.where, found.what)
        if record["id"] != id:
            return RecordProblem("/id", "is not the id that the record is kept by")
        if kind == outbox.EVENTS and record.get("encoding") == JSON and not is_json(record["body"]):
            return RecordProblem("/body", "is no JSON")
        return None

    def _validator(self, kind: str) -> jsonschema_rs.Draft202012Validator:
        if kind not in self._validators:
            schema = dict(_SCHEMAS[kind])
            self._validators[kind] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="it")
        return self._validators[kind]
