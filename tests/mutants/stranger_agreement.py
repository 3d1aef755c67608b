"""Fields that do not agree."""

from typing import Any

from registry import answer
from stranger_helpers import detail, items, later
from wrapper import Request, State

G = "stranger-agreement"


@items("GET /v1/leads", "leads")
def unread_calls_one_more(item: Any, request: Request, state: State) -> Any:
    item["unreadCalls"] += 1
    return item


@items("GET /v1/leads", "leads")
def last_inquiry_a_second_later(item: Any, request: Request, state: State) -> Any:
    if item["lastInquiryDate"]:
        item["lastInquiryDate"] = later(item["lastInquiryDate"], seconds=1)
    return item


@items("GET /v1/leads", "leads")
def flag_is_flipped(item: Any, request: Request, state: State) -> Any:
    item["hasFlaggedInquiry"] = not item["hasFlaggedInquiry"]
    return item


@items("GET /v1/leads", "leads", 7)
def read_is_flipped_in_list(item: Any, request: Request, state: State) -> Any:
    item["read"] = not item["read"]
    return item


@items("GET /v1/appointments", "appointments")
def service_name_of_another(item: Any, request: Request, state: State) -> Any:
    if item["tradeService"]:
        item["tradeService"] = {**item["tradeService"], "name": "Something else"}
    return item


@items("GET /v1/appointments", "appointments")
def serial_of_the_neighbour(item: Any, request: Request, state: State) -> Any:
    item["serialId"] += 1
    return item


@items("GET /v1/appointments", "appointments")
def appointment_ends_before_start(item: Any, request: Request, state: State) -> Any:
    item["start"], item["end"] = (item["end"], item["start"])
    return item


@items("GET /v1/appointments", "appointments", 7)
def booked_after_it_began(item: Any, request: Request, state: State) -> Any:
    item["createdAt"] = later(item["end"], days=2)
    return item


@items("GET /v1/organization/members", "members", 3)
def membership_role_differs(item: Any, request: Request, state: State) -> Any:
    item["role"] = "GUEST"
    return item


@items("GET /v1/members", "members", 3)
def mail_of_member_upper(item: Any, request: Request, state: State) -> Any:
    item["email"] = item["email"].upper()
    return item


@items("GET /v1/members", "members", 3)
def responsibility_differs(item: Any, request: Request, state: State) -> Any:
    item["responsibility"] = (item["responsibility"] or "") + " and more"
    return item


@answer(G, "GET /v1/organization/availability")
def weekend_is_swapped(body: Any, request: Request, state: State) -> Any:
    d = list(body["days"])
    d[5], d[6] = (d[6], d[5])
    return {**body, "days": d}


@answer(G, "GET /v1/organization/availability")
def a_day_stands_twice(body: Any, request: Request, state: State) -> Any:
    return {**body, "days": body["days"][:6] + body["days"][:1]}


@answer(G, "GET /v1/organization/availability")
def open_without_slots(body: Any, request: Request, state: State) -> Any:
    return {**body, "days": [{**body["days"][0], "isOpen": True, "slots": []}, *body["days"][1:]]}


@answer(G, "GET /v1/organization/availability")
def slots_overlap(body: Any, request: Request, state: State) -> Any:
    day = next(d for d in body["days"] if d["slots"])
    day = {**day, "slots": [*day["slots"], day["slots"][0]]}
    return {**body, "days": [day if d["day"] == day["day"] else d for d in body["days"]]}


@answer(G, "GET /v1/organization/availability")
def zone_is_another(body: Any, request: Request, state: State) -> Any:
    return {**body, "timeZone": "UTC"}


