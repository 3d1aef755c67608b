"""Bodies that a user writes byte by byte, for a stub or a fault: a proxy's error page, a text that is cut short."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

MAX_RAW_BODY = 1_000_000
"""Characters of a raw body."""

RAW_BODIES: Mapping[str, Any] = MappingProxyType(
    {
        "body": {"type": "string", "maxLength": MAX_RAW_BODY},
        "base64Body": {"type": "string", "maxLength": MAX_RAW_BODY},
    }
)
"""The parts of a response that give its bytes, as JSON Schemas, in WireMock's words."""


def is_raw(response: Mapping[str, Any]) -> bool:
    """Tell whether a response brings its bytes along."""
    return "body" in response or "base64Body" in response


def raw_body(response: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The bytes of a response that is raw, and the media type they have when no header names one.

    Raises ValueError for what is no base64.
    """
    if "body" in response:
        return str(response["body"]).encode("utf-8"), b"text/plain; charset=utf-8"
    return base64.b64decode(response["base64Body"], validate=True), b"application/octet-stream"
