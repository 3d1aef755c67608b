"""The journal: what is kept of an exchange, what is found again, what is verified, what is explained."""

from typing import Any

import pytest
from messages import assert_message

from mock_server.server import MockServer
from mock_server.testing import Refused, Sophiie, workspace

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}


def test_an_exchange_is_kept_whole_and_its_key_is_not(mine: Sophiie) -> None:
    mine.inbox.subscribe("LEAD_CREATED")
    answer = mine.client.post("/v1/leads", json=LEAD)
    told = mine.control("GET", f"/requests/{answer.headers['x-mock-request-id']}")

    assert told["operation"] == "POST /v1/leads"
    assert told["request"]["body"] == LEAD
    assert told["response"]["body"] == answer.json()
    assert told["request"]["headers"]["authorization"] == "***"
    assert [event["type"] for event in told["events"]] == ["LEAD_CREATED"]
    assert told["rateLimit"] == {"limit": 5, "remaining": 3, "over": 0, "reset": 60}
    assert mine.api_key not in str(mine.control("GET", "/requests"))


def test_a_secret_in_a_body_or_a_header_is_masked(mine: Sophiie) -> None:
    mine.client.post(
        "/v1/leads", json=LEAD | {"lastName": "sk_live_abcdef123456"}, headers={"x-key": "sk_live_abcdef123456"}
    )

    told = mine.control("GET", "/requests/req_1")["request"]
    assert told["body"]["lastName"] == "sk_live_***"
    assert told["headers"]["x-key"] == "sk_live_***"


def test_findings_say_what_breaks_the_contract(mine: Sophiie) -> None:
    mine.client.get("/v1/leads?limit=x")
    told = mine.control("GET", "/requests/req_1")

    assert (told["status"], told["endedAt"]) == (400, "validation")
    assert "`limit`" in told["findings"][0]


def test_a_full_journal_says_what_it_dropped_and_coverage_forgets_nothing(mine: Sophiie) -> None:
    mine.control("POST", "/faults", {"request": {"urlPath": "/v1/faqs"}, "response": {"status": 500}})
    for _ in range(3):
        mine.client.get("/v1/faqs")
    for _ in range(200):
        mine.client.get("/v1/leads")
    told = mine.control("GET", "/requests?limit=1000")

    assert (len(told["requests"]), told["dropped"]) == (200, 3)
    assert mine.control("GET", "/coverage")["operations"]["GET /v1/faqs"]["requests"] == 3


def test_the_journal_is_narrowed_by_time_and_by_what_was_found(mine: Sophiie) -> None:
    mine.client.get("/v1/leads")
    mine.client.get("/v1/lead")
    mine.clock.advance(10)
    mine.client.get("/v1/faqs")

    def ids(query: str) -> list[str]:
        return [one["id"] for one in mine.control("GET", f"/requests?{query}")["requests"]]

    assert ids("limit=2") == ["req_3", "req_2"]
    assert ids("since=2026-03-04T09:00:05Z") == ["req_3"]
    assert ids("unmatched=true") == ["req_2"]
    with pytest.raises(Refused, match="no such parameter"):
        ids("limt=2")


def test_one_who_is_over_the_limit_still_meant_an_operation(mine: Sophiie) -> None:
    for _ in range(6):
        mine.client.get("/v1/leads")

    mine.requests.assert_called("GET /v1/leads", times=6)
    assert mine.control("GET", "/requests?unmatched=true")["requests"] == []
    assert mine.control("GET", "/coverage")["operations"]["GET /v1/leads"]["statuses"]["429"] == 1


def test_a_lost_request_is_told_what_it_probably_meant(mine: Sophiie) -> None:
    mine.client.get("/v1/lead")
    (lost,) = mine.control("GET", "/requests/unmatched")["requests"]

    assert lost["nearMisses"][0]["operation"] == "GET /v1/leads"
    with pytest.raises(AssertionError, match="did you mean /v1/leads"):
        mine.requests.assert_all_matched()


