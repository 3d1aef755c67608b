"""Requests that lack something or hold too much: what must be accused of a target that takes them."""

from dataclasses import replace

import pytest
from in_memory import Ask, Call
from lie_kinds import answers, hears, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import input, protocol
from contracts.rules.location import Location as At
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
MAKE, CHANGE, RECENT = "POST /v1/faqs", "PUT /v1/faqs/{}", "GET /api/webhooks/zapier/leads"
LEAD = "GET /v1/leads/{}"


def for_any(call: Call) -> Call:
    """A call that names an organization, whatever it did name."""
    return call.ask(org_id="org_x")


def no_head(call: Call, ask: Ask) -> Exchange:
    """HEAD is not known."""
    exchange = ask(call)
    return replace(exchange, status=404) if call.method == "HEAD" else exchange


def head_of_all(call: Call, ask: Ask) -> Exchange:
    """HEAD finds whatever it is asked for."""
    exchange = ask(call)
    return replace(exchange, status=200) if call.method == "HEAD" else exchange


ROWS = [
    told("HEAD finds nothing", "heads[GET /v1/faqs]", no_head, A(protocol.HEAD, "GET /v1/faqs", shown="")),
    told(
        "a type with a charset is not known",
        "spellings[/v1/faqs]",
        answers(MAKE, 415, when=lambda call: "charset" in call.headers.get("Content-Type", "")),
        A(input.ACCEPTED, MAKE, At(name="charset, escaped letters")),
    ),
    told(
        "HEAD is never refused",
        f"heads[{LEAD}]",
        head_of_all,
        A(protocol.HEAD, LEAD, At(name="without-a-key"), shown=""),
        A(protocol.HEAD, LEAD, At(name="unknown-id"), shown=""),
    ),
    told(
        "a required parameter may be missing or empty",
        f"required[{RECENT}]",
        hears(RECENT, for_any),
        A(input.MISSING, RECENT, At(name="org_id")),
        A(input.MISSING, RECENT, At(name="org_id=")),
    ),
    told(
        "a creation takes an id",
        "unasked[/v1/faqs]",
        says(MAKE, lambda body, call: {"faq": {**body["faq"], **{k: v for k, v in call.json.items() if k == "id"}}}),
        A(input.NOT_ASKED, MAKE, At(name="id")),
    ),
    told(
        "a change adds what nobody documents",
        "unasked[/v1/faqs]",
        says(CHANGE, lambda body, call: {"faq": {**body["faq"], "suiteUnknown": "suite"}}),
        A(input.NOT_ASKED, CHANGE, At(name="suiteUnknown")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_that_should_not_be_taken_so_is_accused(row: Row) -> None:
    assert_accused(row)
