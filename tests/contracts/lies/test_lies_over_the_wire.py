"""Answers that do not come whole, come late or say a thing twice, and limits with gaps: what must be accused."""

from dataclasses import replace

import pytest
import requests
from in_memory import Ask, Call
from lie_kinds import Lie
from lying_rows import UNSEEN, Row, assert_accused, client_of, told
from lying_rows import Accusation as A

from contracts.rules import access, wire_conformance
from contracts.rules.location import Location as At
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
ME, FAQS, SMS = "GET /v1/organization", "GET /v1/faqs", "POST /v1/sms"


def dropped(operation: str) -> Lie:
    """The first connection for an operation breaks off."""
    seen: list[Call] = []

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation == operation and not seen:
            seen.append(call)
            raise requests.ConnectionError("broken off")
        return ask(call)

    return lie


def slow(call: Call, ask: Ask) -> Exchange:
    """An organization that takes eleven seconds."""
    exchange = ask(call)
    return replace(exchange, seconds=11.0) if call.operation == ME else exchange


def doubled(call: Call, ask: Ask) -> Exchange:
    """An organization that says its name twice."""
    exchange = ask(call)
    body = exchange.body.replace(b'{"', b'{"name":"Other","', 1)
    return replace(exchange, body=body) if call.operation == ME else exchange


def unlimited(call: Call, ask: Ask) -> Exchange:
    """Messages are never too many."""
    exchange = ask(call)
    return replace(exchange, status=404) if call.operation == SMS and exchange.status == 429 else exchange


def with_header(exchange: Exchange, operation: str, name: str, value: str, status: int = 200) -> Exchange:
    """An answer of one operation and status with another header."""
    wanted = exchange.operation == operation and exchange.status == status
    return replace(exchange, headers={**exchange.headers, name: value}) if wanted else exchange


def growing(call: Call, ask: Ask) -> Exchange:
    """Of the window one second is left, and of that of the list of questions more."""
    exchange = ask(call)
    left = "9" if call.operation == FAQS else "1"
    return with_header(exchange, call.operation, "x-ratelimit-reset", left, status=429)


ROWS = [
    told("a connection breaks off", f"single[{ME}]", dropped(ME), A(wire_conformance.LOST, ME, shown=UNSEEN)),
    told(
        "an answer takes eleven seconds",
        f"single[{ME}]",
        slow,
        A(wire_conformance.SLOW, ME, At(200)),
    ),
    told(
        "a member comes twice",
        f"single[{ME}]",
        doubled,
        A(wire_conformance.MEMBER_TWICE, ME, At(200, name="name")),
    ),
    told(
        "JSON is called Latin",
        f"single[{ME}]",
        lambda call, ask: with_header(ask(call), ME, "content-type", "application/json; charset=latin1"),
        A(wire_conformance.CHARSET, ME, At(200)),
    ),
    told(
        "a refusal tells another limit",
        "limits[*]",
        lambda call, ask: with_header(ask(call), FAQS, "x-ratelimit-limit", "60", status=429),
        A(access.RATE_HEADERS, FAQS, At(name="X-RateLimit-Limit")),
    ),
    told(
        "the seconds that are left grow",
        "limits[*]",
        growing,
        A(access.RATE_HEADERS, FAQS, At(name="seconds-left")),
    ),
    told("messages are never too many", "limits[*]", unlimited, A(access.RATE, SMS)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_does_not_come_as_it_should_is_accused(row: Row) -> None:
    assert_accused(row)


def test_an_operation_that_is_always_very_slow_is_left_alone_after_some_answers() -> None:
    asked: list[Call] = []

    def lie(call: Call, ask: Ask) -> Exchange:
        asked.append(call)
        return slow(call, ask)

    client = client_of(lie)
    operation = client.contract.operations[ME]
    for _ in range(5):
        client.get(operation)
    with pytest.raises(ScenarioSkipped, match="was very slow 5 times"):
        client.get(operation)
    assert len(asked) == 5
    assert client.get(client.contract.operations[FAQS]).succeeded
