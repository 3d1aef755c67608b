"""What holds for every family that can be written: FAQs, policies, scenarios, transfers and leads."""

from collections.abc import Mapping
from typing import Any

import pytest
from desk import Desk, items

BODIES: Mapping[str, dict[str, Any]] = {
    "faqs": {"question": "Do you work on Sundays?", "answer": "In an emergency."},
    "policies": {"title": "No dogs", "content": "None at all."},
    "scenarios": {"name": "Flood", "prompt": "Water everywhere", "response": "Turn it off at the meter"},
    "transfers": {
        "label": "Flood desk",
        "method": "WARM",
        "destinationType": "DEPARTMENT",
        "destination": "dep_flood",
        "conditions": "A flood",
    },
    "leads": {"firstName": "Avery", "suburb": "Fernvale"},
}
DEFAULTS: Mapping[str, dict[str, Any]] = {
    "faqs": {"isActive": True},
    "policies": {"isActive": True},
    "scenarios": {"isActive": True, "questions": [], "outcome": {"type": "continueCall"}, "tradeServiceId": None},
    "transfers": {
        "name": None,
        "summaryFormat": None,
        "settings": {"ignore_business_hours": False},
        "isEnabled": True,
        "scenarioId": None,
    },
    "leads": {"status": "active", "socials": {}, "email": None},
}
WRAPPER = {"faqs": "faq", "policies": "policy", "scenarios": "scenario", "transfers": "transfer", "leads": "lead"}
GOT = {"scenarios", "transfers"}  # the others have no page of their own, or a richer one (leads)
KINDS = pytest.mark.parametrize("kind", sorted(BODIES))


def create(api: Desk, kind: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = api.post(f"/v1/{kind}", {**BODIES[kind], **more})[WRAPPER[kind]]
    return made


def found(api: Desk, kind: str, id: Any) -> Any:
    """The record as every way to read it shows it: as one, and as an item of its list."""
    listed = next((item for item in api.all(f"/v1/{kind}") if item["id"] == id), None)
    if kind in GOT:
        alone = api.ask("GET", f"/v1/{kind}/{id}")
        assert (alone.json[WRAPPER[kind]] if alone.status == 200 else None) == listed
    return listed


@KINDS
def test_what_was_created_is_read_listed_and_has_the_documented_defaults(api: Desk, kind: str) -> None:
    total = api.get(f"/v1/{kind}")["totalCount"]
    made = create(api, kind)
    assert made.items() >= {**BODIES[kind], **DEFAULTS[kind]}.items()
    assert found(api, kind, made["id"]).items() >= made.items()
    assert (items(api.get(f"/v1/{kind}"))[0]["id"], api.get(f"/v1/{kind}")["totalCount"]) == (made["id"], total + 1)


@KINDS
def test_each_field_can_be_changed_alone(api: Desk, kind: str) -> None:
    made = create(api, kind)
    for name, value in BODIES[kind].items():
        changed = "COLD" if name == "method" else "MEMBER" if name == "destinationType" else f"{value} (new)"
        api.workspace.clock.advance(1)
        before = found(api, kind, made["id"])
        updated = api.put(f"/v1/{kind}/{made['id']}", {name: changed})[WRAPPER[kind]]
        touched = {"updatedAt": api.workspace.clock.stamp()} if "updatedAt" in before else {}
        assert found(api, kind, made["id"]) == {**before, name: changed, **touched}
        assert updated.items() <= found(api, kind, made["id"]).items()


@KINDS
def test_an_empty_update_changes_no_field_but_the_time(api: Desk, kind: str) -> None:
    made = create(api, kind)
    before = found(api, kind, made["id"])
    api.put(f"/v1/{kind}/{made['id']}", {})
    assert found(api, kind, made["id"]) == before


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [("leads", "suburb", "Fernvale"), ("transfers", "name", "Desk"), ("scenarios", "tradeServiceId", 3)],
)
def test_null_clears_a_field_that_can_be_null(api: Desk, kind: str, field: str, value: Any) -> None:
    made = create(api, kind, **{field: value})
    assert made[field] == value
    assert api.put(f"/v1/{kind}/{made['id']}", {field: None})[WRAPPER[kind]][field] is None


@KINDS
def test_what_was_deleted_is_gone_and_its_id_is_never_given_again(api: Desk, kind: str) -> None:
    total = api.get(f"/v1/{kind}")["totalCount"]
    made = create(api, kind)
    assert api.delete(f"/v1/{kind}/{made['id']}").keys() == {"message"}
    assert found(api, kind, made["id"]) is None
    assert api.get(f"/v1/{kind}")["totalCount"] == total
    for method in ("PUT", "DELETE"):
        api.refused(404, method, f"/v1/{kind}/{made['id']}", {} if method == "PUT" else None)
    assert create(api, kind)["id"] != made["id"]


@KINDS
def test_records_of_the_world_can_be_changed_and_deleted_too(api: Desk, kind: str) -> None:
    id = api.records(kind)[0]["id"]
    api.put(f"/v1/{kind}/{id}", {})
    api.delete(f"/v1/{kind}/{id}")
    assert found(api, kind, id) is None


def test_nested_objects_are_replaced_whole(api: Desk) -> None:
    lead = create(api, "leads", socials={"instagram": "a", "facebook": "b"})
    assert api.put(f"/v1/leads/{lead['id']}", {"socials": {"facebook": "c"}})["lead"]["socials"] == {"facebook": "c"}


def test_an_outcome_keeps_whatever_else_was_sent(api: Desk) -> None:
    outcome = {"type": "sendSms", "text": "On our way", "delay": 5, "deep": {"er": [1, None]}}
    made = create(api, "scenarios", outcome=outcome)
    assert found(api, "scenarios", made["id"])["outcome"] == outcome


def test_lists_below_an_unknown_parent_are_not_found(api: Desk) -> None:
    for path in ("/v1/leads/ld_nobody/notes", "/v1/leads/ld_nobody/activities", "/v1/companies/cmp_nobody/notes"):
        api.refused(404, "GET", path)
