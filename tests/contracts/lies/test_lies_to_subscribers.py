"""Deliveries that are lost, made up, or about something else: what must be accused of each lie."""

from collections.abc import Callable
from typing import Any

import pytest
from in_memory import ORIGIN, Ask, Call
from lie_kinds import Lie, after, also, with_json
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import webhooks as rules
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
MADE, CHANGED = "WEBHOOK LEAD_CREATED", "WEBHOOK LEAD_UPDATED"
DROP, DELETED, COMPANY = "DELETE /v1/leads/{}", "WEBHOOK LEAD_DELETED", "webhooks-company[WEBHOOK LEAD_DELETED]"
SEND, SILENT = "POST /v1/sms", "webhooks-silent[*]"
MAKE, SUBSCRIBE, UNSUBSCRIBE = (
    "POST /v1/leads",
    "POST /api/webhooks/zapier/subscribe",
    "DELETE /api/webhooks/zapier/unsubscribe",
)
REACH, AGAIN, ENDED, REFUSED = (
    f"webhooks[{MADE}]",
    f"webhooks-repeated[{MADE}]",
    f"webhooks-ended[{MADE}]",
    "webhooks-refused[/v1/leads]",
)
Deliveries = list[dict[str, Any]]
IDS = ("x-mock-event-id", "webhook-id")


def inbox(name: str, change: Callable[[Deliveries], Deliveries]) -> Lie:
    """Other deliveries in the inbox of a subscriber."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.method != "GET" or not (call.path.startswith("/__admin/inbox/") and call.path.endswith(f"/{name}")):
            return exchange
        return with_json(exchange, {**exchange.json, "received": change(exchange.json["received"])})

    return lie


def each(**members: Any) -> Callable[[Deliveries], Deliveries]:
    return lambda found: [{**one, "body": {**one["body"], **members}} for one in found]


def headed(number: int, *names: str, value: str = "other") -> Callable[[Deliveries], Deliveries]:
    """Another value in headers of the delivery of this number."""

    def change(found: Deliveries) -> Deliveries:
        return [
            {
                **one,
                "headers": {
                    name: value if n == number and name.lower() in names else text
                    for name, text in one["headers"].items()
                },
            }
            for n, one in enumerate(found)
        ]

    return change


def doubled(found: Deliveries) -> Deliveries:
    return [*found, *found]


def known_id(found: Deliveries) -> str:
    return next((value for one in found[:1] for name, value in one["headers"].items() if name.lower() in IDS), "")


def later(lie: Lie) -> Lie:
    """A lie that begins when a month has passed."""
    passed: list[Call] = []

    def after_it(call: Call, ask: Ask) -> Exchange:
        if call.path == "/__admin/clock/advance" and call.json["seconds"] > 10 * 86_400:
            passed.append(call)
        return lie(call, ask) if passed else ask(call)

    return after_it


def strays(id: str = "") -> Lie:
    """A subscriber of changes is told of the creation: with its id, or with another one."""
    told: Deliveries = []

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        received = exchange.field("received")
        if call.path.endswith("/two") and received:
            told[:] = headed(0, *IDS, value=id)(received) if id else received
        return (
            with_json(exchange, {**exchange.json, "received": told})
            if call.path.endswith("/LEAD_UPDATED")
            else exchange
        )

    return lie


def refusals_are_told() -> Lie:
    """Every refused creation is delivered."""
    refused: list[Call] = []

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation == MAKE and not exchange.succeeded:
            refused.append(call)
        if call.path.endswith("/one") and call.method == "GET":
            more: Deliveries = [{"headers": {}, "body": {}} for _ in refused]
            return with_json(exchange, {**exchange.json, "received": [*exchange.json["received"], *more]})
        return exchange

    return lie


def messages_are_told(call: Call, exchange: Exchange, ask: Ask) -> None:
    """Every message in a thread that exists is an event."""
    if exchange.succeeded and "messageThreadId" in call.json:
        ask(
            call.but(method="POST", url=f"{ORIGIN}/__admin/webhooks/events").say(
                {"type": "INQUIRY_CREATED", "body": {}}
            )
        )


def visits_are_cancelled(call: Call, exchange: Exchange, ask: Ask) -> None:
    """A deleted lead's appointment is cancelled, too."""
    ask(
        call.but(method="POST", url=f"{ORIGIN}/__admin/webhooks/events").say(
            {"type": "APPOINTMENT_CANCELLED", "body": {}}
        )
    )


def ended_by_anybody(call: Call, ask: Ask) -> Exchange:
    """Unsubscribing is the owner's, whoever asks."""
    return ask(call.owned() if call.operation == UNSUBSCRIBE else call)


