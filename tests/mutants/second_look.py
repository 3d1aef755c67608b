"""What shows only at a second look: on another page, in another state, at the last digit, in a reference's owner."""

from typing import Any

from change_and_filters import other
from deliveries import Delivery, Post
from registry import answer, asked, mutant, told
from stranger_helpers import NO_BODY, change, later, taken
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply

G = "second-look"
Json = dict[str, Any]

# --- pages show what the whole list shows -----------------------------------------------------------------------


@answer(G, "GET /v1/leads")
def second_page_forgets_the_last_name(body: Json, request: Request, state: State) -> Json:
    if request.number("page", 1) > 1 and request.number("limit", 50) < 50:
        body["leads"] = [{**item, "lastName": None} for item in body["leads"]]
    return body


@answer(G, "GET /v1/inquiries")
def later_pages_of_a_source_are_read(body: Json, request: Request, state: State) -> Json:
    if "source" in request.query and request.number("page", 1) > 1:
        body["inquiries"] = [{**item, "isRead": not item["isRead"]} for item in body["inquiries"]]
    return body


@answer(G, "GET /v1/transfers")
def conditions_are_cut_without_a_limit(body: Json, request: Request, state: State) -> Json:
    if "limit" not in request.query:
        body["transfers"] = [{**item, "conditions": item["conditions"][:9]} for item in body["transfers"]]
    return body


# --- what a record refers to belongs to the same lead ------------------------------------------------------------


@answer(G, "GET /v1/leads/{}/notes")
def notes_are_about_the_first_visit(body: Json, request: Request, state: State) -> Json:
    for item in body["notes"]:
        if item["appointmentId"]:
            item["appointmentId"] = state.setdefault("first", item["appointmentId"])
    return body


@answer(G, "GET /v1/leads/{}/activities")
def moved_visit_of_somebody_else(body: Json, request: Request, state: State) -> Json:
    for item in body["activities"]:
        if item["event"].startswith("APPOINTMENT_") and item["event"] != "APPOINTMENT_CREATED":
            item["referenceId"] = state.setdefault("first", item["referenceId"])
    return body


@answer(G, "GET /v1/leads/{}/activities")
def message_in_the_inquiry_of_another(body: Json, request: Request, state: State) -> Json:
    for item in body["activities"]:
        if item["event"] in ("SMS_SENT", "CALL_INITIATED") and item["referenceId"]:
            item["referenceId"] = state.setdefault("first", item["referenceId"])
    return body


# --- one note in some is wrong -----------------------------------------------------------------------------------


@answer(G, "GET /v1/leads/{}/notes")
def some_notes_are_by_nobody(body: Json, request: Request, state: State) -> Json:
    for item in body["notes"]:
        if item["userId"] and item["id"] % 7 == 0:
            item["userId"] = "usr_000000000000"
    return body


@answer(G, "GET /v1/leads/{}/notes")
def some_notes_are_about_no_visit(body: Json, request: Request, state: State) -> Json:
    for item in body["notes"]:
        if item["appointmentId"] and item["id"] % 4 == 1:
            item["appointmentId"] = "apt_000000000000"
    return body


@answer(G, "GET /v1/leads/{}/notes")
def some_notes_are_changed_first(body: Json, request: Request, state: State) -> Json:
    for item in body["notes"]:
        if item["id"] % 9 == 0:
            item["updatedAt"] = later(item["createdAt"], seconds=-1)
    return body


# --- records in another state are deleted as well ----------------------------------------------------------------


async def _listed(request: Request, forward: Forward, key: str) -> Json:
    """The record that is about to be deleted, as its list shows it."""
    shown = await forward(other(request, "GET", request.path.rsplit("/", 1)[0]).ask(limit=100))
    found: list[Json] = shown.json.get(key, []) if isinstance(shown.json, dict) else []
    return next((one for one in found if str(one["id"]) == request.id), {})


@mutant(G, "DELETE /v1/faqs/{}")
async def inactive_question_stays(request: Request, forward: Forward, state: State) -> Response:
    if (await _listed(request, forward, "faqs")).get("isActive") is False:
        response = await forward(other(request, "GET", "/v1/faqs"))
        return response.but({"message": "FAQ deleted successfully"})
    return await forward(request)


@mutant(G, "DELETE /v1/transfers/{}")
async def disabled_transfer_is_not_found(request: Request, forward: Forward, state: State) -> Response:
    if (await _listed(request, forward, "transfers")).get("isEnabled") is False:
        return await forward(other(request, "DELETE", "/v1/transfers/2147483647"))
    return await forward(request)


@mutant(G, "DELETE /v1/scenarios/{}")
async def inactive_scenario_comes_back(request: Request, forward: Forward, state: State) -> Response:
    before, response = await _listed(request, forward, "scenarios"), await forward(request)
    if response.status == 200 and before.get("isActive") is False:
        state[request.id] = True
        members = ("name", "prompt", "response", "isActive", "questions", "outcome", "tradeServiceId")
        again = other(request, "POST", "/v1/scenarios", b"{}").say({name: before[name] for name in members})
        await forward(again)
    return response


