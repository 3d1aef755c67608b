"""How deep JSON from outside may nest: what is read deeper than it can be written again would break somebody later."""

import re
from typing import Any

from mock_server.reader import MAX_DEPTH

TOO_DEEP = f"it nests deeper than {MAX_DEPTH} levels"


def nests_too_deep(value: Any) -> bool:
    """Whether a JSON value has more than ``MAX_DEPTH`` levels; level by level, so that no depth is too much for it."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
        if not level:
            return False
    return True


def text_nests_too_deep(text: bytes) -> bool:
    """Whether a text that is no JSON opens more than ``MAX_DEPTH`` levels: some parsers break down over it."""
    depth = 0
    for found in _STEPS.finditer(text):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False


_STEPS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]')


def _inside(outer: Any) -> Any:
    return outer.values() if isinstance(outer, dict) else outer
