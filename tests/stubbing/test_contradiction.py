"""Patterns that nothing can match are refused; whatever may match something is let through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.stubbing.request_pattern import Body, PatternProblem, PatternRequest, RequestPattern
from mock_server.stubbing.text_matcher import RegexCompiler, TextMatcher
from mock_server.support.exact_json import write_json


def at(path: str, **conditions: Any) -> dict[str, Any]:
    return {"matchesJsonPath": {"expression": path, **conditions}}


def equal(value: Any, *flags: str) -> dict[str, Any]:
    return {"equalToJson": value, **dict.fromkeys(flags, True)}


MORE, ANY_ORDER = "ignoreExtraElements", "ignoreArrayOrder"


@pytest.mark.parametrize(
    ("matcher", "where"),
    [
        ({"equalTo": "x", "contains": "y"}, "/contains"),
        ({"equalTo": "x", "doesNotContain": "x"}, "/doesNotContain"),
        ({"equalTo": "abc", "matches": "[0-9]+"}, "/matches"),
        ({"equalTo": "abc", "doesNotMatch": "a.*"}, "/doesNotMatch"),
        ({"equalTo": "ABC", "doesNotContain": "b", "caseInsensitive": True}, "/doesNotContain"),
        ({"matches": "abc", "equalTo": "abd"}, "/equalTo"),
        ({"matches": "a.+", "doesNotMatch": "a.+"}, "/doesNotMatch"),
        ({"contains": "abc", "doesNotContain": "b"}, "/doesNotContain"),
        ({"doesNotContain": ""}, "/doesNotContain"),
        *(({"doesNotMatch": all_texts}, "/doesNotMatch") for all_texts in (".*", "(.*)", r"^[\s\S]*$", "(?s).*?")),
        *(({"absent": True, name: "x"}, f"/{name}") for name in ("equalTo", "contains", "doesNotContain", "matches")),
    ],
)
def test_conditions_on_one_text_that_cannot_hold_at_once(matcher: dict[str, Any], where: str) -> None:
    with pytest.raises(PatternProblem) as fault:
        RequestPattern({"queryParameters": {"a": matcher}})
    assert fault.value.pointer == f"/queryParameters/a{where}"
    if "absent" not in matcher:
        with pytest.raises(PatternProblem):
            RequestPattern({"bodyPatterns": [matcher]})


@pytest.mark.parametrize(
    "matcher",
    [
        {"absent": True, "caseInsensitive": True},
        {"equalTo": "", "matches": ".*"},
        {"equalTo": "xy", "contains": "y", "doesNotContain": "z", "matches": "[a-z]+", "doesNotMatch": "[0-9]+"},
        {"equalTo": "abc", "matches": "[A-C]+", "contains": "B", "caseInsensitive": True},
        {"contains": "a", "doesNotContain": "abc"},
        {"matches": "a.+", "doesNotMatch": "a[0-9]+"},
        {"doesNotMatch": ".+"},
    ],
)
def test_conditions_on_one_text_that_can_hold(matcher: dict[str, Any]) -> None:
    RequestPattern({"queryParameters": {"a": matcher}})


@pytest.mark.parametrize(
    "matchers",
    [
        [{"equalTo": ""}],
        [{"equalTo": "x"}, {"equalTo": "y"}],
        [equal({"a": 1}), equal({"a": 2})],
        [equal({"a": 1}), equal({"a": 1, "b": 2}, MORE)],
        [equal({"a": 1, "b": 1}, MORE), equal({"a": 2}, MORE)],
        [equal([1, 2], ANY_ORDER), equal([1], ANY_ORDER)],
        [equal([]), equal({})],
        [equal({"a": 1}), {"equalTo": "x"}],
        [equal({"a": 1}), {"equalTo": '{"a": 2}'}],
        [equal({"a": "x"}), at("$.a", equalTo="y")],
        [equal({"a": "x"}, MORE), at("$.a", doesNotMatch="x")],
        [equal({"a": 1}), at("$.a", absent=True)],
        [equal({"a": "x"}), {"matchesJsonPath": "$.b"}],
        [at("$.a", absent=True), {"matchesJsonPath": "$.a"}],
        [at("$.a", absent=True), at("$.a.b", equalTo="x")],
        [at("$.a", equalTo="x"), at("$.a", contains="y")],
        [{"equalTo": "hello"}, {"matchesJsonPath": "$.a"}],
        [at("$", absent=True), equal({})],
    ],
)
def test_conditions_on_a_body_that_cannot_hold_at_once(matchers: list[dict[str, Any]]) -> None:
    for some in (matchers, matchers[::-1]):
        with pytest.raises(PatternProblem) as fault:
            RequestPattern({"bodyPatterns": some}, "/request")
        assert fault.value.pointer.startswith("/request/bodyPatterns/")


@pytest.mark.parametrize(
    ("matchers", "body"),
    [
        ([{"equalTo": "aB", "caseInsensitive": True}, {"contains": "Ab"}], b"Ab"),
        ([equal({"a": 1}, MORE), equal({"b": 2}, MORE)], b'{"a": 1, "b": 2}'),
        ([equal({"a": 1, "b": 2}), equal({"a": 1.0}, MORE)], b'{"a": 1, "b": 2}'),
        ([equal({"a": 1}), {"equalTo": '{"a":1.0}'}, at("$.a", equalTo="1.0")], b'{"a":1.0}'),
        ([equal(["x", "y"], ANY_ORDER), equal(["y", "x"]), at("$[0]", equalTo="y")], b'["y", "x"]'),
        ([equal({"a": "x"}, MORE), at("$.b", equalTo="y")], b'{"a": "x", "b": "y"}'),
        ([at("$.a", absent=True), at("$.ab", equalTo="x"), at("$.a.b", absent=True)], b'{"ab": "x"}'),
        ([at("$.a", absent=True), {"equalTo": "hello"}], b"hello"),
        ([{"equalTo": '{"A":1}', "caseInsensitive": True}, {"matchesJsonPath": "$.a"}], b'{"a":1}'),
        (
            [equal({"a": None, "b": True}), at("$.a", equalTo="null"), at("$.b", matches="true|x")],
            b'{"a":null,"b":true}',
        ),
    ],
)
def test_conditions_on_a_body_that_can_hold(matchers: list[dict[str, Any]], body: bytes) -> None:
    assert RequestPattern({"bodyPatterns": matchers}).differences(PatternRequest("POST", "/", body=Body(body))) == []


def test_a_path_of_another_form_than_is_wanted() -> None:
    RequestPattern({"urlPath": "/a/b", "urlPathPattern": "/a/.*"})
    with pytest.raises(PatternProblem, match="urlPath"):
        RequestPattern({"urlPath": "/a", "urlPathPattern": "/b.*"})


_TEXT = st.text("aAb", max_size=3)
_MATCHER = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("equalTo", "contains", "doesNotContain"), _TEXT),
        **dict.fromkeys(("matches", "doesNotMatch"), st.sampled_from(["a", "a.*", "[ab]+", ".*", "A|b", "(a*)"])),
        "caseInsensitive": st.booleans(),
    },
)
_JSON = st.recursive(
    st.sampled_from(["a", "b", None, True, 1]),
    lambda parts: st.lists(parts, max_size=2) | st.dictionaries(st.sampled_from("ab"), parts, max_size=2),
    max_leaves=3,
)


@given(_MATCHER, _TEXT)
def test_no_matcher_of_a_text_that_is_met_is_refused(matcher: dict[str, Any], text: str) -> None:
    if TextMatcher(matcher, "", RegexCompiler()).difference(text) is None:
        RequestPattern({"queryParameters": {"a": matcher}})


@given(
    _JSON, st.lists(st.tuples(_JSON, st.booleans(), st.booleans()), max_size=3), st.sampled_from(["$.a", "$[0]", "$"])
)
def test_no_pattern_that_a_body_meets_is_refused(body: Any, wanted: list[Any], path: str) -> None:
    sent = PatternRequest("POST", "/", body=Body(write_json(body)))
    matchers = [
        {"equalToJson": write_json(value).decode(), MORE: extra, ANY_ORDER: order} for value, extra, order in wanted
    ]
    matchers += [{"equalTo": write_json(body).decode()}, at(path), at(path, absent=True), at(path, equalTo="a")]
    met = [one for one in matchers if _is_met(one, sent)]
    assert RequestPattern({"bodyPatterns": met}).differences(sent) == []


def _is_met(matcher: dict[str, Any], sent: PatternRequest) -> bool:
    return not RequestPattern({"bodyPatterns": [matcher]}).differences(sent)
