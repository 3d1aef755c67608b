"""Texts that are not kept as they were written: what must be accused of each lie."""

from typing import Any

import pytest
from in_memory import Call
from lie_kinds import answers, each, hears, says
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.rules.location import Location as At

pytestmark = pytest.mark.xdist_group("lies")
FAQS, MAKE, CHANGE = "GET /v1/faqs", "POST /v1/faqs", "PUT /v1/faqs/{}"
LEAD, CALL, INQUIRY = "GET /v1/leads/{}", "POST /v1/calls", "GET /v1/inquiries/{}"


def bare(value: Any) -> Any:
    """A value whose texts have no blank at either end, however deep they lie."""
    if isinstance(value, dict):
        return {name: bare(member) for name, member in value.items()}
    return (
        [bare(item) for item in value]
        if isinstance(value, list)
        else value.strip()
        if isinstance(value, str)
        else value
    )


def named_in_full(call: Call) -> Call:
    """A call to somebody of another name."""
    return call.say({**call.json, "name": "Other"})


ROWS = [
    told(
        "a creation is answered without blanks",
        "exactness[/v1/faqs]",
        says(MAKE, lambda body, call: bare(body)),
        A(rules.KEPT_EXACTLY, MAKE, At(name="/question")),
    ),
    told(
        "a change is answered without blanks",
        "exactness[/v1/faqs]",
        says(CHANGE, lambda body, call: bare(body)),
        A(rules.KEPT_EXACTLY, CHANGE, At(name="/question")),
    ),
    told(
        "the list shows no blanks",
        "exactness[/v1/faqs]",
        says(FAQS, each("faqs", bare)),
        A(rules.KEPT_EXACTLY, FAQS, At(name="/question")),
        A(rules.KEPT_EXACTLY, MAKE, At(name="/question"), shown=FAQS),
        A(rules.KEPT_EXACTLY, CHANGE, At(name="/question"), shown=FAQS),
    ),
    told(
        "the item shows no blanks",
        "exactness[/v1/leads]",
        says(LEAD, lambda body, call: bare(body)),
        A(rules.KEPT_EXACTLY, LEAD, At(name="/firstName")),
    ),
    told(
        "a text with a NUL is refused",
        "exactness[/v1/faqs]",
        answers(MAKE, 400, when=lambda call: b"\\u0000" in call.body),
        A(input.ACCEPTED, MAKE, At(name="/question: awkward")),
    ),
    told(
        "a call is to another name",
        f"exactness[{CALL}]",
        hears(CALL, named_in_full),
        A(rules.KEPT_EXACTLY, CALL, At(name="/name"), shown=INQUIRY),
        A(rules.KEPT_EXACTLY, INQUIRY, At(name="/name")),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_text_that_is_not_kept_is_accused(row: Row) -> None:
    assert_accused(row)
