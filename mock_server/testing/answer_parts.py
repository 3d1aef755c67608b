"""The parts of an answer that a test makes up, as the control plane takes them."""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

Headers: TypeAlias = Mapping[str, str | Sequence[str]]
"""Headers by name; several texts for one that repeats."""


def given(**parts: Any) -> dict[str, Any]:
    """The parts that were said, without those that are None."""
    return {name: dict(part) if isinstance(part, Mapping) else part for name, part in parts.items() if part is not None}


def raw(body: str | bytes | None) -> dict[str, str]:
    """The bytes of a body: as text where they are one."""
    if body is None:
        return {}
    if isinstance(body, str):
        return {"body": body}
    return {"base64Body": base64.b64encode(body).decode("ascii")}


def slow(delay: timedelta | float) -> dict[str, float]:
    """A delay, given in seconds, in milliseconds."""
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay
    return {"fixedDelayMilliseconds": seconds * 1000} if seconds else {}
