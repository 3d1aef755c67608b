"""Access, effects, paging, time, limits, transport."""

import asyncio
import re
from typing import Any

from registry import answer, asked, authorized, mutant
from stranger_helpers import get, headers_429, later, moved, refused
from wrapper import Forward, Request, Response, State

A = "stranger-access"


@mutant(A, "PUT /v1/transfers/{}")
async def change_happens_though_401(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 401:
        await forward(authorized(request))
    return response


@mutant(A, "DELETE /v1/faqs/{}")
async def wrong_key_may_delete(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 401:
        return await forward(authorized(request))
    return response


@mutant(A, "POST /v1/sms")
async def key_with_other_end_is_taken(request: Request, forward: Forward, state: State) -> Response:
    key = request.headers.get("authorization", "")
    return await forward(authorized(request)) if key.startswith("Bearer sk_test_local") else await forward(request)


@mutant(A, "GET /v1/organization/products")
async def wrong_key_is_forbidden(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        refused(response, 403, "Forbidden")
        if response.status == 401 and request.headers.get("authorization")
        else response
    )


@mutant(A, "GET /v1/inquiries/{}")
async def unauthorized_tells_if_it_exists(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 401:
        real = await forward(authorized(request))
        return real if real.status == 404 else response
    return response


@mutant(A, "PUT /v1/policies/{}")
async def body_is_judged_before_the_key(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 400) if response.status == 401 and (not isinstance(request.json, dict)) else response


T = "stranger-access"


@mutant(T, "GET /v1/leads/{}", any_method=True)
async def deletion_crosses_tenants(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if request.method == "DELETE" and response.status == 404:
        return await forward(authorized(request))
    return response


@mutant(T, "GET /v1/companies/{}/notes")
async def company_notes_cross_tenants(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return await forward(authorized(request)) if response.status == 404 else response


@mutant(T, "GET /v1/appointments")
async def foreign_lead_shows_appointments(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200 and "leadId" in request.query and (not response.json["totalCount"]):
        return await forward(authorized(request))
    return response


@mutant(T, "DELETE /api/webhooks/zapier/unsubscribe")
async def foreign_hook_is_success(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but({"success": True}, status=200) if response.status == 404 else response


@mutant(T, "PUT /v1/faqs/{}")
async def foreign_faq_is_403(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 404 and request.id.isdigit() and ((await forward(authorized(request.say({})))).status == 200):
        return refused(response, 403, "Forbidden")
    return response


@mutant(T, "PUT /v1/scenarios/{}")
async def foreign_scenario_is_changed(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 404:
        await forward(authorized(request))
    return response


E_ = "stranger-change"


@mutant(E_, "POST /v1/calls")
async def call_leaves_nothing(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request.say({"name": 1}))
    if response.status != 400:
        return response
    body = request.json
    ok = (
        isinstance(body, dict)
        and isinstance(body.get("name"), str)
        and body["name"]
        and (len(body["name"]) < 256)
        and isinstance(body.get("phoneNumber"), str)
        and re.fullmatch("\\+[1-9][0-9]{6,14}", body["phoneNumber"])
        and (body.get("mode", "normal") == "normal")
        and ("custom_instructions" not in body)
    )
    return response.but({"message": "Call initiated successfully"}, status=200) if ok else await forward(request)


@mutant(E_, "POST /v1/sms")
async def sms_into_a_thread_opens_a_new_one(request: Request, forward: Forward, state: State) -> Response:
    body = request.json
    if isinstance(body, dict) and isinstance(body.get("messageThreadId"), int):
        response = await forward(request)
        if response.status == 200:
            await forward(request.say({k: v for k, v in body.items() if k != "messageThreadId"}))
        return response
    return await forward(request)


@mutant(E_, "POST /v1/sms")
async def sms_goes_out_twice(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(request)
    return response


@mutant(E_, "PUT /v1/leads/{}")
async def change_is_written_twice(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 200:
        await forward(request)
    return response


@mutant(E_, "DELETE /v1/leads/{}")
async def deletion_answers_before_done(request: Request, forward: Forward, state: State) -> Response:
    old = await get(request, forward, request.path)
    if old.status != 200:
        return await forward(request)

    async def afterwards() -> None:
        await asyncio.sleep(0.5)
        await forward(request)

    state.setdefault("tasks", []).append(asyncio.create_task(afterwards()))
    return old.but({"message": "Lead deleted successfully"})


@mutant(E_, "POST /v1/faqs")
async def create_answers_before_done(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(
        request.say({**request.json, "question": ""}) if isinstance(request.json, dict) else request
    )
    body = request.json
    if not (
        isinstance(body, dict)
        and all(isinstance(body.get(k), str) and body[k] for k in ("question", "answer"))
        and (response.status == 400)
        and (len(body["question"]) < 256)
        and (len(body["answer"]) <= 20000)
        and isinstance(body.get("isActive", True), bool)
    ):
        return await forward(request)

    async def afterwards() -> None:
        await asyncio.sleep(0.3)
        await forward(request)

    state.setdefault("tasks", []).append(asyncio.create_task(afterwards()))
    return response.but(
        {
            "faq": {
                "id": 100000 + len(state["tasks"]),
                "question": body["question"],
                "answer": body["answer"],
                "isActive": body.get("isActive", True),
            }
        },
        status=201,
    )


P = "stranger-paging"


@answer(P, "GET /v1/leads/{}/activities")
def last_of_page_repeats(body: Any, request: Request, state: State) -> Any:
    k = body["activities"]
    if request.number("page", 1) == 1 and k:
        state[request.path] = k[-1]
    if request.number("page", 1) == 2 and k and (request.path in state):
        k[0] = state[request.path]
    return body


@answer(P, "GET /v1/inquiries")
def equal_times_shuffle(body: Any, request: Request, state: State) -> Any:
    state["n"] = state.get("n", 0) + 1
    if state["n"] % 2:
        body["inquiries"] = body["inquiries"][:-2] + body["inquiries"][-2:][::-1]
    return body


@answer(P, "GET /v1/members")
def members_oldest_first(body: Any, request: Request, state: State) -> Any:
    return {**body, "members": body["members"][::-1]}


@answer(P, "GET /v1/scenarios")
def page_past_the_end_is_the_last(body: Any, request: Request, state: State) -> Any:
    if body["scenarios"]:
        state["last"] = body["scenarios"]
    elif "last" in state:
        return {**body, "scenarios": state["last"]}
    return body


@answer(P, "GET /v1/policies")
def pages_rounded_down(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalPages": body["totalCount"] // request.number("limit", 50) or 1}


@asked(P, "GET /v1/organization/members")
def default_limit_is_five(request: Request) -> Request:
    return request if "limit" in request.query else request.ask(limit=5)


@answer(P, "GET /v1/companies/{}/notes")
def count_is_that_of_the_page(body: Any, request: Request, state: State) -> Any:
    return {**body, "totalCount": len(body["notes"]), "totalPages": min(1, len(body["notes"]))}


@answer(P, "GET /v1/leads/{}/notes")
def newest_note_is_hidden(body: Any, request: Request, state: State) -> Any:
    return (
        {**body, "notes": body["notes"][1:], "totalCount": max(0, body["totalCount"] - 1)}
        if request.number("page", 1) == 1
        else body
    )


W = "stranger-agreement"


@moved("GET /v1/leads", "leads", "createdAt", 1, hours=10)
def local_time_called_utc() -> None: ...


@moved("GET /v1/inquiries", "inquiries", "createdAt", 8, days=400)
def one_inquiry_in_the_future() -> None: ...


@answer(W, "GET /v1/transfers/{}")
def updated_cut_to_seconds(body: Any, request: Request, state: State) -> Any:
    body["transfer"]["updatedAt"] = body["transfer"]["updatedAt"][:19] + ".000Z"
    return body


@answer(W, "GET /v1/members")
def offset_in_place_of_z(body: Any, request: Request, state: State) -> Any:
    body["members"] = [{**m, "createdAt": m["createdAt"].replace("Z", "+00:00")} for m in body["members"]]
    return body


@answer(W, "POST /v1/leads")
def created_in_local_time(body: Any, request: Request, state: State) -> Any:
    body["lead"]["createdAt"] = later(body["lead"]["createdAt"], hours=10)
    return body


@answer(W, "POST /api/webhooks/zapier/subscribe")
def subscribed_last_year(body: Any, request: Request, state: State) -> Any:
    return {**body, "createdAt": later(body["createdAt"], days=-365)}


@answer(W, "POST /v1/scenarios")
def updated_before_created(body: Any, request: Request, state: State) -> Any:
    body["scenario"]["updatedAt"] = later(body["scenario"]["updatedAt"], seconds=-1)
    return body


L = "stranger-limits"


def _grow(h: dict[str, str], s: State) -> dict[str, str]:
    s["n"] = s.get("n", 0) + 7
    h["x-ratelimit-reset"] = str(int(h["x-ratelimit-reset"]) + s["n"])
    return h


@headers_429("GET /v1/organization", _grow)
def reset_grows() -> None: ...


@headers_429("GET /v1/organization", lambda h, s: {**h, "x-ratelimit-remaining": "1"})
def one_remains() -> None: ...


@headers_429("GET /v1/members", lambda h, s: {**h, "x-ratelimit-reset": "1790000000"})
def reset_is_a_moment() -> None: ...


@headers_429("GET /v1/faqs", lambda h, s: {k: v for k, v in h.items() if k != "x-ratelimit-limit"})
def limit_header_missing() -> None: ...


@headers_429("GET /v1/leads", lambda h, s: {**h, "x-ratelimit-limit": "100"})
def other_limit_told() -> None: ...


@mutant(L, "GET /v1/organization")
async def served_beyond_the_limit(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    key = request.headers.get("authorization", "")
    if response.status == 200:
        state[key] = response
    return state.get(key, response) if response.status == 429 else response


@mutant(L, "GET /v1/transfers")
async def served_beyond_the_limit_elsewhere(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    key = request.headers.get("authorization", "")
    if response.status == 200:
        state[key] = response
    return state.get(key, response) if response.status == 429 else response


@mutant(L, "GET /api/webhooks/zapier/leads")
async def zapier_is_not_limited(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    key = request.headers.get("authorization", "")
    if response.status == 200:
        state[key] = response
    return state.get(key, response) if response.status == 429 else response


@mutant(L, "POST /v1/policies")
async def creates_are_not_limited(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status == 201:
        state["last"] = response
    if response.status == 429:
        body = request.json
        if isinstance(body, dict) and isinstance(body.get("title"), str) and isinstance(body.get("content"), str):
            return response.but(
                {"policy": {"id": 99999, "title": body["title"], "content": body["content"], "isActive": True}},
                status=201,
            )
        return refused(response, 400)
    return response


@mutant(L, "GET /v1/leads/{}")
async def limit_answers_503(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return refused(response, 503, "Slow down") if response.status == 429 else response


X = "stranger-transport"


@mutant(X, "GET /v1/members")
async def member_twice_in_an_object(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(response.status, response.headers, response.body.replace(b'{"id":', b'{"id":"usr_old","id":', 1))
        if response.status == 200
        else response
    )


@mutant(X, "GET /v1/policies")
async def byte_order_mark(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(response.status, response.headers, b"\xef\xbb\xbf" + response.body)
        if response.status == 200
        else response
    )


@mutant(X, "GET /v1/faqs")
async def answer_cut_short(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    state["n"] = state.get("n", 0) + 1
    return (
        Response(response.status, response.headers, response.body[: len(response.body) // 2])
        if response.status == 200 and state["n"] % 5 == 0
        else response
    )


@mutant(X, "GET /v1/transfers/{}")
async def called_html(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(content_type="text/html") if response.status == 200 else response


@mutant(X, "PUT /v1/leads/{}")
async def called_latin(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(content_type="application/json; charset=iso-8859-1") if response.status == 200 else response


@mutant(X, "GET /v1/organization/services")
async def not_a_number(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(response.status, response.headers, response.body.replace(b'"duration":', b'"duration":NaN,"was":', 1))
        if response.status == 200
        else response
    )


@mutant(X, "GET /v1/leads/{}/notes")
async def one_in_thirty_is_502(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    state["n"] = state.get("n", 0) + 1
    return refused(response, 502, "Bad gateway") if response.status == 200 and state["n"] % 30 == 0 else response


@mutant(X, "GET /v1/scenarios/{}")
async def not_found_is_200(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(response.json, status=200) if response.status == 404 else response


@mutant(X, "DELETE /v1/transfers/{}")
async def deletion_is_empty_200(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return Response(200, response.headers, b"") if response.status == 200 else response


@mutant(X, "GET /v1/organization/availability")
async def trailing_garbage(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(response.status, response.headers, response.body + b"<!-- cached -->")
        if response.status == 200
        else response
    )


@mutant(X, "PUT /v1/scenarios/{}")
async def error_body_is_text(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return (
        Response(404, {**response.headers, "content-type": "text/plain"}, b"not found")
        if response.status == 404
        else response
    )