def test_only_the_newest_lost_requests_are_compared_with_the_operations(running: MockServer) -> None:
    with workspace(running.url, world="empty") as mine:
        for number in range(103):
            mine.client.get(f"/nowhere/{number}")
        told = mine.control("GET", "/requests/unmatched?limit=1000")
        last = mine.control("GET", "/requests/unmatched?limit=1")

    assert [one["path"] for one in told["requests"]] == [f"/nowhere/{number}" for number in range(3, 103)]
    assert [one["path"] for one in last["requests"]] == ["/nowhere/102"]
    assert told["meta"] == {"total": 103}


def test_requests_are_counted_found_and_forgotten_by_pattern(mine: Sophiie) -> None:
    lead = mine.world.leads[0]["id"]
    for path in (f"/v1/leads/{lead}", "/v1/leads?limit=2", "/v1/leads?limit=3"):
        mine.client.get(path)

    assert mine.requests.count("GET /v1/leads/{}") == 1
    assert mine.requests.count("GET /v1/leads") == 2
    assert [one["query"] for one in mine.requests.find("GET /v1/leads", query={"limit": 3})] == ["limit=3"]
    assert mine.control("POST", "/requests/remove", {"urlPathPattern": "/v1/leads"}) == {"removed": 2}
    assert [one["path"] for one in mine.requests.all()] == [f"/v1/leads/{lead}"]
    assert mine.control("GET", "/requests")["dropped"] == 0


