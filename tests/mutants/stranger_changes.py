"""Changes: alone, together, at once, and of neighbours; filters; staleness; deletion."""

import asyncio
from dataclasses import replace
from typing import Any

from registry import answer, asked, mutant
from stranger_helpers import cached, get, put, refused, touches, twice_at_once
from wrapper import Forward, Request, Response, State

G = "stranger-change"


async def _stale_write(request: Request, forward: Forward, kind: str) -> Response:
    b = request.json
    if not isinstance(b, dict):
        return await forward(request)
    old = await get(request, forward, request.path)
    if old.status != 200:
        return await forward(request)
    await asyncio.sleep(0.05)
    rec = old.json.get(kind, old.json)
    keep = {k: v for k, v in rec.items() if k in FIELDS[kind]}
    r = await forward(request.say({**keep, **b}))
    return r if r.status < 400 else await forward(request)


FIELDS = {
    "transfer": (
        "label",
        "name",
        "method",
        "destinationType",
        "destination",
        "conditions",
        "summaryFormat",
        "settings",
        "isEnabled",
        "scenarioId",
    ),
    "scenario": ("name", "prompt", "response", "isActive", "questions", "outcome", "tradeServiceId"),
    "lead": ("firstName", "lastName", "email", "phone", "suburb", "businessName", "socials"),
}


@mutant(G, "PUT /v1/transfers/{}")
async def transfer_changes_get_lost(request: Request, forward: Forward, state: State) -> Response:
    return await _stale_write(request, forward, "transfer")


@mutant(G, "PUT /v1/scenarios/{}")
async def scenario_changes_get_lost(request: Request, forward: Forward, state: State) -> Response:
    return await _stale_write(request, forward, "scenario")


@mutant(G, "PUT /v1/leads/{}")
async def lead_changes_get_lost(request: Request, forward: Forward, state: State) -> Response:
    return await _stale_write(request, forward, "lead")


