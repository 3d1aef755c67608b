"""Request patterns: what matches, what does not, and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.matching import Asked, differences, faults

ASKED = Asked(
    "POST",
    "/v1/leads",
    (("page", "2"), ("tag", "a"), ("tag", "b")),
    {"firstName": "Ana", "tags": ["x", "y"], "address": {"suburb": "Ryde"}, "n": 1, "ok": True},
    "POST /v1/leads",
)


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
        {"bodyPatterns": [{"equalToJson": ASKED.body}]},
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
    assert differences({"bodyPatterns": [{"contains": ""}]}, Asked("GET", "/"))
    assert not differences({"bodyPatterns": [{"contains": "b"}]}, Asked("GET", "/", body="abc"))


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
    assert [place for place, _ in faults(pattern, "/request")] == [pointer]
    assert list(faults({"urlPathPattern": "/v1/.*", "queryParameters": {"a": {"equalTo": "("}}})) == []


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=3)),
)


@given(values)
def test_every_body_equals_itself_in_any_order_and_with_more(body: Any) -> None:
    for flags in ({}, {"ignoreArrayOrder": True}, {"ignoreExtraElements": True}):
        assert not differences({"bodyPatterns": [{"equalToJson": [body], **flags}]}, Asked("POST", "/", body=[body]))
    more = {"equalToJson": {"a": body}, "ignoreExtraElements": True}
    assert not differences({"bodyPatterns": [more]}, Asked("POST", "/", body={"a": body, "b": 1}))
