"""Records that are not what was written: what must be accused of each lie from creation to deletion."""

from typing import Any

import pytest
from in_memory import Ask, Call
from lie_kinds import Lie, after, also, answers, hears, instead, items_of, record, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import collections, error_texts, input
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
FAQS, MAKE, CHANGE, DROP = "GET /v1/faqs", "POST /v1/faqs", "PUT /v1/faqs/{}", "DELETE /v1/faqs/{}"
LEADS, LEAD, MAKE_LEAD, CHANGE_LEAD, DROP_LEAD = (
    "GET /v1/leads",
    "GET /v1/leads/{}",
    "POST /v1/leads",
    "PUT /v1/leads/{}",
    "DELETE /v1/leads/{}",
)
SCENARIOS, SCENARIO, MAKE_SCENARIO, CHANGE_SCENARIO = (
    "GET /v1/scenarios",
    "GET /v1/scenarios/{}",
    "POST /v1/scenarios",
    "PUT /v1/scenarios/{}",
)
NOTES = "GET /v1/leads/{}/notes"
NEW = {"question": "Who?", "answer": "Nobody.", "isActive": True}
LONG_AGO = "2001-01-01T00:00:00.000Z"

DROP_SCENARIO = "DELETE /v1/scenarios/{}"


def transfers_go(call: Call, exchange: Exchange, ask: Ask) -> None:
    """With a scenario every transfer is deleted."""
    for one in ask(call.to("GET", "/v1/transfers")).json["transfers"]:
        ask(call.to("DELETE", f"/v1/transfers/{one['id']}"))


def does(operation: str, method: str, path: str, body: Any = None, *, refused: bool = False) -> Lie:
    """The owner does something more after an operation succeeded, or was refused."""

    def act(call: Call, exchange: Exchange, ask: Ask) -> None:
        if exchange.succeeded is not refused:
            ask(call.to(method, path.format(call.id), body))

    return also(operation, act)


def second_page_skips(body: Any, call: Call) -> Any:
    """A later page of small ones that lacks its first question."""
    late = int(call.query.get("page", 1)) > 1 and int(call.query.get("limit", 50)) < 5
    return {**body, "faqs": body["faqs"][1:]} if late else None


def inactive_stays(call: Call, ask: Ask) -> Exchange:
    """The deletion of a question that is not active is answered, and not done."""
    if call.operation != DROP:
        return ask(call)
    listed = ask(call.to("GET", "/v1/faqs?limit=100")).json["faqs"]
    stays = any(str(item["id"]) == call.id and not item["isActive"] for item in listed)
    return answers(DROP, 200, {"message": "Done"}, when=lambda asked: stays)(call, ask)


def inactive_returns(call: Call, ask: Ask) -> Exchange:
    """A question that is not active is deleted, and a copy of it made."""
    listed = ask(call.to("GET", "/v1/faqs?limit=100")).json["faqs"] if call.operation == DROP else []
    exchange = ask(call)
    for item in listed:
        if str(item["id"]) == call.id and not item["isActive"] and exchange.succeeded:
            ask(call.to("POST", "/v1/faqs", {name: item[name] for name in ("question", "answer", "isActive")}))
    return exchange


def forgets_what_is_taken() -> Lie:
    """A lead with a phone or a mail that was given before is made without it."""
    given: set[str] = set()

    def without(call: Call) -> Call:
        values = {name: value for name, value in call.json.items() if name in ("phone", "email")}
        taken = given & set(values.values())
        given.update(values.values())
        return call.say({"firstName": "Other"}) if taken else call

    return hears(MAKE_LEAD, without)


def taken_for_ever(operation: str, name: str) -> Lie:
    """A value that was ever sent is refused when it comes again, whoever had it."""
    seen = set[Any]()

    def again(call: Call) -> bool:
        value = (call.json or {}).get(name)
        known = value in seen
        seen.add(value)
        return known and value is not None

    return answers(operation, 409, when=again)


