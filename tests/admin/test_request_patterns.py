"""Request patterns of the control plane: each name of an operation is understood, what can match nothing is refused."""

from typing import Any

import pytest
from desk import Desk, Tenant
from messages import assert_message
from starlette.applications import Starlette

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def refused(desk: Desk, path: str, body: Any) -> tuple[str, str]:
    """What a refusal says, and the pointer to what it means."""
    answer = desk.admin("POST", path, body)
    assert answer.status == 400, answer.body
    return answer.json["detail"], answer.json["pointer"]


@pytest.mark.parametrize(
    "name",
    ["GET /v1/leads/{}", "GET /v1/leads/{leadId}", "get  v1/leads/{anyName}", " GET /v1/leads/{lead_id} ", "getLead"],
)
def test_an_operation_is_found_by_each_of_its_names(desk: Desk, name: str) -> None:
    desk.ask("GET", f"/v1/leads/{desk.records('leads')[0]['id']}")

    assert desk.done("POST", "/requests/count", {"operation": name})["count"] == 1
    assert desk.done("POST", "/verify", {"request": {"operation": name}, "exactly": 1})["verified"]
    rule = desk.done("POST", "/faults", {"request": {"operation": name}, "response": {"status": 503}})
    assert rule["request"] == {"operation": "GET /v1/leads/{}"}
    mapping = {"request": {"operation": name}, "response": {"status": 418}, "allowInvalid": True}
    assert desk.done("POST", "/mappings", mapping)["request"] == rule["request"]
    assert desk.done("POST", "/requests/remove", {"operation": name}) == {"removed": 1}


@pytest.mark.parametrize(
    ("pattern", "says", "pointer"),
    [
        ({"operation": "GET /v1/laeds"}, "did you mean GET /v1/leads ?", "/operation"),
        ({"operation": "getLeed"}, "did you mean GET /v1/leads/{leadId} ?", "/operation"),
        ({"operation": "/v1/leads"}, "did you mean GET /v1/leads or POST /v1/leads ?", "/operation"),
        ({"operation": "ANY /v1/leads"}, "name GET /v1/leads or POST /v1/leads", "/operation"),
        ({"urlPath": "/v1/laeds"}, "did you mean GET /v1/leads", "/urlPath"),
        ({"urlPath": "v1/leads"}, "did you mean GET /v1/leads", "/urlPath"),
        ({"urlPath": "/v1/leads/"}, "did you mean GET /v1/leads", "/urlPath"),
        ({"urlPath": "/v1/leads?limit=5"}, "that stands in `queryParameters`", "/urlPath"),
        ({"urlPath": "https://api.sophiie.ai/v1/leads"}, "write the path alone", "/urlPath"),
        ({"urlPath": "/v1/leads/{leadId}"}, "write `operation`", "/urlPath"),
        ({"urlPath": "/v1/leads/:leadId"}, "write `operation`", "/urlPath"),
        ({"urlPath": "/v1/leads/*"}, "write `operation`", "/urlPath"),
        ({"method": "DELETE", "urlPath": "/v1/leads"}, "this path has GET, HEAD, POST", "/urlPath"),
        ({"method": "GETT"}, "no method; write one of GET", "/method"),
        ({"method": "PUT", "operation": "listLeads"}, "operation GET /v1/leads, method PUT", ""),
        ({"urlPathPattern": "/v1/laeds/.*"}, "urlPathPattern /v1/laeds/.*", "/urlPathPattern"),
        ({"urlPathPattern": "/v1/leads", "method": "PUT"}, "method PUT, urlPathPattern /v1/leads", "/urlPathPattern"),
        ({"operation": "listLeads", "queryParameters": {"limt": {"equalTo": "5"}}}, "`limit`", "/queryParameters/limt"),
        ({"queryParameters": {"limt": {"absent": True}}}, "did you mean `limit`?", "/queryParameters/limt"),
        ({"operation": "createLead", "bodyPatterns": [{"equalToJson": {"emial": "x"}}]}, "`email`", "/bodyPatterns/0"),
        ({"operation": "createLead", "bodyPatterns": [{"equalToJson": '{"emial":1}'}]}, "`email`", "/bodyPatterns/0"),
        ({"operation": "createLead", "bodyPatterns": [{"matchesJsonPath": "$.emial"}]}, "`email`", "/bodyPatterns/0"),
        ({"operation": "createLead", "bodyPatterns": [{"equalToJson": [1]}]}, "is an object here", "/bodyPatterns/0"),
        ({"operation": "listLeads", "bodyPatterns": [{"contains": "x"}]}, "takes no body", "/bodyPatterns"),
        ({"queryParameters": {"limit": {"equalTo": "5", "contains": "6"}}}, "both", "/queryParameters/limit/contains"),
        ({"queryParameters": {"limit": {"absent": True, "equalTo": "5"}}}, "both", "/queryParameters/limit/equalTo"),
        (
            {"operation": "createLead", "bodyPatterns": [{"doesNotMatch": ".*"}]},
            "nothing",
            "/bodyPatterns/0/doesNotMatch",
        ),
    ],
)
def test_what_can_match_nothing_is_refused_wherever_it_stands(
    desk: Desk, pattern: dict[str, Any], says: str, pointer: str
) -> None:
    what, where = refused(desk, "/requests/remove", pattern)
    assert (says in what, where) == (True, pointer), what
    assert refused(desk, "/verify", {"request": pattern, "exactly": 0}) == (what, f"/request{pointer}")
    assert refused(desk, "/verify", {"inOrder": [{}, pattern]}) == (what, f"/inOrder/1{pointer}")
    rule = {"request": pattern, "response": {"status": 503}}
    assert refused(desk, "/faults", rule) == (what, f"/request{pointer}")
    if "bodyPatterns" not in pattern:
        mapping = {"request": pattern, "response": {"status": 200}}
        assert refused(desk, "/mappings", mapping)[1] == f"/request{pointer}"
    assert desk.done("GET", "/faults") == {"faults": []}
    assert desk.done("GET", "/mappings")["mappings"] == []


