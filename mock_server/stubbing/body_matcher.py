"""Conditions on a request's body: on its text as it was sent, or on its JSON value."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.stubbing.json_comparison import JsonComparison, TooMuchWork
from mock_server.stubbing.text_matcher import (
    CONDITIONS,
    Mismatch,
    PatternProblem,
    RegexCompiler,
    TextMatcher,
    got,
    shown,
)
from mock_server.support.exact_json import NotJson, read_json, write_json

_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]")
PATH = {"type": "string", "maxLength": 500, "pattern": r"^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\])*$"}
"""The form of a JSONPath that is supported, as a JSON Schema."""


class Absent:
    """The type of ABSENT."""


ABSENT = Absent()
"""Stands for the value of a body that is not JSON, or of a place that a value does not have."""


class Body:
    """A request's body. ``cut`` means that only its beginning is known. Its value is read at the first use."""

    def __init__(self, raw: bytes = b"", *, cut: bool = False) -> None:
        self.raw = raw
        self.cut = cut
        self._value: Any = None
        self._read = False

    @property
    def text(self) -> str | None:
        """The body as it was sent; None if there is none."""
        return self.raw.decode("utf-8", "replace") if self.raw else None

    @property
    def value(self) -> Any:
        """The body's JSON value; ABSENT if it is not JSON."""
        if not self._read:
            try:
                self._value = read_json(self.raw)
            except NotJson:
                self._value = ABSENT
            self._read = True
        return self._value


class BodyMatcher:
    """One condition of ``bodyPatterns``. Raises PatternProblem."""

    def __init__(self, matcher: Mapping[str, Any], at: str, expressions: RegexCompiler) -> None:
        self.at = at
        self.comparison = _comparison(matcher, at)
        path = matcher.get("matchesJsonPath")
        inner = path if isinstance(path, Mapping) else {}
        self.path = inner.get("expression", path)
        self.at_path = TextMatcher(inner, f"{at}/matchesJsonPath", expressions)
        self.whole = TextMatcher({name: matcher[name] for name in CONDITIONS if name in matcher}, at, expressions)

    def differences(self, body: Body) -> Iterator[Mismatch | None]:
        """The reasons why a body does not match; a None for each part that matches, so that others get a turn."""
        if body.cut:
            yield Mismatch(f"only the first {len(body.raw):,} bytes of the body were kept", sure=False)
            return
        if self.comparison is not None or self.path is not None:
            _ = body.value
            yield None
        if self.comparison is not None:
            yield self._compared(self.comparison, body)
        if self.path is not None:
            found = self.at_path.difference(_text(part_at(self.path, body.value)))
            yield found and found._replace(what=f"{self.path} {found.what}")
        if self.whole.asks:
            yield self.whole.difference(body.text)

    @staticmethod
    def _compared(comparison: JsonComparison, body: Body) -> Mismatch | None:
        if body.value is ABSENT:
            return Mismatch(f"wanted {shown(comparison.wanted)}, got {got(body.text)}")
        try:
            if comparison.is_met(body.value):
                return None
        except TooMuchWork:
            return Mismatch(f"a body of {len(body.raw):,} bytes takes too long to compare in any order", sure=False)
        return Mismatch(f"wanted {shown(comparison.wanted)}, got {shown(body.value)}")


def _comparison(matcher: Mapping[str, Any], at: str) -> JsonComparison | None:
    if "equalToJson" not in matcher:
        return None
    wanted = matcher["equalToJson"]
    try:
        # WireMock takes the JSON as itself or as a text.
        wanted = read_json(wanted) if isinstance(wanted, str) else wanted
        extra, any_order = matcher.get("ignoreExtraElements", False), matcher.get("ignoreArrayOrder", False)
        return JsonComparison(wanted, extra=extra, any_order=any_order)
    except NotJson as fault:
        raise PatternProblem(f"{at}/equalToJson", f"a text that is no JSON: {fault}") from None
    except TooMuchWork:
        raise PatternProblem(f"{at}/equalToJson", "too large to be compared in any order") from None


def part_at(expression: str, value: Any) -> Any:
    """The value at a path such as ``$.name[0]``."""
    for name, index in _STEP.findall(expression):
        if name and isinstance(value, Mapping) and name in value:
            value = value[name]
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return ABSENT
    return value


def _text(value: Any) -> str | None:
    """Write a value as the text that conditions on texts compare."""
    if value is ABSENT:
        return None
    return value if isinstance(value, str) else write_json(value).decode()
