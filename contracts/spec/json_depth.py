"""The maximal depth of JSON from outside: a deeper value could not be written again."""

import re
from typing import Any

from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, is_deeper

MAX_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH
"""Levels of a value that the mock accepts, with the levels of the journal around it."""
TOO_DEEP = f"it nests deeper than {MAX_DEPTH} levels"


def nests_too_deep(value: Any) -> bool:
    """Tell whether a JSON value has more than ``MAX_DEPTH`` levels."""
    return is_deeper(value, MAX_DEPTH)


def text_nests_too_deep(text: bytes) -> bool:
    """Tell whether a text that is not JSON opens more than ``MAX_DEPTH`` levels: some parsers crash on it."""
    depth = 0
    for found in _STEPS.finditer(text):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False


_STEPS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]')
