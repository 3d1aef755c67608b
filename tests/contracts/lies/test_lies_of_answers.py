"""Answers that are not what the document describes, and limits that are not kept: what must be accused of each lie."""

from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest
from in_memory import CONTRACT, ORIGIN, Ask, Call
from lie_kinds import Lie, answers, each, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import access, openapi_core_judge
from contracts.rules import response_conformance as rules
from contracts.rules.location import Location as At
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
ME, LEADS, LIMITED = "GET /v1/organization", "GET /v1/leads", "GET /v1/appointments"
SINGLE, LIMITS = f"single[{ME}]", f"limits[{LIMITED}]"
ERROR = {"success": False, "message": "No", "error": {"status": 500, "message": "No"}}


def changed(**changes: Any) -> Lie:
    """Other bytes, status or flaw in the answers about the organization."""
    return lambda call, ask: replace(ask(call), **changes) if call.operation == ME else ask(call)


def headers(operation: str, status: int, **values: str | None) -> Lie:
    """Other headers in answers of a status; None takes one away."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation != operation or exchange.status != status:
            return exchange
        named = {name.replace("_", "-"): value for name, value in values.items()}
        every = {**exchange.headers, **named}
        return replace(exchange, headers={name: value for name, value in every.items() if value is not None})

    return lie


def private(lie: Lie) -> Lie:
    """Answers that hold somebody's real data."""
    return lambda call, ask: replace(lie(call, ask), private=True, words=frozenset({"name"}))


def limited(passed: int) -> Lie:
    """A limit of so many requests, in place of the documented one."""
    seen: list[Call] = []

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != LIMITED:
            return ask(call)
        seen.append(call)
        if len(seen) <= passed:
            return replace(ask(call.but(headers={**call.headers, "Authorization": f"Bearer {call.key}"})), url=call.url)
        return answers(LIMITED, 429)(call, ask)

    return lie


def for_ever(call: Call, ask: Ask, refused: list[Exchange]) -> Exchange:
    """Who was refused once stays so, with the same seconds to wait."""
    exchange = ask(call)
    if call.operation == LIMITED and exchange.status == 429:
        refused.append(exchange)
    return replace(refused[0], url=call.url) if call.operation == LIMITED and refused else exchange


def in_common(refused: list[str]) -> Lie:
    """Who comes after one key's limit is used up is refused, unless time has passed."""

    def lie(call: Call, ask: Ask) -> Exchange:
        key = call.headers.get("Authorization", "")
        if call.path == "/__admin/clock/advance":
            refused.clear()
        if call.operation == LIMITED and refused and key not in refused:
            return answers(LIMITED, 429)(call, ask)
        exchange = ask(call)
        if exchange.status == 429:
            refused.append(key)
        return exchange

    return lie


def second_judge(name: str, body: bytes, *due: A) -> Row:
    """openapi-core on an answer that our own judge has passed."""

    def run() -> Any:
        exchange = Exchange(
            "GET", f"{ORIGIN}/v1/leads", {}, b"", 200, {"content-type": "application/json"}, body, LEADS
        )
        return list(OpenapiCoreJudge(CONTRACT, ORIGIN).judge(CONTRACT.operations[LEADS], exchange, found_wrong=False))

    return Row(f"second judge: {name}", run, due)


INQUIRY = "GET /v1/inquiries/{}"


def cut_short(call: Call, ask: Ask) -> Exchange:
    """An inquiry of which the end is missing: whoever wrote it is not to blame."""
    exchange = ask(call)
    return replace(exchange, body=exchange.body[:40]) if call.operation == INQUIRY else exchange