ROWS = [
    # creation
    told(
        "another text is kept",
        "creation[/v1/faqs]",
        hears(MAKE, lambda call: call.say({**call.json, "question": "Other"})),
        A(rules.AS_SENT, MAKE, At(name="question")),
    ),
    told(
        "the default is the contrary",
        "creation[/v1/faqs]",
        hears(MAKE, lambda call: call.say({"isActive": False, **call.json})),
        A(rules.DEFAULTS, MAKE, At(name="isActive")),
    ),
    told(
        "the id is another's",
        "creation[/v1/faqs]",
        says(MAKE, record(id=1)),
        A(rules.FRESH_ID, MAKE),
        A(rules.LISTED, FAQS, At(name="answer"), shown=MAKE),
    ),
    told(
        "what is new cannot be read",
        "creation[/v1/leads]",
        answers(LEAD, 404),
        A(rules.READ_BACK, MAKE_LEAD, shown=LEAD),
    ),
    told(
        "what is new is not listed",
        "creation[/v1/faqs]",
        after(MAKE, says(FAQS, items_of("faqs", lambda items, call: items[1:]))),
        A(rules.LISTED, MAKE, shown=MAKE),
        A(rules.LISTED, FAQS, shown=MAKE),
    ),
    told(
        "what is new is listed twice",
        "creation[/v1/leads]",
        after(MAKE_LEAD, says(LEADS, items_of("leads", lambda items, call: [items[0], *items]))),
        A(rules.LISTED, LEADS, shown=MAKE_LEAD),
        A(collections.UNIQUE, LEADS),
        A(rules.COUNTED, MAKE_LEAD),
    ),
    told(
        "it reads with another name",
        "creation[/v1/leads]",
        says(LEAD, record(firstName="Other")),
        A(rules.READ_BACK, LEAD, At(name="firstName"), shown=MAKE_LEAD),
    ),
    told(
        "it is listed with another name",
        "creation[/v1/leads]",
        after(
            MAKE_LEAD,
            says(LEADS, items_of("leads", lambda items, call: [{**items[0], "firstName": "Other"}, *items[1:]])),
        ),
        A(rules.LISTED, LEADS, At(name="firstName"), shown=MAKE_LEAD),
        A(rules.OTHERS, MAKE_LEAD),
    ),
    told(
        "the answer has another name",
        "creation[/v1/leads]",
        says(MAKE_LEAD, record(firstName="Other")),
        A(rules.AS_SENT, MAKE_LEAD, At(name="firstName")),
        A(rules.READ_BACK, MAKE_LEAD, At(name="firstName")),
        A(rules.LISTED, MAKE_LEAD, At(name="firstName")),
    ),
    told("two are made", "creation[/v1/faqs]", does(MAKE, "POST", "/v1/faqs", NEW), A(rules.COUNTED, MAKE)),
    told("another is deleted", "creation[/v1/faqs]", does(MAKE, "DELETE", "/v1/faqs/1"), A(rules.OTHERS, MAKE)),
    told("another is changed", "creation[/v1/faqs]", does(MAKE, "PUT", "/v1/faqs/1", NEW), A(rules.OTHERS, MAKE)),
    told(
        "it was made long ago",
        "creation[/v1/scenarios]",
        says(MAKE_SCENARIO, record(createdAt=LONG_AGO)),
        A(rules.CREATED_NOW, MAKE_SCENARIO),
    ),
    told(
        "it was changed before",
        "creation[/v1/scenarios]",
        says(MAKE_SCENARIO, record(updatedAt=LONG_AGO)),
        A(rules.ORDER, MAKE_SCENARIO),
    ),
    # update
    told(
        "a change is not made",
        "update[/v1/faqs]",
        hears(CHANGE, lambda call: call.say({})),
        A(rules.APPLIED, CHANGE, At(name="question")),
    ),
    told(
        "a change makes another one",
        "update[/v1/faqs]",
        hears(
            CHANGE,
            lambda call: call.say(
                {**call.json, "answer": f"To {call.body.decode()}"} if "answer" not in call.json else call.json
            ),
        ),
        A(rules.KEEPS, CHANGE, At(name="answer")),
    ),
    told(
        "a change moves the creation",
        "update[/v1/scenarios]",
        says(CHANGE_SCENARIO, record(createdAt=LONG_AGO)),
        A(rules.CREATED_AT, CHANGE_SCENARIO, At(name="createdAt")),
    ),
    told(
        "the last change goes back",
        "update[/v1/scenarios]",
        says(CHANGE_SCENARIO, record(updatedAt=LONG_AGO)),
        A(rules.UPDATED_AT, CHANGE_SCENARIO),
    ),
    told(
        "null clears nothing",
        "update[/v1/leads]",
        hears(
            CHANGE_LEAD, lambda call: call.say({name: value for name, value in call.json.items() if value is not None})
        ),
        A(rules.NULLED, CHANGE_LEAD, At(name="lastName")),
    ),
    told(
        "an empty change changes",
        "update[/v1/faqs]",
        hears(CHANGE, lambda call: call.say(call.json or {"question": "Other"})),
        A(rules.KEEPS, CHANGE, At(name="question")),
    ),
    told(
        "a change changes another", "update[/v1/faqs]", does(CHANGE, "PUT", "/v1/faqs/1", NEW), A(rules.OTHERS, CHANGE)
    ),
    # deletion
    told(
        "it stays in the list",
        "deletion[/v1/faqs]",
        answers(DROP, 200, {"message": "Done"}),
        A(rules.GONE, DROP, At(name="list")),
    ),
    told(
        "what names it goes with it",
        "named[/v1/scenarios]",
        also(DROP_SCENARIO, transfers_go),
        A(rules.OTHERS, DROP_SCENARIO, At(name="scenarioId")),
    ),
    told(
        "the second page skips one",
        "deletion[/v1/faqs]",
        after(DROP, says(FAQS, second_page_skips)),
        A(collections.LIMIT, FAQS, At(name="after-a-deletion")),
    ),
    told(
        "only an active one goes",
        "deletion[/v1/faqs]",
        inactive_stays,
        A(rules.GONE, DROP, At(name="list")),
    ),
    told(
        "one that is not active comes back",
        "deletion[/v1/faqs]",
        inactive_returns,
        A(rules.COUNTED, DROP, At(name="in-another-state")),
    ),
    told(
        "an error has other words",
        "unknown-ids[/v1/leads]",
        answers(LEAD, 404, {"success": False, "message": "No", "error": {"status": 404, "message": "No"}}),
        A(error_texts.TEXT, LEAD, At(status=404, pointer="/message")),
    ),
    told(
        "it can still be read",
        "deletion[/v1/leads]",
        after(DROP_LEAD, instead(LEAD, "GET", "/v1/leads/{}")),
        A(rules.GONE, DROP_LEAD, At(name="item"), shown=LEAD),
        A(rules.GONE, LEAD, At(name="item")),
    ),
    told(
        "it can still be changed",
        "deletion[/v1/faqs]",
        after(DROP, hears(CHANGE, lambda call: call.to("PUT", "/v1/faqs/1", {}))),
        A(rules.GONE, CHANGE),
    ),
    told(
        "its notes stay",
        "deletion[/v1/leads]",
        after(DROP_LEAD, instead(NOTES, "GET", "/v1/leads/{}/notes")),
        A(rules.CHILDREN, NOTES),
    ),
    told(
        "another goes with it",
        "deletion[/v1/faqs]",
        does(DROP, "DELETE", "/v1/faqs/1"),
        A(rules.OTHERS, DROP),
        A(rules.COUNTED, DROP),
    ),
    told(
        "a second deletion succeeds",
        "deletion[/v1/faqs]",
        after(DROP, answers(DROP, 200, {"message": "Done"})),
        A(rules.SECOND_DELETE, DROP),
    ),
    # refusals
    told(
        "what is wrong is made",
        "refusals[/v1/faqs]",
        hears(MAKE, lambda call: call.say(NEW)),
        A(input.REFUSED, MAKE, At(name="question-is-wrong")),
        A(rules.NO_EFFECT, MAKE),
    ),
    told(
        "a refused creation creates",
        "refusals[/v1/faqs]",
        does(MAKE, "POST", "/v1/faqs", NEW, refused=True),
        A(rules.NO_EFFECT, MAKE),
    ),
    told(
        "a refused creation changes",
        "refusals[/v1/faqs]",
        does(MAKE, "PUT", "/v1/faqs/1", NEW, refused=True),
        A(rules.NO_EFFECT, MAKE),
    ),
    told(
        "a wrong change is made",
        "refusals[/v1/faqs]",
        hears(CHANGE, lambda call: call.say({})),
        A(input.REFUSED, CHANGE, At(name="question-is-wrong")),
    ),
    told(
        "a refused change changes",
        "refusals[/v1/faqs]",
        does(CHANGE, "PUT", "/v1/faqs/{}", NEW, refused=True),
        A(rules.NO_EFFECT, CHANGE),
    ),
    # ids that nothing has
    told(
        "an unknown id is refused as bad",
        "unknown-ids[/v1/leads]",
        answers(LEAD, 400, when=lambda call: "suite" in call.id),
        A(rules.UNKNOWN_ID, LEAD),
    ),
    told(
        "an unknown id deletes another",
        "unknown-ids[/v1/faqs]",
        does(DROP, "DELETE", "/v1/faqs/1", refused=True),
        A(rules.NO_EFFECT, FAQS),
    ),
    # values that only one may have
    told(
        "a phone is taken twice",
        "conflicts[/v1/leads]",
        forgets_what_is_taken(),
        A(rules.CONFLICT, MAKE_LEAD, At(name="phone")),
    ),
    told(
        "a change takes another's phone",
        "conflicts[/v1/leads]",
        hears(CHANGE_LEAD, lambda call: call.say({})),
        A(rules.CONFLICT, CHANGE_LEAD, At(name="phone")),
    ),
    told(
        "it clashes with itself",
        "conflicts[/v1/leads]",
        answers(CHANGE_LEAD, 409),
        A(rules.CONFLICT, CHANGE_LEAD, At(name="phone")),
    ),
    told(
        "a clash has an effect",
        "conflicts[/v1/leads]",
        does(MAKE_LEAD, "POST", "/v1/leads", {"firstName": "Other"}, refused=True),
        A(rules.NO_EFFECT, MAKE_LEAD, At(name="phone")),
    ),
    told(
        "a phone stays taken",
        "conflicts[/v1/leads]",
        taken_for_ever(MAKE_LEAD, "phone"),
        A(rules.FREED, MAKE_LEAD),
        A(rules.FREED, MAKE_LEAD, At(name="phone")),
    ),
    # bounds
    told(
        "what is too long is taken",
        "bounds[/v1/faqs]",
        hears(MAKE, lambda call: call.say({**call.json, "question": str(call.json.get("question"))[:9]})),
        A(input.REFUSED, MAKE, At(name="/question: string[256]")),
    ),
    told(
        "the longest is refused",
        "bounds[/v1/faqs]",
        answers(MAKE, 400, when=lambda call: len(str(call.json.get("question"))) > 254),
        A(input.ACCEPTED, MAKE, At(name="/question: string[255]")),
    ),
    told(
        "a change takes what is too long",
        "bounds-of-updates[/v1/faqs]",
        hears(CHANGE, lambda call: call.say({})),
        A(input.REFUSED, CHANGE, At(name="/question: string[256]")),
    ),
    told(
        "an action takes what is too long",
        "bounds[POST /v1/sms]",
        answers("POST /v1/sms", 200, {}),
        A(input.REFUSED, "POST /v1/sms", At(name="/message: 7")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_record_that_is_not_as_written_is_accused(row: Row) -> None:
    assert_accused(row)
