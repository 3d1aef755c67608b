"""Regular expressions from outside: what they mean, what is refused, and that none takes long."""

import contextlib
import random
import time

import pytest

from mock_server.stubbing.linear_regex import LinearRegex, UnsupportedRegex


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        *(("a|ab", "ab", True), ("^a$", "a", True), ("a", "ab", False), ("b", "ab", False), ("a$", "a\n", False)),
        *(("a.c", "a\nc", True), (".*", "\r\n\u2028", True), (r"\d+", "12", True), (r"\d+", "１２", False)),
        *((r"\w+", "é", False), (r"\p{L}+", "éß", True), ("(?i)abc", "ABC", True), ("[^a]", "é", True), ("", "", True)),
        *((r"/v1/leads/[a-z_]+\d*", "/v1/leads/ld_1", True), (r"(?P<n>a){2}", "aa", True), (r"a\z", "a", True)),
        *(("a*[bc]+", "aac", True), (r"[+*]+", "+*", True), (r"a\++", "a++", True), (r"\\1", "\\1", True)),
    ],
)
def test_an_expression_matches_the_whole_text(pattern: str, text: str, matches: bool) -> None:
    assert LinearRegex(pattern).matches(text) is matches


def test_case_is_passed_over_when_asked_for() -> None:
    assert LinearRegex("straße|ab", ignore_case=True).matches("STRAßE")
    assert not LinearRegex("ab").matches("AB")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        *(("(?=a)b", "looks around"), ("a(?!b)", "looks around"), ("(?<=a)b", "looks around"), ("(?<!a)b", "looks")),
        *((r"(a)\1", "refers back"), (r"(?P<n>a)(?P=n)", "refers back"), (r"(?<n>a)\k<n>", "refers back")),
        *(("a++", "possessive"), ("a{2}+", "possessive"), ("(?>a)", "possessive"), ("(a)?(?(1)b|c)", "condition")),
        *(("(", "unterminated"), ("[", "unterminated"), ("*", "nothing to repeat"), ("a)|(b", "parenthesis")),
        *(("a)", "parenthesis"), (r"\Qa.b\E", "escape"), ("{id}", "write"), ("(" * 2_000, "no regular expression")),
        *(("(a{1000}){1000}", "too large"), (r"(\p{L}{1,50}){50}", "too large"), ("(?x)a # b", "too large")),
    ],
)
def test_what_cannot_be_bounded_is_refused_with_the_reason_and_a_remedy(pattern: str, says: str) -> None:
    with pytest.raises(UnsupportedRegex) as refused:
        LinearRegex(pattern)
    assert says in str(refused.value)


# Each makes an engine that goes back and forth, or one that builds automata, work as long as it can.
HEAVY = [
    *("(a+)+$", "(a|a)*b", "(a|ab|b)*c", "(.*)*x", "(x+x+)+y", "([ab]+)*[ab]+c", "(a?){50}a{50}", "(.*a){20}"),
    *(f"(?:a|b)*a(?:a|b){{{most}}}" for most in (20, 100, 500, 2_000)),
    *(f".*a.{{{most}}}b" for most in (20, 100, 500)),
    *(r"(?:.*a.{200}|.*b.{201})q", r"(\p{L}|a|b)*\p{L}{10}", ".{1,1000}b", "((a?){30}){30}b"),
]


@pytest.mark.parametrize("pattern", HEAVY)
def test_no_expression_takes_long(pattern: str) -> None:
    chance = random.Random(1)
    made = LinearRegex(pattern)
    texts = ["a" * made.longest, "".join(chance.choices("ab", k=made.longest)), "x" * made.longest]
    for text in texts:
        began = time.thread_time()
        made.matches(text)
        assert time.thread_time() - began < 0.3


@pytest.mark.parametrize(
    "pattern", ["(?:.{100}){100}", "(a{100}){100}", r"\p{L}{2000}", ".{1,2000}", "(?i)" + "ß" * 900]
)
def test_no_expression_takes_long_to_be_read(pattern: str) -> None:
    began = time.thread_time()
    with contextlib.suppress(UnsupportedRegex):
        LinearRegex(pattern)
    assert time.thread_time() - began < 0.3
