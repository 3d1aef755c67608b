"""Patterns that look around or back say yes or no at once, whatever text they are compared with."""

import time

import pytest
from specimens import schema

from mock_server.errors import SpecError

_PASSWORD = r"(?=.*[A-Z])(?=.*\d).{8,}"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (_PASSWORD, "Abcdefg1", True),
        (_PASSWORD, "abcdefg1", False),
        (_PASSWORD, "Abcdefg1" * 10_000, True),
        (r"^(\w+)-\1$", "ab-ab", True),
        (r"^(\w+)-\1$", "ab-cd", False),
        (r"^(?!admin)\w+$", "administrator", False),
        (r"^(?!admin)\w+$", "x" * 100_000, True),
    ],
)
def test_a_pattern_that_looks_around_or_back_is_held(pattern: str, text: str, fits: bool) -> None:
    assert schema({"type": "string", "pattern": pattern}).accepts(text) is fits


def test_a_refusal_names_the_pattern() -> None:
    [problem] = schema({"properties": {"a": {"pattern": r"^(?!admin)\w+$"}}}).problems({"a": "admin"})
    assert problem.where == "/a"
    assert "does not match" in problem.what
    assert "admin)" in problem.what


def test_a_long_text_is_refused_soon() -> None:
    """30,000 characters took 0.8 s, and a million would have stopped the server for good."""
    of = schema({"type": "string", "pattern": _PASSWORD})
    for length in (30_000, 300_000):
        began = time.process_time()
        [problem] = of.problems("a" * length)
        assert time.process_time() - began < 0.2
        assert "too costly" in problem.what


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(SpecError):
        schema({"type": "string", "pattern": "(?=("})