@mutant(G, "PUT /v1/faqs/{}")
async def faq_changes_get_lost(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if not isinstance(body, dict):
        return await forward(request)
    old = await get(request, forward, "/v1/faqs", limit=100)
    if old.status != 200:
        return await forward(request)
    rec = [x for x in old.json["faqs"] if str(x["id"]) == request.id]
    await asyncio.sleep(0.05)
    return await forward(request.say({**{k: v for k, v in (rec[0] if rec else {}).items() if k != "id"}, **body}))


@mutant(G, "PUT /v1/policies/{}")
async def second_change_at_once_is_dropped(request: Request, forward: Forward, state: State) -> Response:
    busy = state.setdefault("busy", set())
    if request.path in busy:
        rec = await forward(request.say({}))
        body = request.json
        return (
            rec.but({"policy": {**rec.json["policy"], **{k: v for k, v in body.items() if k in rec.json["policy"]}}})
            if rec.status == 200 and isinstance(body, dict)
            else rec
        )
    busy.add(request.path)
    try:
        await asyncio.sleep(0.04)
        return await forward(request)
    finally:
        busy.discard(request.path)


@twice_at_once("POST /v1/scenarios", "scenario", "name")
def scenario_name_taken_twice_at_once() -> None: ...


@twice_at_once("POST /v1/leads", "lead", "email")
def lead_mail_taken_twice_at_once() -> None: ...


@twice_at_once("POST /v1/transfers", "transfer", "label")
def transfer_label_taken_twice_at_once() -> None: ...


@asked(G, "PUT /v1/faqs/{}")
def activity_lost_beside_others(request: Request) -> Request:
    body = request.json
    return (
        request.say({k: v for k, v in body.items() if k != "isActive"})
        if isinstance(body, dict) and len(body) > 2 and isinstance(body.get("isActive"), bool)
        else request
    )


@asked(G, "PUT /v1/leads/{}")
def phone_lost_beside_mail(request: Request) -> Request:
    body = request.json
    return (
        request.say({k: v for k, v in body.items() if k != "phone"})
        if isinstance(body, dict) and isinstance(body.get("phone"), str) and isinstance(body.get("email"), str)
        else request
    )


@asked(G, "PUT /v1/leads/{}")
def null_last_name_is_ignored(request: Request) -> Request:
    body = request.json
    return (
        request.say({k: v for k, v in body.items() if not (k == "lastName" and v is None)})
        if isinstance(body, dict)
        else request
    )


@asked(G, "PUT /v1/transfers/{}")
def null_format_becomes_empty(request: Request) -> Request:
    body = request.json
    return (
        request.say({**body, "summaryFormat": ""})
        if isinstance(body, dict) and "summaryFormat" in body and (body["summaryFormat"] is None)
        else request
    )


@asked(G, "PUT /v1/scenarios/{}")
def response_resets_outcome(request: Request) -> Request:
    body = request.json
    return (
        request.say({**body, "outcome": {"type": "continueCall"}})
        if isinstance(body, dict) and isinstance(body.get("response"), str) and ("outcome" not in body)
        else request
    )


@asked(G, "PUT /v1/scenarios/{}")
def rename_activates(request: Request) -> Request:
    body = request.json
    return (
        request.say({**body, "isActive": True})
        if isinstance(body, dict) and isinstance(body.get("name"), str) and ("isActive" not in body)
        else request
    )


@mutant(G, "PUT /v1/scenarios/{}", any_method=True)
async def questions_do_not_move_updated_at(request: Request, forward: Forward, state: State) -> Response:
    if request.method == "PUT":
        old = await get(request, forward, request.path)
        response = await forward(request)
        if response.status == 200 and isinstance(request.json, dict) and (set(request.json) == {"questions"}):
            state[request.path] = old.json["scenario"]["updatedAt"]
        elif response.status == 200:
            state.pop(request.path, None)
    else:
        response = await forward(request)
    if response.status == 200 and request.path in state and ("scenario" in (response.json or {})):
        return response.but({"scenario": {**response.json["scenario"], "updatedAt": state[request.path]}})
    return response


@mutant(G, "PUT /v1/transfers/{}")
async def updated_at_is_that_of_before(request: Request, forward: Forward, state: State) -> Response:
    old = await get(request, forward, request.path)
    response = await forward(request)
    if response.status == 200 and old.status == 200:
        return response.but({"transfer": {**response.json["transfer"], "updatedAt": old.json["transfer"]["updatedAt"]}})
    return response


@touches("PUT /v1/faqs/{}", "/v1/faqs", "faqs", {"isActive": False})
def another_faq_is_switched_off() -> None: ...


@touches("PUT /v1/policies/{}", "/v1/policies", "policies", {"content": "overwritten"})
def another_policy_is_overwritten() -> None: ...


@touches("PUT /v1/leads/{}", "/v1/leads", "leads", {"suburb": "Touched"})
def another_lead_is_touched() -> None: ...


@touches("DELETE /v1/scenarios/{}", "/v1/scenarios", "scenarios", {"isActive": False})
def deletion_switches_another_off() -> None: ...


@touches("DELETE /v1/transfers/{}", "/v1/transfers", "transfers", {"scenarioId": None, "conditions": "none"})
def deletion_touches_another_rule() -> None: ...


@mutant(G, "POST /v1/transfers")
async def create_disables_the_newest(request: Request, forward: Forward, state: State) -> Response:
    listed = await get(request, forward, "/v1/transfers", limit=1)
    response = await forward(request)
    if response.status == 201 and listed.json["transfers"]:
        await put(request, forward, f"/v1/transfers/{listed.json['transfers'][0]['id']}", {"isEnabled": False})
    return response


@mutant(G, "DELETE /v1/policies/{}")
async def deletion_takes_an_faq(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        listed = await get(request, forward, "/v1/faqs", limit=100)
        if listed.json["faqs"]:
            await forward(replace(request, path=f"/v1/faqs/{listed.json['faqs'][-1]['id']}"))
    return response


@mutant(G, "DELETE /v1/faqs/{}")
async def deletion_only_switches_off(request: Request, forward: Forward, state: State) -> Response:
    known = await put(request, forward, request.path, {"isActive": False})
    return known.but({"message": "FAQ deleted successfully"}) if known.status == 200 else await forward(request)


@mutant(G, "DELETE /v1/leads/{}", any_method=True)
async def deleted_lead_can_be_changed(request: Request, forward: Forward, state: State) -> Response:
    gone = state.setdefault("gone", {})
    if request.method == "DELETE":
        old = await get(request, forward, request.path)
        response = await forward(request)
        if response.status == 200:
            gone[request.path] = {
                k: old.json[k]
                for k in (
                    "id",
                    "firstName",
                    "lastName",
                    "email",
                    "phone",
                    "suburb",
                    "businessName",
                    "socials",
                    "status",
                    "createdAt",
                )
            }
        return response
    response = await forward(request)
    if request.method == "PUT" and response.status == 404 and (request.path in gone):
        return response.but({"lead": {**gone[request.path], **(request.json or {})}}, status=200)
    return response


@mutant(G, "PUT /v1/scenarios/{}")
async def taken_name_is_accepted(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 409:
        r = await forward(request.say({k: v for k, v in request.json.items() if k != "name"}))
        return r.but({"scenario": {**r.json["scenario"], "name": request.json["name"]}})
    return response


@mutant(G, "PUT /v1/leads/{}")
async def own_phone_conflicts(request: Request, forward: Forward, state: State) -> Response:
    old = await get(request, forward, request.path)
    response = await forward(request)
    body = request.json
    if (
        response.status == 200
        and isinstance(body, dict)
        and body.get("phone")
        and (body.get("phone") == old.json["phone"])
    ):
        return refused(response, 409, "Conflict")
    return response


@mutant(G, "PUT /v1/leads/{}")
async def taken_phone_is_accepted(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    body = request.json
    if response.status == 409 and body.get("phone"):
        r = await forward(request.say({k: v for k, v in body.items() if k != "phone"}))
        if r.status == 200:
            return r.but({"lead": {**r.json["lead"], "phone": body["phone"]}})
    return response


@cached("GET /v1/leads", 2)
def leads_cached_two_seconds() -> None: ...


@cached("GET /v1/scenarios/{}", 1)
def scenario_cached_a_second() -> None: ...


@cached("GET /api/webhooks/zapier/leads", 3)
def recent_leads_cached() -> None: ...


@cached("GET /api/webhooks/zapier/inquiries", 3)
def recent_inquiries_cached() -> None: ...


@cached("GET /v1/leads/{}/activities", 5)
def activities_cached() -> None: ...


@cached("GET /v1/policies", 1)
def policies_cached_a_second() -> None: ...


@answer(G, "GET /v1/inquiries")
def expanded_lead_is_remembered(body: Any, request: Request, state: State) -> Any:
    return {
        **body,
        "inquiries": [
            {**x, "lead": state.setdefault(x["leadId"], x["lead"])} if "lead" in x else x for x in body["inquiries"]
        ],
    }


@answer(G, "GET /v1/leads/{}")
def last_inquiry_is_remembered(body: Any, request: Request, state: State) -> Any:
    state.setdefault(body["id"], body["lastInquiry"])
    return {**body, "lastInquiry": state[body["id"]] or body["lastInquiry"]}


@answer(G, "GET /v1/transfers")
def total_is_remembered(body: Any, request: Request, state: State) -> Any:
    state.setdefault("t", body["totalCount"])
    return {**body, "totalCount": max(state["t"], len(body["transfers"]))}


@mutant(G, "GET /api/webhooks/zapier/leads")
async def recent_lead_shows_old_name(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        response.but([{**x, "firstName": state.setdefault(x["originalId"], x["firstName"])} for x in response.json])
        if response.status == 200
        else response
    )


F = "stranger-filters"


@asked(F, "GET /v1/inquiries")
def source_ignored_beside_lead(request: Request) -> Request:
    return (
        request.ask(source=None)
        if "leadId" in request.query and request.query.get("source") in ("CALL", "SMS", "EMAIL", "CHATBOT", "WEBFORM")
        else request
    )


@asked(F, "GET /v1/inquiries")
def expand_lost_on_page_two(request: Request) -> Request:
    return (
        request.ask(expand=None)
        if request.number("page", 1) > 1 and request.query.get("expand") in ("lead", "both", "external")
        else request
    )


@asked(F, "GET /v1/appointments")
def lead_ignored_on_page_two(request: Request) -> Request:
    return request.ask(leadId=None) if request.number("page", 1) > 1 else request


@mutant(F, "GET /v1/inquiries")
async def filter_after_paging(request: Request, forward: Forward, state: State) -> Response:
    source = request.query.get("source")
    if source not in ("CALL", "SMS", "EMAIL", "CHATBOT", "WEBFORM"):
        return await forward(request)
    response = await forward(request.ask(source=None))
    if response.status != 200:
        return response
    body = response.json
    return response.but({**body, "inquiries": [x for x in body["inquiries"] if x["source"] == source]})


@mutant(F, "GET /v1/appointments")
async def filtered_total_is_that_of_all(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200 or "leadId" not in request.query:
        return response
    whole = await forward(request.ask(leadId=None))
    return response.but(
        {**response.json, "totalCount": whole.json["totalCount"], "totalPages": whole.json["totalPages"]}
    )


@mutant(F, "GET /v1/inquiries")
async def lead_by_prefix(request: Request, forward: Forward, state: State) -> Response:
    lead = request.query.get("leadId")
    response = await forward(request)
    if response.status != 200 or not lead or response.json["totalCount"] or (len(lead) < 3):
        return response
    whole = await forward(request.ask(leadId=None, limit=100, page=1))
    hit = [x for x in whole.json["inquiries"] if x["leadId"].startswith(lead)]
    return response.but({**response.json, "inquiries": hit, "totalCount": len(hit), "totalPages": 1 if hit else 0})


@mutant(F, "GET /v1/appointments")
async def lead_in_any_case(request: Request, forward: Forward, state: State) -> Response:
    lead = request.query.get("leadId")
    response = await forward(request)
    if response.status != 200 or not lead or response.json["totalCount"]:
        return response
    whole = await forward(request.ask(leadId=None, limit=100, page=1))
    hit = [x for x in whole.json["appointments"] if x["leadId"].lower() == lead.lower()]
    return response.but({**response.json, "appointments": hit, "totalCount": len(hit), "totalPages": 1 if hit else 0})


@mutant(F, "GET /v1/appointments")
async def unknown_lead_is_404(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        refused(response, 404, "Not found")
        if response.status == 200 and "leadId" in request.query and (not response.json["totalCount"])
        else response
    )


@answer(F, "GET /v1/inquiries")
def source_lets_one_through(body: Any, request: Request, state: State) -> Any:
    if request.query.get("source") != "SMS" or not body["inquiries"]:
        return body
    body["inquiries"][-1] = {**body["inquiries"][-1], "source": "EMAIL"}
    return body


@mutant(F, "GET /v1/inquiries")
async def both_is_only_lead(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and request.query.get("expand") == "both" and ("source" in request.query):
        return response.but(
            {
                **response.json,
                "inquiries": [
                    {k: v for k, v in x.items() if k != "externalInquiryId"} for x in response.json["inquiries"]
                ],
            }
        )
    return response


@asked(F, "GET /v1/appointments")
def filter_ignores_limit(request: Request) -> Request:
    return (
        request.ask(limit=None)
        if "leadId" in request.query
        and request.query.get("limit", "").isdigit()
        and (0 < int(request.query["limit"]) < 101)
        else request
    )
