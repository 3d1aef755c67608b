"""A large world answers before all of it is made, and what it says early is what it says later."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app, load_contract
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.simulation.timeline import Timeline
from mock_server.store.packed_row import PackedRow
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.workspaces.seeding import seeded, seeded_early
from mock_server.world.clock import parse
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.recipe import Recipe, load_recipe, recipe_of

OURS = load_contract(Settings())
START = parse("2026-03-04T05:06:07.089Z")
BUSY = replace(load_recipe("busy"), leads=1_000)
READY = "/__admin/health/ready"


def content(state: WorkspaceState) -> Mapping[str, list[Any]]:
    return {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in state.kinds}


def early(recipe: Recipe, seed: int = 1) -> WorkspaceState | None:
    return seeded_early(OURS, recipe, seed, START, lambda: seeded(OURS, recipe, seed, START))


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    """A server whose world has nobody begun to make yet."""
    (tmp_path / "many.yaml").write_text("business: air\nleads: 1000\ndays_back: 300\ndays_ahead: 60\n")
    return create_app(Settings(world=str(tmp_path / "many.yaml"), quiet=True, rate_limit="off"))


def state_of(app: Starlette) -> WorkspaceState:
    state: WorkspaceState = app.state.workspaces.get("default").state
    return state


@pytest.mark.parametrize("recipe", [BUSY, replace(BUSY, business="electrician", edge=True)])
def test_what_is_read_early_is_the_same_when_all_is_made(recipe: Recipe) -> None:
    state, whole = early(recipe), seeded(OURS, recipe, 1, START)
    assert state is not None
    late = state.late
    assert late is not None
    at_once = {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in dict.keys(late)}

    assert not late.made.is_ready
    assert len(at_once["leads"]) == 1_000
    assert at_once == {kind: rows for kind, rows in content(whole).items() if kind in at_once}
    assert content(state) == content(whole)


def test_records_that_are_written_come_after_all_that_are_made() -> None:
    state = early(BUSY)
    assert state is not None

    assert max(len(state.rows(kind)) for kind in state.kinds) <= state.counters["arrival"] < FIRST_FREE_INDEX


@pytest.mark.parametrize(
    "recipe",
    [
        load_recipe("default"),
        replace(BUSY, inquiries=0),  # records are added for the values that it lacks, and that changes leads
        replace(recipe_of({"business": "air", "leads": [{"firstName": "Ana"}]}), leads=1_000),
    ],
)
def test_another_world_is_made_as_a_whole(recipe: Recipe) -> None:
    assert early(recipe) is None


def test_a_document_with_kinds_of_its_own_below_leads_has_its_world_made_as_a_whole() -> None:
    contract = load_contract(Settings())
    notes = contract.families["leads/notes"]
    contract.families = {**contract.families, "leads/files": replace(notes, kind="leads/files")}

    assert seeded_early(contract, BUSY, 1, START, lambda: WorkspaceState()) is None


def test_records_of_a_large_world_are_packed_and_those_of_a_small_one_are_not() -> None:
    large, small = seeded(OURS, BUSY, 1, START), seeded(OURS, replace(BUSY, leads=20), 1, START)

    assert all(isinstance(row, PackedRow) for kind in ("leads", "inquiries") for row in large.rows(kind))
    assert not any(isinstance(row, PackedRow) for kind in small.kinds for row in small.rows(kind))


def test_pages_of_leads_and_one_lead_are_answered_before_the_rest_is_made(app: Starlette) -> None:
    page = ask(app, "GET", "/v1/leads?page=1&limit=5")
    (lead, *_) = page.json["leads"]

    assert page.status == 200
    assert ask(app, "GET", f"/v1/leads/{lead['id']}").status == 200
    assert ask(app, "GET", "/v1/leads/ld_none").status == 404
    assert ask(app, "GET", "/v1/faqs").status == 200
    assert state_of(app).late is not None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/inquiries?limit=5", None),
        ("GET", "/v1/leads?page=1&unknown=1", None),
        ("POST", "/v1/leads", b'{"firstName": "Ana"}'),
        ("GET", "/__admin/records", None),
        ("GET", "/v1/appointments", None),
    ],
)
def test_other_requests_wait_for_all_of_it(app: Starlette, method: str, path: str, body: bytes | None) -> None:
    headers = [("content-type", "application/json")] if body else []
    answer = ask(app, method, path, body=body, headers=headers)

    assert answer.status in (200, 201)
    assert state_of(app).late is None


def test_a_server_is_ready_when_nobody_has_to_wait(app: Starlette) -> None:
    assert ask(app, "GET", READY).status == 503
    assert ask(app, "GET", "/__admin/health/live").status == 200
    assert state_of(app).late is not None
    assert ask(app, "GET", "/__admin/health").status == 200

    assert ask(app, "GET", READY).status == 200


def test_a_second_workspace_of_the_same_world_shares_what_is_made(app: Starlette) -> None:
    workspaces = app.state.workspaces
    plan = workspaces.get("default").plan
    other = workspaces.create("other", plan, keys=())

    assert state_of(app).rows("inquiries")[0] is other.state.rows("inquiries")[0]
    workspaces.reset(other)
    assert state_of(app).rows("inquiries")[0] is other.state.rows("inquiries")[0]


def test_due_visits_take_place_once_the_world_is_made_and_hold_nobody_up_before(app: Starlette) -> None:
    workspace = app.state.workspaces.get("default")
    timeline = Timeline(app.state.workspaces, app.state.dispatcher)
    workspace.clock.set(workspace.clock.now() + timedelta(days=30))
    asyncio.run(timeline.look_after(workspace))
    assert workspace.state.late is not None

    app.state.workspaces.wait_for_all()
    before = len(Transaction(workspace.state).find("appointments", {"status": "PENDING"}))
    asyncio.run(timeline.look_after(workspace))
    assert len(Transaction(workspace.state).find("appointments", {"status": "PENDING"})) < before


@pytest.mark.slow
def test_a_server_in_a_test_has_its_whole_world_from_the_start() -> None:
    with MockServer(Settings(port=0, quiet=True, world="busy")) as server:
        assert server.app.state.workspaces.get("default").state.late is None


def test_with_a_state_file_a_world_is_stored_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text("business: air\nleads: 1000\n")
    settings = Settings(port=0, quiet=True, world=str(tmp_path / "many.yaml"), state=str(tmp_path / "state.db"))
    with MockServer(settings) as server:
        made = content(server.app.state.workspaces.get("default").state)
    with MockServer(settings) as server:
        assert content(server.app.state.workspaces.get("default").state) == made