@pytest.mark.parametrize(
    ("asked", "difference"),
    [
        ({"request": {"method": "GET"}, "exactly": 3}, "wanted exactly 3, got 2"),
        ({"request": {"method": "GET"}, "atLeast": 3}, "wanted at least 3, got 2"),
        ({"request": {"method": "GET"}, "atMost": 1}, "wanted at most 1, got 2"),
        ({"request": {"method": "GET"}, "atLeast": 3, "atMost": 4}, "wanted at least 3 and at most 4, got 2"),
        ({"request": {"method": "PUT"}}, "nearest: req_1 GET /v1/leads\n    method: wanted PUT, got GET"),
        ({"inOrder": [{"urlPath": "/v1/faqs"}, {"urlPath": "/v1/leads"}]}, "nothing after req_2 matches"),
    ],
)
def test_what_is_not_so_is_told_with_the_difference(mine: Sophiie, asked: dict[str, Any], difference: str) -> None:
    mine.client.get("/v1/leads")
    mine.client.get("/v1/faqs")

    with pytest.raises(Refused) as refused:
        mine.control("POST", "/verify", asked)
    assert refused.value.problem["status"] == 406
    assert difference in str(refused.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"request": {"method": "GET"}, "exactly": 2},
        {"request": {"method": "GET"}},
        {"request": {"method": "PUT"}, "exactly": 0},
        {"request": {"method": "PUT"}, "atMost": 1},
        {"inOrder": [{"urlPath": "/v1/leads"}, {"urlPath": "/v1/faqs"}]},
    ],
)
def test_what_is_so_is_verified(mine: Sophiie, asked: dict[str, Any]) -> None:
    mine.client.get("/v1/leads")
    mine.client.get("/v1/faqs")

    assert mine.control("POST", "/verify", asked)["verified"]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, ""),
        ({"request": {}, "inOrder": [{}]}, ""),
        ({"request": {"operation": "GET /v1/lead"}}, "/request/operation"),
        ({"request": {"urlPathPattern": "("}}, "/request/urlPathPattern"),
        ({"inOrder": [{}, {"urlPathPattern": "("}]}, "/inOrder/1/urlPathPattern"),
        ({"request": {"path": "/v1/leads"}}, "/request/path"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_refused(mine: Sophiie, asked: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        mine.control("POST", "/verify", asked)
    assert (refused.value.problem["status"], refused.value.problem["pointer"]) == (400, pointer)


def steps(mine: Sophiie, id: str) -> dict[str, str]:
    return {one["step"]: one["says"] for one in mine.control("GET", f"/explain/{id}")["steps"]}


def test_an_answer_is_explained_up_to_where_it_ended(mine: Sophiie) -> None:
    mine.client.post("/v1/leads", json=LEAD)
    mine.client.get("/v1/leads?limit=x")
    mine.client.get("/v1/lead")
    mine.faults.add("GET /v1/faqs", {"status": 503})
    mine.client.get("/v1/faqs")
    mine.client.get("/v1/leads", headers={"prefer": "code=500"})
    mine.client.get("/v1/leads")

    assert list(steps(mine, "req_1")) == [
        *("authentication", "rate limit", "route", "validation", "behaviour", "self-check", "event", "answer"),
    ]
    assert "`limit`" in steps(mine, "req_2")["validation"]
    assert "did you mean" in steps(mine, "req_3")["route"]
    assert list(steps(mine, "req_4")) == ["authentication", "rate limit", "fault", "answer"]
    assert "flt_1" in steps(mine, "req_4")["fault"]
    assert steps(mine, "req_5")["preference"] == "Prefer: code=500"
    assert "behaviour" not in steps(mine, "req_5")
    assert "more than 5 requests" in steps(mine, "req_6")["rate limit"]
    with pytest.raises(Refused) as refused:
        steps(mine, "req_99")
    assert_message(refused.value, ID=mine.id)


def test_an_answer_of_a_mapping_is_explained_as_one(mine: Sophiie) -> None:
    mapping = {"request": {"urlPath": "/v1/faqs"}, "response": {"status": 418}, "allowInvalid": True}
    id = mine.control("POST", "/mappings", mapping)["id"]
    mine.client.get("/v1/faqs")
    mine.faults.add("GET /v1/faqs", {"fixedDelayMilliseconds": 1})
    mine.client.get("/v1/faqs")

    assert list(steps(mine, "req_1")) == ["authentication", "rate limit", "mapping", "answer"]
    assert list(steps(mine, "req_2")) == ["authentication", "rate limit", "fault", "mapping", "answer"]
    told = steps(mine, "req_2")
    assert id in told["mapping"]
    assert told["answer"] == "418, 0 bytes"
    assert "flt_1; seed=1; draw=1; delay" in told["fault"]
    assert mine.control("GET", "/requests/req_1")["endedAt"] == "mapping"


def test_coverage_counts_what_was_exercised_and_shows_what_was_not(mine: Sophiie) -> None:
    mine.client.get("/v1/leads?limit=2")
    mine.client.post("/v1/leads", json=LEAD)
    mine.client.post("/v1/leads", json={})
    told = mine.control("GET", "/coverage")
    create = told["operations"]["POST /v1/leads"]

    assert (create["requests"], create["statuses"]["201"], create["statuses"]["400"]) == (2, 1, 1)
    assert create["parameters"]["body email"] == 1
    assert told["operations"]["GET /v1/leads"]["parameters"] == {"query page": 0, "query limit": 1}
    assert told["events"]["LEAD_CREATED"] == 1
    assert told["totals"]["operations"]["exercised"] == 2
    assert told["totals"]["events"] == {"exercised": 1, "all": 7}


def test_values_of_an_enumeration_are_covered_one_by_one(mine: Sophiie) -> None:
    operations = mine.control("GET", "/coverage")["operations"]
    assert operations["POST /api/webhooks/zapier/subscribe"]["values"]["body trigger"]["LEAD_CREATED"] == 0
    mine.inbox.subscribe("LEAD_CREATED")

    values = mine.control("GET", "/coverage")["operations"]["POST /api/webhooks/zapier/subscribe"]["values"]
    assert [name for name, count in values["body trigger"].items() if count] == ["LEAD_CREATED"]


def test_coverage_of_the_server_outlives_resets_and_workspaces(mine: Sophiie) -> None:
    def count() -> int:
        told = mine.control("GET", "/coverage?scope=server")
        return int(told["operations"]["GET /v1/policies"]["requests"])

    before = count()
    mine.client.get("/v1/policies")
    mine.reset()
    mine.client.get("/v1/policies")
    mine.control("DELETE", "/requests")

    assert count() == before + 2
    assert mine.control("GET", "/coverage")["operations"]["GET /v1/policies"]["requests"] == 1