MANY, MANY_CHANGES = f"webhooks-many[{MADE}]", f"webhooks-many[{CHANGED}]"
FOREIGN = f"webhooks-foreign[{UNSUBSCRIBE}]"
CANCELLED = "WEBHOOK APPOINTMENT_CANCELLED"
ROWS = [
    told(
        "a cancelled visit is told in another word",
        f"webhooks[{CANCELLED}]",
        inbox("one", each(status="canceled")),
        A(rules.AGREES, CANCELLED, At(name="status"), shown=""),
    ),
    told(
        "one of many is lost",
        MANY,
        inbox("many", lambda found: found[1:]),
        A(rules.ONCE, MADE, At(name="many"), shown=""),
    ),
    told(
        "two creations change places",
        MANY,
        inbox("many", lambda found: [*found[1::-1], *found[2:]]),
        A(rules.IN_ORDER, MADE, shown=""),
    ),
    told(
        "two changes of one lead change places",
        MANY_CHANGES,
        inbox("many", lambda found: [*found[:7], *found[8:6:-1], *found[9:]]),
        A(rules.IN_ORDER, CHANGED, shown=""),
    ),
    told(
        "texts are without blanks",
        MANY,
        inbox("many", lambda found: [{**it, "body": {**it["body"], "lastName": "Other"}} for it in found]),
        A(rules.AGREES, MADE, At(name="lastName, exactly"), shown=""),
    ),
    told(
        "leads without a mail are not told of",
        MANY,
        inbox("many", lambda found: [it for it in found if it["body"]["email"]]),
        A(rules.ONCE, MADE, At(name="many"), shown=""),
    ),
    told(
        "a mail that is cleared is no change",
        MANY_CHANGES,
        inbox("many", lambda found: [it for it in found if it["body"]["email"]]),
        A(rules.ONCE, CHANGED, At(name="many"), shown=""),
    ),
    told(
        "changes are one item",
        MANY_CHANGES,
        inbox("many", each(id="ld_other - now")),
        A(rules.ID, CHANGED, At(name="items"), shown=""),
    ),
    told("another organization ends it", FOREIGN, ended_by_anybody, A(rules.FOREIGN_END, UNSUBSCRIBE)),
    told(
        "another organization's is heard",
        FOREIGN,
        inbox("many", lambda found: found or [{"headers": {}, "body": {}}]),
        A(rules.ONLY, MADE, shown=SUBSCRIBE),
        A(rules.FOREIGN_END, UNSUBSCRIBE),
    ),
    told("one is lost", REACH, inbox("one", lambda found: []), A(rules.ONCE, MADE, shown="")),
    told("one comes twice", REACH, inbox("one", doubled), A(rules.ONCE, MADE, shown="")),
    told(
        "it says it is a text",
        REACH,
        inbox("one", headed(0, "content-type", value="text/plain")),
        A(rules.BODY, MADE, At(name="content-type"), shown=""),
    ),
    told(
        "a member has another type",
        REACH,
        inbox("one", each(createdAt=7)),
        A(rules.BODY, MADE, At(name="/createdAt"), shown=""),
    ),
    told(
        "it is about another lead",
        REACH,
        inbox("one", each(originalId="ld_other")),
        A(rules.AGREES, MADE, At(name="originalId"), shown=""),
    ),
    told(
        "it has another name",
        REACH,
        inbox("one", each(firstName="Other")),
        A(rules.AGREES, MADE, At(name="firstName"), shown=""),
    ),
    told("it is not the recent item", REACH, inbox("one", each(id="ld_other - now")), A(rules.AGREES, MADE, shown="")),
    told("another's subscriber hears of it", REACH, strays(), A(rules.ONLY, SUBSCRIBE, shown="")),
    told("what did not happen is told", REACH, strays("other"), A(rules.ONLY, CHANGED, shown="")),
    # again
    told("what failed is not repeated", AGAIN, inbox("one", lambda found: found[:1]), A(rules.AGAIN, MADE, shown="")),
    told("the repeat has another id", AGAIN, inbox("one", headed(1, *IDS)), A(rules.ID, MADE, shown="")),
    told(
        "the repeat has another body",
        AGAIN,
        inbox("one", lambda found: [*found[:1], *each(firstName="Other")(found[1:])]),
        A(rules.AGREES, MADE, At(name="repeat"), shown=""),
    ),
    told(
        "what was taken is repeated",
        AGAIN,
        later(inbox("one", doubled)),
        A(rules.AGAIN, MADE, At(name="end"), shown=""),
    ),
    told(
        "another event has the same id",
        AGAIN,
        inbox("one", lambda found: [*found[:2], *headed(0, *IDS, value=known_id(found))(found[2:])]),
        A(rules.ID, MADE, At(name="another"), shown=""),
    ),
    # no more
    told(
        "who has unsubscribed is told",
        ENDED,
        after(UNSUBSCRIBE, inbox("one", doubled)),
        A(rules.ENDED, UNSUBSCRIBE, shown=""),
    ),
    told("who is gone is told", ENDED, after(UNSUBSCRIBE, inbox("two", doubled)), A(rules.GONE, MADE, shown="")),
    told(
        "one of two subscriptions of a URL is told",
        COMPANY,
        inbox("twice", lambda found: found[:1]),
        A(rules.ONCE, DELETED, At(name="one-url"), shown=""),
        A(rules.ONCE, SUBSCRIBE, At(name="one-url"), shown=""),
    ),
    told(
        "a visit goes with its lead, and is told of",
        COMPANY,
        also(DROP, visits_are_cancelled),
        A(rules.SILENT, DROP, At(name="its-records"), shown=""),
    ),
    told(
        "both subscriptions of a URL end",
        COMPANY,
        after(UNSUBSCRIBE, inbox("twice", lambda found: found[:2])),
        A(rules.ONE_ENDED, UNSUBSCRIBE),
    ),
    told("a message in a thread is told", SILENT, also(SEND, messages_are_told), A(rules.SILENT, SEND)),
    told("a refused creation is told", REFUSED, refusals_are_told(), A(rules.REFUSED, MAKE, shown="")),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_lie_to_a_subscriber_is_accused(row: Row) -> None:
    assert_accused(row)
