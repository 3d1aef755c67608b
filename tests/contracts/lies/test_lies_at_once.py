"""Requests at the same moment of which one undoes the other: what must be accused of each lie."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from in_memory import Ask, Call
from lie_kinds import Lie, with_json
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
MAKE, CHANGE, DROP = "POST /v1/faqs", "PUT /v1/faqs/{}", "DELETE /v1/faqs/{}"
SCENARIO = "POST /v1/scenarios"


def old_state_wins() -> Lie:
    """Both changes begin with the record as it was before either, and write all of it."""
    both = threading.Barrier(2, timeout=5)

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != CHANGE:
            return ask(call)
        listed = ask(call.to("GET", "/v1/faqs?limit=100")).json["faqs"]
        known: dict[str, Any] = next(item for item in listed if str(item["id"]) == call.id)
        both.wait()
        return ask(call.say({**known, **call.json}))

    return lie


def one_is_refused() -> Lie:
    """One of two changes is answered as if it could not be understood."""
    both = threading.Barrier(2, timeout=5)
    return lambda call, ask: ask(call.say([]) if call.operation == CHANGE and both.wait() else call)


def one_for_all(call: Call, ask: Ask) -> Exchange:
    """The first of the new records is the answer to every creation."""
    exchange = ask(call)
    first = ask(call.to("GET", "/v1/faqs?limit=100")).json["faqs"][-1]
    return with_json(exchange, {"faq": first}) if call.operation == MAKE else exchange


def never_a(status: int, operation: str, instead: int, body: Any) -> Lie:
    """Another answer in place of a refusal."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation != operation or exchange.status != status:
            return exchange
        return with_json(replace(exchange, status=instead), body)

    return lie


MADE = {"id": 2_000_000, "name": "N", "prompt": "P", "response": "R", "isActive": True, "questions": []}
MADE |= {"outcome": {"type": "continueCall"}, "tradeServiceId": None}
MADE |= {"createdAt": "2026-01-05T00:00:00.000Z", "updatedAt": "2026-01-05T00:00:00.000Z"}

ROWS = [
    told(
        "of two changes one gets lost",
        "concurrent-changes[/v1/faqs]",
        old_state_wins(),
        *(A(rules.AT_ONCE, CHANGE, At(name=name)) for name in ("question",)),
    ),
    told(
        "of two changes one is refused without a reason",
        "concurrent-changes[/v1/faqs]",
        one_is_refused(),
        A(input.ACCEPTED, CHANGE, At(name="at-the-same-moment")),
    ),
    told(
        "two creations make one record",
        "concurrent-creations[/v1/faqs]",
        one_for_all,
        A(rules.AT_ONCE, MAKE, At(name="new-records")),
    ),
    told(
        "two records get the same name",
        "concurrent-conflicts[/v1/scenarios]",
        never_a(409, SCENARIO, 201, {"scenario": MADE}),
        A(rules.CONFLICT, SCENARIO, At(name="name, at-the-same-moment")),
    ),
    told(
        "one record is deleted twice",
        "concurrent-deletions[/v1/faqs]",
        never_a(404, DROP, 200, {"message": "FAQ deleted successfully"}),
        A(rules.SECOND_DELETE, DROP, At(name="at-the-same-moment")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_race_with_a_loser_is_found(row: Row) -> None:
    assert_accused(row)