@pytest.mark.parametrize(
    ("pattern", "pointer"),
    [
        ({"urlPath": "/v1/laeds"}, "/urlPath"),
        ({"queryParameters": {"limt": {"absent": True}}}, "/queryParameters/limt"),
        ({"operation": "createLead", "bodyPatterns": [{"equalToJson": {"emial": "x"}}]}, "/bodyPatterns/0"),
    ],
)
def test_a_search_says_what_no_document_has_and_finds_what_was_sent(
    desk: Desk, pattern: dict[str, Any], pointer: str
) -> None:
    desk.ask("GET", "/v1/laeds")
    desk.ask("GET", "/v1/leads")
    desk.ask("POST", "/v1/leads", {"emial": "x"})

    found = desk.done("POST", "/requests/find", pattern)
    assert found["unknown"]["pointer"] == pointer
    assert "did you mean" in found["unknown"]["detail"]
    assert desk.done("POST", "/requests/count", pattern)["count"] == len(found["requests"]) >= 1
    assert "unknown" not in desk.done("POST", "/requests/count", {**pattern, "allowUnknown": True})
    assert "did you mean" in refused(desk, "/requests/remove", pattern)[0]


@pytest.mark.parametrize(
    "pattern",
    [
        {"method": "get", "urlPath": "/v1/leads"},
        {"method": "ANY", "urlPath": "/v1/leads"},
        {"urlPathPattern": "/v1/(leads|faqs)"},
        {"urlPathPattern": "/v1/leads?"},
        {"urlPathPattern": "/v1/lea.*", "queryParameters": {"limit": {"matches": "[0-9]"}}},
        {"urlPathPattern": "/v1/leads|/nowhere"},
        {"method": "GET", "queryParameters": {"limit": {"equalTo": "5"}}},
        {},
    ],
)
def test_what_can_match_is_let_through(desk: Desk, pattern: dict[str, Any]) -> None:
    desk.ask("GET", "/v1/leads?limit=5")

    assert desk.done("POST", "/requests/count", pattern)["count"] == 1


def test_an_expression_for_an_id_of_any_kind_reaches_its_operation(desk: Desk) -> None:
    request = {"method": "GET", "urlPathPattern": "/v1/inquiries/in_[a-z0-9]+"}
    problem = desk.admin("POST", "/mappings", {"request": request, "response": {"status": 418}}).json

    assert problem["detail"].startswith("GET /v1/inquiries/{} documents ")


def test_what_nobody_documents_can_be_meant_by_a_word(desk: Desk) -> None:
    desk.ask("GET", "/v1/laeds")
    desk.ask("GET", "/v1/leads?limt=5")
    desk.ask("POST", "/v1/leads", LEAD | {"emial": "x"})

    for pattern in (
        {"urlPath": "/v1/laeds"},
        {"urlPath": "/v1/leads", "queryParameters": {"limt": {"equalTo": "5"}}},
        {"urlPath": "/v1/leads", "bodyPatterns": [{"matchesJsonPath": "$.emial"}]},
    ):
        assert desk.done("POST", "/requests/count", {**pattern, "allowUnknown": True})["count"] == 1
    asked = {"request": {"urlPath": "/v1/leeds", "allowUnknown": True}, "exactly": 0}
    assert desk.done("POST", "/verify", asked)["verified"]
    desk.fault({"status": 503}, request={"urlPath": "/v1/laeds", "allowUnknown": True})
    assert desk.ask("GET", "/v1/laeds").status == 503
    assert "no such operation" in refused(desk, "/requests/count", {"operation": "laeds", "allowUnknown": True})[0]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"atLeast": 0}, "always true"),
        ({"exactly": 1, "atMost": 2}, "leave out atLeast and atMost"),
        ({"atLeast": 3, "atMost": 2}, "no number is at least 3 and at most 2"),
    ],
)
def test_a_question_whose_answer_is_known_is_refused(desk: Desk, asked: dict[str, int], says: str) -> None:
    assert says in refused(desk, "/verify", {"request": {"method": "GET"}, **asked})[0]
    assert_message(refused(desk, "/verify", {"inOrder": [{}], **asked})[0], "number beside an order")


def test_a_stale_read_can_strike_reads_only(desk: Desk) -> None:
    for request in ({"method": "POST"}, {"operation": "createLead"}):
        what, _ = refused(desk, "/faults", {"request": request, "response": {"fault": "STALE_READ"}})
        assert "strikes reads only" in what
    desk.fault({"fault": "STALE_READ"}, request={"method": "ANY", "urlPath": "/v1/leads"})