# --- the last digit and the last letter --------------------------------------------------------------------------


@asked(G, "PUT /v1/leads/{}")
def phone_in_fifteen_letters(request: Request) -> Request:
    return change(request, phone=lambda text: text[:15] if len(text) == 16 else text)


@asked(G, "POST /v1/calls")
def call_loses_a_final_slash(request: Request) -> Request:
    return change(request, custom_instructions=lambda text: text.rstrip("/") or text)


@asked(G, "PUT /v1/leads/{}")
def profile_without_final_slash(request: Request) -> Request:
    body = request.json
    try:
        socials = {name: text.rstrip("/") for name, text in body["socials"].items()}
        return request.say({**body, "socials": socials})
    except NO_BODY:
        return request


# --- many members in one change ----------------------------------------------------------------------------------


@asked(G, "PUT /v1/leads/{}")
def null_beside_others_is_left_out(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or len(body) < 2:
        return request
    return request.say({name: value for name, value in body.items() if name != "suburb" or value is not None})


@mutant(G, "PUT /v1/scenarios/{}")
async def own_name_beside_others_is_taken(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if isinstance(body, dict) and len(body) > 1 and "name" in body:
        shown = await forward(other(request, "GET", request.path))
        if shown.status == 200 and shown.json["scenario"]["name"] == body["name"]:
            error = {"status": 409, "message": "Conflict"}
            return shown.but({"success": False, "message": "Conflict", "error": error}, status=409)
    return await forward(request)


@asked(G, "PUT /v1/transfers/{}")
def method_is_unheard_beside_settings(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not {"settings", "method", "label"} <= set(body):
        return request
    return request.say({name: value for name, value in body.items() if name != "method"})


# --- changes of one member ---------------------------------------------------------------------------------------


@answer(G, "GET /v1/leads/{}/activities")
def changes_in_a_row_are_one(body: Json, request: Request, state: State) -> Json:
    """Of changes one after the other only the last is in the history."""
    events = [None, *(item["event"] for item in body["activities"])]
    kept = [item for item, newer in zip(body["activities"], events, strict=False) if item["event"] != newer]
    lost = len(body["activities"]) - len(kept)
    return {**body, "activities": kept, "totalCount": body["totalCount"] - lost}


@asked(G, "PUT /v1/scenarios/{}")
def switching_off_empties_the_questions(request: Request) -> Request:
    body = request.json
    return request.say({**body, "questions": []}) if isinstance(body, dict) and list(body) == ["isActive"] else request


@asked(G, "PUT /v1/transfers/{}")
def new_conditions_drop_the_settings(request: Request) -> Request:
    body = request.json
    alone = isinstance(body, dict) and list(body) == ["conditions"]
    return request.say({**body, "settings": {"ignore_business_hours": False}}) if alone else request


@asked(G, "PUT /v1/leads/{}")
def new_name_drops_the_business(request: Request) -> Request:
    body = request.json
    return (
        request.say({**body, "businessName": None})
        if isinstance(body, dict) and len(body) == 1 and "firstName" in body
        else request
    )


@told("LEAD_UPDATED", G)
async def change_of_profiles_is_not_told(delivery: Delivery, post: Post, state: State) -> Reply:
    """A delivery that differs from the one before in nothing that it shows is left out."""
    body = {name: value for name, value in delivery.body.items() if name not in ("id", "updatedAt")}
    before = state.get(body["originalId"])
    state[body["originalId"]] = body
    return taken() if body == before else await post(delivery)


# --- what depends on another member, and texts of errors -----------------------------------------------------------


@asked(G, "POST /v1/transfers")
def number_gets_its_plus(request: Request) -> Request:
    body = request.json
    if isinstance(body, dict) and body.get("destinationType") == "PHONE_NUMBER":
        return change(request, destination=lambda text: f"+{text}" if text[:1] in "123456789" else text)
    return request


@asked(G, "PUT /v1/transfers/{}")
def number_loses_its_blanks(request: Request) -> Request:
    return change(request, destination=lambda text: text.replace(" ", "") if text.strip()[:1] == "+" else text)


@asked(G, "PUT /v1/transfers/{}")
def local_number_becomes_international(request: Request) -> Request:
    return change(request, destination=lambda text: f"+61{text[1:]}" if text[:2] == "04" else text)


def worded(response: Response, text: str) -> Response:
    """An error with another text."""
    body = response.json
    return response.but({**body, "message": text, "error": {**body["error"], "message": text}})


@mutant(G, "GET /api/webhooks/zapier/inquiries")
async def refusal_in_the_words_of_the_other_surface(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return worded(response, "Invalid or expired token") if response.status == 401 else response


@mutant(G, "GET /v1/scenarios/{}")
async def unknown_scenario_by_name(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return worded(response, "Scenario not found") if response.status == 404 else response


@mutant(G, "POST /v1/leads")
async def conflict_tells_the_member(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 409:
        return response
    body = response.json
    return response.but({**body, "error": {**body["error"], "message": "email is taken"}})


# --- one address in several lists ----------------------------------------------------------------------------------


@answer(G, "GET /api/webhooks/zapier/inquiries")
def address_of_another_country(body: list[Json], request: Request, state: State) -> list[Json]:
    for item in body:
        if item["leadDetails"]["address"]:
            item["leadDetails"]["address"] = item["leadDetails"]["address"].replace("Australia", "Austria")
    return body


@answer(G, "GET /api/webhooks/zapier/appointments")
def address_in_capitals_beside_the_visit(body: list[Json], request: Request, state: State) -> list[Json]:
    return [{**item, "formattedLeadAddress": str(item["formattedLeadAddress"]).upper()} for item in body]


@answer(G, "GET /api/webhooks/zapier/appointments")
def details_without_the_country(body: list[Json], request: Request, state: State) -> list[Json]:
    for item in body:
        short = str(item["leadDetails"]["address"]).rpartition(", ")[0]
        item["leadDetails"]["address"] = item["formattedLeadAddress"] = short
    return body


# --- a changed lead in other lists ---------------------------------------------------------------------------------


@answer(G, "GET /api/webhooks/zapier/appointments")
def full_name_of_the_past(body: list[Json], request: Request, state: State) -> list[Json]:
    return [{**item, "leadName": state.setdefault(item["leadId"], item["leadName"])} for item in body]


@answer(G, "GET /api/webhooks/zapier/inquiries")
def business_of_the_past(body: list[Json], request: Request, state: State) -> list[Json]:
    for item in body:
        business = item["leadDetails"]["businessName"]
        item["leadDetails"]["businessName"] = state.setdefault(item["leadId"], business)
    return body


@answer(G, "GET /api/webhooks/zapier/inquiries")
def full_name_without_the_new_half(body: list[Json], request: Request, state: State) -> list[Json]:
    for item in body:
        first = item["leadDetails"]["firstName"]
        if state.setdefault(item["leadId"], first) != first:
            item["leadName"] = first
    return body


# --- expansions agree with each other ------------------------------------------------------------------------------


@answer(G, "GET /v1/inquiries")
def outer_id_only_alone(body: Json, request: Request, state: State) -> Json:
    if request.query.get("expand") == "both":
        body["inquiries"] = [{**item, "externalInquiryId": None} for item in body["inquiries"]]
    return body


@answer(G, "GET /v1/inquiries")
def outer_id_with_a_prefix(body: Json, request: Request, state: State) -> Json:
    if request.query.get("expand") == "external":
        for item in body["inquiries"]:
            item["externalInquiryId"] = item["externalInquiryId"] and f"x-{item['externalInquiryId']}"
    return body


@answer(G, "GET /v1/inquiries")
def outer_id_of_the_neighbour(body: Json, request: Request, state: State) -> Json:
    if request.query.get("expand") == "both":
        outer = [item["externalInquiryId"] for item in body["inquiries"]]
        for item, other_id in zip(body["inquiries"], [*outer[1:], *outer[:1]], strict=True):
            item["externalInquiryId"] = other_id
    return body


# --- words of deliveries, history of calls -------------------------------------------------------------------------


@told("APPOINTMENT_CANCELLED", G)
async def canceled_in_american(delivery: Delivery, post: Post, state: State) -> Reply:
    body = delivery.body
    return await post(delivery.but({**body, "status": body["status"].replace("cancelled", "canceled")}))


@mutant(G, "GET /v1/leads/{}/activities")
async def calls_are_no_history(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    kept = [item for item in response.json["activities"] if item["event"] != "CALL_INITIATED"]
    lost = len(response.json["activities"]) - len(kept)
    return response.but({**response.json, "activities": kept, "totalCount": response.json["totalCount"] - lost})


# --- what is only wrong about an existing record -------------------------------------------------------------------


@asked(G, "POST /v1/sms")
def thread_as_a_text(request: Request) -> Request:
    body = request.json
    thread = body.get("messageThreadId") if isinstance(body, dict) else None
    return request.say({**body, "messageThreadId": int(str(thread))}) if str(thread).isdigit() and body else request


@asked(G, "POST /v1/sms")
def thread_with_a_fraction(request: Request) -> Request:
    body = request.json
    thread = body.get("messageThreadId") if isinstance(body, dict) else None
    return request.say({**body, "messageThreadId": int(thread)}) if isinstance(thread, float) and body else request


@asked(G, "POST /v1/sms")
def thread_in_a_list(request: Request) -> Request:
    body = request.json
    thread = body.get("messageThreadId") if isinstance(body, dict) else None
    return request.say({**body, "messageThreadId": thread[0]}) if isinstance(thread, list) and thread else request
