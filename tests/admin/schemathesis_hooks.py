"""What Schemathesis does to each request of the control plane: nobody waits there for what will not come."""

from typing import Any

import schemathesis

_MAX_SECONDS = {"wait": 60, "timeout": 120}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Wait for nothing, where a request may wait as long as it says. A number out of bounds stays as it is."""
    for part in (case.query, case.body):
        for name, most in _MAX_SECONDS.items() if isinstance(part, dict) else ():
            if 0 <= _number(part.get(name)) <= most:
                part[name] = 0


def _number(value: Any) -> float:
    """The number that a value is or says; -1 for every other value."""
    try:
        return -1 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return -1
