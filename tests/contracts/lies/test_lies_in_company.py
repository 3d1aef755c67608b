"""Lies that show only beside something else: what was deleted, a filter that expands, what is inside a record."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from in_memory import CONTRACT, ORIGIN, Ask, Call
from lie_kinds import Lie, after, answers, each, hears, items_of, only, record, says, with_json
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, client_of, told

from contracts.rules import access, lifecycle
from contracts.rules import collections as lists
from contracts.rules import consistency as rules
from contracts.rules import inner_agreement as judgements
from contracts.rules.location import Location
from contracts.rules.rule import Finding, Rule, Violation
from contracts.scenarios.single_reads import accuse
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
LEADS, LEAD, CHANGE, DROP = "GET /v1/leads", "GET /v1/leads/{}", "PUT /v1/leads/{}", "DELETE /v1/leads/{}"
FAQS, OTHER, SHARED = "GET /v1/faqs", "GET /v1/appointments", "limits[*]"
RECENT = "GET /api/webhooks/zapier/inquiries"
INQUIRIES, SMS, CALL = "GET /v1/inquiries", "POST /v1/sms", "POST /v1/calls"
OLD, NEW, LATER = "2001-01-01T00:00:00.000Z", "2001-01-02T00:00:00.000Z", "2001-01-03T00:00:00.000Z"


def judged(name: str, violations: Callable[[], Iterable[Violation]], rule: Rule, place: str) -> Row:
    """What a judgement on a hand-made record says, written down against the leads."""

    def run() -> Sequence[Finding]:
        client = client_of()
        shown = Exchange("GET", f"{ORIGIN}/v1/leads", {}, b"", 200, {}, b"", LEADS)
        accuse(client, violations(), [shown], CONTRACT.operations[LEADS])
        return list(client.findings.values())

    return Row(f"a record: {name}", run, [A(rule, LEADS, Location(name=place))])


def within(name: str, value: Any, rule: Rule, place: str) -> Row:
    return judged(name, lambda: judgements.within(value), rule, place)


def still_recent(gone: list[str]) -> Lie:
    """The newest inquiry is of the lead that was deleted last."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation == DROP and exchange.succeeded:
            gone.append(call.id)
        if call.operation != RECENT or not gone or not exchange.json:
            return exchange
        return with_json(exchange, [{**exchange.json[0], "leadId": gone[-1]}, *exchange.json[1:]])

    return lie


ROWS = [
    within("it changed before it was made", {"createdAt": NEW, "updatedAt": OLD}, lifecycle.ORDER, "/updatedAt"),
    within("a turn has the id of another", {"turns": [{"id": 1}, {"id": 1}]}, rules.TURNS, "/turns/id"),
    judged(
        "the first turn is far from it",
        lambda: judgements.together({"createdAt": OLD}, {"turns": [{"createdAt": LATER}]}),
        rules.INNER,
        "/turns",
    ),
    told(
        "a change cannot take what a deleted one had",
        "conflicts[/v1/leads]",
        after(DROP, after(DROP, answers(CHANGE, 409))),
        A(lifecycle.FREED, CHANGE, Location(name="email")),
    ),
    told(
        "a message changes a name",
        f"effects[{CALL}]",
        after(SMS, says(LEAD, record(firstName="Other"))),
        A(lifecycle.NO_OTHER, SMS, Location(name="lead: firstName")),
    ),
    told(
        "a source is asked for once",
        f"message[{SMS}]",
        says(INQUIRIES, only(lambda call: "source" in call.query, items_of("inquiries", lambda items, call: []))),
        A(lists.COMPLETE, INQUIRIES, Location(name="source: new")),
    ),
    told(
        "a deleted lead's inquiry is still recent",
        f"message[{SMS}]",
        still_recent([]),
        A(lifecycle.CHILDREN, RECENT, Location(name="recent")),
        A(lifecycle.CHILDREN, DROP, Location(name="recent"), shown=RECENT),
    ),
    told("a request counts twice", SHARED, answers(FAQS, 429), A(access.RATE, FAQS)),
    told("a request is not counted", SHARED, hears(FAQS, Call.owned), A(access.RATE, FAQS, shown=OTHER)),
    told(
        "a filter that expands changes a member",
        f"filters[{INQUIRIES}]",
        says(
            INQUIRIES,
            only(
                lambda call: {"expand", "source"} <= {*call.query},
                each("inquiries", lambda item: {**item, "summary": "Other"}),
            ),
        ),
        A(lists.KEEPS, INQUIRIES, Location(name="expand&source")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_lie_that_shows_in_company_is_accused(row: Row) -> None:
    assert_accused(row)
