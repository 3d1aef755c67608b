"""Patterns with look-around or back-references: the engine may try them from every character to the text's end.

A text of 30,000 characters took seconds with a pattern such as ``(?=.*[A-Z])(?=.*[0-9]).{8,}``.
"""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

TOO_COSTLY = "is too costly to compare with the pattern of the document"
_STEPS = ((4 * 1024, 100_000), (64 * 1024, 250))
"""Characters of a text, with the backtracking steps that are allowed for a text of up to that length."""
_FEWEST_STEPS = 50


class CostlyPattern:
    """The keyword ``pattern`` for such patterns: the longer a text is, the fewer backtracking steps are allowed."""

    def __init__(self, parent: Mapping[str, Any], pattern: str, path: list[str | int]) -> None:
        self._pattern = pattern
        self._engines: dict[int, jsonschema_rs.Validator] = {}
        _ = self._engine(_FEWEST_STEPS)  # a wrong one is refused when the schema is compiled

    def validate(self, value: Any) -> None:
        """Raise ValueError if the text does not match the pattern, or takes too many steps."""
        if not isinstance(value, str):
            return
        steps = next((steps for longest, steps in _STEPS if len(value) <= longest), _FEWEST_STEPS)
        try:
            self._engine(steps).validate(value)
        except jsonschema_rs.ValidationError as error:
            raise ValueError(TOO_COSTLY if "error" in error.kind.as_dict() else error.message) from None

    def _engine(self, steps: int) -> jsonschema_rs.Validator:
        if steps not in self._engines:
            options = jsonschema_rs.FancyRegexOptions(backtrack_limit=steps)
            made = jsonschema_rs.Draft202012Validator(
                {"pattern": self._pattern}, mask="the value", pattern_options=options
            )
            self._engines[steps] = made
        return self._engines[steps]
