"""Workspaces of a team: each can have an end on the real clock, and labels that say what it is for."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from starlette.applications import Starlette
from wire import TINY, Answer, Tenant, ask

from mock_server.app import create_app
from mock_server.config.durations import duration
from mock_server.config.settings import Settings
from mock_server.simulation.expiry import expired, remove_expired
from mock_server.store.sqlite_log import SqliteLog
from mock_server.workspaces.plan import facts, load_config
from mock_server.world.clock import parse, wall_time


@pytest.fixture
def tiny() -> Starlette:
    return create_app(Settings(**TINY))


def create(app: Starlette, **asked: Any) -> Answer:
    return ask(app, "POST", "/__admin/workspaces", key=None, body=json.dumps(asked).encode())


def listed(app: Starlette, query: str = "") -> list[str]:
    answer = ask(app, "GET", f"/__admin/workspaces{query}", key=None)
    return [one["id"] for one in answer.json["workspaces"]]


def look(app: Starlette) -> None:
    """Let what looks for ends look once."""

    async def once() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(remove_expired(app.state.workspaces, app.state.dispatcher), 0.02)

    asyncio.run(once())


def end(app: Starlette, id: str) -> None:
    """The time of a workspace is over."""
    terms = app.state.workspaces.get(id).origin.terms
    object.__setattr__(terms, "expires", wall_time())


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("8h", 28_800), ("2d", 172_800), (" 1s ", 1)]
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "8", "8 h", "-1h", "0s", "1.5h", "8H", "367d", "99999999d", "８h", "1w"])
def test_a_ttl_that_is_none_is_refused_at_its_place(tiny: Starlette, text: str) -> None:
    answer = create(tiny, ttl=text)
    assert (answer.status, answer.json["pointer"]) == (400, "/ttl")
    assert listed(tiny) == ["default"]


def test_a_workspace_ends_on_the_real_clock(tiny: Starlette) -> None:
    made = create(tiny, ttl="8h", now="2026-03-04T05:06:07Z", frozen=True).json
    left = parse(made["expires"]) - wall_time()
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)
    assert create(tiny).json["expires"] is None


def test_a_workspace_is_removed_when_its_time_is_over(tiny: Starlette) -> None:
    key = create(tiny, id="over", ttl="1h").json["key"]
    assert create(tiny, id="stays", ttl="1h").status == 201
    end(tiny, "over")
    assert [one.id for one in expired(tiny.state.workspaces, wall_time())] == ["over"]
    look(tiny)
    assert listed(tiny) == ["default", "stays"]
    assert ask(tiny, "GET", "/v1/leads", key=key).status == 401


def test_a_reset_does_not_make_its_time_longer(tiny: Starlette) -> None:
    made = create(tiny, id="one", ttl="1h").json
    again = ask(tiny, "POST", "/__admin/reset", key=made["key"]).json
    assert again["expires"] == made["expires"]


def test_a_fork_ends_with_the_workspace_it_came_from(tiny: Starlette) -> None:
    made = create(tiny, ttl="1h", labels={"pr": "12"}).json
    fork = ask(tiny, "POST", "/__admin/snapshots/@now/fork", key=made["key"]).json
    found = ask(tiny, "GET", f"/__admin/workspaces/{fork['id']}", key=None).json
    assert (found["expires"], found["labels"]) == (made["expires"], {"pr": "12"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?label=pr=12", ["a"]),
        ("?label=pr", ["a", "b"]),
        ("?label=pr&label=team=x%3Dy", ["b"]),
        ("?label=pr=1", []),
        ("?label=", []),
        ("?label=team=", []),
    ],
)
def test_a_label_narrows_the_list(tiny: Starlette, query: str, found: list[str]) -> None:
    create(tiny, id="a", labels={"pr": "12"})
    create(tiny, id="b", labels={"pr": "13", "team": "x=y"})
    assert listed(tiny, query) == found


def test_a_filter_that_is_none_is_refused(tiny: Starlette) -> None:
    assert ask(tiny, "GET", "/__admin/workspaces?lable=pr", key=None).json["parameter"] == "lable"


@pytest.mark.parametrize(
    "labels",
    [{"": "x"}, {"a b": "x"}, {"pr": 12}, {"pr": "x\n"}, {"pr": "x" * 101}, {f"n{i}": "" for i in range(21)}, ["pr"]],
    ids=str,
)
def test_labels_that_are_none_are_refused_at_their_place(tiny: Starlette, labels: Any) -> None:
    answer = create(tiny, labels=labels)
    assert (answer.status, answer.json["pointer"][:7]) == (400, "/labels")


def test_end_and_labels_outlive_a_restart(tmp_path: Path) -> None:
    first = SqliteLog(tmp_path / "state.db")
    made = create(create_app(Settings(**TINY), first), id="mine", ttl="1h", labels={"pr": "12"}).json
    first.close()
    second = SqliteLog(tmp_path / "state.db")
    app = create_app(Settings(**TINY), second)
    found = ask(app, "GET", "/__admin/workspaces/mine", key=None).json
    assert (found["expires"], found["labels"]) == (made["expires"], {"pr": "12"})
    end(app, "mine")
    look(app)
    second.close()
    third = SqliteLog(tmp_path / "state.db")
    assert listed(create_app(Settings(**TINY), third)) == ["default"]
    third.close()


def test_a_workspace_without_them_is_kept_as_before(tenant: Tenant, app: Starlette) -> None:
    workspace = Desk(app, *tenant()).workspace
    kept = facts(workspace.origin, workspace.clock)
    assert not {"expires", "labels"} & kept.keys()
    assert load_config("x", kept)[0].terms.expires is None


@pytest.mark.parametrize("kept", [{"labels": []}, {"labels": {"a": 1}}, {"expires": 5}, {"expires": "soon"}])
def test_facts_that_are_no_terms_are_refused(tenant: Tenant, app: Starlette, kept: Mapping[str, Any]) -> None:
    workspace = Desk(app, *tenant()).workspace
    with pytest.raises(ValueError, match=r"expires|labels|time"):
        load_config("x", {**facts(workspace.origin, workspace.clock), **kept})
