"""Bodies that a user writes byte by byte, for a stub or a fault: a proxy's error page, or a truncated text."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

MAX_RAW_BODY = 1_000_000
"""Most characters of a raw body."""

RAW_BODIES: Mapping[str, Any] = MappingProxyType(
    {
        "body": {"type": "string", "maxLength": MAX_RAW_BODY},
        "base64Body": {"type": "string", "maxLength": MAX_RAW_BODY},
    }
)
"""The members of a response that give its bytes, as JSON Schemas, with WireMock's names."""


def is_raw(response: Mapping[str, Any]) -> bool:
    """Tell whether a response gives its bytes itself."""
    return "body" in response or "base64Body" in response


def raw_body(response: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The bytes of a raw response, and their media type if no header names one.

    Raises ValueError for a text that is not base64.
    """
    if "body" in response:
        return str(response["body"]).encode("utf-8"), b"text/plain; charset=utf-8"
    return base64.b64decode(response["base64Body"], validate=True), b"application/octet-stream"
