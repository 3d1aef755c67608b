"""Conditions on one text: equal to, contains, matches, and their opposites."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mock_server.stubbing.linear_regex import MAX_SIZE, LinearRegex, UnsupportedRegex
from mock_server.support.exact_json import write_json
from mock_server.support.text import shorten

MAX_EXPRESSION = 2_000
"""Most characters of a regular expression."""
_STRING = {"type": "string", "maxLength": 10_000}
_REGEX = {"type": "string", "maxLength": MAX_EXPRESSION}
CONDITIONS: Mapping[str, Any] = {
    "equalTo": _STRING,
    "contains": _STRING,
    "doesNotContain": _STRING,
    "matches": _REGEX,
    "doesNotMatch": _REGEX,
    "caseInsensitive": {"type": "boolean"},
    "absent": {"const": True},
}
"""The conditions of a matcher as JSON Schemas."""
_SHOWN = 200  # characters


class Mismatch(NamedTuple):
    """A reason why a request does not match. ``sure`` is false if it may match, and nobody can know."""

    what: str
    sure: bool = True


class Condition(NamedTuple):
    """One condition of a matcher: its name and value, whether case is ignored, and its place."""

    name: str
    value: str
    is_low: bool
    pointer: str
    expression: LinearRegex | None


class PatternProblem(Exception):
    """A pattern cannot be used: a JSON pointer into it, and the fault there."""

    def __init__(self, pointer: str, what: str) -> None:
        super().__init__(what)
        self.pointer, self.what = pointer, what


class RegexCompiler:
    """Compiles the regular expressions of one pattern and bounds their size together."""

    def __init__(self) -> None:
        self._left = MAX_SIZE

    def compile(self, pattern: str, pointer: str, *, ignore_case: bool = False) -> LinearRegex:
        """Compile one expression. Raises PatternProblem."""
        try:
            made = LinearRegex(pattern, ignore_case=ignore_case, most=self._left)
        except UnsupportedRegex as fault:
            raise PatternProblem(pointer, str(fault)) from None
        self._left -= made.size
        return made


class TextMatcher:
    """All conditions of one matcher. ``at`` is its place. Raises PatternProblem."""

    def __init__(self, matcher: Mapping[str, Any], at: str, expressions: RegexCompiler) -> None:
        self.at = at
        self._matcher = {name: value for name, value in matcher.items() if name in CONDITIONS}
        self._low = bool(matcher.get("caseInsensitive", False))
        self._expressions = {
            name: expressions.compile(matcher[name], f"{at}/{name}", ignore_case=self._low)
            for name in ("matches", "doesNotMatch")
            if name in matcher
        }

    @property
    def asks(self) -> bool:
        """True if there is any condition."""
        return bool(self._matcher)

    @property
    def wants_nothing(self) -> bool:
        """True if the text must be absent."""
        return "absent" in self._matcher

    @property
    def conditions(self) -> list[Condition]:
        """Each condition by itself."""
        return [
            Condition(name, str(value), self._low, f"{self.at}/{name}", self._expressions.get(name))
            for name, value in self._matcher.items()
            if name != "caseInsensitive"
        ]

    def difference(self, text: str | None) -> Mismatch | None:
        """The reason why a text does not match; None if it does. ``text`` is None if there is no text."""
        if text is None or "absent" in self._matcher:
            met = text is None and "absent" in self._matcher
            return None if met else Mismatch(f"wanted {shown(self._matcher)}, got {got(text)}")
        if not all(self._plain(text)):
            return Mismatch(f"wanted {shown(self._matcher)}, got {got(text)}")
        for name, expression in self._expressions.items():
            if len(text) > expression.longest:
                what = f"the text of {len(text):,} characters is too long for the expression: {expression.longest:,}"
                return Mismatch(what, sure=False)
            if expression.matches(text) is not (name == "matches"):
                return Mismatch(f"wanted {shown(self._matcher)}, got {got(text)}")
        return None

    def _plain(self, text: str) -> Iterator[bool]:
        """The text of each condition that is not an expression."""
        given = text.lower() if self._low else text
        for name, found in (("equalTo", given.__eq__), ("contains", given.__contains__)):
            if name in self._matcher:
                yield found(self._meant(name))
        if "doesNotContain" in self._matcher:
            yield self._meant("doesNotContain") not in given

    def _meant(self, name: str) -> str:
        wanted = str(self._matcher[name])
        return wanted.lower() if self._low else wanted


def got(text: str | None) -> str:
    """Write the actual text for a message about a difference."""
    return "nothing" if text is None else shown(text)


def shown(value: Any) -> str:
    """Write the beginning of a value as JSON."""
    if isinstance(value, str):
        value = value[:_SHOWN]  # of a megabyte only the beginning is written as JSON
    return shorten(write_json(value).decode(), _SHOWN)
