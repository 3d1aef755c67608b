"""Request patterns: what matches, what does not, and why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import assert_message

from mock_server.stubbing.request_pattern import Body, PatternProblem, PatternRequest, RequestPattern
from mock_server.support.url_path import canonical_path

VALUE = {"firstName": "Ana", "tags": ["x", "y"], "address": {"suburb": "Ryde"}, "n": 1, "ok": True}
SENT = json.dumps(VALUE, indent=1)
ASKED = PatternRequest(
    *("POST", "/v1/leads", (("page", "2"), ("tag", "a"), ("tag", "b"))),
    body=Body(SENT.encode()),
    operation="POST /v1/leads",
)


def differences(pattern: dict[str, Any], asked: PatternRequest) -> list[str]:
    return [difference.what for difference in RequestPattern(pattern).differences(asked)]


def posted(text: str | bytes) -> PatternRequest:
    return PatternRequest("POST", "/", body=Body(text if isinstance(text, bytes) else text.encode()))


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"method": "POST", "urlPath": "/v1/leads", "operation": "POST /v1/leads"},
        {"method": "ANY", "urlPathPattern": "/v1/.*"},
        {"queryParameters": {"page": {"equalTo": "2"}, "tag": {"equalTo": "b"}, "none": {"absent": True}}},
        {"queryParameters": {"page": {"matches": "[0-9]", "doesNotMatch": "3", "doesNotContain": "7"}}},
        {"bodyPatterns": [{"contains": '"Ana"'}, {"contains": "ANA", "caseInsensitive": True}]},
        {"bodyPatterns": [{"matchesJsonPath": "$.tags[1]"}]},
        {"bodyPatterns": [{"matchesJsonPath": {"expression": "$.address.suburb", "equalTo": "Ryde"}}]},
        {"bodyPatterns": [{"matchesJsonPath": {"expression": "$.email", "absent": True}}]},
        {"bodyPatterns": [{"equalToJson": {"firstName": "Ana"}, "ignoreExtraElements": True}]},
        {
            "bodyPatterns": [
                {"equalToJson": '{"tags": ["y", "x"]}', "ignoreExtraElements": True, "ignoreArrayOrder": True}
            ]
        },
        {"bodyPatterns": [{"equalToJson": VALUE}]},
    ],
)
def test_what_is_meant_matches(pattern: dict[str, Any]) -> None:
    assert differences(pattern, ASKED) == []


@pytest.mark.parametrize(
    ("pattern", "difference"),
    [
        ({"method": "GET"}, "method: wanted GET, got POST"),
        ({"urlPath": "/v1/lead"}, "urlPath: wanted /v1/lead, got /v1/leads"),
        ({"urlPathPattern": "/v1/lead"}, "urlPathPattern: wanted /v1/lead, got /v1/leads"),
        ({"operation": "GET /v1/leads"}, "operation: wanted GET /v1/leads, got POST /v1/leads"),
        ({"queryParameters": {"page": {"equalTo": "1"}}}, 'queryParameters/page: wanted {"equalTo":"1"}, got "2"'),
        ({"queryParameters": {"x": {"equalTo": "1"}}}, 'queryParameters/x: wanted {"equalTo":"1"}, got nothing'),
        ({"queryParameters": {"page": {"absent": True}}}, 'queryParameters/page: wanted {"absent":true}, got "2"'),
        (
            {"queryParameters": {"page": {"doesNotMatch": "[0-9]"}}},
            'queryParameters/page: wanted {"doesNotMatch":"[0-9]"}, got "2"',
        ),
        ({"bodyPatterns": [{"matchesJsonPath": "$.email"}]}, "bodyPatterns/0: $.email wanted {}, got nothing"),
        ({"bodyPatterns": [{"matchesJsonPath": "$.tags[2]"}]}, "bodyPatterns/0: $.tags[2] wanted {}, got nothing"),
    ],
)
def test_what_is_not_meant_says_why(pattern: dict[str, Any], difference: str) -> None:
    assert differences(pattern, ASKED) == [difference]


@pytest.mark.parametrize(
    "wanted", [{"firstName": "Ana"}, {"n": True}, {"ok": 1}, {"tags": ["y", "x"]}, {"tags": ["x"]}, {"tags": "x"}]
)
def test_json_is_compared_as_json(wanted: dict[str, Any]) -> None:
    extra = wanted != {"firstName": "Ana"}
    pattern = {"bodyPatterns": [{"equalToJson": wanted, "ignoreExtraElements": extra and wanted != {"tags": ["x"]}}]}
    (difference,) = differences(pattern, ASKED)
    assert difference.startswith("bodyPatterns/0: wanted")


def test_a_request_without_a_body_has_none() -> None:
    assert differences({"bodyPatterns": [{"contains": ""}]}, PatternRequest("GET", "/"))
    assert not differences({"bodyPatterns": [{"contains": "b"}]}, posted("abc"))


def test_all_that_is_wrong_is_told() -> None:
    pattern = {"method": "GET", "urlPath": "/x", "queryParameters": {"page": {"equalTo": "1"}}}
    assert len(differences(pattern, ASKED)) == 3


@pytest.mark.parametrize(
    ("pattern", "pointer"),
    [
        ({"urlPathPattern": "("}, "/request/urlPathPattern"),
        ({"queryParameters": {"page": {"matches": "["}}}, "/request/queryParameters/page/matches"),
        ({"bodyPatterns": [{}, {"doesNotMatch": "*"}]}, "/request/bodyPatterns/1/doesNotMatch"),
        (
            {"bodyPatterns": [{"matchesJsonPath": {"expression": "$.a", "matches": "["}}]},
            "/request/bodyPatterns/0/matchesJsonPath/matches",
        ),
    ],
)
def test_a_wrong_expression_is_found_with_its_place(pattern: dict[str, Any], pointer: str) -> None:
    with pytest.raises(PatternProblem) as fault:
        RequestPattern(pattern, "/request")
    assert fault.value.pointer == pointer
    RequestPattern({"urlPathPattern": "/v1/.*", "queryParameters": {"a": {"equalTo": "("}}})


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)),
)


@given(values)
def test_every_body_equals_itself_in_any_order_and_with_more(body: Any) -> None:
    for flags in ({}, {"ignoreArrayOrder": True}, {"ignoreExtraElements": True}):
        assert not differences({"bodyPatterns": [{"equalToJson": [body], **flags}]}, posted(json.dumps([body])))
    more = {"equalToJson": {"a": body}, "ignoreExtraElements": True}
    assert not differences({"bodyPatterns": [more]}, posted(json.dumps({"a": body, "b": 1})))


def test_a_text_is_compared_with_what_was_sent() -> None:
    sent = '{"firstName": "Ana",\n "suburb":"Newtown"}'
    for matcher in (
        {"equalTo": sent},
        {"contains": '"firstName": "Ana",\n'},
        {"matches": '.*"Ana".*Newtown.*'},
        {"doesNotContain": '"firstName":"Ana"'},
        {"doesNotMatch": "[^\n]*"},
        {"equalTo": sent.upper(), "caseInsensitive": True},
    ):
        assert differences({"bodyPatterns": [matcher]}, posted(sent)) == []
    assert differences({"bodyPatterns": [{"equalTo": json.dumps(json.loads(sent))}]}, posted(sent))


@pytest.mark.parametrize("raw", [b"no json", b"\xff\xfe", b"[1", b'{"a": NaN}'])
def test_what_is_no_json_is_equal_to_none(raw: bytes) -> None:
    values: tuple[Any, ...] = ("no json", None, {}, [])
    for wanted in values:
        pattern = {"bodyPatterns": [{"equalToJson": wanted if wanted != "no json" else '"no json"'}]}
        (difference,) = differences(pattern, posted(raw))
        assert difference.startswith("bodyPatterns/0: wanted")
    assert (
        differences({"bodyPatterns": [{"matchesJsonPath": {"expression": "$.a", "absent": True}}]}, posted(raw)) == []
    )


def test_a_wanted_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(PatternProblem, match="no JSON") as fault:
        RequestPattern({"bodyPatterns": [{}, {"equalToJson": "{"}]}, "/request")
    assert fault.value.pointer == "/request/bodyPatterns/1/equalToJson"


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/a%2Fb", "/a%2fb"),
        ("/menu/café", "/menu/caf%C3%A9"),
        ("/menu/caf%c3%a9", "/menu/café"),
        ("/me", "/%6d%65"),
        ("/100%", "/100%25"),
        ("/a b", "/a%20b"),
        ("/%ff", "/%FF"),
    ],
)
def test_a_path_is_one_however_it_is_written(wanted: str, path: str) -> None:
    assert not differences({"urlPath": wanted}, PatternRequest("GET", canonical_path(path)))


@pytest.mark.parametrize(
    ("wanted", "path"),
    [("/a/b", "/a%2Fb"), ("/a?b", "/a%3Fb"), ("/a#b", "/a%23b"), ("/%FE", "/%FF"), ("/%2525", "/%25"), ("/a%", "/b%")],
)
def test_two_paths_stay_two(wanted: str, path: str) -> None:
    assert differences({"urlPath": wanted}, PatternRequest("GET", canonical_path(path)))
    assert not differences({"urlPathPattern": "/[^/]+"}, PatternRequest("GET", canonical_path(path)))


def test_what_was_cut_or_is_too_long_is_neither_a_match_nor_none() -> None:
    big = Body(b"[" + b"1," * 40_000 + b"1]")
    cut = Body(b'{"a": 1', cut=True)
    for body, matcher in (
        (cut, {"contains": "a"}),
        (cut, {"doesNotContain": "a"}),
        (cut, {"equalToJson": {}}),
        (big, {"matches": ".{1,900}"}),
        (big, {"doesNotMatch": ".{1,900}"}),
        (big, {"equalToJson": [1] * 40_001, "ignoreArrayOrder": True, "ignoreExtraElements": True}),
    ):
        if matcher.get("ignoreArrayOrder"):
            body = Body(b"[" + b"1.0," * 40_000 + b"1]")
        (difference,) = RequestPattern({"bodyPatterns": [matcher]}).differences(PatternRequest("POST", "/", body=body))
        assert not difference.sure
    other = RequestPattern({"method": "GET", "bodyPatterns": [{"contains": "a"}]})
    assert [it.sure for it in other.differences(PatternRequest("POST", "/", body=cut))] == [True, False]


def test_a_difference_shows_a_number_of_any_length() -> None:
    pattern = {"bodyPatterns": [{"equalToJson": '{"n":12345678901234567800000000}'}]}
    (difference,) = differences(pattern, posted('{"n": 12345678901234567890123456}'))
    assert_message(difference)
