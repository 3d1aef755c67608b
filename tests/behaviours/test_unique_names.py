"""Scenarios and transfers: two living ones may not bear the same name."""

from typing import Any

import pytest
from desk import Desk

SCENARIO = {"name": "Burst pipe", "prompt": "Water everywhere", "response": "Turn it off at the meter"}
TRANSFER = {
    "label": "Sales",
    "method": "WARM",
    "destinationType": "DEPARTMENT",
    "destination": "dep_sales_01",
    "conditions": "Asks for a quote",
}
CASES = pytest.mark.parametrize(
    ("kind", "field", "body"), [("scenarios", "name", SCENARIO), ("transfers", "label", TRANSFER)]
)


@CASES
def test_a_name_that_is_taken_is_a_conflict_until_its_bearer_is_gone(
    api: Desk, kind: str, field: str, body: dict[str, Any]
) -> None:
    body = {**body, field: "Only once"}
    first = api.post(f"/v1/{kind}", body)[kind[:-1]]
    assert api.refused(409, "POST", f"/v1/{kind}", body).json["message"] == "Conflict"
    api.delete(f"/v1/{kind}/{first['id']}")
    second = api.post(f"/v1/{kind}", body)[kind[:-1]]
    assert second["id"] > first["id"]


@CASES
def test_an_update_may_keep_its_own_name_and_not_take_anothers(
    api: Desk, kind: str, field: str, body: dict[str, Any]
) -> None:
    one = api.post(f"/v1/{kind}", {**body, field: "One"})[kind[:-1]]
    two = api.post(f"/v1/{kind}", {**body, field: "Two"})[kind[:-1]]
    api.put(f"/v1/{kind}/{two['id']}", {field: "Two", "isActive": True})
    api.refused(409, "PUT", f"/v1/{kind}/{two['id']}", {field: one[field]})
    api.refused(404, "PUT", f"/v1/{kind}/999", {field: one[field]})


def test_faqs_and_policies_never_clash(api: Desk) -> None:
    for _ in range(2):
        api.post("/v1/faqs", {"question": "Why?", "answer": "Because."})
        api.post("/v1/policies", {"title": "No dogs", "content": "None at all."})


def test_a_phone_number_to_transfer_to_must_be_one(api: Desk) -> None:
    existing = api.records("transfers")[0]["id"]
    body = {**TRANSFER, "destinationType": "PHONE_NUMBER"}
    for method, path, label in (("POST", "/v1/transfers", "New"), ("PUT", f"/v1/transfers/{existing}", "Known")):
        api.refused(400, method, path, {**body, "label": label, "destination": "sales desk"})
        api.good(method, path, {**body, "label": label, "destination": "+61255501234"})
