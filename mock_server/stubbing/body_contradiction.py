"""Find conditions on a body that cannot hold at once, on its text, on its value or on a part of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.stubbing.body_matcher import ABSENT, Body, BodyMatcher, part_at
from mock_server.stubbing.contradiction import check_texts, meets
from mock_server.stubbing.json_comparison import JsonComparison, scalar
from mock_server.stubbing.text_matcher import PatternProblem, TextMatcher, shown

_MAX_TRIED = 3  # values whose parts are looked at: expressions are tried on them
_MAX_STEPS = 20_000  # values that are compared: some ten milliseconds. Where there are more, nothing is found


def check_bodies(matchers: Sequence[BodyMatcher]) -> None:
    """Raise PatternProblem if no body can satisfy all of these matchers, as far as is easily seen."""
    texts = [matcher.whole for matcher in matchers if matcher.whole.asks]
    paths = _by_path(matchers)
    for group in (texts, *paths.values()):
        check_texts(group)
    _check_absent(paths)
    values = [(matcher.at, matcher.comparison) for matcher in matchers if matcher.comparison is not None]
    needs_json = bool(values) or any(not group[0].wants_nothing for group in paths.values())
    for text in texts:
        values += _as_values(text, needs_json=needs_json)
    steps = _Steps()
    for index, (_, one) in enumerate(values):
        for at, other in values[index + 1 :]:
            if steps.clash(one.wanted, other.wanted, one, other):
                what = f"no body equals both {shown(one.wanted)} and {shown(other.wanted)}; leave one of them out"
                raise PatternProblem(at, what)
    for _, one in values[:_MAX_TRIED]:
        for path, group in paths.items():
            _check_part(one, path, group)


def _by_path(matchers: Sequence[BodyMatcher]) -> Mapping[str, list[TextMatcher]]:
    found: dict[str, list[TextMatcher]] = {}
    for matcher in matchers:
        if matcher.path is not None:
            found.setdefault(matcher.path, []).append(matcher.at_path)
    return found


def _check_absent(paths: Mapping[str, Sequence[TextMatcher]]) -> None:
    """Refuse conditions on a part of a value that another condition says is absent."""
    for outer, group in paths.items():
        if not group[0].wants_nothing:
            continue
        for inner, others in paths.items():
            if inner.startswith((f"{outer}.", f"{outer}[")) and not others[0].wants_nothing:
                raise PatternProblem(others[0].at, f"nothing can be at {inner} where {outer} is absent")


def _as_values(text: TextMatcher, *, needs_json: bool) -> Iterator[tuple[str, JsonComparison]]:
    """The value that a body must have if its text is given. Raises PatternProblem if it must be JSON and is not."""
    for condition in text.conditions:
        if condition.name != "equalTo":
            continue
        if not condition.value:
            raise PatternProblem(condition.pointer, "this can match nothing: a body has at least one letter")
        value = Body(condition.value.encode("utf-8", "surrogatepass")).value
        if value is not ABSENT and not condition.is_low:
            yield condition.pointer, JsonComparison(value)
        elif value is ABSENT and needs_json:
            what = f"{shown(condition.value)} is not JSON, and another of the bodyPatterns wants that the body is"
            raise PatternProblem(condition.pointer, what)


def _check_part(whole: JsonComparison, path: str, group: Sequence[TextMatcher]) -> None:
    """Raise PatternProblem if the wanted value has another part at this place than is wanted there."""
    if whole.any_order and "[" in path:
        return
    part = part_at(path, whole.wanted)
    if part is ABSENT and whole.extra:
        return
    for matcher in group:
        if matcher.wants_nothing is not (part is ABSENT) or not _may_be(part, matcher):
            what = f"a body that equals {shown(whole.wanted)} cannot have at {path} what is wanted here"
            raise PatternProblem(matcher.at, what)


def _may_be(part: Any, matcher: TextMatcher) -> bool:
    """Tell whether a part may satisfy a matcher. A number or a list has several spellings, so its text is not known."""
    if not isinstance(part, str | bool | None):
        return True
    text = part if isinstance(part, str) else {None: "null", True: "true", False: "false"}[part]
    return all(meets(text, condition) is not False for condition in matcher.conditions)


class _Steps:
    """A comparison of two wanted values, in a bounded number of steps."""

    def __init__(self) -> None:
        self._left = _MAX_STEPS

    def clash(self, one: Any, other: Any, by: JsonComparison, by_other: JsonComparison) -> bool:
        """Tell whether no value can be equal to both, as far as their comparisons go."""
        self._left -= 1 + (len(one) if isinstance(one, Mapping) else 0)
        if self._left < 0:
            return False
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            if not (by.extra or other.keys() <= one.keys()) or not (by_other.extra or one.keys() <= other.keys()):
                return True
            return any(self.clash(one[name], other[name], by, by_other) for name in one.keys() & other.keys())
        if isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return True
            if by.any_order or by_other.any_order:
                return False
            return any(self.clash(*pair, by, by_other) for pair in zip(one, other, strict=True))
        if isinstance(one, Mapping | list) or isinstance(other, Mapping | list):
            return True
        return scalar(one) != scalar(other)
