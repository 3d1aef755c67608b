"""Mutants of changes, of what a write brings about, and of filters."""

from collections.abc import Callable
from typing import Any

from registry import answer, asked, mutant
from wrapper import Forward, Request, Response, State

Json = dict[str, Any]


def other(request: Request, method: str, path: str, body: bytes = b"") -> Request:
    """Another request of the same client."""
    headers = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
    kind = {"content-type": "application/json"} if body else {}
    return Request(method, path, {}, {**headers, **kind}, body)


# --- change -----------------------------------------------------------------------------------------------------


@answer("change", "PUT /v1/scenarios/{}")
def change_has_no_date(body: Json, request: Request, state: State) -> Json:
    return {"scenario": {**body["scenario"], "updatedAt": body["scenario"]["createdAt"]}}


@mutant("change", "PUT /v1/transfers/{}")
async def second_change_has_no_date(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200:
        return response
    first = state.setdefault(request.id, response.json["transfer"]["updatedAt"])
    return response.but({"transfer": {**response.json["transfer"], "updatedAt": first}})


@asked("change", "PUT /v1/leads/{}")
def only_the_first_field_is_changed(request: Request) -> Request:
    body = request.json
    return request.say(dict(list(body.items())[:1])) if isinstance(body, dict) and len(body) > 1 else request


@asked("change", "PUT /v1/scenarios/{}")
def name_alone_is_no_change(request: Request) -> Request:
    return request.say({}) if isinstance(request.json, dict) and list(request.json) == ["name"] else request


@mutant("change", "PUT /v1/leads/{}")
async def old_mail_stays_taken(request: Request, forward: Forward, state: State) -> Response:
    """The second lead that is given a mail that another one had before is refused."""
    body = request.json
    taken = state.setdefault("taken", {})
    mail = body.get("email") if isinstance(body, dict) else None
    if isinstance(mail, str) and taken.get(mail, request.id) != request.id:
        error = {"status": 409, "message": "Conflict"}
        refused = await forward(request.say([]))
        return refused.but({"success": False, "message": "Conflict", "error": error}, status=409)
    response = await forward(request)
    if response.status == 200 and isinstance(mail, str):
        taken[mail] = request.id
    return response


@mutant("change", "POST /v1/transfers")
async def old_label_stays_taken(request: Request, forward: Forward, state: State) -> Response:
    body, seen = request.json, state.setdefault("seen", set())
    label = body.get("label") if isinstance(body, dict) else None
    if isinstance(label, str) and label in seen:
        refused = await forward(request.say([]))
        error = {"status": 409, "message": "Conflict"}
        return refused.but({"success": False, "message": "Conflict", "error": error}, status=409)
    response = await forward(request)
    if response.status == 201:
        seen.add(label)
    return response


@mutant("change", "POST /v1/scenarios")
async def new_name_is_not_taken(request: Request, forward: Forward, state: State) -> Response:
    """Only names that a creation gave are taken: a clash with a changed one is not seen."""
    response, body = await forward(request), request.json
    if response.status != 409:
        if response.status == 201:
            state.setdefault("made", set()).add(body["name"])
        return response
    if body["name"] in state.get("made", set()):
        return response
    made = await forward(request.say({**body, "name": f"{body['name']} 2"}))
    return made.but({"scenario": {**made.json["scenario"], "name": body["name"]}}) if made.status == 201 else made


@mutant("change", "PUT /v1/policies/{}")
async def neighbour_is_changed_too(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and request.body not in (b"", b"{}"):
        listed = await forward(other(request, "GET", "/v1/policies"))
        oldest = listed.json["policies"][-1]
        if str(oldest["id"]) != request.id:
            await forward(Request("PUT", f"/v1/policies/{oldest['id']}", {}, request.headers, request.body))
    return response


@mutant("change", "PUT /v1/faqs/{}")
async def policy_of_that_number_is_changed(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        listed = await forward(other(request, "GET", "/v1/policies"))
        for item in listed.json["policies"][:1]:
            await forward(other(request, "PUT", f"/v1/policies/{item['id']}", b'{"title":"Other"}'))
    return response


@mutant("change", "DELETE /v1/scenarios/{}")
async def transfers_go_too(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        listed = await forward(other(request, "GET", "/v1/transfers"))
        for item in listed.json["transfers"][-1:]:
            await forward(other(request, "DELETE", f"/v1/transfers/{item['id']}"))
    return response


@answer("change", "GET /v1/inquiries")
def expanded_lead_is_stale(body: Json, request: Request, state: State) -> Json:
    if "expand" not in request.query:
        return body
    known = state.setdefault("leads", {})
    items = [
        {**it, "lead": known.setdefault(it["leadId"], it["lead"])} if "lead" in it else it for it in body["inquiries"]
    ]
    return {**body, "inquiries": items}


@answer("change", "GET /api/webhooks/zapier/leads")
def recent_leads_are_stale(body: Any, request: Request, state: State) -> Any:
    known = state.setdefault("leads", {})
    return [known.setdefault(item["originalId"], item) for item in body]


@answer("change", "GET /v1/leads/{}")
def lead_is_stale(body: Json, request: Request, state: State) -> Json:
    known: Json = state.setdefault(body["id"], body)
    return known


@answer("change", "GET /api/webhooks/zapier/inquiries")
def recent_details_are_stale(body: Any, request: Request, state: State) -> Any:
    known = state.setdefault("details", {})
    return [{**item, "leadDetails": known.setdefault(item["leadId"], item["leadDetails"])} for item in body]


@mutant("change", "PUT /v1/transfers/{}")
async def settings_are_merged(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("settings"), dict):
        return await forward(request)
    shown = await forward(other(request, "GET", request.path))
    known = shown.json["transfer"]["settings"] if shown.status == 200 and "transfer" in shown.json else {}
    known = known or (shown.json.get("settings", {}) if shown.status == 200 else {})
    return await forward(request.say({**body, "settings": {**known, **body["settings"]}}))


@asked("change", "PUT /v1/scenarios/{}")
def empty_questions_are_no_change(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or body.get("questions") != []:
        return request
    return request.say({name: value for name, value in body.items() if name != "questions"})


# --- effects ----------------------------------------------------------------------------------------------------


def hidden(event: str) -> Callable[[Json], Json]:
    """Activities without those of an event that came while somebody looked."""

    def left(body: Json) -> Json:
        items = [item for item in body["activities"] if item["event"] != event]
        return {**body, "activities": items, "totalCount": len(items), "totalPages": -(-len(items) // 50)}

    return left


@mutant("effects", "GET /v1/leads/{}/activities")
async def changes_are_not_told(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(hidden("LEAD_UPDATED")(response.json)) if response.status == 200 else response


@mutant("effects", "GET /v1/leads/{}/activities")
async def messages_are_not_told(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(hidden("SMS_SENT")(response.json)) if response.status == 200 else response


@mutant("effects", "POST /v1/faqs")
async def creation_changes_a_lead(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        listed = await forward(other(request, "GET", "/v1/leads"))
        for lead in listed.json["leads"][:1]:
            await forward(other(request, "PUT", f"/v1/leads/{lead['id']}", b'{"suburb":"Elsewhere"}'))
    return response


@mutant("effects", "GET /v1/organization")
async def reading_creates(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(other(request, "POST", "/v1/faqs", b'{"question":"Read?","answer":"Yes."}'))
    return response


@mutant("effects", "GET /v1/leads/{}")
async def reading_leaves_an_activity(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(other(request, "PUT", request.path, b"{}"))
    return response


@mutant("effects", "POST /v1/leads")
async def creation_sends_a_message(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        members = await forward(other(request, "GET", "/v1/members"))
        if members.json["members"]:
            user, lead = members.json["members"][0]["id"], response.json["lead"]["id"]
            body = f'{{"userId":"{user}","leadId":"{lead}","message":"Welcome"}}'.encode()
            await forward(other(request, "POST", "/v1/sms", body))
    return response


@mutant("effects", "POST /v1/sms")
async def message_is_sent_twice(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(request)
    return response


@mutant("effects", "POST /v1/calls")
async def call_changes_the_lead(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        listed = await forward(other(request, "GET", "/v1/inquiries"))
        path = f"/v1/leads/{listed.json['inquiries'][0]['leadId']}"
        await forward(other(request, "PUT", path, b'{"suburb":"Elsewhere"}'))
    return response


@mutant("effects", "DELETE /v1/faqs/{}")
async def deletion_creates_another(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(other(request, "POST", "/v1/policies", b'{"title":"Deleted","content":"It is gone."}'))
    return response


@mutant("effects", "POST /v1/transfers")
async def creation_disables_the_others(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        listed = await forward(other(request, "GET", "/v1/scenarios"))
        for item in listed.json["scenarios"][:1]:
            await forward(other(request, "PUT", f"/v1/scenarios/{item['id']}", b'{"isActive":false}'))
    return response


# --- filters ----------------------------------------------------------------------------------------------------


def narrowed(body: Json, name: str, keep: Callable[[Json], bool], request: Request) -> Json:
    items = [item for item in body[name] if keep(item)]
    size = request.number("limit", 50)
    return {**body, name: items, "totalCount": len(items), "totalPages": -(-len(items) // size)}


@mutant("filters", "GET /v1/inquiries")
async def a_beginning_of_the_lead_is_enough(request: Request, forward: Forward, state: State) -> Response:
    return await _matched(request, forward, "inquiries", lambda lead, asked: lead.startswith(asked))


@mutant("filters", "GET /v1/appointments")
async def an_end_of_the_lead_is_enough(request: Request, forward: Forward, state: State) -> Response:
    return await _matched(request, forward, "appointments", lambda lead, asked: lead.endswith(asked))


@mutant("filters", "GET /v1/appointments")
async def case_of_the_lead_is_ignored(request: Request, forward: Forward, state: State) -> Response:
    return await _matched(request, forward, "appointments", lambda lead, asked: lead.lower() == asked.lower())


@mutant("filters", "GET /v1/inquiries")
async def a_longer_lead_will_do(request: Request, forward: Forward, state: State) -> Response:
    return await _matched(request, forward, "inquiries", lambda lead, asked: asked.startswith(lead))


async def _matched(request: Request, forward: Forward, name: str, fits: Callable[[str, str], bool]) -> Response:
    wanted = request.query.get("leadId", "")
    response = await forward(request)
    if response.status != 200 or not wanted or response.json["totalCount"]:
        return response
    every = await forward(request.ask(leadId=None, page=1, limit=100))
    return response.but(narrowed(every.json, name, lambda item: fits(item["leadId"], wanted), request))


@asked("filters", "GET /v1/inquiries")
def filter_is_lost_when_expanding(request: Request) -> Request:
    return request.ask(leadId=None) if {"leadId", "expand"} <= set(request.query) else request


@asked("filters", "GET /v1/inquiries")
def source_is_lost_when_expanding(request: Request) -> Request:
    return request.ask(source=None) if {"source", "expand"} <= set(request.query) else request


@asked("filters", "GET /v1/inquiries")
def expanding_is_lost_when_filtering(request: Request) -> Request:
    return request.ask(expand=None) if {"source", "expand"} <= set(request.query) else request


@asked("filters", "GET /v1/inquiries")
def expanding_is_lost_on_later_pages(request: Request) -> Request:
    return request.ask(expand=None) if request.number("page", 1) > 1 else request


@asked("filters", "GET /v1/appointments")
def filter_is_lost_on_later_pages(request: Request) -> Request:
    return request.ask(leadId=None) if request.number("page", 1) > 1 else request


@asked("filters", "GET /v1/inquiries")
def filter_is_lost_on_the_third_page(request: Request) -> Request:
    return request.ask(source=None) if request.number("page", 1) > 2 else request


@answer("filters", "GET /v1/inquiries")
def count_is_of_the_whole(body: Json, request: Request, state: State) -> Json:
    if "leadId" not in request.query or not body["inquiries"]:
        return body
    return {**body, "totalCount": body["totalCount"] + 1}


@answer("filters", "GET /v1/inquiries")
def filtered_by_source_is_reversed(body: Json, request: Request, state: State) -> Json:
    return {**body, "inquiries": body["inquiries"][::-1]} if request.query.get("source") == "SMS" else body


@answer("filters", "GET /v1/inquiries")
def filtered_items_lack_their_summary(body: Json, request: Request, state: State) -> Json:
    if "source" not in request.query:
        return body
    return {**body, "inquiries": [{**item, "summary": None} for item in body["inquiries"]]}


@answer("filters", "GET /v1/appointments")
def filtered_are_cut_at_one(body: Json, request: Request, state: State) -> Json:
    if "leadId" not in request.query:
        return body
    return {
        **body,
        "appointments": body["appointments"][:1],
        "totalCount": min(1, body["totalCount"]),
        "totalPages": min(1, body["totalPages"]),
    }


@answer("filters", "GET /v1/inquiries")
def expanded_page_is_of_another_size(body: Json, request: Request, state: State) -> Json:
    if "expand" not in request.query or request.number("limit", 50) != 2:
        return body
    return {**body, "inquiries": body["inquiries"][:1]}
