"""The pause that a target asks for with a 429, in any of the usual headers, and how long a run waits before it gives
up.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MAX_PAUSE_SECONDS = 120.0
"""Seconds that a run waits because its target asked for it; for a longer pause it ends."""
MAX_WAIT_SECONDS = 200.0
"""Seconds that a run waits for its turn: the pause, or what other runs on the same key take before it."""
MAX_HOLD_SECONDS = 600.0
"""Seconds for which later runs are kept from the key: a target that says more by mistake must not lock it for ever."""

_USUAL = 60.0
_FIRST_MOMENT = 1e9
"""A number from here on is a moment in seconds since 1970, and no count of seconds: as such it would be 31 years."""
_FIRST_MILLISECOND = 1e12
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)


def requested_pause(headers: Mapping[str, str], now: float) -> float:
    """The seconds for which the target wants no requests; 60 when it does not say. ``now`` is seconds since 1970."""
    for name in ("retry-after", "x-ratelimit-reset"):
        seconds = _seconds(headers.get(name, "").strip(), now)
        if seconds is not None:
            return max(0.0, seconds)
    return _USUAL


def _seconds(text: str, now: float) -> float | None:
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number >= _FIRST_MILLISECOND:
            return number / 1000 - now
        return number - now if number >= _FIRST_MOMENT else number
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