@answer(G, "GET /v1/organization/products")
def active_products_are_counted(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalProducts": sum(p["isActive"] for c in body["categories"] for p in c["products"]) - 1}


@answer(G, "GET /v1/organization/products")
def price_negative_in_one(body: Any, request: Request, state: State) -> Any:
    body["categories"][-1]["products"][-1]["price"] *= -1
    return body


@answer(G, "GET /v1/organization/services")
def one_service_of_another_category(body: Any, request: Request, state: State) -> Any:
    body["categories"][-1]["services"][-1]["tradeCategoryId"] += 1
    return body


@answer(G, "GET /v1/organization/services")
def service_twice(body: Any, request: Request, state: State) -> Any:
    body["categories"][0]["services"].append(body["categories"][-1]["services"][0])
    body["totalServices"] += 1
    return body


@answer(G, "GET /v1/organization/services")
def total_categories_off(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalCategories": body["totalCategories"] + 1}


def data(b: Any, **more: Any) -> Any:
    return {**b, "data": {**b["data"], **more}}


@detail("GET /v1/inquiries/{}")
def data_id_is_not_the_source(body: Any, request: Request, state: State) -> Any:
    return data(body, id="1001")


@detail("GET /v1/inquiries/{}", 2)
def duration_in_minutes(body: Any, request: Request, state: State) -> Any:
    return data(body, duration=body["data"]["duration"] // 60) if "duration" in body["data"] else body


@detail("GET /v1/inquiries/{}", 2)
def transcript_backwards(body: Any, request: Request, state: State) -> Any:
    return data(body, transcripts=body["data"]["transcripts"][::-1]) if "transcripts" in body["data"] else body


@detail("GET /v1/inquiries/{}", 2)
def messages_backwards(body: Any, request: Request, state: State) -> Any:
    return data(body, messages=body["data"]["messages"][::-1]) if "messages" in body["data"] else body


@detail("GET /v1/inquiries/{}", 2)
def turn_after_the_end(body: Any, request: Request, state: State) -> Any:
    if not body["data"].get("transcripts"):
        return body
    t = list(body["data"]["transcripts"])
    t[-1] = {**t[-1], "created_at": later(body["data"]["endedAt"], minutes=9)}
    return data(body, transcripts=t)


@detail("GET /v1/inquiries/{}")
def data_summary_differs(body: Any, request: Request, state: State) -> Any:
    return data(body, summary=(body["data"]["summary"] or "") + ".")


@detail("GET /v1/inquiries/{}")
def tag_differs_in_detail(body: Any, request: Request, state: State) -> Any:
    return {**body, "tag": "urgent" if body["tag"] != "urgent" else "quote"}


@detail("GET /v1/inquiries/{}")
def detail_created_later(body: Any, request: Request, state: State) -> Any:
    return {**body, "createdAt": later(body["createdAt"], seconds=1)}


@detail("GET /v1/inquiries/{}", 2)
def received_after_created(body: Any, request: Request, state: State) -> Any:
    return data(body, receivedAt=later(body["createdAt"], days=1)) if "receivedAt" in body["data"] else body


@items("GET /v1/inquiries", "inquiries")
def first_inquiry_twice(item: Any, request: Request, state: State) -> Any:
    item["isFirstInquiry"] = not item["isFirstInquiry"]
    return item


@items("GET /v1/inquiries", "inquiries", 8)
def expanded_lead_of_another(item: Any, request: Request, state: State) -> Any:
    if "lead" in item:
        item["lead"] = {**item["lead"], "firstName": "Alex" if item["lead"]["firstName"] != "Alex" else "Sam"}
    return item


@items("GET /v1/inquiries", "inquiries", 8)
def summary_cut_in_list(item: Any, request: Request, state: State) -> Any:
    if item["summary"]:
        item["summary"] = item["summary"][:20] + "…"
    return item


@detail("GET /v1/leads/{}", 5)
def last_inquiry_read_differs(body: Any, request: Request, state: State) -> Any:
    return (
        {**body, "lastInquiry": {**body["lastInquiry"], "isRead": not body["lastInquiry"]["isRead"]}}
        if body["lastInquiry"]
        else body
    )


@detail("GET /v1/leads/{}", 5)
def last_inquiry_source_differs(body: Any, request: Request, state: State) -> Any:
    return {**body, "lastInquiry": {**body["lastInquiry"], "source": "FAX"}} if body["lastInquiry"] else body


@detail("GET /v1/leads/{}", 5)
def suburb_differs_in_detail(body: Any, request: Request, state: State) -> Any:
    return {**body, "suburb": "Elsewhere"}


@detail("GET /v1/leads/{}", 3)
def tags_stand_twice(body: Any, request: Request, state: State) -> Any:
    return {**body, "tags": body["tags"] * 2}


@items("GET /v1/leads/{}/notes", "notes", 4)
def note_of_another_lead(item: Any, request: Request, state: State) -> Any:
    item["leadId"] = item["leadId"][:-1] + ("a" if item["leadId"][-1] != "a" else "b")
    return item


@items("GET /v1/leads/{}/notes", "notes", 4)
def note_changed_before_written(item: Any, request: Request, state: State) -> Any:
    item["updatedAt"] = later(item["createdAt"], hours=-1)
    return item


@items("GET /v1/leads/{}/notes", "notes", 3)
def note_of_nobody(item: Any, request: Request, state: State) -> Any:
    item["userId"] = "usr_nobody"
    return item


@items("GET /v1/companies/{}/notes", "notes", 4)
def company_note_of_another(item: Any, request: Request, state: State) -> Any:
    item["companyId"] = "cmp_other"
    return item


@items("GET /v1/companies/{}/notes", "notes", 4)
def company_note_by_nobody(item: Any, request: Request, state: State) -> Any:
    item["userId"] = "usr_nobody"
    return item


@answer(G, "GET /v1/leads/{}/activities")
def creation_is_not_told(body: Any, request: Request, state: State) -> Any:
    return {
        **body,
        "activities": [a for a in body["activities"] if a["event"] != "LEAD_CREATED"],
        "totalCount": max(0, body["totalCount"] - 1),
    }


@items("GET /v1/leads/{}/activities", "activities", 6)
def activity_refers_to_nothing(item: Any, request: Request, state: State) -> Any:
    if item["referenceId"]:
        item["referenceId"] = item["referenceId"] + "x"
    return item


@items("GET /api/webhooks/zapier/appointments", None, 2)
def lead_name_backwards(item: Any, request: Request, state: State) -> Any:
    item["leadName"] = " ".join(reversed(item["leadName"].split(" ")))
    return item


@items("GET /api/webhooks/zapier/appointments", None, 2)
def details_without_phone(item: Any, request: Request, state: State) -> Any:
    item["leadDetails"] = {**item["leadDetails"], "phone": None}
    return item


@items("GET /api/webhooks/zapier/appointments", None, 1)
def attendees_by_semicolon(item: Any, request: Request, state: State) -> Any:
    item["attendees"] = item["attendees"].replace(",", "; ")
    return item


@items("GET /api/webhooks/zapier/appointments", None, 2)
def end_an_hour_later(item: Any, request: Request, state: State) -> Any:
    item["end"] = later(item["end"], hours=1)
    return item


@items("GET /api/webhooks/zapier/inquiries", None, 2)
def key_points_are_lost(item: Any, request: Request, state: State) -> Any:
    item["keyPoints"] = item["keyPoints"][:-1]
    return item


@items("GET /api/webhooks/zapier/leads", None, 2)
def recent_address_differs(item: Any, request: Request, state: State) -> Any:
    item["address"] = "1 Other Street"
    return item


@items("GET /api/webhooks/zapier/leads", None, 2)
def recent_changed_before_created(item: Any, request: Request, state: State) -> Any:
    item["updatedAt"] = later(item["createdAt"], days=-1)
    return item


@answer(G, "GET /api/webhooks/zapier/inquiries")
def six_newest_but_one(body: Any, request: Request, state: State) -> Any:
    return body[1:]


@items("GET /v1/transfers", "transfers", 3)
def settings_differ_in_list(item: Any, request: Request, state: State) -> Any:
    item["settings"] = {"ignore_business_hours": not item["settings"]["ignore_business_hours"]}
    return item


@items("GET /v1/scenarios", "scenarios", 3)
def questions_empty_in_list(item: Any, request: Request, state: State) -> Any:
    item["questions"] = []
    return item


@answer(G, "GET /v1/organization")
def week_starts_tomorrow(body: Any, request: Request, state: State) -> Any:
    return {**body, "weekStart": "Someday"}


@answer(G, "GET /v1/organization")
def zone_by_abbreviation(body: Any, request: Request, state: State) -> Any:
    return {**body, "timeZone": "AEST"}


@answer(G, "GET /v1/organization")
def other_id_each_time(body: Any, request: Request, state: State) -> Any:
    state["n"] = state.get("n", 0) + 1
    return {**body, "id": body["id"] + str(state["n"] % 2)}
