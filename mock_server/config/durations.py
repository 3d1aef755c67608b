"""Durations that a person writes as a text."""

import re
from collections.abc import Mapping
from datetime import timedelta

from mock_server.support.text import short_repr

_UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MAX_DURATION = timedelta(days=366)


def duration(text: str) -> timedelta:
    """Read ``8h``, from a second to a year. Raises ValueError in words that can stand in a message."""
    match = re.fullmatch("([0-9]{1,8})([smhd])", text.strip())
    if match is None:
        raise ValueError(f"{short_repr(text)} is no duration: write it as 90s, 30m, 8h or 2d")
    found = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if not timedelta(0) < found <= _MAX_DURATION:
        raise ValueError(f"{short_repr(text)} is not between 1s and {_MAX_DURATION.days}d")
    return found
