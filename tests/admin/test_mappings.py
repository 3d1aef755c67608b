"""Stub overrides: they answer in place of the program, and only as the contract allows unless they are let."""

from typing import Any

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette

from mock_server.admin.routes import mappings

FAILURE = {"success": False, "message": "down", "error": {"status": 500, "message": "down"}}
STUB: dict[str, Any] = {
    "request": {"method": "GET", "urlPath": "/v1/leads"},
    "response": {"status": 418, "jsonBody": {"tea": True}, "headers": {"X-Pot": "1"}},
    "allowInvalid": True,
}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def stub(desk: Desk, **changes: Any) -> Any:
    return desk.done("POST", "/mappings", {**STUB, **changes})


def test_an_override_answers_and_says_so(desk: Desk) -> None:
    made = stub(desk)
    answer = desk.ask("GET", "/v1/leads?limit=nonsense")
    assert (answer.status, answer.json, answer.get("x-pot")) == (418, {"tea": True}, "1")
    assert answer.get("x-mock-mapping") == made["id"]
    (exchange,) = desk.workspace.journal
    assert exchange.to_dict()["mapping"] == made["id"]
    assert desk.ask("GET", "/v1/members?limit=1").status == 200


def test_the_lowest_priority_answers_and_of_several_the_newest(desk: Desk) -> None:
    stub(desk, id="first", priority=1, response={"status": 201})
    stub(desk, id="old")
    stub(desk, id="new", response={"status": 202})
    assert desk.ask("GET", "/v1/leads").status == 201
    desk.done("DELETE", "/mappings/first")
    assert desk.ask("GET", "/v1/leads").status == 202


def test_bodies_choose_and_what_is_not_chosen_goes_on_whole(desk: Desk) -> None:
    request = {
        "operation": "POST /v1/leads",
        "bodyPatterns": [{"matchesJsonPath": {"expression": "$.firstName", "equalTo": "Eve"}}],
    }
    stub(desk, request=request)
    assert desk.ask("POST", "/v1/leads", {"firstName": "Eve", "suburb": "Ryde"}).status == 418
    created = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    assert (created.status, created.json["lead"]["firstName"]) == (201, "Ana")


def test_nobody_else_sees_it(app: Starlette, desk: Desk, tenant: Tenant) -> None:
    stub(desk)
    neighbour = Desk(app, *tenant())
    assert neighbour.ask("GET", "/v1/leads").status == 200
    assert neighbour.done("GET", "/mappings")["mappings"] == []


def test_a_body_that_keeps_the_contract_is_taken(desk: Desk) -> None:
    body = desk.ask("GET", "/v1/leads?limit=1").json
    stub(desk, allowInvalid=False, response={"status": 200, "jsonBody": body, "fixedDelayMilliseconds": 1})
    assert desk.ask("GET", "/v1/leads").json == body


@pytest.mark.parametrize(
    ("request_", "response", "pointer"),
    [
        ({"urlPath": "/v1/leads"}, {"status": 418}, "/response/status"),
        ({"urlPath": "/v1/leads", "method": "GET"}, {"jsonBody": {"leads": 3}}, "/response/jsonBody"),
        ({"urlPathPattern": "/v1/lead.*", "method": "GET"}, {"jsonBody": {"leads": 3}}, "/response/jsonBody"),
        ({"urlPath": "/v1/leads", "method": "GET"}, {"status": 200}, "/response"),
        ({"urlPath": "/v1/nothing"}, {"status": 200}, "/request/urlPath"),
        ({"urlPathPattern": "("}, {"status": 200}, "/request/urlPathPattern"),
        ({}, {"status": 200}, "/request"),
    ],
)
def test_what_breaks_the_contract_is_refused_and_nothing_changes(
    desk: Desk, request_: dict[str, Any], response: dict[str, Any], pointer: str
) -> None:
    asked = {"request": request_, "response": response}
    refused = desk.admin("POST", "/mappings", asked)
    assert (refused.status, refused.json["pointer"]) == (400, pointer)
    many = desk.admin("POST", "/mappings/import", {"mappings": [STUB, asked]})
    assert (many.status, many.json["pointer"]) == (400, f"/mappings/1{pointer}")
    assert not desk.workspace.mappings
    if pointer not in ("/request/urlPathPattern", "/request") or "urlPath" in request_:
        assert desk.admin("POST", "/mappings", {**asked, "allowInvalid": True}).status == 201


def test_import_change_remove_and_reset(desk: Desk) -> None:
    made = desk.done("POST", "/mappings/import", {"mappings": [{**STUB, "id": "a"}, {**STUB, "id": "b"}]})["mappings"]
    assert [mapping["id"] for mapping in made] == ["a", "b"]
    desk.done("PUT", "/mappings/b", {**STUB, "response": {"status": 202}})
    assert desk.done("GET", "/mappings/b")["response"] == {"status": 202}
    assert desk.admin("PUT", "/mappings/b", {**STUB, "id": "c"}).json["pointer"] == "/id"
    assert desk.done("DELETE", "/mappings/a") == {"removed": ["a"]}
    assert desk.done("POST", "/mappings/reset") == {"removed": ["b"]}
    assert [
        desk.admin(method, "/mappings/b", STUB if method == "PUT" else None).status
        for method in ("GET", "PUT", "DELETE")
    ] == [404] * 3
    assert desk.ask("GET", "/v1/leads").status == 200


def test_a_generated_id_is_never_one_that_is_there(desk: Desk) -> None:
    own = [stub(desk, id=f"map_{number}")["id"] for number in (2, 3)]
    made = [stub(desk)["id"] for _ in range(3)]
    assert len({*own, *made}) == len(desk.workspace.mappings) == 5


