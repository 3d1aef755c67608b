"""Which part of a run is made: words that name operations, tags, topics and rules, and what they choose."""

import re
from functools import partial

import pytest
from production import CONTRACT

from contracts.errors import CannotRun
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.rules import input
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.plan import all_scenarios
from contracts.transport.exchange import Exchange
from contracts.transport.target import mock

SCENARIOS = all_scenarios(CONTRACT, on_mock=True)
TOPICS = {scenario.topic for scenario in SCENARIOS}


def chosen(*only: str, without: tuple[str, ...] = ()) -> set[str]:
    selection = Selection(CONTRACT, TOPICS, only, without)
    return {
        scenario.name for scenario in SCENARIOS if selection.includes(scenario.topic, scenario.subject, scenario.also)
    }


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("pagess", "pages"),
        ("GET /v1/laeds", "GET /v1/leads"),
        ("createLaed", "createLead"),
        ("ignored-auth", "ignored_auth"),
        ("PATCH /v1/leads/{id}", "PUT /v1/leads/{}"),
    ],
)
def test_a_word_that_selects_nothing_is_refused(word: str, near: str) -> None:
    with pytest.raises(CannotRun, match=re.escape(f"did you mean `{near}`")):
        Selection(CONTRACT, TOPICS, [word], [])


@pytest.mark.parametrize(
    "word",
    [
        *(
            "GET /v1/leads/{}",
            "get /v1/leads/{id}",
            "GET /v1/leads/{anyName}",
            "GET  /v1/leads/:id",
            "GET /v1/leads/{id}/",
        ),
        *("getLead", "GETLEAD", "GET /v1/leads/ld_8f3k2"),
    ],
)
def test_an_operation_is_known_by_every_name(word: str) -> None:
    assert chosen(word) == chosen("GET /v1/leads/{}")
    assert "keys[GET /v1/leads/{}]" in chosen(word)


def test_a_word_is_known_in_whatever_case_it_is_typed() -> None:
    assert Selection(CONTRACT, ["pages"], ["leads"], []).includes("pages", "GET /v1/leads")


def test_an_operation_chooses_every_run_that_asks_it() -> None:
    runs = chosen("POST /v1/leads")
    assert runs >= {
        f"{topic}[/v1/leads]" for topic in ("creation", "update", "deletion", "refusals", "bounds", "conflicts")
    }
    assert runs >= {"keys[POST /v1/leads]", "message[POST /v1/sms]", "webhooks[WEBHOOK LEAD_CREATED]"}
    assert not {name for name in runs if "faqs" in name or "organization" in name}


def test_a_tag_chooses_the_runs_about_its_collections_and_not_those_that_pass_by() -> None:
    runs = chosen("Leads")
    assert runs >= {"creation[/v1/leads]", "keys[POST /v1/leads]", "pages[GET /v1/leads]"}
    assert not runs & {"message[POST /v1/sms]", "creation[/v1/faqs]"}


def test_what_is_left_out_is_left_out_with_its_collection() -> None:
    runs = chosen(without=("Leads",))
    assert not runs & {"creation[/v1/leads]", "keys[POST /v1/leads]"}
    assert runs >= {"message[POST /v1/sms]", "creation[/v1/faqs]"}
    assert "creation[/v1/leads]" in chosen(without=("DELETE /v1/leads/{}",))


def test_words_select_units_operations_and_rules() -> None:
    selection = Selection(CONTRACT, ["pages"], ["Leads", input.ACCEPTED.name], ["DELETE /v1/leads/{leadId}"])
    assert selection.includes("pages", "GET /v1/leads")
    assert not selection.includes("pages", "GET /v1/faqs")
    assert selection.operation(CONTRACT.operations["POST /v1/leads"])
    assert not selection.operation(CONTRACT.operations["DELETE /v1/leads/{}"])
    assert selection.finding(input.ACCEPTED.name, "POST /v1/leads")
    assert not selection.finding("use_after_free", "POST /v1/leads")


FAR_REACHING = (
    *("message[POST /v1/sms]", "call[POST /v1/calls]", "foreign-message[POST /v1/sms]", "methods[GET /v1/leads/{}]"),
    *(
        "agreement[GET /v1/leads]",
        "agreement-last[GET /v1/leads/{}]",
        "agreement-recent[GET /api/webhooks/zapier/leads]",
    ),
    *("webhooks[WEBHOOK INQUIRY_CREATED]", "webhooks-ended[WEBHOOK LEAD_UPDATED]", "moments[GET /v1/leads]"),
    *("creation[/v1/leads]", "deletion[/v1/leads]", "subscription[POST /api/webhooks/zapier/subscribe]"),
)


def _note(seen: set[str], exchange: Exchange) -> None:
    if exchange.operation:
        seen.add(exchange.operation)


@pytest.mark.slow
def test_a_run_asks_nothing_but_what_it_is_said_to_ask() -> None:
    """Or `--only` would leave it out."""
    asked: dict[str, set[str]] = {}
    with mock() as target, RunSession(RunPlan.of(CONTRACT, target, Options())) as run:
        for name in FAR_REACHING:
            seen = asked.setdefault(name, set())
            run.guard.listen(partial(_note, seen))
            run.run_scenario(run.scenarios[name])
            run.guard._listeners.pop()
    assert all(asked.values())
    unsaid = {name: {key for key in keys if name not in chosen(key)} for name, keys in asked.items()}
    assert {name: keys for name, keys in unsaid.items() if keys} == {}
