"""Find conditions that cannot hold at once. A pattern with such conditions matches nothing, so it is refused.

Only certain contradictions are found: two expressions are compared as texts, never by what they match.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from mock_server.stubbing.text_matcher import Condition, PatternProblem, TextMatcher, shown

_META = re.compile(r"[\\.^$*+?{}\[\]()|]")
_ANYTHING = re.compile(r"(?:\(\?[ims]+\))?\^?(\()?(?:\.|\[\\s\\S\]|\[\\d\\D\]|\[\\w\\W\])\*\??(?(1)\))\$?")
_MAX_TRIED_CHARACTERS = 200  # letters of a text that expressions are tried on: they must take no time here


def check_texts(matchers: Sequence[TextMatcher]) -> None:
    """Raise PatternProblem if no text can satisfy all of these matchers, which apply to one text."""
    conditions = [condition for matcher in matchers for condition in matcher.conditions]
    for condition in conditions:
        if why := _is_hopeless(condition):
            raise PatternProblem(condition.pointer, f"this can match nothing: {why}")
    for one, other in _pairs(_distinct(conditions)):
        if _clash(one, other):
            raise PatternProblem(other.pointer, f"{_both(one, other)}; leave one of them out")
    absent = next((condition for condition in conditions if condition.name == "absent"), None)
    present = next((matcher for matcher in matchers if not matcher.wants_nothing), None)
    if absent and present:
        raise PatternProblem(
            absent.pointer, f"`absent` can match nothing here: {present.at} wants that something is there"
        )


def meets(text: str, condition: Condition) -> bool | None:
    """Tell whether a text satisfies a condition; None if that is not tried."""
    if condition.expression is not None:
        if len(text) > min(_MAX_TRIED_CHARACTERS, condition.expression.longest):
            return None
        return condition.expression.matches(text) is (condition.name == "matches")
    wanted = condition.value.lower() if condition.is_low else condition.value
    return _PLAIN[condition.name](text.lower() if condition.is_low else text, wanted)


_PLAIN: dict[str, Callable[[str, str], bool]] = {
    "equalTo": lambda text, wanted: text == wanted,
    "contains": lambda text, wanted: wanted in text,
    "doesNotContain": lambda text, wanted: wanted not in text,
    "absent": lambda _text, _wanted: False,
}


def _distinct(conditions: Sequence[Condition]) -> list[Condition]:
    found = {}
    for one in conditions:
        is_plain_low = one.is_low and one.expression is None
        found[one.name, one.value.lower() if is_plain_low else one.value, one.is_low] = one
    return list(found.values())


def _pairs(conditions: Sequence[Condition]) -> Iterator[tuple[Condition, Condition]]:
    """Pairs of conditions that may contradict each other, the likeliest first."""
    by_name: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_name.setdefault(condition.name, []).append(condition)
    for one in conditions:
        others = (
            conditions if one.name == "absent" or _is_whole_text(one) else by_name.get(_OPPOSITES.get(one.name, ""), [])
        )
        yield from ((one, other) for other in others if other is not one)


_OPPOSITES = {"contains": "doesNotContain", "matches": "doesNotMatch"}


def _is_whole_text(condition: Condition) -> bool:
    """Tell whether a condition fixes the text except for its case; an expression of plain letters does so too."""
    return condition.name == "equalTo" or (condition.name == "matches" and not _META.search(condition.value))


def _is_hopeless(condition: Condition) -> str:
    if condition.name == "doesNotContain" and not condition.value:
        return "every text contains the empty one"
    if condition.name == "doesNotMatch" and _ANYTHING.fullmatch(condition.value):
        return "every text matches this expression"
    return ""


def _clash(one: Condition, other: Condition) -> bool:
    """Tell whether no text can satisfy both conditions."""
    if one.name == "absent":
        return True
    if one.is_low and not other.is_low:
        return False  # the text may be in another case
    if _is_whole_text(one):
        cases = {one.value, one.value.lower(), one.value.upper()} if one.is_low else {one.value}
        return all(meets(text, other) is False for text in cases)
    return one.value == other.value if one.expression is not None else meets(one.value, other) is False


def _both(one: Condition, other: Condition) -> str:
    names = [one.name if one.name == "absent" else f"{one.name} {shown(one.value)}" for one in (one, other)]
    return f"nothing can be both {names[0]} and {names[1]}"
