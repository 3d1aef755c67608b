"""Mutants of the rate limit, and of answers as they go over the wire."""

from collections.abc import Callable
from typing import Any

from registry import MUTANTS, mutant
from wrapper import Forward, Mutant, Request, Response, State

OTHER = "Bearer sk_test_mock_"


def free(name: str, operation: str) -> None:
    """An operation is never refused, and its requests do not count: another key's answer stands in."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        headers = {**request.headers, "authorization": "Bearer sk_test_local"}
        own = Request(request.method, request.path, request.query, headers, request.body)
        limited = request.headers.get("authorization", "").startswith(OTHER)
        return await forward(own) if limited else await forward(request)

    MUTANTS.append(Mutant(name, "limits", operation, behave))


def after_it(name: str, operation: str, change: Callable[[Response], Response]) -> None:
    """Another answer to what is too much."""

    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        return change(response) if response.status == 429 else response

    MUTANTS.append(Mutant(name, "limits", operation, behave))


FIRST = "GET /v1/appointments"
free("messages_are_not_counted", "POST /v1/sms")
free("recent_leads_are_not_counted", "GET /api/webhooks/zapier/leads")
free("deletions_are_not_counted", "DELETE /v1/faqs/{}")
free("changes_are_not_counted", "PUT /v1/leads/{}")
after_it("wait_is_a_minute_for_everybody", FIRST, lambda response: response.but(x_ratelimit_reset="60"))
after_it("refusal_has_no_limit", FIRST, lambda response: _without(response, "x-ratelimit-limit"))
after_it("refusal_has_no_reset", FIRST, lambda response: _without(response, "x-ratelimit-reset"))
after_it("reset_is_a_date", FIRST, lambda response: response.but(x_ratelimit_reset="1790000000"))
after_it("rest_is_not_zero", FIRST, lambda response: response.but(x_ratelimit_remaining="3"))
after_it("too_much_is_503", FIRST, lambda response: response.but(status=503))
after_it("too_much_is_fine", "GET /v1/organization", lambda response: response.but({}, status=200))


def _without(response: Response, name: str) -> Response:
    return Response(response.status, {k: v for k, v in response.headers.items() if k != name}, response.body)


def member_twice(name: str, operation: str, member: str, text: bytes) -> None:
    async def behave(request: Request, forward: Forward, state: State) -> Response:
        response = await forward(request)
        at = response.body.find(f'"{member}":'.encode())
        if response.status >= 300 or at < 0:
            return response
        twice = response.body[:at] + f'"{member}":'.encode() + text + b"," + response.body[at:]
        return Response(response.status, response.headers, twice)

    MUTANTS.append(Mutant(name, "transport", operation, behave))


member_twice("total_comes_twice", "GET /v1/faqs", "totalCount", b"7")
member_twice("name_comes_twice", "GET /v1/leads/{}", "firstName", b'"Other"')
member_twice("id_comes_twice", "POST /v1/policies", "id", b"1")
member_twice("inner_member_comes_twice", "GET /v1/organization/services", "duration", b"1")


@mutant("transport", "GET /v1/scenarios")
async def answer_is_cut_short(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return Response(response.status, response.headers, response.body[:-20])


@mutant("transport", "GET /v1/transfers")
async def packed_by_another_name(request: Request, forward: Forward, state: State) -> Response:
    return (await forward(request)).but(content_encoding="gzip")


@mutant("transport", "GET /v1/members")
async def one_answer_in_twenty_is_empty(request: Request, forward: Forward, state: State) -> Response:
    response: Any = await forward(request)
    state["count"] = state.get("count", 0) + 1
    return Response(response.status, response.headers, b"") if state["count"] % 20 == 0 else response


@mutant("transport", "PUT /v1/leads/{}")
async def letters_are_latin(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    return Response(response.status, response.headers, response.body.decode().encode("latin-1", "replace"))


@mutant("limits", FIRST)
async def refused_once_is_refused_for_ever(request: Request, forward: Forward, state: State) -> Response:
    response, key = await forward(request), request.headers.get("authorization", "")
    if response.status == 429:
        state[key] = response
    refused: Response = state.get(key, response)
    return refused


@mutant("limits", FIRST)
async def wait_counts_up(request: Request, forward: Forward, state: State) -> Response:
    response = await forward(request)
    if response.status != 429:
        return response
    waited = 60 - int(response.headers.get("x-ratelimit-reset", response.headers.get("X-RateLimit-Reset", "60")))
    return response.but(x_ratelimit_reset=str(max(waited, 1)))
