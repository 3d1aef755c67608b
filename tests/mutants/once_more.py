"""What shows only when something is done once more: repeats, order after a change, filters on later pages."""

import asyncio
from typing import Any

from change_and_filters import other
from registry import answer, asked, mutant
from wrapper import Forward, Request, Response, State

G = "once-more"
Json = dict[str, Any]


@mutant(G, "POST /v1/faqs")
async def known_question_is_given_back(request: Request, forward: Forward, state: State) -> Response:
    body, key = request.json, f"{request.headers.get('authorization')}{request.body!r}"
    if isinstance(body, dict) and key in state:
        kept: Response = state[key]
        return kept
    response = await forward(request)
    if response.status == 201:
        state[key] = response
    return response


@mutant(G, "POST /v1/sms")
async def message_of_before_is_not_sent_again(request: Request, forward: Forward, state: State) -> Response:
    before, state["before"] = state.get("before"), request.body
    if before == request.body and "last" in state:
        last: Response = state["last"]
        return last
    response = await forward(request)
    state.pop("last", None)
    if response.status == 200:
        state["last"] = response
    return response


@mutant(G, "POST /v1/calls")
async def second_call_of_a_moment_is_lost(request: Request, forward: Forward, state: State) -> Response:
    flying = state.setdefault("flying", set())
    if request.body in flying:
        response: Response = state.get("last") or await forward(request)
        return response
    flying.add(request.body)
    response = await forward(request)
    if response.status == 200:
        state["last"] = response
    await asyncio.sleep(0.05)
    flying.discard(request.body)
    return response


@mutant(G, "POST /v1/sms")
async def deleted_lead_gets_a_message(request: Request, forward: Forward, state: State) -> Response:
    response, body = await forward(request), request.json
    lead = body.get("leadId") if isinstance(body, dict) else None
    if response.status == 200:
        state[str(lead)] = response
    if response.status == 404 and str(lead) in state and body.get("userId") == state.get("user", body.get("userId")):
        kept: Response = state[str(lead)]
        return kept
    return response


async def _sorted(request: Request, forward: Forward, key: str, by: str, *, newest: bool) -> Response:
    """The list in another order, cut into the pages that are asked for."""
    response = await forward(request)
    if response.status != 200:
        return response
    whole = await forward(request.ask(limit=100, page=1))
    found = sorted(whole.json[key], key=lambda item: item[by], reverse=newest)
    size, page = request.number("limit", 50), request.number("page", 1)
    return response.but({**response.json, key: found[(page - 1) * size : page * size]})


@mutant(G, "GET /v1/faqs")
async def oldest_question_first(request: Request, forward: Forward, state: State) -> Response:
    return await _sorted(request, forward, "faqs", "id", newest=False)


@mutant(G, "GET /v1/policies")
async def policies_by_their_titles(request: Request, forward: Forward, state: State) -> Response:
    return await _sorted(request, forward, "policies", "title", newest=False)


@mutant(G, "GET /v1/transfers")
async def changed_transfer_comes_first(request: Request, forward: Forward, state: State) -> Response:
    return await _sorted(request, forward, "transfers", "updatedAt", newest=True)


@asked(G, "GET /v1/inquiries")
def filter_has_a_smaller_page(request: Request) -> Request:
    narrowed = {"source", "leadId"} & set(request.query) and "limit" not in request.query
    return request.ask(limit=20) if narrowed else request


@answer(G, "GET /v1/inquiries")
def later_page_of_all_three_is_read(body: Json, request: Request, state: State) -> Json:
    if {"source", "expand"} <= set(request.query) and request.number("page", 1) > 1:
        body["inquiries"] = [{**item, "isRead": not item["isRead"]} for item in body["inquiries"]]
    return body


@asked(G, "GET /v1/inquiries")
def expansion_takes_the_filter_of_page_two(request: Request) -> Request:
    both = {"source", "expand"} <= set(request.query) and request.number("page", 1) > 1
    return request.ask(source=None) if both else request


@mutant(G, "POST /v1/policies")
async def id_of_a_deleted_one(request: Request, forward: Forward, state: State) -> Response:
    """Policies are counted by how many there are: an id comes back once one is deleted."""
    response = await forward(request)
    if response.status != 201:
        return response
    listed = await forward(other(request, "GET", "/v1/policies"))
    return response.but({"policy": {**response.json["policy"], "id": listed.json["totalCount"]}})


# --- HEAD ---------------------------------------------------------------------------------------------------------


@mutant(G, "GET /v1/faqs", any_method=True)
async def head_is_not_found(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=404) if request.method == "HEAD" else response


@mutant(G, "GET /v1/leads/{}", any_method=True)
async def head_has_another_type(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(content_type="text/html") if request.method == "HEAD" else response


@mutant(G, "GET /v1/organization", any_method=True)
async def head_has_no_content(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return response.but(status=204) if request.method == "HEAD" else response
