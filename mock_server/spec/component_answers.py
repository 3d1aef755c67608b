"""Remember what components said about the parts of one value, as long as that value is checked."""

from collections.abc import Callable
from typing import Any

from mock_server.support.exact_json import write_json


class ComponentAnswers:
    """The results of checking parts of one value against components, kept as long as the value is checked.

    If alternatives lead back to themselves in several ways, each of them asks again about the same part of the value.
    Without this memory, the number of questions doubles with every level of the value.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], bool] = {}
        self._depth = 0

    def of(self, place: str, value: Any, is_valid: Callable[[Any], bool]) -> bool:
        """The result of the component at ``place``. Results are forgotten once the outermost check ends."""
        key = place, hash(write_json(value))
        if (known := self._known.get(key)) is not None:
            return known
        self._depth += 1
        try:
            answer = self._known[key] = is_valid(value)
            return answer
        finally:
            self._depth -= 1
            if not self._depth:
                self._known.clear()