def test_the_id_of_another_mapping_is_refused(desk: Desk) -> None:
    made = stub(desk)
    taken = desk.admin("POST", "/mappings", {**STUB, "id": made["id"], "priority": 1})
    assert (taken.status, taken.json["pointer"]) == (409, "/id")
    assert desk.done("GET", f"/mappings/{made['id']}")["priority"] == 5


def test_an_import_keeps_each_of_its_mappings(desk: Desk) -> None:
    many = [STUB, STUB, {**STUB, "id": "map_1"}, {**STUB, "id": "map_4"}, STUB]
    made = desk.done("POST", "/mappings/import", {"mappings": many})["mappings"]
    assert len({mapping["id"] for mapping in made}) == len(desk.workspace.mappings) == 5
    twice = desk.admin("POST", "/mappings/import", {"mappings": [{**STUB, "id": "a"}, STUB, {**STUB, "id": "a"}]})
    assert (twice.status, twice.json["pointer"]) == (400, "/mappings/2/id")
    assert len(desk.workspace.mappings) == 5


def test_mappings_are_bounded_in_bytes_as_they_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "_MAX_BYTES", 10_000)
    large = {**STUB, "response": {"status": 200, "jsonBody": [[]] * 60}}  # 180 letters, and 5,600 bytes as values
    made = desk.done("POST", "/mappings", large)
    refused = desk.admin("POST", "/mappings", large)
    assert (refused.status, "at most 10,000 bytes" in refused.json["detail"]) == (429, True)
    assert desk.admin("POST", "/mappings/import", {"mappings": [STUB, large]}).status == 429
    assert desk.done("GET", "/mappings")["meta"] == {"total": 1}
    desk.done("PUT", f"/mappings/{made['id']}", large)
    desk.done("POST", "/mappings", STUB)


def test_a_raw_body_answers_whatever_the_contract_says(desk: Desk) -> None:
    response = {"status": 502, "body": "<html>Bad gateway</html>", "headers": {"Content-Type": "text/html"}}
    stub(desk, response=response, allowInvalid=False)
    answer = desk.ask()

    assert (answer.status, answer.body, answer.get("content-type")) == (502, b"<html>Bad gateway</html>", "text/html")
    assert "stub map_" in answer.explain


def test_a_raw_body_may_be_any_bytes(desk: Desk) -> None:
    stub(desk, response={"base64Body": "/wA="})
    answer = desk.ask()

    assert (answer.body, answer.get("content-type")) == (b"\xff\x00", "application/octet-stream")


@pytest.mark.parametrize(
    ("response", "pointer"),
    [
        ({"body": "a", "jsonBody": {}}, "/response"),
        ({"body": "a", "base64Body": "YQ=="}, "/response"),
        ({"base64Body": "no base64"}, "/response/base64Body"),
        ({"base64Body": "Å"}, "/response/base64Body"),
    ],
)
def test_a_body_that_is_two_or_none_is_refused(desk: Desk, response: dict[str, Any], pointer: str) -> None:
    answer = desk.admin("POST", "/mappings", {**STUB, "response": response})

    assert (answer.status, answer.json["pointer"]) == (400, pointer)


def test_a_stub_lets_the_first_requests_pass_and_then_answers_so_often(desk: Desk) -> None:
    made = stub(desk, after=1, times=2)

    assert [desk.ask().status for _ in range(5)] == [200, 418, 418, 200, 200]
    shown = desk.done("GET", f"/mappings/{made['id']}")
    assert (shown["calls"], shown["answers"]) == (5, 2)


def test_of_stubs_that_are_used_up_the_next_answers(desk: Desk) -> None:
    stub(desk)
    stub(desk, times=1, response={"status": 202})

    assert [desk.ask().status for _ in range(3)] == [202, 418, 418]


def machine(desk: Desk, wanted: str, then: str, status: int) -> None:
    stub(
        desk,
        response={"status": status},
        scenarioName="order",
        requiredScenarioState=wanted,
        newScenarioState=then,
    )


def test_stubs_of_a_scenario_answer_one_after_the_other(desk: Desk) -> None:
    machine(desk, "Started", "paid", 201)
    machine(desk, "paid", "Started", 202)

    assert [desk.ask().status for _ in range(3)] == [201, 202, 201]
    assert desk.done("GET", "/scenarios")["scenarios"] == [{"name": "order", "state": "paid"}]


def test_a_scenario_can_be_put_into_a_state_and_begun_anew(desk: Desk) -> None:
    machine(desk, "Started", "Started", 201)
    machine(desk, "paid", "paid", 202)

    desk.done("PUT", "/scenarios/order/state", {"state": "paid"})
    assert desk.ask().status == 202
    desk.done("POST", "/scenarios/reset")
    assert desk.ask().status == 201
    desk.done("PUT", "/scenarios/order/state", {"state": "shipped"})
    assert desk.ask().status == 200


def test_a_scenario_that_no_stub_names_is_refused_with_what_was_meant(desk: Desk) -> None:
    machine(desk, "Started", "Started", 201)
    answer = desk.admin("PUT", "/scenarios/ordre/state", {"state": "paid"})

    assert answer.status == 404
    assert "order" in answer.json["detail"]


@pytest.mark.parametrize("name", ["requiredScenarioState", "newScenarioState"])
def test_a_state_without_a_scenario_is_refused(desk: Desk, name: str) -> None:
    answer = desk.admin("POST", "/mappings", {**STUB, name: "paid"})

    assert (answer.status, answer.json["pointer"]) == (400, f"/{name}")
