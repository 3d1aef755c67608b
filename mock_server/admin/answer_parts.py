"""Headers and raw bodies that somebody gives an answer of ours: of a stub, of a fault, of a receiver."""

from collections.abc import Mapping
from typing import Any

from mock_server.admin.context import ControlRefused
from mock_server.stubbing.raw_body import is_raw, raw_body

_VALUE = {"type": "string", "pattern": "^[\\x20-\\x7e]*$", "maxLength": 1_000}
_NAME = r"^(?!(?i:(?:content-length|transfer-encoding|connection)$|x-mock-))[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"
HEADERS: Mapping[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": _NAME},
    "additionalProperties": {"anyOf": [_VALUE, {"type": "array", "items": _VALUE, "minItems": 1, "maxItems": 20}]},
    "maxProperties": 50,
}
"""Names with a text, or several for a header that repeats. Those that say where an answer ends are the server's,
and those that start with X-Mock- tell what the mock did."""


def check_headers(headers: Mapping[str, Any], place: str) -> None:
    """Raises Refusal for a name that stands there twice: names are compared without case."""
    seen: dict[str, str] = {}
    for name in headers:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            what = f"this header is named twice, as {other} too: give one of them, or a list for a header that repeats"
            raise ControlRefused(400, what, pointer=f"{place}/{name}")


def check_body(response: Mapping[str, Any], place: str) -> None:
    """Raises Refusal for two bodies at once, and for base64 that is none."""
    given = [name for name in ("jsonBody", "body", "base64Body") if name in response]
    if len(given) > 1:
        raise ControlRefused(400, f"an answer has one body: leave out {given[0]} or {given[1]}", pointer=place)
    try:
        if is_raw(response):
            raw_body(response)
    except ValueError:
        raise ControlRefused(400, "this is not base64", pointer=f"{place}/base64Body") from None
