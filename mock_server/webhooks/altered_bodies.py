"""Bodies that a fault has altered: the same value in other bytes, with unknown members, or of an unknown event."""

import json
from typing import Any

from mock_server.support.exact_json import NotJson, read_json, write_json

UNKNOWN_KIND = "SOMETHING_NEW"
_NAMES_THE_KIND = ("type", "event", "eventType", "event_type", "trigger", "topic", "action")
_NEWS = {"addedLater": "a member that the receiver does not know", "addedObject": {"list": [1, None, "é"]}}


def other_bytes(body: bytes) -> bytes:
    """Write an equal JSON value in other bytes: members in reverse order, blanks, escaped letters."""
    value = _value(body)
    return body if value is None else json.dumps(_reversed(value), indent=1, ensure_ascii=True, default=str).encode()


def unknown_fields(body: bytes) -> bytes:
    """The body with members that no receiver knows, in each of its objects."""
    value = _value(body)
    return write_json(_extended(value)) if isinstance(value, dict | list) else body


def unknown_event(body: bytes, id: str) -> bytes:
    """The body of an event that no receiver knows. What names the kind in the real one names another kind in this."""
    value = _value(body)
    named = [name for name in _NAMES_THE_KIND if isinstance(value, dict) and isinstance(value.get(name), str)]
    if named:
        return write_json({**value, **dict.fromkeys(named, UNKNOWN_KIND)})
    return write_json({"id": id, "type": UNKNOWN_KIND, "data": {"addedLater": True}})


def tampered(body: bytes) -> bytes:
    """The body with one more blank: enough to make its signature wrong, and still the same JSON."""
    return body + b" "


def _value(body: bytes) -> Any:
    """The JSON value of a body; None if it is none that can be altered."""
    try:
        return read_json(body)
    except NotJson:
        return None


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(inner) for name, inner in reversed(value.items())}
    return [_reversed(inner) for inner in value] if isinstance(value, list) else value


def _extended(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{name: _extended(inner) for name, inner in value.items()}, **_NEWS}
    return [_extended(inner) for inner in value] if isinstance(value, list) else value
