"""The values of settings as flags, variables and files write them.

Each function raises ValueError with a text that can stand in a message.
"""

import re
from typing import Any

from mock_server.support.text import short_repr


def read_whole(value: Any, least: int, most: int) -> int:
    """Read a whole number within its bounds."""
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch("-?[0-9]{1,18}", text):
        raise ValueError(f"{short_repr(value)} is no whole number")
    if not least <= int(text) <= most:
        raise ValueError(f"{text} is not between {least} and {most}")
    return int(text)


def read_text(value: Any) -> str:
    """Accept a number or a time of TOML where a text is expected, as in ``rate-limit = 60``."""
    if isinstance(value, bool | float | list | dict):
        raise ValueError(f"{short_repr(value)} is no text")
    text = str(value)
    if "\0" in text:
        raise ValueError(f"{short_repr(text)} has a NUL in it")
    return text


def read_boolean(value: Any) -> bool:
    """Read a yes or no, as people write it."""
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(f"{short_repr(value)} is neither true nor false")
