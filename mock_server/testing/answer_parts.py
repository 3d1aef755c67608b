"""The parts of an answer that a test defines, in the form of the control plane."""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

Headers: TypeAlias = Mapping[str, str | Sequence[str]]
"""Headers by name; several texts for a repeated header."""


def given(**parts: Any) -> dict[str, Any]:
    """The given parts, without those that are None."""
    return {name: dict(part) if isinstance(part, Mapping) else part for name, part in parts.items() if part is not None}


def raw(body: str | bytes | None) -> dict[str, str]:
    """Write the bytes of a body: as text if they are UTF-8, else in base64."""
    if body is None:
        return {}
    if isinstance(body, str):
        return {"body": body}
    return {"base64Body": base64.b64encode(body).decode("ascii")}


def slow(delay: timedelta | float) -> dict[str, float]:
    """Convert a delay from seconds to milliseconds."""
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay
    return {"fixedDelayMilliseconds": seconds * 1000} if seconds else {}
