"""Keys that open too much, and requests that the document does not describe: what must be accused of each lie."""

from dataclasses import replace
from functools import cache

import pytest
from in_memory import CONTRACT, ORIGIN, Ask, Call, memory, neighbour
from lie_kinds import Lie, also, answers, hears, items_of, only, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import access as rules
from contracts.rules import input, protocol
from contracts.rules.location import Location
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
FAQS, MAKE, CHANGE, DROP = "GET /v1/faqs", "POST /v1/faqs", "PUT /v1/faqs/{}", "DELETE /v1/faqs/{}"
LEAD, INQUIRIES, SMS = "GET /v1/leads/{}", "GET /v1/inquiries", "POST /v1/sms"
NOTES = "GET /v1/companies/{}/notes"
FIRST = "GET /v1/appointments"
NEW = {"question": "Who?", "answer": "Nobody.", "isActive": True}


def opened(operation: str) -> Lie:
    """An operation takes every key for the owner's."""
    return hears(operation, Call.owned)


def secretly(operation: str, method: str, path: str) -> Lie:
    """An operation refuses who has not the owner's key, and does something of the owner's all the same."""

    def act(call: Call, exchange: Exchange, ask: Ask) -> None:
        if not call.has_key:
            ask(call.to(method, path.format(call.id), NEW if method == "POST" else None))

    return also(operation, act)


def ignored(exchange: Exchange) -> None:
    """Nobody sees an answer."""


def with_header(exchange: Exchange, name: str, value: str) -> Exchange:
    return replace(exchange, headers={**exchange.headers, name: value})


def named_json(call: Call) -> Call:
    """The body counts, and not what it is called."""
    return call.but(headers={**call.headers, "Content-Type": "application/json"}) if call.body[:1] == b"{" else call


RECENT = "GET /api/webhooks/zapier/leads"
SENT = getattr(CONTRACT.operations[SMS].answer(200), "example", None)


def of_the_named(call: Call) -> Call:
    """The request of the organization that a parameter names, whoever asks."""
    theirs = {**call.headers, "Authorization": f"Bearer {neighbour()}"}
    return call.but(headers=theirs) if call.query.get("org_id", "") == organization(neighbour()) else call


@cache
def organization(key: str) -> str:
    shown = Call("GET", f"{ORIGIN}/v1/organization", {"Authorization": f"Bearer {key}"}, b"")
    return str(memory().ask(shown).field("id"))


def anothers_lead(call: Call) -> bool:
    """Whether a message is to a lead of the organization whose key is used."""
    shown = call.but(method="GET", url=f"{ORIGIN}/v1/leads/{call.json['leadId']}", body=b"")
    return memory().ask(shown).succeeded


def turned(call: Call) -> bool:
    return call.headers.get("Authorization") == f"Bearer {call.key.swapcase()}"


