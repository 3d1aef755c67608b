"""Creating and changing leads: defaults, clashes, the trail they leave."""

from typing import Any

import pytest
from desk import Desk

AVERY = {"firstName": "Avery", "email": "avery@example.com", "phone": "+61255501234"}


def test_a_new_lead_has_what_was_sent_and_starts_empty_otherwise(api: Desk) -> None:
    now = api.workspace.clock.stamp()
    lead = api.post("/v1/leads", {"firstName": "Avery", "socials": {"instagram": "https://instagram.example/a"}})[
        "lead"
    ]
    assert lead == {
        "id": lead["id"],
        "firstName": "Avery",
        **dict.fromkeys(("lastName", "email", "phone", "suburb", "businessName")),
        "socials": {"instagram": "https://instagram.example/a"},
        "status": "active",
        "createdAt": now,
    }
    assert lead["id"].startswith("ld_")
    details = api.get(f"/v1/leads/{lead['id']}")
    assert details.items() > lead.items()
    assert {name: value for name, value in details.items() if name not in lead} == {
        "read": False,
        "hasFlaggedInquiry": False,
        **dict.fromkeys(("lastInquiryId", "lastInquiryDate", "lastInquiry", "defaultLeadAddress")),
        **dict.fromkeys(("unreadCalls", "unreadEmails", "unreadChatbotThreads", "unreadSMS"), 0),
        "unreadWebformSubmissions": 0,
        "tags": [],
    }


def test_a_new_lead_is_the_first_of_the_list_and_counted(api: Desk) -> None:
    before = api.get("/v1/leads")["totalCount"]
    lead = api.post("/v1/leads", AVERY)["lead"]
    listed = api.get("/v1/leads", limit=1)
    assert (listed["leads"][0]["id"], listed["totalCount"]) == (lead["id"], before + 1)


def test_creating_leaves_an_activity_and_an_event(api: Desk) -> None:
    lead = api.post("/v1/leads", AVERY)["lead"]
    (activity,) = api.get(f"/v1/leads/{lead['id']}/activities")["activities"]
    assert (activity["event"], activity["referenceId"], activity["leadId"]) == ("LEAD_CREATED", lead["id"], lead["id"])
    (event,) = api.events()
    assert (event["type"], event["recordId"], event["createdAt"]) == ("LEAD_CREATED", lead["id"], lead["createdAt"])
    assert (event["body"]["originalId"], event["body"]["email"]) == (lead["id"], "avery@example.com")


@pytest.mark.parametrize("same", [{"email": AVERY["email"]}, {"phone": AVERY["phone"]}])
def test_a_living_lead_with_the_same_contact_is_a_conflict(api: Desk, same: dict[str, str]) -> None:
    first = api.post("/v1/leads", AVERY)["lead"]
    answer = api.refused(409, "POST", "/v1/leads", {"firstName": "Someone", **same})
    assert answer.json["message"] == "Conflict"
    assert first["id"] in answer.explain


def test_a_contact_is_free_again_once_its_lead_is_gone(api: Desk) -> None:
    lead = api.post("/v1/leads", AVERY)["lead"]
    api.delete(f"/v1/leads/{lead['id']}")
    again = api.post("/v1/leads", AVERY)["lead"]
    assert again["id"] != lead["id"]


def test_leads_without_a_contact_never_clash(api: Desk) -> None:
    for _ in range(2):
        api.post("/v1/leads", {"firstName": "Avery", "email": None, "phone": None})


def test_an_update_changes_what_it_names_and_nothing_else(api: Desk) -> None:
    lead = api.post("/v1/leads", AVERY)["lead"]
    before = api.get(f"/v1/leads/{lead['id']}")
    api.workspace.clock.advance(60)
    updated = api.put(f"/v1/leads/{lead['id']}", {"suburb": "Fernvale", "phone": None})["lead"]
    assert updated == {**lead, "suburb": "Fernvale", "phone": None}
    assert api.get(f"/v1/leads/{lead['id']}") == {**before, "suburb": "Fernvale", "phone": None}


def test_updated_at_moves_and_created_at_never_does(api: Desk) -> None:
    id = api.post("/v1/leads", AVERY)["lead"]["id"]
    for path, wanted in ((f"/v1/leads/{id}", "leads"), ("/v1/scenarios/1", "scenarios"), ("/v1/faqs/1", "faqs")):
        before = record(api, wanted, path)
        api.workspace.clock.advance(60)
        api.put(path, {})
        after = record(api, wanted, path)
        assert after["createdAt"] == before["createdAt"]
        assert after["updatedAt"] == api.workspace.clock.stamp() > before["updatedAt"]


def record(api: Desk, kind: str, path: str) -> Any:
    return next(it for it in api.records(kind) if str(it["id"]) == path.rsplit("/", 1)[1])


def test_an_update_leaves_an_activity_and_an_event_of_the_lead_as_it_now_is(api: Desk) -> None:
    lead = api.post("/v1/leads", AVERY)["lead"]
    api.put(f"/v1/leads/{lead['id']}", {"firstName": "Robin"})
    newest = api.get(f"/v1/leads/{lead['id']}/activities")["activities"][0]
    assert (newest["event"], newest["referenceId"]) == ("LEAD_UPDATED", lead["id"])
    assert (api.events()[-1]["type"], api.events()[-1]["body"]["firstName"]) == ("LEAD_UPDATED", "Robin")


def test_a_lead_does_not_clash_with_itself(api: Desk) -> None:
    lead = api.post("/v1/leads", AVERY)["lead"]
    assert api.put(f"/v1/leads/{lead['id']}", AVERY)["lead"]["email"] == AVERY["email"]


def test_an_update_to_another_leads_contact_is_a_conflict(api: Desk) -> None:
    api.post("/v1/leads", AVERY)
    other = api.post("/v1/leads", {"firstName": "Other"})["lead"]
    for name in ("email", "phone"):
        api.refused(409, "PUT", f"/v1/leads/{other['id']}", {"suburb": "Fernvale", name: AVERY[name]})


def test_a_lead_that_is_gone_cannot_be_updated(api: Desk) -> None:
    id = api.post("/v1/leads", AVERY)["lead"]["id"]
    api.delete(f"/v1/leads/{id}")
    for gone in (id, "ld_nobody"):
        assert api.refused(404, "PUT", f"/v1/leads/{gone}", {"firstName": "Robin"}).json["message"] == "Not found"


def test_fields_that_an_operation_does_not_take_are_ignored(api: Desk) -> None:
    """They are in the record, but not in the body that the contract describes (gap `unknown-body-keys`)."""
    given = {"id": "ld_mine", "status": 7, "createdAt": "yesterday", "unreadCalls": "x", "lastInquiry": 5, "colour": 1}
    lead = api.post("/v1/leads", {"firstName": "Avery", **given})["lead"]
    assert (lead["status"], lead["createdAt"]) == ("active", api.workspace.clock.stamp())
    assert lead["id"] != "ld_mine"
    before = api.get(f"/v1/leads/{lead['id']}")
    api.put(f"/v1/leads/{lead['id']}", given)
    assert api.get(f"/v1/leads/{lead['id']}") == before
