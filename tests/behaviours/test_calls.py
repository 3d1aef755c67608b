"""Starting a call: an inquiry of source CALL appears, for the lead with the number or a new one."""

from datetime import datetime

import pytest
from desk import Desk

CALL = {"name": "Avery Stone", "phoneNumber": "+61255501234"}


def test_a_known_number_gets_an_inquiry_and_no_second_lead(api: Desk) -> None:
    lead = api.post("/v1/leads", {"firstName": "Robin", "phone": CALL["phoneNumber"]})["lead"]
    leads = api.get("/v1/leads")["totalCount"]
    assert api.post("/v1/calls", CALL) == {"message": "Call initiated successfully"}
    assert api.get("/v1/leads")["totalCount"] == leads
    (inquiry,) = api.get("/v1/inquiries", leadId=lead["id"], source="CALL")["inquiries"]
    assert inquiry["sourceId"].startswith("call_")
    events = [it["event"] for it in api.get(f"/v1/leads/{lead['id']}/activities")["activities"]]
    assert events == ["CALL_INITIATED", "INQUIRY_CREATED", "LEAD_CREATED"]
    assert [event["type"] for event in api.events()] == ["LEAD_CREATED", "INQUIRY_CREATED"]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Avery Stone Smith", "Avery", "Stone Smith"), ("Avery", "Avery", None), ("  ", "  ", None)],
)
def test_an_unknown_number_makes_a_lead_of_the_name(api: Desk, name: str, first: str, last: str | None) -> None:
    api.post("/v1/calls", {**CALL, "name": name})
    lead = api.get("/v1/leads", limit=1)["leads"][0]
    assert (lead["firstName"], lead["lastName"], lead["phone"]) == (first, last, CALL["phoneNumber"])
    assert lead["lastInquiryId"] == api.get("/v1/inquiries", limit=1)["inquiries"][0]["id"]
    assert [event["type"] for event in api.events()] == ["LEAD_CREATED", "INQUIRY_CREATED"]


def test_the_call_is_told_as_the_world_tells_its_calls(api: Desk) -> None:
    api.post("/v1/calls", {**CALL, "custom_instructions": "Ask about Tuesday."})
    inquiry = api.get(f"/v1/inquiries/{api.get('/v1/inquiries', limit=1)['inquiries'][0]['id']}")
    data = inquiry["data"]
    began, ended = (datetime.fromisoformat(data[name]) for name in ("startedAt", "endedAt"))
    assert data["duration"] == (ended - began).total_seconds()
    assert data["endedAt"] == inquiry["createdAt"]
    turns = [datetime.fromisoformat(turn["created_at"]) for turn in data["transcripts"]]
    assert began <= turns[0]
    assert turns == sorted(turns)
    assert turns[-1] <= ended
    assert data["direction"] == "AI_TO_LEAD"
    assert "Ask about Tuesday." in inquiry["summary"]
    assert "Ask about Tuesday." in data["keyPoints"]
    assert api.records("organization")[0]["name"] in data["transcripts"][0]["text"]


def test_a_transfer_needs_instructions_and_ends_with_the_assistant(api: Desk) -> None:
    api.refused(400, "POST", "/v1/calls", {**CALL, "mode": "transfer_only"})
    api.post("/v1/calls", {**CALL, "mode": "transfer_only", "custom_instructions": "Put them through to sales."})
    inquiry = api.get(f"/v1/inquiries/{api.get('/v1/inquiries', limit=1)['inquiries'][0]['id']}")
    assert inquiry["data"]["endedBy"] == "assistant"


def test_of_two_leads_with_one_number_the_newest_is_called(api: Desk) -> None:
    with api.app.state.workspaces.transaction(api.workspace) as tx:
        for number in ("one", "two"):
            lead = {**api.records("leads")[0], "id": f"ld_{number}", "phone": CALL["phoneNumber"]}
            nothing = dict.fromkeys(("lastInquiry", "lastInquiryId", "lastInquiryDate"))
            unread = {name: 0 for name in lead if name.startswith("unread")}
            tx.put("leads", lead["id"], {**lead, **nothing, **unread, "hasFlaggedInquiry": False})
    api.post("/v1/calls", CALL)
    assert api.get("/v1/inquiries", limit=1)["inquiries"][0]["leadId"] == "ld_two"
