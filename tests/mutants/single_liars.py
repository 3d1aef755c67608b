"""One record in a hundred that reads by itself as another than its list shows, and what names a neighbour's record."""

from typing import Any

from registry import answer, mutant
from stranger_helpers import one_in
from wrapper import Forward, Request, Response, State

G = "rare-cases"
Json = dict[str, Any]


@answer(G, "GET /v1/leads/{}")
def one_lead_in_a_hundred_lives_elsewhere(body: Json, request: Request, state: State) -> Json:
    return {**body, "suburb": "Elsewhere"} if one_in(100, body) else body


@answer(G, "GET /v1/leads")
def one_lead_in_a_hundred_is_listed_with_an_old_status(body: Json, request: Request, state: State) -> Json:
    for lead in body["leads"]:
        if one_in(100, {"id": lead["id"][::-1]}):
            lead["status"] = "archived"
    return body


@answer(G, "GET /v1/inquiries/{}")
def one_inquiry_in_a_hundred_has_another_tag(body: Json, request: Request, state: State) -> Json:
    return {**body, "tag": "other"} if one_in(100, body) else body


@answer(G, "GET /v1/inquiries/{}")
def one_call_in_fifty_was_created_a_second_later(body: Json, request: Request, state: State) -> Json:
    if body["source"] != "CALL" or not one_in(50, {"id": f"{body['id']}s"}):
        return body
    moment = body["createdAt"]
    return {**body, "createdAt": f"{moment[:-2]}{(int(moment[-2]) + 1) % 10}Z"}


@answer(G, "GET /v1/leads/{}/notes")
def one_note_in_five_names_the_lead_asked_for_before(body: Json, request: Request, state: State) -> Json:
    before = state.get("lead")
    for note in body["notes"]:
        if before not in (None, note["leadId"]) and one_in(5, note):
            note["leadId"] = before
            return body
    if body["notes"]:
        state["lead"] = body["notes"][0]["leadId"]
    return body


@answer(G, "GET /v1/leads/{}/activities")
def one_activity_in_ten_names_the_lead_asked_for_before(body: Json, request: Request, state: State) -> Json:
    before = state.get("lead")
    for activity in body["activities"]:
        if before not in (None, activity["leadId"]) and one_in(10, activity):
            activity["leadId"] = before
            return body
    if body["activities"]:
        state["lead"] = body["activities"][0]["leadId"]
    return body


# --- what a server remembers of a record, after its end ----------------------------------------------------------


@mutant(G, "GET /v1/inquiries/{}", any_method=True)
async def inquiries_that_were_read_outlive_their_lead(request: Request, forward: Forward, state: State) -> Response:
    return await _remembered(request, forward, state)


@mutant(G, "GET /v1/transfers/{}", any_method=True)
async def transfers_that_were_read_outlive_their_end(request: Request, forward: Forward, state: State) -> Response:
    return await _remembered(request, forward, state)


@answer(G, "GET /v1/appointments")
def visits_of_a_lead_that_were_read_outlive_it(body: Json, request: Request, state: State) -> Json:
    place = str(request.headers.get("authorization")), request.query.get("leadId"), str(request.query)
    if request.query.get("leadId"):
        return state.setdefault(place, body) if body["appointments"] or place in state else body
    return body


async def _remembered(request: Request, forward: Forward, state: State) -> Response:
    """What was read once is read again for ever, unless it was changed."""
    response, place = await forward(request), (str(request.headers.get("authorization")), request.path)
    if request.method == "GET" and response.status == 404 and place in state:
        return response.but(state[place], status=200)
    if response.status == 200 and request.method == "GET":
        state[place] = response.json
    return response
