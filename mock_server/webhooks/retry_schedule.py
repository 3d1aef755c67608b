"""The times at which a failed delivery is tried again. By default never: the vendor promises nothing (gap
``webhook-retries``).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from mock_server.errors import Problem, SettingsError
from mock_server.support.text import shorten

Steps = tuple[int, ...]

_MINUTE, _HOUR = 60, 3600
PROFILES: Mapping[str, Steps] = MappingProxyType(
    {
        "none": (),
        # Standard Webhooks, the example schedule: 75 h 35 min 5 s in all.
        "standard": (5, 5 * _MINUTE, 30 * _MINUTE, *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24))),
        # docs.svix.com/retries
        "svix": (5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR),
        # developers.hubspot.com: ten retries over 24 hours, spread evenly here.
        "hubspot": (24 * _HOUR // 10,) * 10,
        # pipedrive.readme.io, webhooks v2
        "pipedrive": (3, 30, 150),
        # shopify.dev: eight retries over four hours, spread evenly here.
        "shopify": (4 * _HOUR // 8,) * 8,
    }
)
"""Seconds between attempts, as those services publish them."""

_JITTER = 0.2
_MAX_STEP_SECONDS = 7 * 24 * _HOUR
_MAX_STEPS = 50
_MAX_ASKED = 24 * _HOUR  # of a receiver's Retry-After
_STEP = re.compile(r"([0-9]{1,7})([smhd])")  # a number alone could be meant as one of attempts
_UNITS: Mapping[str, int] = MappingProxyType({"s": 1, "m": _MINUTE, "h": _HOUR, "d": 24 * _HOUR})


def parse(text: str) -> Steps:
    """Read the name of a profile, or steps such as ``5s,5m,30m``. Raises SettingsError."""
    if text in PROFILES:
        return PROFILES[text]
    steps = tuple(_seconds(part.strip()) for part in text.split(","))
    if len(steps) > _MAX_STEPS or not all(0 < step <= _MAX_STEP_SECONDS for step in steps):
        remedy = f"one of {', '.join(PROFILES)}, or up to {_MAX_STEPS} steps as 5s,5m,30m (each up to 7d)"
        raise SettingsError(Problem("--retries", f"`{shorten(text, 60)}` is no schedule", remedy))
    return steps


def _seconds(step: str) -> int:
    """The seconds of a step; 0 for a text that is no step."""
    match = _STEP.fullmatch(step)
    return int(match[1]) * _UNITS[match[2]] if match else 0


def wait(steps: Steps, attempt: int, chance: float, retry_after: float | None) -> float | None:
    """The seconds from the failed ``attempt`` (from 1) to the next one; None when it was the last.

    ``chance`` in [0, 1) varies the step by up to a fifth. A receiver's ``Retry-After`` can make it longer, up to a day,
    and never shorter.
    """
    if attempt > len(steps):
        return None
    step = steps[attempt - 1]
    if retry_after is not None:
        return max(step, min(retry_after, _MAX_ASKED))
    return step * (1 - _JITTER + 2 * _JITTER * chance)
