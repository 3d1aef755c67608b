"""Texts for patterns: what is made matches, for Python as for the validator, and no pattern can ask for too much."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from specimens import OURS, chance, nodes, schema

from mock_server.spec.regex_samples import UnsupportedPattern, matching


def at(root: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        root = root[step]
    return root


OUR_PATTERNS = sorted(
    {
        at(root, way)
        for root in OURS.values()
        for way in nodes(root)
        if way and way[-1] == "pattern" and "properties" not in way[-2:]
    }
)
PATTERNS = [
    *OUR_PATTERNS,
    r"^ld_[a-z0-9]{12}$",
    r"^[A-Z]{3}-\d{4}$",
    r"^\+?[0-9 ()-]{6,20}$",
    r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
    r"^(19|20)\d\d-(0[1-9]|1[0-2])$",
    r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    r"^\w+(\.\w+)*$",
    r"^\W\S\D$",
    r"^[\w.\-]+$",
    r"^[^a-z0-9]{4}$",
    r"^.{8,}$",
    r"a",
    r"",
    r"^$",
    r"(a|b|)+c??d*?",
    r"^(?:x|y){2}z?$",
    r"^(?<year>\d{4})(?P<rest>z)$",
    r"^\p{L}+\p{Nd}{2}$",
    r"^\p{Letter}$",
    r"^[^]$",
    r"^(?!b)[ab]c$",
    r"^(?=a)[ab]c$",
    r"^[一-鿿]{2}$",
    r"^[^\x20-\x7e]$",
    r"^[^\s\w]$",
    r"^é$",
    r"\bword\b",
    r"^\/v\d\/$",
    r"^(?>ab)*+c$",
    r"[\s\S]{3}",
    r"^[]a]{2}$",
    r"^[^a]b$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("least", [0, 3, 12])
def test_what_is_made_matches(pattern: str, least: int) -> None:
    """What only looks around is left to luck, so one of a few texts must match."""
    texts = [matching(pattern, chance(pattern, least, n), least) for n in range(8)]
    python = re.sub(r"\(\?<(?=[a-z])", "(?P<", pattern).replace(r"\p{Letter}", "[a-zA-Z]")
    python = python.replace(r"\p{L}", "[a-zA-Z]").replace(r"\p{Nd}", r"\d").replace("[^]", r"[\s\S]")
    fits = [text for text in texts if re.search(python, text)]
    assert fits if "(?" in pattern or r"\b" in pattern else fits == texts, texts


@pytest.mark.parametrize("pattern", [one for one in PATTERNS if one not in (r"^(?>ab)*+c$", r"^[^]$", r"^[]a]{2}$")])
def test_what_is_made_is_valid(pattern: str) -> None:
    it = schema({"type": "string", "pattern": pattern})
    assert any(it.accepts(matching(pattern, chance(pattern, n))) for n in range(8))


def test_we_have_patterns_of_our_own() -> None:
    assert len(OUR_PATTERNS) >= 4


@pytest.mark.parametrize(
    ("pattern", "least", "length"),
    [
        (r"^[a-z]+$", 30, (30, 34)),
        (r"^[a-z]{2,3}_[a-z]*$", 12, (12, 20)),
        (r"^a?b?c?$", 2, (2, 3)),
        (r"^[a-z]{5}$", 9, (5, 5)),
        (r"^(ab)+$", 7, (8, 16)),
        (r"^(|a)*$", 3, (0, 20)),
    ],
)
def test_a_text_is_as_long_as_asked_where_the_pattern_allows_it(
    pattern: str, least: int, length: tuple[int, int]
) -> None:
    for n in range(20):
        text = matching(pattern, chance(n), least)
        assert re.search(pattern, text)
        assert length[0] <= len(text) <= length[1]


def test_past_the_longest_nothing_is_repeated_that_need_not_be() -> None:
    for n in range(20):
        assert len(matching(r"^[a-z]+\d*x?$", chance(n), 0, 1)) == 1
        assert len(matching(r"^[a-z]{3}[0-9]*$", chance(n), 0, 2)) == 3


def test_the_same_chance_makes_the_same_text() -> None:
    for pattern in PATTERNS:
        assert matching(pattern, chance("x"), 5) == matching(pattern, chance("x"), 5)


def test_another_chance_makes_another_text() -> None:
    assert len({matching(r"^[a-z]{8}$", chance(n)) for n in range(20)}) == 20


@pytest.mark.parametrize(
    "pattern",
    [
        "a{4294967294}",
        "((a{1000}){1000}){1000}",
        "(a{60000}|b{60000})",
        "(" * 5_000 + ")" * 5_000,
        "([",
        r"^[^\s\S]$",
        r"(?(1)a|b)",
        "a{99999999999999999999}",
    ],
)
def test_a_pattern_that_is_unknown_or_asks_for_too_much_is_not_matched(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern):
        matching(pattern, chance())


@given(st.from_regex(r"[ab\[\]()|*+?{}^$.\\d0-9,-]{0,12}", fullmatch=True))
def test_no_pattern_does_anything_else_than_match_or_say_so(pattern: str) -> None:
    try:
        text = matching(pattern, chance(pattern))
    except UnsupportedPattern:
        return
    assert isinstance(text, str)


def test_a_text_that_is_too_long_is_refused_before_any_of_it_is_made() -> None:
    began = time.thread_time()
    for _ in range(100):
        with pytest.raises(UnsupportedPattern):
            matching("^[0-9]+$", chance(1), 5_000, 5_001)
    assert time.thread_time() - began < 0.1
