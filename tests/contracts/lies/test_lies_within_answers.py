"""Answers that contradict themselves, or what they refer to: what must be accused of each lie."""

from typing import Any

import pytest
from lie_kinds import each, items_of, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import consistency as rules
from contracts.rules.location import Location as At

pytestmark = pytest.mark.xdist_group("lies")
APPOINTMENTS, INQUIRIES, INQUIRY, LEADS = (
    "GET /v1/appointments",
    "GET /v1/inquiries",
    "GET /v1/inquiries/{}",
    "GET /v1/leads",
)
LEAD = "GET /v1/leads/{}"
HOURS, ORGANIZATION = "GET /v1/organization/availability", "GET /v1/organization"
SERVICES, PRODUCTS = "GET /v1/organization/services", "GET /v1/organization/products"
ACTIVITIES, NOTES, COMPANY = "GET /v1/leads/{}/activities", "GET /v1/leads/{}/notes", "GET /v1/companies/{}/notes"
RECENT = "GET /api/webhooks/zapier/inquiries"
VISITS = "GET /api/webhooks/zapier/appointments"
PEOPLE = "GET /api/webhooks/zapier/leads"


def with_(**members: Any) -> Any:
    """A change of an item: other members."""
    return lambda item: {**item, **members}


def days(change: Any) -> Any:
    return says(HOURS, each("days", change))


def turned(body: Any, call: Any) -> Any:
    """An inquiry whose turns are in the wrong order."""
    data = {name: value[::-1] if name in ("messages", "transcripts") else value for name, value in body["data"].items()}
    return {**body, "data": data}


def late(body: Any, call: Any) -> Any:
    """A call whose last turn comes minutes after its end."""
    turns = body["data"].get("transcripts")
    if not turns:
        return None
    last = {**turns[-1], "created_at": f"{body['data']['endedAt'][:10]}T23:59:59.999Z"}
    return {**body, "data": {**body["data"], "transcripts": [*turns[:-1], last]}}


def as_before(name: str, seen: dict[str, Any]) -> Any:
    """A list whose items name the lead that another list was asked for before."""

    def change(body: Any, call: Any) -> Any:
        for item in body[name]:
            item["leadId"] = seen.setdefault("leadId", item["leadId"])
        return body

    return change


def moved(item: Any) -> Any:
    """A recent item whose lead has an address that ends in another way."""
    details = item["leadDetails"]
    return {**item, "leadDetails": {**details, "address": f"{details['address']}, Elsewhere"}}


def data(**members: Any) -> Any:
    """An inquiry whose data has other values, of the members that it has."""
    return lambda body, call: {
        **body,
        "data": {**body["data"], **{k: v for k, v in members.items() if k in body["data"]}},
    }


