"""What shows in rare cases only: capitals, one word of an enumeration, HEAD of nothing, records without an e-mail."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

from deliveries import Delivery, Post
from registry import answer, asked, mutant, told
from stranger_helpers import change, get, later, one_in, refused, taken
from wrapper import Forward, Request, Response, State

from mock_server.webhooks.reply import Reply

G = "rare-cases"
NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
Json = dict[str, Any]

# --- texts in capitals -------------------------------------------------------------------------------------------


def _tamed(text: str) -> str:
    return text.capitalize() if text.isupper() else text


@asked(G, "POST /v1/leads")
def suburb_in_capitals_is_tamed(request: Request) -> Request:
    return change(request, suburb=_tamed)


@asked(G, "PUT /v1/faqs/{}")
def answer_in_capitals_is_no_shouting(request: Request) -> Request:
    return change(request, answer=_tamed)


@asked(G, "POST /v1/scenarios")
def inner_questions_in_capitals_are_tamed(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("questions"), list):
        return request
    questions = [
        {**one, "question": _tamed(one["question"])} if isinstance(one, dict) and isinstance(one.get("question"), str)
        else one
        for one in body["questions"]
    ]  # fmt: skip
    return request.say({**body, "questions": questions})


# --- one word of an enumeration, together with another filter ----------------------------------------------------


@asked(G, "GET /v1/inquiries")
def forms_of_a_lead_are_all_it_has(request: Request) -> Request:
    both = request.query.get("source") == "WEBFORM" and "leadId" in request.query
    return request.ask(source=None) if both else request


@answer(G, "GET /v1/inquiries")
def chats_of_a_lead_are_forgotten(body: Json, request: Request, state: State) -> Json:
    if request.query.get("source") == "CHATBOT" and "leadId" in request.query:
        body.update(inquiries=[], totalCount=0, totalPages=0)
    return body


@answer(G, "GET /v1/inquiries")
def mails_of_a_lead_are_one_more(body: Json, request: Request, state: State) -> Json:
    if request.query.get("source") == "EMAIL" and "leadId" in request.query and body["inquiries"]:
        body["totalCount"] += 1
    return body


# --- HEAD of what GET refuses ------------------------------------------------------------------------------------


@mutant(G, "GET /v1/leads/{}", any_method=True)
async def head_of_no_lead_is_found(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=200) if request.method == "HEAD" and response.status == 404 else response


@mutant(G, "GET /v1/policies", any_method=True)
async def head_needs_no_key(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=200) if request.method == "HEAD" and response.status == 401 else response


@mutant(G, "GET /v1/transfers/{}", any_method=True)
async def head_of_no_transfer_fails(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 500) if request.method == "HEAD" and response.status == 404 else response


# --- events about records that lack something --------------------------------------------------------------------


@told("LEAD_DELETED", G)
async def end_without_a_mail_is_lost(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery) if delivery.body["email"] else taken()


@told("LEAD_CREATED", G)
async def lead_without_a_phone_is_lost(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery) if delivery.body["phone"] else taken()


@told("LEAD_UPDATED", G)
async def cleared_mail_is_no_change(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery) if delivery.body["email"] else taken()


@told("INQUIRY_CREATED", G)
async def inquiry_of_nobody_known_is_lost(delivery: Delivery, post: Post, state: State) -> Reply:
    nameless = delivery.body["source"] == "SMS" and not delivery.body["leadDetails"]["email"]
    return taken() if nameless else await post(delivery)


@told("INQUIRY_CREATED", G)
async def no_inquiry_is_the_first(delivery: Delivery, post: Post, state: State) -> Reply:
    return await post(delivery.but({**delivery.body, "isFirstInquiry": False}))


# --- later pages after a deletion --------------------------------------------------------------------------------


def _most(request: Request, response: Response, state: State) -> int:
    """The most records that this organization has had."""
    owner = str(request.headers.get("authorization"))
    state[owner] = max(state.get(owner, 0), response.json["totalCount"])
    return int(state[owner])


@mutant(G, "GET /v1/faqs")
async def second_page_skips_one_after_a_deletion(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    most, count = _most(request, response, state), response.json["totalCount"]
    if count < most and request.number("page", 1) > 1:
        return response.but({**response.json, "faqs": response.json["faqs"][1:]})
    return response


@mutant(G, "GET /v1/policies")
async def later_pages_count_the_deleted(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    most = _most(request, response, state)
    if request.number("page", 1) > 1:
        return response.but({**response.json, "totalCount": most})
    return response


@mutant(G, "GET /v1/scenarios")
async def later_pages_begin_one_too_late(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    most, count = _most(request, response, state), response.json["totalCount"]
    page, size = request.number("page", 1), request.number("limit", 50)
    if count >= most or page < 2:
        return response
    whole = (await forward(request.ask(page=1, limit=100))).json["scenarios"]
    return response.but({**response.json, "scenarios": whole[(page - 1) * size + 1 : page * size + 1]})


# --- numbers as a language spells them ---------------------------------------------------------------------------


def _grouped(request: Request, name: str) -> Request:
    value = request.query.get(name, "")
    return request.ask(**{name: value.replace("_", "")}) if value.strip("0123456789") == "_" else request


@asked(G, "GET /v1/policies")
def grouped_limit_is_taken(request: Request) -> Request:
    return _grouped(request, "limit")


@asked(G, "GET /v1/inquiries")
def grouped_page_is_taken(request: Request) -> Request:
    return _grouped(request, "page")


@asked(G, "GET /v1/leads/{}/notes")
def grouped_page_of_notes_is_taken(request: Request) -> Request:
    return _grouped(request, "page")


# --- the same request in other words -----------------------------------------------------------------------------


def _header(request: Request, name: str) -> str:
    return next((value for key, value in request.headers.items() if key.lower() == name), "")


@mutant(G, "POST /v1/sms")
async def charset_is_another_type(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 415) if "charset" in _header(request, "content-type") else response


@mutant(G, "PUT /v1/policies/{}")
async def type_is_compared_with_its_case(request: Request, forward: Forward, state: State) -> Response:
    response, kind = await forward(request), _header(request, "content-type")
    return refused(response, 415) if kind != kind.lower() and response.status == 200 else response


@mutant(G, "POST /v1/transfers")
async def answer_of_many_types_is_refused(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 400) if "," in _header(request, "accept") and response.status == 201 else response


@mutant(G, "POST /v1/faqs")
async def escaped_names_are_not_read(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response) if b'"\\u' in request.body and response.status == 201 else response


# --- texts far inside a body, and records of a rare kind ---------------------------------------------------------


def _deep(value: Any, name: str, how: Any) -> Any:
    """The same body with other texts in each inner member of a name."""
    if isinstance(value, list):
        return [_deep(one, name, how) for one in value]
    if isinstance(value, dict):
        return {
            k: how(one) if k == name and isinstance(one, str) else _deep(one, name, how) for k, one in value.items()
        }
    return value


def _follow_ups(request: Request, name: str, how: Any) -> Request:
    body = request.json
    inner = body.get("questions") if isinstance(body, dict) else None
    return request.say({**body, "questions": _deep(inner, name, how)}) if isinstance(inner, list) else request


@asked(G, "PUT /v1/scenarios/{}")
def inner_answers_lose_their_line_feeds(request: Request) -> Request:
    return _follow_ups(request, "answer", lambda text: text.replace("\r\n", "\n"))


@mutant(G, "POST /v1/scenarios")
async def inner_quotes_fail(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    odd = (
        _follow_ups(request, "question", lambda text: text.replace("'", "")).body
        != _follow_ups(request, "question", str).body
    )
    return refused(response, 500) if response.status == 201 and odd else response


@answer(G, "GET /v1/inquiries/{}")
def some_chats_are_told_backwards(body: Json, request: Request, state: State) -> Json:
    if body["source"] == "CHATBOT" and one_in(6, body):
        body["data"]["messages"].reverse()
    return body


@answer(G, "GET /v1/inquiries/{}")
def some_forms_are_older_than_the_business(body: Json, request: Request, state: State) -> Json:
    if body["source"] == "WEBFORM" and one_in(4, body):
        body["data"]["submittedAt"] = later(body["data"]["submittedAt"], days=-400)
    return body


@answer(G, "GET /v1/inquiries/{}")
def some_mails_have_another_summary_inside(body: Json, request: Request, state: State) -> Json:
    if body["source"] == "EMAIL" and one_in(8, body):
        body["data"]["summary"] = "New e-mail"
    return body


@answer(G, "GET /v1/inquiries/{}")
def mails_go_to_whom_they_are_from(body: Json, request: Request, state: State) -> Json:
    if body["source"] == "EMAIL":
        body["data"]["from"], body["data"]["to"] = body["data"]["to"], body["data"]["from"]
    return body


@asked(G, "POST /v1/scenarios")
def inner_questions_are_composed(request: Request) -> Request:
    return _follow_ups(request, "question", lambda text: unicodedata.normalize("NFC", text))


# --- filters after a change, and beyond the last page ------------------------------------------------------------


@mutant(G, "GET /v1/inquiries")
async def new_leads_are_not_in_the_index(request: Request, forward: Forward, state: State) -> Response:
    known = state.setdefault("known", set())
    response, lead = await forward(request), request.query.get("leadId")
    if response.status != 200 or lead is None:
        return response
    if not response.json["inquiries"]:
        known.add(lead)  # asked for before there was anything, and never again looked up
    if lead in known:
        return response.but({**response.json, "inquiries": [], "totalCount": 0, "totalPages": 0})
    return response


async def _all_for(request: Request, forward: Forward, *, when: bool) -> Response:
    """The whole list in place of a filtered one that is empty."""
    response = await forward(request)
    if response.status == 200 and when and not response.json["totalCount"]:
        whole = await forward(request.ask(leadId=None))
        return whole if whole.status == 200 else response
    return response


@mutant(G, "GET /v1/appointments")
async def lead_without_visits_has_all(request: Request, forward: Forward, state: State) -> Response:
    lead = request.query.get("leadId", "")
    exists = lead.startswith("ld_") and (await get(request, forward, f"/v1/leads/{lead}")).status == 200
    return await _all_for(request, forward, when=exists)


@mutant(G, "GET /v1/inquiries")
async def lead_without_inquiries_has_all(request: Request, forward: Forward, state: State) -> Response:
    lead = request.query.get("leadId", "")
    exists = lead.startswith("ld_") and (await get(request, forward, f"/v1/leads/{lead}")).status == 200
    return await _all_for(request, forward, when=exists)


@mutant(G, "GET /v1/inquiries")
async def filtered_page_past_the_end_is_the_last(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200 or response.json["inquiries"] or not response.json["totalCount"]:
        return response
    if not {"leadId", "source"} & {*request.query}:
        return response
    last = await forward(request.ask(page=response.json["totalPages"]))
    return last.but({**last.json, "currentPage": response.json["currentPage"]})


@answer(G, "GET /v1/appointments")
def filtered_page_past_the_end_counts_nothing(body: Json, request: Request, state: State) -> Json:
    if "leadId" in request.query and not body["appointments"]:
        body.update(totalCount=0, totalPages=0)
    return body


@answer(G, "GET /v1/inquiries")
def page_past_the_end_of_a_source_is_the_first(body: Json, request: Request, state: State) -> Json:
    if "source" in request.query and not body["inquiries"] and body["totalCount"]:
        body["currentPage"] = 1
    return body


# --- what only a second state shows ------------------------------------------------------------------------------


@mutant(G, "PUT /v1/scenarios/{}")
async def outcomes_are_merged(request: Request, forward: Forward, state: State) -> Response:
    body, sent = request.json, None
    if isinstance(body, dict) and isinstance(body.get("outcome"), dict) and body["outcome"].get("type"):
        before = (await get(request, forward, request.path)).json
        if isinstance(before, dict) and "scenario" in before:
            sent = {**before["scenario"]["outcome"], **body["outcome"]}
    return await forward(request if sent is None or len(sent) > 20 else request.say({**body, "outcome": sent}))


@answer(G, "GET /api/webhooks/zapier/leads")
def recent_leads_are_never_changed(body: Any, request: Request, state: State) -> Any:
    return [{**it, "updatedAt": it["createdAt"], "id": f"{it['originalId']} - {it['createdAt']}"} for it in body]


@answer(G, "GET /api/webhooks/zapier/leads")
def recent_leads_keep_their_first_id(body: Any, request: Request, state: State) -> Any:
    for item in body:
        owner = f"{request.headers.get('authorization')} {item['originalId']}"
        item["id"], item["updatedAt"] = state.setdefault(owner, (item["id"], item["updatedAt"]))
    return body


@answer(G, "GET /v1/inquiries")
def some_inquiries_have_one_source(body: Json, request: Request, state: State) -> Json:
    for item in body["inquiries"]:
        if one_in(10, item):
            item["sourceId"] = state.setdefault("first", item["sourceId"])
    return body


@asked(G, "PUT /v1/transfers/{}")
def switched_off_without_a_scenario(request: Request) -> Request:
    body = request.json
    alone = isinstance(body, dict) and body.get("isEnabled") is False and "scenarioId" not in body
    return request.say({**body, "scenarioId": None}) if alone else request


@asked(G, "PUT /v1/scenarios/{}")
def inactive_scenario_loses_its_service(request: Request) -> Request:
    body = request.json
    alone = isinstance(body, dict) and body.get("isActive") is False and "tradeServiceId" not in body
    return request.say({**body, "tradeServiceId": None}) if alone else request


@asked(G, "PUT /v1/leads/{}")
def one_network_alone_is_lost(request: Request) -> Request:
    body = request.json
    alone = isinstance(body, dict) and isinstance(body.get("socials"), dict) and {*body["socials"]} == {"facebook"}
    return request.say({**body, "socials": {}}) if alone else request


@asked(G, "POST /v1/leads")
def other_network_alone_is_lost(request: Request) -> Request:
    body = request.json
    alone = isinstance(body, dict) and isinstance(body.get("socials"), dict) and {*body["socials"]} == {"instagram"}
    return request.say({**body, "socials": {}}) if alone else request


@asked(G, "POST /v1/sms")
def messages_in_a_thread_are_trimmed(request: Request) -> Request:
    body = request.json
    inside = isinstance(body, dict) and "messageThreadId" in body
    return change(request, message=lambda text: text.strip() or text) if inside else request


@mutant(G, "PUT /v1/leads/{}")
async def old_leads_cannot_be_changed(request: Request, forward: Forward, state: State) -> Response:
    before = (await get(request, forward, request.path)).json
    old = isinstance(before, dict) and "createdAt" in before and before["createdAt"] < later(NOW, days=-20)
    response = await forward(request)
    return refused(response, 404, "Not found") if old and response.status == 200 else response


@mutant(G, "PUT /v1/policies/{}")
async def first_policy_is_broken(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 500, "Internal server error") if request.id == "1" and response.status == 200 else response


def _settings(request: Request, value: bool) -> Request:
    body = request.json
    settings = body.get("settings") if isinstance(body, dict) else None
    if not isinstance(settings, dict) or "ignore_business_hours" in settings or len(settings) > 19:
        return request
    return request.say({**body, "settings": {**settings, "ignore_business_hours": value}})


@asked(G, "POST /v1/transfers")
def hours_are_ignored_unless_said(request: Request) -> Request:
    return _settings(request, True)


@asked(G, "PUT /v1/transfers/{}")
def change_without_hours_ignores_them(request: Request) -> Request:
    return _settings(request, True)


@answer(G, "GET /v1/inquiries/{}")
def all_messages_are_in_one_thread(body: Json, request: Request, state: State) -> Json:
    if body["source"] == "SMS":
        thread = body["data"]["messageThreadId"]
        body["data"]["messageThreadId"] = state.setdefault(str(request.headers.get("authorization")), thread)
    return body
