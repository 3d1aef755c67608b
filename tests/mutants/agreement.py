"""Mutants that only show when fields are held against each other: in one record, in two views, after a write."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from registry import answer
from wrapper import Request, State

Json = dict[str, Any]
MILLISECONDS = "milliseconds"


def one_in_ten(id: Any) -> bool:
    """A tenth of all ids, always the same ones."""
    return sum(map(ord, str(id))) % 10 == 3


def later(moment: str, **span: float) -> str:
    moved = datetime.fromisoformat(moment) + timedelta(**span)
    return moved.isoformat(timespec=MILLISECONDS).replace("+00:00", "Z")


def each(body: Json, name: str, change: Callable[[Json], Json]) -> Json:
    return {**body, name: [change(item) for item in body[name]]}


# --- in one answer ----------------------------------------------------------------------------------------------


@answer("agreement", "GET /v1/inquiries/{}")
def inner_summary_is_another(body: Json, request: Request, state: State) -> Json:
    data = body["data"]
    return {**body, "data": {**data, "summary": f"{data['summary']} (edited)"}} if one_in_ten(body["id"]) else body


@answer("agreement", "GET /v1/inquiries/{}")
def transcript_is_reversed(body: Json, request: Request, state: State) -> Json:
    data = body["data"]
    if "transcripts" not in data:
        return body
    return {**body, "data": {**data, "transcripts": data["transcripts"][::-1]}}


@answer("agreement", "GET /v1/inquiries/{}")
def messages_change_places(body: Json, request: Request, state: State) -> Json:
    messages = body["data"].get("messages", [])
    if len(messages) < 4:
        return body
    swapped = [*messages[:2], messages[3], messages[2], *messages[4:]]
    return {**body, "data": {**body["data"], "messages": swapped}}


@answer("agreement", "GET /v1/inquiries/{}")
def turns_have_one_id(body: Json, request: Request, state: State) -> Json:
    data = body["data"]
    if "transcripts" not in data:
        return body
    return {**body, "data": {**data, "transcripts": [{**turn, "id": "tr_1"} for turn in data["transcripts"]]}}


@answer("agreement", "GET /v1/inquiries/{}")
def chat_ends_before_it_starts(body: Json, request: Request, state: State) -> Json:
    data = body["data"]
    if body["source"] != "CHATBOT":
        return body
    return {**body, "data": {**data, "startedAt": data["endedAt"], "endedAt": data["startedAt"]}}


@answer("agreement", "GET /v1/inquiries/{}")
def mail_arrives_on_another_day(body: Json, request: Request, state: State) -> Json:
    data = body["data"]
    if body["source"] != "EMAIL":
        return body
    return {**body, "data": {**data, "receivedAt": later(data["receivedAt"], days=-1)}}


@answer("agreement", "GET /v1/appointments")
def serial_numbers_repeat(body: Json, request: Request, state: State) -> Json:
    return each(body, "appointments", lambda item: {**item, "serialId": item["serialId"] // 50})


@answer("agreement", "GET /v1/appointments")
def one_appointment_in_ten_is_backwards(body: Json, request: Request, state: State) -> Json:
    return each(
        body,
        "appointments",
        lambda item: {**item, "start": item["end"], "end": item["start"]} if one_in_ten(item["id"]) else item,
    )


@answer("agreement", "GET /v1/appointments")
def one_appointment_is_of_nobody(body: Json, request: Request, state: State) -> Json:
    return each(body, "appointments", lambda it: {**it, "leadId": "ld_nobodynobody"} if one_in_ten(it["id"]) else it)


@answer("agreement", "GET /v1/appointments")
def service_is_of_nobody(body: Json, request: Request, state: State) -> Json:
    return each(
        body,
        "appointments",
        lambda it: {**it, "tradeService": {**it["tradeService"], "id": 9999}} if it["tradeService"] else it,
    )


@answer("agreement", "GET /v1/appointments")
def service_has_another_name(body: Json, request: Request, state: State) -> Json:
    return each(
        body,
        "appointments",
        lambda it: {**it, "tradeService": {**it["tradeService"], "name": "Other"}} if it["tradeService"] else it,
    )


@answer("agreement", "GET /v1/organization/availability")
def slots_end_before_they_start(body: Json, request: Request, state: State) -> Json:
    return each(
        body, "days", lambda day: {**day, "slots": [{"start": s["end"], "end": s["start"]} for s in day["slots"]]}
    )


@answer("agreement", "GET /v1/organization/availability")
def a_day_comes_twice(body: Json, request: Request, state: State) -> Json:
    return {**body, "days": [body["days"][0], *body["days"][:-1]]}


@answer("agreement", "GET /v1/organization/availability")
def a_day_is_missing(body: Json, request: Request, state: State) -> Json:
    return {**body, "days": body["days"][:-1]}


@answer("agreement", "GET /v1/organization/availability")
def closed_days_have_slots(body: Json, request: Request, state: State) -> Json:
    return each(body, "days", lambda day: {**day, "isOpen": False})


@answer("agreement", "GET /v1/organization/availability")
def time_zone_is_another(body: Json, request: Request, state: State) -> Json:
    return {**body, "timeZone": "Europe/Berlin"}


@answer("agreement", "GET /v1/organization/services")
def service_is_of_another_category(body: Json, request: Request, state: State) -> Json:
    def moved(category: Json) -> Json:
        return each(category, "services", lambda one: {**one, "tradeCategoryId": one["tradeCategoryId"] + 1})

    return each(body, "categories", moved)


@answer("agreement", "GET /v1/organization/products")
def products_share_an_id(body: Json, request: Request, state: State) -> Json:
    return each(body, "categories", lambda one: each(one, "products", lambda product: {**product, "id": 1}))


@answer("agreement", "GET /v1/organization/products")
def products_are_called_services(body: Json, request: Request, state: State) -> Json:
    return each(body, "categories", lambda category: {**category, "type": "SERVICE"})


# --- in two views -----------------------------------------------------------------------------------------------


@answer("agreement", "GET /v1/leads/{}")
def one_lead_in_ten_has_another_suburb(body: Json, request: Request, state: State) -> Json:
    return {**body, "suburb": "Elsewhere"} if one_in_ten(body["id"]) else body


@answer("agreement", "GET /v1/inquiries/{}")
def one_inquiry_in_ten_has_another_tag(body: Json, request: Request, state: State) -> Json:
    return {**body, "tag": "other"} if one_in_ten(body["id"]) else body


@answer("agreement", "GET /v1/leads/{}")
def address_is_in_another_suburb(body: Json, request: Request, state: State) -> Json:
    if body["defaultLeadAddress"] is None:
        return body
    address = {**body["defaultLeadAddress"]["address"], "suburb": "Elsewhere"}
    return {**body, "defaultLeadAddress": {"address": address}}


@answer("agreement", "GET /v1/leads")
def nothing_is_flagged(body: Json, request: Request, state: State) -> Json:
    return each(body, "leads", lambda lead: {**lead, "hasFlaggedInquiry": not lead["hasFlaggedInquiry"]})


@answer("agreement", "GET /v1/leads")
def last_inquiry_is_of_another_day(body: Json, request: Request, state: State) -> Json:
    def moved(lead: Json) -> Json:
        known = lead["lastInquiryDate"]
        return {**lead, "lastInquiryDate": later(known, days=-1)} if known and one_in_ten(lead["id"]) else lead

    return each(body, "leads", moved)


@answer("agreement", "GET /v1/inquiries")
def one_inquiry_in_ten_is_of_nobody(body: Json, request: Request, state: State) -> Json:
    return each(body, "inquiries", lambda it: {**it, "leadId": "ld_nobodynobody"} if one_in_ten(it["id"]) else it)


@answer("agreement", "GET /v1/inquiries")
def first_is_marked_nowhere(body: Json, request: Request, state: State) -> Json:
    return each(body, "inquiries", lambda item: {**item, "isFirstInquiry": False})


@answer("agreement", "GET /v1/leads/{}/activities")
def activities_are_of_another_time(body: Json, request: Request, state: State) -> Json:
    return each(body, "activities", lambda item: {**item, "createdAt": later(item["createdAt"], hours=10)})


@answer("agreement", "GET /v1/leads/{}/activities")
def activities_point_nowhere(body: Json, request: Request, state: State) -> Json:
    return each(body, "activities", lambda it: {**it, "referenceId": it["referenceId"] and f"{it['referenceId']}x"})


@answer("agreement", "GET /v1/leads/{}/activities")
def inquiries_leave_no_activity(body: Json, request: Request, state: State) -> Json:
    left = [item for item in body["activities"] if item["event"] != "INQUIRY_CREATED"]
    size, count = request.number("limit", 50), len(left)
    return {**body, "activities": left, "totalCount": count, "totalPages": -(-count // size)}


@answer("agreement", "GET /v1/leads/{}/notes")
def notes_are_by_nobody(body: Json, request: Request, state: State) -> Json:
    return each(body, "notes", lambda note: {**note, "userId": "usr_nobodynobody"})


@answer("agreement", "GET /v1/leads/{}/notes")
def notes_are_of_another_lead(body: Json, request: Request, state: State) -> Json:
    return each(body, "notes", lambda note: {**note, "leadId": "ld_nobodynobody"})


@answer("agreement", "GET /v1/companies/{}/notes")
def notes_are_of_another_company(body: Json, request: Request, state: State) -> Json:
    return each(body, "notes", lambda note: {**note, "companyId": "cmp_nobodynobody"})


@answer("agreement", "GET /v1/companies/{}/notes")
def company_notes_are_by_nobody(body: Json, request: Request, state: State) -> Json:
    return each(body, "notes", lambda note: {**note, "userId": "usr_nobodynobody"})


@answer("agreement", "GET /v1/companies/{}/notes")
def company_notes_change_before_they_are(body: Json, request: Request, state: State) -> Json:
    return each(body, "notes", lambda note: {**note, "updatedAt": later(note["createdAt"], days=-1)})


@answer("agreement", "GET /v1/members")
def one_member_has_another_role(body: Json, request: Request, state: State) -> Json:
    return each(body, "members", lambda it: {**it, "role": "GUEST"} if it["firstName"] < "D" else it)


@answer("agreement", "GET /v1/members")
def members_share_a_mail(body: Json, request: Request, state: State) -> Json:
    mail = body["members"][0]["email"] if body["members"] else ""
    return each(body, "members", lambda it: {**it, "email": mail})


@answer("agreement", "GET /api/webhooks/zapier/inquiries")
def recent_names_are_mixed_up(body: Any, request: Request, state: State) -> Any:
    return [{**item, "leadName": "Somebody Else"} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/inquiries")
def recent_key_points_are_missing(body: Any, request: Request, state: State) -> Any:
    return [{**item, "keyPoints": item["keyPoints"][:1]} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/appointments")
def recent_details_are_of_another(body: Any, request: Request, state: State) -> Any:
    return [{**item, "leadDetails": {**item["leadDetails"], "email": "other@example.com"}} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/appointments")
def recent_status_is_another(body: Any, request: Request, state: State) -> Any:
    return [{**item, "status": "cancelled" if item["status"] != "cancelled" else "scheduled"} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/appointments")
def recent_attendees_are_missing(body: Any, request: Request, state: State) -> Any:
    return [{**item, "attendees": ""} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/leads")
def recent_address_is_missing(body: Any, request: Request, state: State) -> Any:
    return [{**item, "address": None} for item in body]


@answer("agreement", "GET /api/webhooks/zapier/leads")
def recent_change_is_not_in_the_id(body: Any, request: Request, state: State) -> Any:
    return [{**item, "updatedAt": later(item["updatedAt"], minutes=1)} for item in body]
