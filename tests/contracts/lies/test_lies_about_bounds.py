"""Refusals that are none, and ids that can be nobody's: what must be accused of each lie."""

import pytest
from in_memory import Ask, Call
from lie_kinds import Lie, also, answers, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import consistency
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
FAQS, MAKE, CHANGE = "GET /v1/faqs", "POST /v1/faqs", "PUT /v1/faqs/{}"
NOTES, UNSUBSCRIBE = "GET /v1/companies/{}/notes", "DELETE /api/webhooks/zapier/unsubscribe"
LEAD, SUBSCRIBE = "GET /v1/leads/{}", "POST /api/webhooks/zapier/subscribe"
FAQ = {"question": "Another?", "answer": "Another."}
CHANGED = {"faq": {**FAQ, "id": 1, "isActive": True}}
NO_NOTES = {"notes": [], "totalPages": 0, "currentPage": 1, "totalCount": 0}


def refused_once(call: Call, exchange: Exchange, ask: Ask) -> None:
    """What is refused leaves something behind all the same."""
    if exchange.status == 400:
        ask(call.say(FAQ))


def impossible(call: Call) -> bool:
    return not call.id.isascii() or not call.id.isdigit()


def once() -> Lie:
    """A subscription that there is already is the answer to the same one."""
    known: dict[bytes, Exchange] = {}
    return lambda call, ask: known.setdefault(call.body, ask(call)) if call.operation == SUBSCRIBE else ask(call)


ROWS = [
    told(
        "refused creations make a record",
        "bounds[/v1/faqs]",
        also(MAKE, refused_once),
        A(rules.NO_EFFECT, MAKE, At(name="bounds")),
    ),
    told(
        "refused changes change the record",
        "bounds-of-updates[/v1/faqs]",
        also(CHANGE, refused_once),
        *(A(rules.NO_EFFECT, CHANGE, At(name=f"bounds: {name}")) for name in FAQ),
    ),
    told(
        "a change of an impossible id succeeds",
        "unknown-ids[/v1/faqs]",
        answers(CHANGE, body=CHANGED, when=impossible),
        A(rules.UNKNOWN_ID, CHANGE, At(name="impossible-id")),
    ),
    told(
        "a company that is not there has no notes",
        f"unknown-ids[{NOTES}]",
        answers(NOTES, body=NO_NOTES),
        A(rules.UNKNOWN_ID, NOTES),
        A(rules.UNKNOWN_ID, NOTES, At(name="impossible-id")),
    ),
    told(
        "the same is subscribed once",
        f"subscription[{SUBSCRIBE}]",
        once(),
        A(rules.FRESH_ID, SUBSCRIBE),
    ),
    told(
        "a subscription was made long ago",
        f"subscription[{SUBSCRIBE}]",
        says(SUBSCRIBE, lambda body, call: {**body, "createdAt": "2001-01-01T00:00:00.000Z"}),
        A(rules.CREATED_NOW, SUBSCRIBE),
    ),
    told(
        "a lead does not show its newest inquiry",
        "effects[POST /v1/calls]",
        says(LEAD, lambda body, call: {**body, "lastInquiryId": "in_other"}),
        A(consistency.LAST, LEAD, At(name="after a message")),
        *(
            A(consistency.LAST, cause, At(name="after a message"), shown=LEAD)
            for cause in ("POST /v1/sms", "POST /v1/calls")
        ),
    ),
    told(
        "a subscription that is not there can be ended",
        "subscription[POST /api/webhooks/zapier/subscribe]",
        answers(UNSUBSCRIBE, body={"success": True}, when=lambda call: call.json == {"hookId": 2_147_483_647}),
        A(rules.UNKNOWN_ID, UNSUBSCRIBE),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_should_not_be_taken_is_accused(row: Row) -> None:
    assert_accused(row)
