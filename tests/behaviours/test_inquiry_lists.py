"""Inquiries: filters, what expand adds, the data of each source; appointments by lead."""

from itertools import product

import pytest
from desk import Desk
from inprocess import UNREAD

PLAIN = {"id", "source", "sourceId", "tag", "summary", "isFirstInquiry", "isRead", "leadId", "createdAt"}
ADDED = {None: set(), "external": {"externalInquiryId"}, "lead": {"lead"}, "both": {"externalInquiryId", "lead"}}


@pytest.mark.parametrize(("source", "by_lead", "expand"), list(product([None, *UNREAD], [False, True], ADDED)))
def test_filters_narrow_and_expand_adds_in_every_combination(
    api: Desk, source: str | None, by_lead: bool, expand: str | None
) -> None:
    lead = api.records("inquiries")[-1]["leadId"]
    query = {"source": source, "leadId": lead if by_lead else None, "expand": expand}
    wanted = [
        it["id"]
        for it in api.records("inquiries")[::-1]
        if (source is None or it["source"] == source) and (not by_lead or it["leadId"] == lead)
    ]
    found = api.all("/v1/inquiries", limit=7, **{name: value for name, value in query.items() if value})
    assert [it["id"] for it in found] == wanted
    assert all(set(it) == PLAIN | ADDED[expand] for it in found)


def test_what_is_added_is_the_records_own(api: Desk) -> None:
    leads = {lead["id"]: lead for lead in api.records("leads")}
    external = {it["id"]: it["externalInquiryId"] for it in api.records("inquiries")}
    assert len(set(external.values())) > 1
    for it in api.all("/v1/inquiries", expand="both"):
        assert it["externalInquiryId"] == external[it["id"]]
        assert it["lead"] == {name: leads[it["leadId"]][name] for name in it["lead"]}


def test_an_expanded_lead_is_as_it_is_now(api: Desk) -> None:
    id = api.get("/v1/inquiries", limit=1, expand="lead")["inquiries"][0]["leadId"]
    api.put(f"/v1/leads/{id}", {"firstName": "Renamed"})
    assert api.get("/v1/inquiries", limit=1, expand="lead")["inquiries"][0]["lead"]["firstName"] == "Renamed"
    assert api.get("/v1/inquiries", limit=1)["inquiries"][0].keys() == PLAIN


def test_an_unknown_lead_has_no_inquiries_and_no_appointments(api: Desk) -> None:
    for path in ("/v1/inquiries", "/v1/appointments"):
        assert api.get(path, leadId="ld_nobody")["totalCount"] == 0


def test_the_data_of_each_source_has_its_own_shape(api: Desk) -> None:
    shapes = {
        "CALL": {"transcripts", "direction", "duration", "startedAt", "endedAt", "endedBy", "recordingUrl"},
        "EMAIL": {"from", "to", "subject", "body", "receivedAt"},
        "CHATBOT": {"messages", "startedAt", "endedAt"},
        "SMS": {"messageThreadId", "messages"},
        "WEBFORM": {"formName", "fields", "submittedAt"},
    }
    seen = {}
    for it in api.records("inquiries"):
        inquiry = api.get(f"/v1/inquiries/{it['id']}")
        assert inquiry.keys() == PLAIN - {"sourceId"} | {"data"}
        seen[inquiry["source"]] = inquiry["data"].keys()
    assert seen == {source: shape | {"id", "summary", "keyPoints"} for source, shape in shapes.items()}


def test_an_unknown_inquiry_is_not_found(api: Desk) -> None:
    api.refused(404, "GET", "/v1/inquiries/in_nothing")


def test_appointments_of_a_lead_are_those_of_the_record(api: Desk) -> None:
    lead = api.records("appointments")[0]["leadId"]
    mine = [it["id"] for it in api.records("appointments")[::-1] if it["leadId"] == lead]
    assert [it["id"] for it in api.all("/v1/appointments", leadId=lead)] == mine
    assert len(mine) < len(api.all("/v1/appointments"))
