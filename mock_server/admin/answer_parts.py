"""Headers and raw bodies that a user gives for an answer of ours: of a stub, of a fault, of an inbox."""

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
"""Names with a text, or several texts for a repeated header. Headers of framing and X-Mock- headers are not allowed."""


def check_headers(headers: Mapping[str, Any], place: str) -> None:
    """Raises ControlRefused for a name that occurs twice: names are compared without case."""
    seen: dict[str, str] = {}
    for name in headers:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            what = f"this header is named twice, as {other} too: give one of them, or a list for a header that repeats"
            raise ControlRefused(400, what, pointer=f"{place}/{name}")


def check_body(response: Mapping[str, Any], place: str) -> None:
    """Raises ControlRefused for two bodies at once, and for malformed base64."""
    given = [name for name in ("jsonBody", "body", "base64Body") if name in response]
    if len(given) > 1:
        raise ControlRefused(400, f"an answer has one body: leave out {given[0]} or {given[1]}", pointer=place)
    try:
        if is_raw(response):
            raw_body(response)
    except ValueError:
        raise ControlRefused(400, "this is not base64", pointer=f"{place}/base64Body") from None
