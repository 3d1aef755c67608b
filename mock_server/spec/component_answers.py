"""Answers of components about parts of one value, remembered as long as that value is checked."""

from collections.abc import Callable
from typing import Any

from mock_server.support.exact_json import write_json


class ComponentAnswers:
    """The answers of components about the parts of one value, while that is checked.

    Alternatives that lead back to themselves in several ways ask the same of the same part of a value in each of them:
    with every level of it twice as often.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], bool] = {}
        self._depth = 0

    def of(self, place: str, value: Any, is_valid: Callable[[Any], bool]) -> bool:
        """The answer of the component at ``place``; what is known is forgotten once the outermost was given."""
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
