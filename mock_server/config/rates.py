"""Rates that a person writes as a text: a limit of requests, a traffic of contacts."""

import re
from collections.abc import Mapping

from mock_server.support.text import short_repr

RATE_LIMIT_PER_MINUTE = 60
"""Requests a minute that the vendor allows each key."""

_LIMITS: Mapping[str, int] = {"observe": RATE_LIMIT_PER_MINUTE, "off": 0}


def requests_per_minute(text: str) -> int:
    """Read a rate limit; 0 means no limit. Raises ValueError with a text that can stand in a message."""
    if text in _LIMITS:
        return _LIMITS[text]
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise ValueError(f"{short_repr(text)} is neither a number of requests a minute nor `observe` or `off`")
    return int(text)


_PERIODS: Mapping[str, float] = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440}  # in minutes
_FASTEST = 600.0  # contacts a minute


def contacts_per_minute(text: str) -> float:
    """Read a rate such as ``6/min``; an empty text is none. Raises ValueError with a text for a message."""
    if not text:
        return 0.0
    number, _, period = text.partition("/")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", number) or period not in _PERIODS:
        raise ValueError(f"{short_repr(text)} is no rate: write it as 6/min (s, min, h or d)")
    rate = float(number) / _PERIODS[period]
    if rate > _FASTEST:
        raise ValueError(f"{short_repr(text)} is more than {_FASTEST:g}/min")
    return rate
