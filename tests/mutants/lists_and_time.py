"""Mutants of collections and of consistency over time."""

import math
from typing import Any

from registry import answer, asked, mutant
from wrapper import Forward, Request, Response, State

# --- collections ------------------------------------------------------------------------------------------------


@asked("collections", "GET /v1/leads")
def one_more_than_asked(request: Request) -> Request:
    limit = request.number("limit", 50)
    return request.ask(limit=limit + 1) if limit < 100 and request.query.get("page", "1") == "1" else request


@mutant("collections", "GET /v1/inquiries")
async def page_repeats_the_last(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    page, limit = request.number("page", 1), request.number("limit", 50)
    if response.status != 200 or page < 2 or not response.json["inquiries"]:
        return response
    before = await forward(request.ask(page=page - 1))
    items = [before.json["inquiries"][-1], *response.json["inquiries"]][:limit]
    return response.but({**response.json, "inquiries": items})


@mutant("collections", "GET /v1/appointments")
async def page_skips_one(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200 or request.number("page", 1) < 2:
        return response
    return response.but({**response.json, "appointments": response.json["appointments"][1:]})


@asked("collections", "GET /v1/leads")
def another_default(request: Request) -> Request:
    return request if "limit" in request.query else request.ask(limit=20)


@asked("collections", "GET /v1/faqs")
def another_default_of_a_short_list(request: Request) -> Request:
    return request if "limit" in request.query else request.ask(limit=25)


@answer("collections", "GET /v1/policies")
def total_differs_on_later_pages(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalCount": body["totalCount"] + (body["currentPage"] > 1)}


@answer("collections", "GET /v1/faqs")
def pages_are_rounded_down(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalPages": body["totalCount"] // request.number("limit", 50)}


@asked("collections", "GET /v1/appointments")
def filter_is_ignored(request: Request) -> Request:
    return request.ask(leadId=None) if request.query.get("leadId", "").startswith("ld_") else request


@answer("collections", "GET /v1/inquiries")
def filter_loses_one(body: Any, request: Request, state: State) -> Any:
    if request.query.get("source") != "EMAIL":
        return body
    return {**body, "inquiries": [item for item in body["inquiries"] if not item["isRead"]]}


@asked("collections", "GET /v1/inquiries")
def only_one_filter_holds(request: Request) -> Request:
    return request.ask(source=None) if {"leadId", "source"} <= set(request.query) else request


@mutant("collections", "GET /v1/scenarios")
async def past_the_end_is_the_last(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 200 or response.json["scenarios"] or not response.json["totalPages"]:
        return response
    last = await forward(request.ask(page=response.json["totalPages"]))
    return last.but({**last.json, "currentPage": response.json["currentPage"]})


@answer("collections", "GET /v1/inquiries")
def expanding_clears(body: Any, request: Request, state: State) -> Any:
    if "expand" not in request.query:
        return body
    return {**body, "inquiries": [{**item, "summary": None} for item in body["inquiries"]]}


@answer("collections", "GET /v1/transfers")
def order_is_the_other_way(body: Any, request: Request, state: State) -> Any:
    return {**body, "transfers": body["transfers"][::-1]}


@answer("collections", "GET /v1/members")
def current_page_is_always_one(body: Any, request: Request, state: State) -> Any:
    return {**body, "currentPage": 1}


@answer("collections", "GET /v1/organization/products")
def total_counts_groups_only(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalProducts": body["totalCategories"]}


@asked("collections", "GET /v1/inquiries")
def both_adds_one(request: Request) -> Request:
    return request.ask(expand="lead") if request.query.get("expand") == "both" else request


# --- time -------------------------------------------------------------------------------------------------------


@answer("time", "GET /v1/leads/{}")
def creation_moves(body: Any, request: Request, state: State) -> Any:
    state["reads"] = state.get("reads", 0) + 1
    return {**body, "createdAt": f"{body['createdAt'][:20]}{state['reads'] % 1000:03d}Z"}


@answer("time", "GET /v1/scenarios/{}")
def changed_before_created(body: Any, request: Request, state: State) -> Any:
    return {**body, "updatedAt": "2001-01-01T00:00:00.000Z"}


@answer("time", "PUT /v1/transfers/{}")
def update_moves_creation(body: Any, request: Request, state: State) -> Any:
    return {"transfer": {**body["transfer"], "createdAt": body["transfer"]["updatedAt"][:20] + "001Z"}}


@answer("time", "GET /v1/leads")
def counter_is_off(body: Any, request: Request, state: State) -> Any:
    leads = [{**lead, "unreadEmails": lead["unreadEmails"] + bool(lead["unreadSMS"])} for lead in body["leads"]]
    return {**body, "leads": leads}


@answer("time", "GET /v1/leads/{}")
def last_inquiry_is_gone(body: Any, request: Request, state: State) -> Any:
    return {**body, "lastInquiry": None}


@answer("time", "GET /v1/inquiries/{}")
def detail_differs_from_list(body: Any, request: Request, state: State) -> Any:
    return {**body, "isRead": not body["isRead"]}


@answer("time", "GET /v1/organization/members")
def one_member_is_missing(body: Any, request: Request, state: State) -> Any:
    left = [item for item in body["members"] if not item["isDisabled"]]
    lost = len(body["members"]) - len(left)
    limit = request.number("limit", 50)
    count = body["totalCount"] - lost
    return {**body, "members": left, "totalCount": count, "totalPages": math.ceil(count / limit)}


@answer("time", "GET /api/webhooks/zapier/leads")
def recent_is_reversed(body: Any, request: Request, state: State) -> Any:
    return body[::-1]


@answer("time", "GET /api/webhooks/zapier/appointments")
def recent_lacks_the_newest(body: Any, request: Request, state: State) -> Any:
    return body[1:]


@mutant("time", "PUT /v1/policies/{}")
async def refused_but_half_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    body = request.json
    if response.status == 400 and isinstance(body, dict) and isinstance(body.get("title"), str):
        await forward(request.say({"title": body["title"]}))
    return response


@answer("time", "GET /v1/inquiries/{}")
def duration_is_wrong(body: Any, request: Request, state: State) -> Any:
    if body["source"] != "CALL":
        return body
    return {**body, "data": {**body["data"], "duration": body["data"]["duration"] + 60}}


@answer("time", "GET /v1/faqs")
def list_is_stale(body: Any, request: Request, state: State) -> Any:
    first = state.setdefault("first", {})
    return {**body, "faqs": [first.setdefault(item["id"], item) for item in body["faqs"]]}


@answer("time", "GET /v1/inquiries")
def every_inquiry_is_the_first(body: Any, request: Request, state: State) -> Any:
    return {**body, "inquiries": [{**item, "isFirstInquiry": True} for item in body["inquiries"]]}
