"""How a test names a request."""

from enum import Enum
from typing import Any

import pytest
from messages import assert_message

from mock_server.testing import Refused, Sophiie
from mock_server.testing.request_pattern import pattern

URL = "http://127.0.0.1:4747"


class Source(Enum):
    CALL = "CALL"


@pytest.mark.parametrize(
    ("request_", "meant"),
    [
        ("GET /v1/leads", {"method": "GET", "urlPath": "/v1/leads"}),
        ("get  v1/leads ", {"method": "get", "urlPath": "/v1/leads"}),
        (f"GET {URL}/v1/leads", {"method": "GET", "urlPath": "/v1/leads"}),
        ("GET https://other.example/v1/{x}", {"method": "GET", "urlPath": "https://other.example/v1/{x}"}),
        ("GET /v1/leads/{leadId}", {"operation": "GET /v1/leads/{leadId}"}),
        ("listLeads", {"operation": "listLeads"}),
        (
            "GET /v1/leads?limit=5&q=a%20b&x=",
            {
                "method": "GET",
                "urlPath": "/v1/leads",
                "queryParameters": {"limit": {"equalTo": "5"}, "q": {"equalTo": "a b"}, "x": {"equalTo": ""}},
            },
        ),
        (
            "GET /v1/leads/{}/notes?limit=5",
            {"operation": "GET /v1/leads/{}/notes", "queryParameters": {"limit": {"equalTo": "5"}}},
        ),
    ],
)
def test_a_request_is_read_as_people_write_it(request_: str, meant: dict[str, Any]) -> None:
    assert pattern(URL, request_) == meant


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5"), (True, "true"), (None, ""), (Source.CALL, "CALL"), (1.5, "1.5"), ("a b", "a b")]
)
def test_a_value_is_compared_as_a_client_sends_it(value: Any, text: str) -> None:
    assert pattern(URL, "listLeads", {"a": value})["queryParameters"] == {"a": {"equalTo": text}}


def test_a_value_that_no_query_can_have_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"'a': .* \[1\]"):
        pattern(URL, "listLeads", {"a": [1]})
    with pytest.raises(ValueError, match="twice"):
        pattern(URL, "GET /v1/leads?limit=1&limit=2")


def test_no_check_passes_for_a_request_that_is_none(mine: Sophiie) -> None:
    mine.client.get("/v1/leads?limit=5")

    for wrong in ("GET /v1/laeds", "GET /v1/leads?limt=5", "DELETE /v1/leads", "getLeed"):
        for check in (mine.requests.assert_not_called, mine.requests.assert_called, mine.requests.assert_order):
            with pytest.raises(Refused) as refused:
                check(wrong)
            assert "allowUnknown" not in str(refused.value)  # who calls from Python has a keyword
            assert "getLeed" in wrong or "(or set allow_unknown=True)" in str(refused.value)
        for ask in (mine.requests.count, mine.requests.find, mine.faults.add):
            with pytest.raises(Refused):
                ask(wrong)
    with pytest.raises(AssertionError, match="wanted exactly 0, got 1"):
        mine.requests.assert_not_called("GET /v1/leads?limit=5")
    with pytest.raises(Refused, match="always true"):
        mine.requests.assert_called("GET /v1/leads", at_least=0)
    with pytest.raises(Refused, match="leave out"):
        mine.requests.assert_called("GET /v1/leads", times=1, at_most=2)
    mine.requests.assert_called("GET /v1/leads", at_most=1)
    mine.requests.assert_not_called("GET /v1/laeds", allow_unknown=True)
    mine.faults.add("GET /v1/leads?limit=5", {"status": 503})
    assert [mine.client.get(f"/v1/leads?limit={n}").status_code for n in (4, 5)] == [200, 503]


def test_a_rule_in_place_of_an_operation_says_what_is_wanted(sophiie: Sophiie) -> None:
    with pytest.raises(TypeError) as refused:
        sophiie.faults.add({"response": {"status": 503}})  # type: ignore[arg-type]
    assert_message(refused.value)