ROWS = [
    told(
        "a visit ends before it starts",
        f"within[{APPOINTMENTS}]",
        says(APPOINTMENTS, each("appointments", with_(start="2999-01-01T00:00:00.000Z"))),
        A(rules.SPAN, APPOINTMENTS, At(name="/*/end")),
    ),
    told(
        "visits share a number",
        f"within[{APPOINTMENTS}]",
        says(APPOINTMENTS, each("appointments", with_(serialId=1))),
        A(rules.DISTINCT, APPOINTMENTS, At(name="serialId")),
    ),
    told(
        "turns come in the wrong order",
        f"details[{INQUIRY}]",
        says(INQUIRY, turned),
        *(A(rules.TURNS, INQUIRY, At(name=f"/data/{name}")) for name in ("transcripts", "messages")),
    ),
    told(
        "the summary inside is another",
        f"details[{INQUIRY}]",
        says(INQUIRY, data(summary="Other")),
        A(rules.INNER, INQUIRY, At(name="/summary")),
    ),
    told(
        "a call is of another day",
        f"details[{INQUIRY}]",
        says(INQUIRY, data(startedAt="2001-01-01T00:00:00.000Z")),
        A(rules.INNER, INQUIRY, At(name="/startedAt")),
    ),
    told(
        "the item has another tag",
        f"details[{INQUIRY}]",
        says(INQUIRY, lambda body, call: {**body, "tag": "other"}),
        A(rules.DETAIL, INQUIRY, At(name="tag")),
        A(rules.DETAIL, INQUIRIES, At(name="tag"), shown=INQUIRY),
    ),
    told(
        "visits are of nobody",
        "references[*]",
        says(APPOINTMENTS, each("appointments", with_(leadId="ld_nobody"))),
        A(rules.REFERENCE, APPOINTMENTS, At(name="leadId")),
    ),
    told("every day is closed", f"week[{HOURS}]", days(with_(isOpen=False)), A(rules.WEEK, HOURS, At(name="isOpen"))),
    told("every day is one", f"week[{HOURS}]", days(with_(day="Monday")), A(rules.WEEK, HOURS, At(name="day"))),
    told(
        "the days are in another order",
        f"week[{HOURS}]",
        says(HOURS, items_of("days", lambda found, call: found[::-1])),
        A(rules.WEEK, HOURS, At(name="order")),
    ),
    told(
        "the week starts with no day",
        f"week[{HOURS}]",
        says(ORGANIZATION, lambda body, call: {**body, "weekStart": "Someday"}),
        A(rules.WEEK, ORGANIZATION, At(name="weekStart")),
    ),
    told(
        "turns go on after the end",
        f"details[{INQUIRY}]",
        says(INQUIRY, late),
        A(rules.TURNS, INQUIRY, At(name="transcripts")),
    ),
    told(
        "two calls have one number",
        f"details[{INQUIRY}]",
        says(INQUIRY, data(id="1")),
        A(rules.DISTINCT, INQUIRY, At(name="inner-id")),
    ),
    told(
        "all messages are in one thread",
        f"details[{INQUIRY}]",
        says(INQUIRY, data(messageThreadId=1)),
        A(rules.DISTINCT, INQUIRY, At(name="messageThreadId")),
    ),
    told(
        "a lead has each tag twice",
        f"details[{LEAD}]",
        says(LEAD, lambda body, call: {**body, "tags": [{"name": "urgent", "description": None}] * 2}),
        A(rules.DISTINCT, LEAD, At(name="/tags/name")),
    ),
    told(
        "slots overlap",
        f"week[{HOURS}]",
        days(lambda day: {**day, "slots": day["slots"] * 2}),
        A(rules.WEEK, HOURS, At(name="slots")),
    ),
    told(
        "the hours are of another zone",
        f"week[{HOURS}]",
        says(HOURS, lambda body, call: {**body, "timeZone": "Europe/Berlin"}),
        A(rules.WEEK, HOURS, At(name="timeZone")),
        A(rules.WEEK, ORGANIZATION, At(name="timeZone"), shown=HOURS),
    ),
    told(
        "a group is of another kind",
        f"groups[{PRODUCTS}]",
        says(PRODUCTS, each("categories", with_(type="SERVICE"))),
        A(rules.INNER, PRODUCTS, At(name="type")),
    ),
    told(
        "a group has no entries",
        f"groups[{PRODUCTS}]",
        says(PRODUCTS, items_of("categories", lambda groups, call: [*groups, {**groups[0], "products": []}])),
        A(rules.INNER, PRODUCTS, At(name="entries")),
    ),
    told(
        "groups share an id",
        f"groups[{PRODUCTS}]",
        says(PRODUCTS, items_of("categories", lambda groups, call: [*groups, *groups])),
        A(rules.DISTINCT, PRODUCTS, At(name="id")),
    ),
    told(
        "groups have other ids than their entries name",
        f"groups[{PRODUCTS}]",
        says(PRODUCTS, each("categories", with_(id=999))),
        A(rules.INNER, PRODUCTS, At(name="tradeCategoryId")),
    ),
    told(
        "a service is not in the catalogue",
        f"services[{APPOINTMENTS}]",
        says(APPOINTMENTS, each("appointments", with_(tradeService={"id": 999, "name": "Other"}))),
        A(rules.REFERENCE, APPOINTMENTS, At(name="tradeService")),
        A(rules.REFERENCE, SERVICES, At(name="tradeService")),
    ),
    told(
        "activities are of another time",
        f"history[{ACTIVITIES}]",
        says(ACTIVITIES, each("activities", with_(createdAt="2001-01-01T00:00:00.000Z"))),
        A(rules.HISTORY, ACTIVITIES, At(name="LEAD_CREATED")),
        A(rules.HISTORY, LEADS, At(name="LEAD_CREATED"), shown=ACTIVITIES),
        A(rules.HISTORY, INQUIRIES, At(name="INQUIRY_CREATED"), shown=ACTIVITIES),
        A(rules.HISTORY, APPOINTMENTS, At(name="APPOINTMENT_CREATED"), shown=ACTIVITIES),
        A(rules.HISTORY, NOTES, At(name="NOTE_CREATED"), shown=ACTIVITIES),
    ),
    told(
        "activities and notes name a visit of another lead",
        f"history[{ACTIVITIES}]",
        says(
            APPOINTMENTS,
            items_of("appointments", lambda items, call: [{**one, "leadId": items[0]["leadId"]} for one in items]),
        ),
        A(rules.REFERENCE, ACTIVITIES, At(name="referenceId/leadId")),
        A(rules.HISTORY, ACTIVITIES, At(name="APPOINTMENT_CREATED")),
        A(rules.HISTORY, APPOINTMENTS, At(name="APPOINTMENT_CREATED"), shown=ACTIVITIES),
        A(rules.REFERENCE, NOTES, At(name="appointmentId/leadId")),
    ),
    told(
        "notes name another lead, which exists",
        f"history[{ACTIVITIES}]",
        says(NOTES, as_before("notes", {})),
        A(rules.CHILD, NOTES),
        *(A(rules.REFERENCE, NOTES, At(name=f"{name}/leadId")) for name in ("appointmentId",)),
    ),
    told(
        "activities name another lead, which exists",
        f"history[{ACTIVITIES}]",
        says(ACTIVITIES, as_before("activities", {})),
        A(rules.CHILD, ACTIVITIES),
        A(rules.REFERENCE, ACTIVITIES, At(name="referenceId/leadId")),
    ),
    told(
        "company notes are of another company",
        f"notes[{COMPANY}]",
        says(COMPANY, each("notes", with_(companyId="cmp_other"))),
        A(rules.CHILD, COMPANY),
    ),
    told(
        "a recent item names somebody else",
        f"wording[{RECENT}]",
        says(RECENT, lambda body, call: [{**item, "leadName": "Other", "keyPoints": []} for item in body]),
        A(rules.RECENT_SAME, RECENT, At(name="leadName")),
        A(rules.RECENT_SAME, RECENT, At(name="keyPoints")),
        A(rules.RECENT_SAME, INQUIRY, At(name="keyPoints"), shown=RECENT),
    ),
    told(
        "a recent lead lives elsewhere in another list",
        f"wording[{RECENT}]",
        says(RECENT, lambda body, call: [moved(item) for item in body]),
        A(rules.RECENT_SAME, RECENT, At(name="leadDetails/address")),
        A(rules.RECENT_SAME, PEOPLE, At(name="leadDetails/address")),
    ),
    told(
        "a recent visit is at two places",
        f"wording[{VISITS}]",
        says(VISITS, lambda body, call: [moved(item) for item in body]),
        A(rules.RECENT_SAME, VISITS, At(name="formattedLeadAddress")),
    ),
    told(
        "a recent visit has other words",
        f"wording[{VISITS}]",
        says(
            VISITS,
            lambda body, call: [
                {**it, "status": "other", "attendees": "x", "formattedLeadAddress": "", "updatedAt": "x"} for it in body
            ],
        ),
        *(A(rules.RECENT_SAME, VISITS, At(name=name)) for name in ("status", "attendees", "address", "id")),
        A(rules.RECENT_SAME, APPOINTMENTS, At(name="status"), shown=VISITS),
        A(rules.RECENT_SAME, "GET /v1/leads/{}", At(name="address"), shown=VISITS),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_contradicts_itself_is_accused(row: Row) -> None:
    assert_accused(row)
