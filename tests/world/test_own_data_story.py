"""Worlds with records of a person's own keep the invariants of every world."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import test_story
from test_story import Case

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.workspaces.seeding import seeded
from mock_server.world.build import build
from mock_server.world.clock import stamp
from mock_server.world.ids import Ids
from mock_server.world.recipe import load_recipe, recipe_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STORIES: Any = [
    {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "phone": "+61491570156",
        "appointments": [
            {"on": "next tuesday 10:00", "service": "Blocked drain clearing"},
            {"on": "next wednesday 9:00", "service": "Leaking tap repair", "status": "CONFIRMED"},
        ],
        "inquiries": [{"source": "CALL", "transcript": ["Sophiie: Hello?", "Ada: My drain is blocked."]}],
        "notes": ["Call back", {"text": "Has a dog", "user": "Tamsin"}],
    },
    {
        "name": "Bob",
        "appointments": [{"on": "yesterday 10:00", "status": "CANCELLED"}, {"on": "last friday 11:00"}],
        "inquiries": [{"source": "EMAIL", "about": "a broken pool pump"}, {"source": "SMS", "on": "2 hours ago"}],
    },
    {"name": "Cy", "inquiries": [{"source": "WEBFORM"}, {"source": "CHATBOT", "read": True}, {"source": "CALL"}]},
    {"name": "Di", "appointments": [{"on": "in 2 days 9:30", "isRescheduled": True}]},
    {"name": "Ed"},
    {"name": "Flo", "since": "3 weeks ago", "inquiries": [{}, {"flagged": True}]},
    {"name": "Gus", "notes": ["Only a note"]},
]
RULES = (
    "test_a_lead_shows_exactly_what_its_inquiries_say",
    "test_a_status_fits_the_clock",
    "test_an_appointment_follows_an_inquiry_in_business_hours",
    "test_activities_list_what_happened_in_order",
    "test_references_resolve",
    "test_a_lead_can_be_told_from_the_others",
    "test_nothing_comes_from_the_future_and_lists_are_in_order",
)


@cache
def contract() -> Contract:
    return load_contract(Settings())


@cache
def case(made_up: int, seed: int) -> Case:
    recipe = recipe_of({"leads": made_up, "records": {"leads": STORIES}})
    state = seeded(contract(), recipe, seed, NOW)
    return Case(recipe, stamp(NOW), {kind: [dict(row.record) for row in state.rows(kind)] for kind in state.kinds})


@pytest.mark.parametrize("made_up", [0, 6])
@pytest.mark.parametrize("rule", RULES)
def test_own_stories_keep_the_rules_of_a_world(rule: str, made_up: int) -> None:
    getattr(test_story, rule).hypothesis.inner_test(case(made_up, 1))


@pytest.mark.parametrize("seed", range(2, 8))
def test_the_rules_hold_whatever_is_made_up(seed: int) -> None:
    for rule in RULES:
        getattr(test_story, rule).hypothesis.inner_test(case(0, seed))


@pytest.mark.parametrize(("world", "seed"), [("small", 4), ("small", 5), ("small", 6)])
def test_the_rules_hold_where_missing_values_were_added(world: str, seed: int) -> None:
    recipe, now = load_recipe(world), datetime(2027, 10, 3, 20, 0, tzinfo=UTC)
    made_up = build(recipe, seed, now, Ids(seed))
    state = seeded(contract(), recipe, seed, now)
    whole = Case(recipe, stamp(now), {kind: [dict(row.record) for row in state.rows(kind)] for kind in state.kinds})
    assert len(whole.world["appointments"]) > len(made_up["appointments"])
    assert len(whole.world["leads"]) == len(made_up["leads"])
    for rule in (*RULES, "test_ids_are_unique_and_look_like_their_kind"):
        if rule != "test_activities_list_what_happened_in_order":  # ids of lines that were added come last
            getattr(test_story, rule).hypothesis.inner_test(whole)


def test_same_recipe_seed_and_time_give_the_same_records() -> None:
    again = seeded(contract(), case(6, 1).recipe, 1, NOW)
    assert {kind: [row.record for row in again.rows(kind)] for kind in again.kinds} == case(6, 1).world
