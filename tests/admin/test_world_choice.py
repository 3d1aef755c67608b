"""The world of a new workspace: by name, as a recipe, as a recipe's text, or as a file that may be read."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import Answer, ask

import mock_server.admin.world_choice as worlds
from mock_server.admin.context import ControlRefused
from mock_server.app import create_app
from mock_server.config.settings import Settings

RECIPE = "name: mine\nleads: 3\nbusiness: electrician\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the server is started in, with what may be read and what may not."""
    here = tmp_path_factory.mktemp("worlds") / "project"
    (here / "folder.yaml").mkdir(parents=True)
    (here / "w.yaml").write_text(RECIPE)
    (here / "wrong.yaml").write_text("leads: 3\nleeds: 4\n")
    (here / "secret.txt").write_text("password: x")
    (here.parent / "w.yaml").write_text(RECIPE)
    (here / "out.yaml").symlink_to(here.parent / "w.yaml")
    (here / "round.yaml").symlink_to(here / "round.yaml")
    os.mkfifo(here / "pipe.yaml")
    return here


@pytest.fixture(scope="module")
def here(folder: Path) -> Starlette:
    app = create_app(Settings(world="empty", quiet=True))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        ask(app, "GET", "/__admin/health", key=None)  # the control plane is assembled now
    return app


def make(app: Starlette, world: Any) -> Answer:
    return ask(app, "POST", "/__admin/workspaces", key=None, body=json.dumps({"world": world}).encode())


@pytest.mark.parametrize(
    "world",
    [
        "w.yaml",
        "./w.yaml",
        "../project/w.yaml",
        {"name": "mine", "leads": 3, "business": "electrician"},
        {"text": RECIPE},
        {"text": RECIPE, "file": "elsewhere/w.yaml"},
    ],
    ids=str,
)
def test_a_recipe_is_taken_in_each_of_its_forms(here: Starlette, world: Any) -> None:
    made = make(here, world)

    assert (made.status, made.json["world"]) == (201, "mine"), made.body
    shown = ask(here, "GET", f"/__admin/workspaces/{made.json['id']}", key=None)
    assert shown.json["records"]["leads"] == 3


def test_a_file_is_read_anew_each_time(here: Starlette, folder: Path) -> None:
    (folder / "again.yaml").write_text("leads: 2")
    make(here, "again.yaml")
    (folder / "again.yaml").write_text("leads: 4")

    made = make(here, str(folder / "again.yaml"))
    assert made.json["world"] == "again"
    assert ask(here, "GET", f"/__admin/workspaces/{made.json['id']}", key=None).json["records"]["leads"] == 4


@pytest.mark.parametrize(
    ("world", "says"),
    [
        ("smal", "did you mean 'small'?"),
        ("nowhere", "or give a file, like ./my-world.yaml"),
        ("none.yaml", "none.yaml: No such file"),
        ("wrong.yaml", "wrong.yaml:2: unknown key 'leeds' → did you mean 'leads'?"),
        ("../w.yaml", "send the recipe itself"),
        ("/etc/passwd", "send the recipe itself"),
        ("secret.txt", "send the recipe itself"),
        ("out.yaml", "send the recipe itself"),
        ("round.yaml", "send the recipe itself"),
        ("pipe.yaml", "pipe.yaml: no file"),
        ("folder.yaml", "folder.yaml: no file"),
        ("a\0.yaml", "send the recipe itself"),
        ("x" * 999, "send the recipe itself"),
        ("x" * 600 + ".yaml", "too long"),
        ({"leeds": 3}, "/leeds: unknown key 'leeds' → did you mean 'leads'?"),
        ({"leads": "3"}, "/leads: leads is '3' → it must be a whole number"),
        ({"leads": 1.5}, "it must be a whole number"),
        ({"leads": [1]}, "/leads/0: is 1 and no record"),
        ({"business": {}}, "it must be one of"),
        ({"name": None}, "it must be a text"),
        ({"text": "leads: 3\nleeds: 4", "file": "/my/w.yaml"}, "/my/w.yaml:2: unknown key 'leeds'"),
        ({"text": "leads: [3]"}, "recipe:1: /leads/0: is 3 and no record"),
        ({"text": "x" * 600_000}, "longer than 524,288 bytes"),
        ({"text": 3}, "`text` and `file` are texts"),
        ({"file": "w.yaml"}, "unknown key 'file'"),
        ("", ""),
        (3, ""),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_world_is_refused_where_it_is_wrong(here: Starlette, world: Any, says: str) -> None:
    refused = make(here, world)

    key = next(iter(world)) if isinstance(world, dict) and "text" not in world else ""
    assert refused.status == 400, refused.body
    assert refused.json["pointer"].removesuffix("/0") == f"/world/{key}".rstrip("/")
    assert says in refused.json["detail"]
    assert "password" not in refused.body.decode()


def test_no_path_is_read_for_those_on_other_machines(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        reader = worlds.WorldChoice(Settings(host="0.0.0.0"))

    assert asyncio.run(reader.recipe({"leads": 3})).leads == 3
    with pytest.raises(ControlRefused) as refused:
        asyncio.run(reader.recipe("w.yaml"))
    assert_message(refused.value)


def test_the_servers_own_world_may_be_any_file(folder: Path) -> None:
    own = folder.parent / "own.txt"
    own.write_text(RECIPE)

    assert asyncio.run(worlds.WorldChoice(Settings(world=str(own))).recipe(None)).name == "mine"
