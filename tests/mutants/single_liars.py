"""One record in a hundred that reads by itself as another than its list shows, and what names a neighbour's record."""

import re
from dataclasses import replace
from typing import Any

from registry import answer, asked, crash, mutant
from stranger_helpers import change, one_in
from wrapper import Forward, Request, Response, State

G = "rare-cases"
Json = dict[str, Any]


@answer(G, "GET /v1/leads/{}")
def one_lead_of_all_lives_elsewhere(body: Json, request: Request, state: State) -> Json:
    return {**body, "suburb": "Elsewhere"} if one_in(50, body) else body


@answer(G, "GET /v1/leads")
def two_leads_of_all_are_listed_with_an_old_status(body: Json, request: Request, state: State) -> Json:
    for lead in body["leads"]:
        if one_in(40, {"id": lead["id"][::-1]}):
            lead["status"] = "archived"
    return body


@answer(G, "GET /v1/inquiries/{}")
def three_inquiries_of_all_have_another_tag(body: Json, request: Request, state: State) -> Json:
    return {**body, "tag": "other"} if one_in(50, body) else body


@answer(G, "GET /v1/inquiries/{}")
def one_call_of_all_was_created_a_moment_later(body: Json, request: Request, state: State) -> Json:
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
    place = f"{request.headers.get('authorization')} {request.query}"
    if request.query.get("leadId"):
        return state.setdefault(place, body) if body["appointments"] or place in state else body
    return body


async def _remembered(request: Request, forward: Forward, state: State) -> Response:
    """What was read once is read again for ever, unless it was changed."""
    response, place = await forward(request), f"{request.headers.get('authorization')} {request.path}"
    if request.method == "GET" and response.status == 404 and place in state:
        return response.but(state[place], status=200)
    if response.status == 200 and request.method == "GET":
        state[place] = response.json
    return response


# --- what shows in long texts only, with an expansion and a filter only, in another record only -------------------


@asked(G, "PUT /v1/policies/{}")
def blanks_of_long_texts_are_halved(request: Request) -> Request:
    return change(request, content=lambda text: re.sub(" +", " ", text) if len(text) > 200 else text)


@asked(G, "POST /v1/faqs")
def marks_in_long_texts_are_escaped(request: Request) -> Request:
    return change(request, answer=lambda text: text.replace("&", "&amp;") if len(text) > 200 else text)


@crash(G, "POST /v1/transfers")
def long_texts_with_line_feeds_are_too_much(request: Request) -> bool:
    body = request.json
    text = body.get("conditions") if isinstance(body, dict) else None
    return isinstance(text, str) and len(text) > 500 and "\n" in text


@crash(G, "PUT /v1/transfers/{}")
def braces_are_a_template(request: Request) -> bool:
    body = request.json
    text = body.get("summaryFormat") if isinstance(body, dict) else None
    return isinstance(text, str) and text.count("{") != text.count("}")


@answer(G, "GET /v1/inquiries")
def leads_of_a_filtered_expansion_are_all_active(body: Json, request: Request, state: State) -> Json:
    for item in body["inquiries"] if "leadId" in request.query else ():
        if "lead" in item:
            item["lead"]["status"] = "archived"
    return body


@answer(G, "GET /v1/inquiries")
def external_ids_are_lost_with_a_source(body: Json, request: Request, state: State) -> Json:
    for item in body["inquiries"] if request.query.get("source") == "EMAIL" else ():
        if "externalInquiryId" in item:
            item["externalInquiryId"] = "lost"
    return body


@answer(G, "GET /v1/inquiries")
def old_items_lose_their_summary_when_they_are_expanded(body: Json, request: Request, state: State) -> Json:
    if request.query.get("expand") == "external" and request.query.get("page") == "3":
        for item in body["inquiries"]:
            item["summary"] = None
    return body


@mutant(G, "PUT /v1/faqs/{}")
async def first_faq_is_changed_as_well(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and isinstance(request.json, dict) and {"question", "answer"} <= {*request.json}:
        await forward(replace(request, path="/v1/faqs/1").say({"isActive": request.json.get("isActive", False)}))
    return response


# --- catalogues, queries of writes, everything at once, and records that a write makes beside its own -------------


@answer(G, "GET /v1/organization/products")
def a_category_without_products_is_listed(body: Json, request: Request, state: State) -> Json:
    empty = {"id": 999, "name": "Nothing", "type": "PRODUCT", "products": []}
    return {**body, "categories": [*body["categories"], empty], "totalCategories": body["totalCategories"] + 1}


@answer(G, "GET /v1/organization/services")
def a_category_without_services_comes_first(body: Json, request: Request, state: State) -> Json:
    empty = {"id": 999, "name": "Nothing", "type": "SERVICE", "services": []}
    return {**body, "categories": [empty, *body["categories"]], "totalCategories": body["totalCategories"] + 1}


@asked(G, "POST /api/webhooks/zapier/subscribe")
def long_organizations_are_cut(request: Request) -> Request:
    return request.ask(org_id=request.query["org_id"][:64]) if "org_id" in request.query else request


@asked(G, "DELETE /api/webhooks/zapier/unsubscribe")
def users_are_freed_of_odd_letters(request: Request) -> Request:
    user = request.query.get("user_id", "")
    return request.ask(user_id=re.sub("[^A-Za-z0-9_-]", "", user) or "nobody") if user else request


@crash(G, "GET /v1/inquiries")
def all_three_questions_at_once_are_too_many(request: Request) -> bool:
    return {"source", "leadId", "expand"} <= {*request.query}


@asked(G, "GET /v1/inquiries")
def expanded_pages_are_small_unless_said(request: Request) -> Request:
    small = "expand" in request.query and "limit" not in request.query
    return request.ask(limit=20) if small else request


@mutant(G, "POST /v1/calls")
async def a_call_makes_a_lead_each_time(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(replace(request, path="/v1/leads").say({"firstName": "Unknown caller"}))
    return response


@mutant(G, "PUT /v1/policies/{}")
async def a_change_leaves_the_old_policy_as_a_copy(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and isinstance(request.json, dict) and {"title", "content"} <= {*request.json}:
        copy = {"title": "A former version", "content": "As it was."}
        await forward(replace(request, method="POST", path="/v1/policies").say(copy))
    return response


@answer(G, "GET /api/webhooks/zapier/appointments")
def recent_descriptions_are_cut(body: Any, request: Request, state: State) -> Any:
    return [{**item, "description": item["description"] and item["description"][:40]} for item in body]


@answer(G, "GET /api/webhooks/zapier/leads")
def recent_leads_have_their_status_in_capitals(body: Any, request: Request, state: State) -> Any:
    return [{**item, "status": item["status"].upper()} for item in body]


@asked(G, "PUT /v1/scenarios/{}")
def empty_lines_are_dropped(request: Request) -> Request:
    return change(request, response=lambda text: re.sub("\n{2,}", "\n", text))


@asked(G, "PUT /v1/policies/{}")
def addresses_in_texts_become_links(request: Request) -> Request:
    return change(request, content=lambda text: re.sub(r"(https?://\S+)", r"<\1>", text))