ROWS = [
    told("an answer that is cut short", "message[POST /v1/sms]", cut_short, A(rules.SCHEMA, INQUIRY, At(200))),
    told("a crash", SINGLE, answers(ME, 500, ERROR), A(rules.NOT_A_SERVER_ERROR, ME, At(500))),
    told("a status that is not documented", SINGLE, changed(status=206), A(rules.STATUS, ME, At(206))),
    told(
        "another content type", SINGLE, headers(ME, 200, content_type="text/html"), A(rules.CONTENT_TYPE, ME, At(200))
    ),
    told("no content type", SINGLE, headers(ME, 200, content_type=None), A(rules.CONTENT_TYPE, ME, At(200))),
    told(
        "a body that cannot be unpacked",
        SINGLE,
        changed(body_fault="it cannot be unpacked"),
        A(rules.BODY, ME, At(200)),
    ),
    told("no JSON", SINGLE, changed(body=b"<html>"), A(rules.SCHEMA, ME, At(200))),
    told(
        "a member of another type",
        SINGLE,
        says(ME, lambda body, call: {**body, "name": 7}),
        A(rules.SCHEMA, ME, At(200, pointer="/name")),
    ),
    told(
        "a missing member",
        SINGLE,
        says(ME, lambda body, call: {k: v for k, v in body.items() if k != "name"}),
        A(rules.SCHEMA, ME, At(200, pointer="/name")),
    ),
    told(
        "a private member of another type",
        SINGLE,
        private(says(ME, lambda body, call: {**body, "name": 7})),
        A(rules.SCHEMA, ME, At(200, pointer="/name")),
    ),
    told(
        "a member that is not documented",
        SINGLE,
        says(ME, lambda body, call: {**body, "more": 7}),
        A(rules.UNDOCUMENTED, ME, At(200, pointer="/more")),
    ),
    told(
        "an error that names another status",
        SINGLE,
        answers(ME, 401, {**ERROR}),
        A(rules.ENVELOPE, ME, At(401, pointer="/error/status")),
    ),
    told(
        "an error with two texts",
        SINGLE,
        answers(ME, 500, {**ERROR, "message": "Yes"}),
        A(rules.ENVELOPE, ME, At(500, pointer="/error")),
    ),
    told(
        "an id without its prefix",
        f"pages[{LEADS}]",
        says(LEADS, each("leads", lambda item: {**item, "id": item["id"][3:]})),
        A(rules.ID_PREFIX, LEADS, At(200, pointer="/leads/*/id")),
    ),
    told(
        "a moment without milliseconds",
        f"pages[{LEADS}]",
        says(LEADS, each("leads", lambda item: {**item, "createdAt": item["createdAt"][:19] + "Z"})),
        A(rules.TIMESTAMP, LEADS, At(200, pointer="/leads/*/createdAt")),
    ),
    second_judge(
        "an answer that it does not take",
        orjson.dumps({"leads": 7}),
        A(openapi_core_judge.JUDGES, LEADS, At(200, name="second-judge")),
    ),
    # limits
    told("fewer pass", LIMITS, limited(50), A(access.RATE, LIMITED)),
    told("more pass", LIMITS, limited(99), A(access.RATE, LIMITED)),
    told("all keys have one limit", LIMITS, in_common([]), A(access.RATE, LIMITED, At(name="another-key"))),
    told(
        "the limit is another",
        LIMITS,
        headers(LIMITED, 429, x_ratelimit_limit="100"),
        A(access.RATE_HEADERS, LIMITED, At(name="X-RateLimit-Limit")),
    ),
    told(
        "something is left",
        LIMITS,
        headers(LIMITED, 429, x_ratelimit_remaining="1"),
        A(access.RATE_HEADERS, LIMITED, At(name="X-RateLimit-Remaining")),
    ),
    told(
        "the reset is a date",
        LIMITS,
        headers(LIMITED, 429, x_ratelimit_reset="1795996800"),
        A(access.RATE_HEADERS, LIMITED, At(name="X-RateLimit-Reset")),
    ),
    told(
        "the wait has no end",
        LIMITS,
        partial(for_ever, refused=[]),
        A(access.RATE_HEADERS, LIMITED, At(name="time")),
        A(access.RATE, LIMITED, At(name="next-window")),
    ),
    told(
        "a limit without a word",
        LIMITS,
        headers(LIMITED, 429, x_ratelimit_limit=None),
        A(rules.HEADERS, LIMITED, At(429, name="x-ratelimit-limit")),
        A(access.RATE_HEADERS, LIMITED, At(name="X-RateLimit-Limit")),
    ),
    told(
        "a limit that is no number",
        LIMITS,
        headers(LIMITED, 429, x_ratelimit_limit="many"),
        A(rules.HEADERS, LIMITED, At(429, name="x-ratelimit-limit")),
        A(access.RATE_HEADERS, LIMITED, At(name="X-RateLimit-Limit")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_answer_that_is_not_as_documented_is_accused(row: Row) -> None:
    assert_accused(row)
