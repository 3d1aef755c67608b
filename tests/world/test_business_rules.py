"""The past of a world and what is simulated afterwards keep one set of rules, stated in one place."""

import re
from pathlib import Path

import pytest

from mock_server.world import business_rules

PACKAGE = Path(business_rules.__file__).parents[1]
LINES = re.compile(r"Moved to|Confirmation sent|Cancelled by|Lead created from|recordings\.|Repeat customer")


def test_what_activities_say_stands_in_one_module() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for folder in ("world", "simulation", "behaviours")
        for path in (PACKAGE / folder).rglob("*.py")
        if LINES.search(path.read_text("utf-8"))
    }

    assert found == {"world/business_rules.py"}


def test_tags_are_due_by_what_happened() -> None:
    none = business_rules.tags_due(urgent=False, commercial=False, visits=1, quote=False, moved=False)
    every = business_rules.tags_due(urgent=True, commercial=True, visits=2, quote=True, moved=True)

    assert (list(none), list(every)) == ([], ["Urgent", "Commercial", "Repeat customer", "Quote", "Rescheduled"])


@pytest.mark.parametrize(
    ("now", "pending", "confirmed"),
    [
        (9, "PENDING", "CONFIRMED"),
        (10, "CONFIRMED", "CONFIRMED"),
        (19, "CONFIRMED", "CONFIRMED"),
        (20, "COMPLETED", "COMPLETED"),
    ],
)
def test_an_appointment_has_the_status_of_its_moment(now: int, pending: str, confirmed: str) -> None:
    assert business_rules.appointment_status(10, 20, now) == pending
    assert business_rules.appointment_status(10, 20, now, confirmed=True) == confirmed


def test_a_lead_is_pending_until_a_visit_is_booked() -> None:
    status = business_rules.lead_status
    assert status(visits=False, inquiries=True) == "pending"
    assert {status(visits=True, inquiries=True), status(visits=False, inquiries=False)} == {"active"}