ROWS = [
    *(
        told(f"{what} will do", f"keys[{FAQS}]", opened(FAQS), A(rules.IGNORED_AUTH, FAQS, Location(name=what)))
        for what in ("no-key", "a-wrong-key", "the-key-cut-short", "the-key-in-another-header")
    ),
    told(
        "a key in the query will do",
        f"keys[{FAQS}]",
        hears(FAQS, lambda call: call.owned() if "token" in call.query else call),
        A(rules.IGNORED_AUTH, FAQS, Location(name="query")),
    ),
    told(
        "small letters are no scheme",
        f"schemes[{FIRST}]",
        answers(FIRST, 401, when=lambda call: call.headers["Authorization"].startswith("bearer ")),
        A(rules.SCHEME_CASE, FIRST, Location(name="bearer")),
    ),
    told(
        "without a key an unknown id is told",
        f"keys[{LEAD}]",
        answers(LEAD, 404, when=lambda call: call.id.startswith("suite")),
        A(rules.BEFORE_ROUTING, LEAD),
    ),
    told(
        "a refused creation creates",
        "refused-keys[/v1/faqs]",
        secretly(MAKE, "POST", "/v1/faqs"),
        A(rules.NO_EFFECT, MAKE),
    ),
    told(
        "a refused deletion deletes",
        "refused-keys[/v1/faqs]",
        secretly(DROP, "DELETE", "/v1/faqs/{}"),
        A(rules.NO_EFFECT, DROP),
    ),
    told(
        "an unknown path is a list",
        "unknown-paths[*]",
        lambda call, ask: ask(call.to("GET", "/v1/faqs")) if call.path == "/v1" else ask(call),
        A(protocol.UNKNOWN_PATH, FIRST, Location(name="/v1"), shown=FAQS),
    ),
    told(
        "an unknown path has no envelope",
        "unknown-paths[*]",
        answers("", 404, {"message": "No"}),
        A(protocol.UNKNOWN_PATH, FIRST, Location(name="/v1"), shown=""),
    ),
    # another organization
    told(
        "without a key a body is judged",
        f"keys[{MAKE}]",
        answers(MAKE, 400, when=lambda call: not call.has_key and call.json == []),
        A(rules.BEFORE_ROUTING, MAKE, Location(name="body")),
    ),
    told("another key reads the notes", f"foreign-items[{NOTES}]", opened(NOTES), A(rules.OTHERS_ITEM, NOTES)),
    told(
        "a refused message is sent",
        f"refused-keys[{SMS}]",
        also(SMS, lambda call, exchange, ask: None if call.has_key else ignored(ask(call.owned()))),
        A(rules.NO_EFFECT, SMS),
    ),
    told("another key sees our list", f"foreign-lists[{FAQS}]", opened(FAQS), A(rules.OTHERS_LIST, FAQS)),
    told(
        "another key sees our organization",
        "foreign-single[GET /v1/organization]",
        opened("GET /v1/organization"),
        A(rules.OTHERS_ITEM, "GET /v1/organization"),
    ),
    told(
        "another organization's id opens its data",
        f"foreign-organization[{RECENT}]",
        hears(RECENT, of_the_named),
        A(rules.OTHERS_LIST, RECENT, Location(name="org_id")),
    ),
    told(
        "an address is taken in another organization",
        "foreign-writes[/v1/leads]",
        answers("POST /v1/leads", 409, when=lambda call: not call.has_key),
        A(rules.OTHERS_WRITE, "POST /v1/leads", Location(name="unique")),
    ),
    told(
        "a member of ours signs another's message",
        f"foreign-message[{SMS}]",
        answers(SMS, 200, SENT, when=lambda call: not call.has_key and anothers_lead(call)),
        A(rules.OTHERS_ITEM, SMS, Location(name="userId")),
    ),
    told(
        "a key may have any case",
        "schemes[GET /v1/appointments]",
        hears("GET /v1/appointments", lambda call: call.owned() if turned(call) else call),
        A(rules.IGNORED_AUTH, "GET /v1/appointments", Location(name="case")),
    ),
    told(
        "another key filters our list",
        f"foreign-filters[{INQUIRIES}]",
        hears(INQUIRIES, lambda call: call.owned() if "leadId" in call.query else call),
        A(rules.OTHERS_LIST, INQUIRIES, Location(name="leadId")),
    ),
    told("another key reads our lead", "foreign-items[/v1/leads]", opened(LEAD), A(rules.OTHERS_ITEM, LEAD)),
    told(
        "another key reads our notes",
        "foreign-items[/v1/leads]",
        opened("GET /v1/leads/{}/notes"),
        A(rules.OTHERS_ITEM, "GET /v1/leads/{}/notes"),
    ),
    told(
        "another key changes our item",
        "foreign-items[/v1/faqs]",
        hears(CHANGE, lambda call: call.owned().say(NEW)),
        A(rules.OTHERS_ITEM, CHANGE),
        A(rules.OTHERS_WRITE, CHANGE),
    ),
    told(
        "another key is refused, and deletes our item",
        "foreign-items[/v1/faqs]",
        secretly(DROP, "DELETE", "/v1/faqs/{}"),
        A(rules.OTHERS_WRITE, DROP),
    ),
    told(
        "another key creates here",
        "foreign-writes[/v1/faqs]",
        secretly(MAKE, "POST", "/v1/faqs"),
        A(rules.OTHERS_WRITE, MAKE),
    ),
    told(
        "another key writes to our lead",
        f"foreign-message[{SMS}]",
        opened(SMS),
        A(rules.OTHERS_ITEM, SMS),
        A(rules.OTHERS_WRITE, SMS),
    ),
    # requests that nothing describes
    told(
        "another method is taken",
        f"methods[{FAQS}]",
        lambda call, ask: ask(call.but(method="GET")) if call.method == "PATCH" else ask(call),
        A(protocol.METHOD, FAQS, Location(name="PATCH")),
    ),
    told(
        "a refused method names too few",
        f"methods[{FAQS}]",
        lambda call, ask: with_header(ask(call), "allow", "GET"),
        A(protocol.METHOD, FAQS, Location(name="PATCH"), shown=""),
    ),
    told(
        "what is no JSON is taken",
        f"bodies[{MAKE}]",
        hears(MAKE, lambda call: call.say(NEW) if call.body == b"{" else call),
        A(input.BAD_JSON, MAKE, Location(name="b'{'")),
    ),
    told(
        "an empty body is taken",
        f"bodies[{MAKE}]",
        hears(MAKE, lambda call: call if call.body else call.say(NEW)),
        A(input.BAD_JSON, MAKE, Location(name="b''")),
    ),
    told(
        "a text is taken for JSON",
        f"bodies[{MAKE}]",
        hears(MAKE, lambda call: call.but(headers={**call.headers, "Content-Type": "application/json"})),
        A(protocol.MEDIA_TYPE, MAKE, Location(name="text/plain")),
    ),
    told(
        "JSON of another name is taken",
        f"bodies[{MAKE}]",
        hears(MAKE, named_json),
        A(protocol.MEDIA_TYPE, MAKE, Location(name="text/plain")),
    ),
    told(
        "a large body is a bad one",
        f"bodies[{MAKE}]",
        answers(MAKE, 400, when=lambda call: len(call.body) > 2**20),
        A(protocol.TOO_LARGE, MAKE),
    ),
    told(
        "an unknown parameter hides one",
        f"queries[{FAQS}]",
        says(FAQS, only(lambda call: "suite_unknown" in call.query, items_of("faqs", lambda items, call: items[1:]))),
        A(input.UNKNOWN_QUERY, FAQS),
    ),
    told(
        "a limit that is no number is taken",
        f"queries[{FAQS}]",
        hears(FAQS, lambda call: call.ask(limit=None) if call.query.get("limit") == "suite" else call),
        A(input.EXPECTED_QUERY, FAQS, Location(name="limit=suite")),
    ),
    told(
        "the largest limit is refused",
        f"queries[{FAQS}]",
        hears(FAQS, lambda call: call.ask(limit=101) if call.query.get("limit") == "100" else call),
        A(input.ACCEPTED, FAQS, Location(name="400")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_key_that_opens_too_much_is_accused(row: Row) -> None:
    assert_accused(row)
