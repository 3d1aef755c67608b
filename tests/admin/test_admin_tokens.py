"""Named tokens of the control plane: the file has their hashes, and a revoked one opens nothing at once."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from messages import assert_message
from starlette.applications import Starlette
from wire import TINY, ask

from mock_server.app import create_app
from mock_server.cli.commands.admin_token import command
from mock_server.config.admin_tokens import AdminToken, AdminTokens, hash_of, read_tokens, write_tokens
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError

Run = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


@pytest.fixture
def run(file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKENS", str(file))
    return lambda *arguments: CliRunner().invoke(command, arguments)


def made(run: Run, name: str, *more: str) -> str:
    done = run("create", name, *more)
    assert done.exit_code == 0, done.exception
    return done.output.strip()


def shared(file: Path, **more: Any) -> Starlette:
    return create_app(Settings(**TINY, admin_tokens=str(file), **more))


def status(app: Starlette, token: str) -> int:
    return ask(app, "GET", "/__admin/version", key=None, headers=[("X-Mock-Admin-Token", token)]).status


def test_a_token_is_shown_once_and_kept_as_a_hash(run: Run, file: Path) -> None:
    token = made(run, "ana", "--workspaces", "5")
    assert token.startswith("smt_")
    assert token not in file.read_text()
    assert read_tokens(file)[0].sha256 == hash_of(token.encode())
    listed = run("list", "--json").output
    assert token not in listed
    assert hash_of(token.encode()) not in listed
    (shown,) = json.loads(listed)["tokens"]
    assert (shown["name"], shown["workspaces"], shown["requests"]) == ("ana", 5, None)


@pytest.mark.skipif(os.name == "nt", reason="its files have no such rights")
def test_only_the_owner_reads_the_file(run: Run, file: Path) -> None:
    made(run, "ana")
    made(run, "bob")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_server_with_the_file_asks_for_a_token_of_it(run: Run, file: Path, host: str) -> None:
    token = made(run, "ana")
    app = shared(file, host=host)
    assert app.state.admin_token is None
    assert status(app, token) == 200
    for other in ("", token[:-1], f"{token}x", hash_of(token.encode()), "ana"):
        assert status(app, other) == 403
    assert ask(app, "GET", "/__admin/version", key=None).status == 403
    assert ask(app, "GET", "/__admin/health/live", key=None).status == 200


def test_the_token_of_the_variable_opens_beside_them(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(run, "ana")
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", "choose-sixteen-letters")
    assert status(shared(file), "choose-sixteen-letters") == 200


def test_a_change_of_the_file_holds_at_the_next_request(run: Run, file: Path) -> None:
    ana = made(run, "ana")
    app = shared(file)
    bob = made(run, "bob")
    assert (status(app, ana), status(app, bob)) == (200, 200)
    assert run("revoke", "ana").output == "ana is revoked\n"
    assert (status(app, ana), status(app, bob)) == (403, 200)
    refused = ask(app, "GET", "/__admin/workspaces", key=None, headers=[("X-Mock-Admin-Token", ana)])
    assert "it is revoked" in refused.json["detail"]
    assert "send a token" in ask(app, "GET", "/__admin/workspaces", key=None).json["detail"]


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"tokens": [{}]}'], ids=str)
def test_a_file_that_cannot_be_read_opens_nothing(run: Run, file: Path, text: str | None) -> None:
    token = made(run, "ana")
    app = shared(file)
    file.unlink() if text is None else file.write_text(text)
    assert status(app, token) == 403


@pytest.mark.parametrize(
    ("kept", "where"),
    [
        ({}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "admin"}, "name"),
        ({"name": "a", "sha256": "0"}, "sha256"),
        ({"name": "a", "sha256": "0" * 64, "made": "x", "requests": -1}, "made"),
        ({"name": "a", "sha256": "0" * 64, "made": "2026", "requests": -1}, "requests"),
        ({"name": "a", "sha256": "0" * 64, "made": "2026", "workspaces": True}, "workspaces"),
        ({"name": "a", "sha256": "0" * 64, "made": "2026", "role": "x"}, "role"),
    ],
    ids=str,
)
def test_a_file_with_a_fault_is_refused_at_the_start_with_its_place(file: Path, kept: Any, where: str) -> None:
    file.write_text(json.dumps({"tokens": [kept]}))
    with pytest.raises(SettingsError, match=rf"tokens\.json: /tokens/0.*{where}"):
        shared(file)


def test_a_file_that_is_not_there_is_refused_at_the_start(file: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        shared(file)
    assert_message(refused.value, FOLDER=file.parent)


@pytest.mark.parametrize("arguments", [("create", "ana"), ("create", "admin"), ("create", "a b"), ("revoke", "bob")])
def test_what_cannot_be_done_leaves_the_file(run: Run, file: Path, arguments: tuple[str, str]) -> None:
    made(run, "ana")
    before = file.read_bytes()
    assert isinstance(run(*arguments).exception, SettingsError)
    assert file.read_bytes() == before


def test_two_commands_at_once_lose_no_token(run: Run, file: Path) -> None:
    made(run, "ana")
    file.with_name("tokens.json.new").touch()
    done = run("create", "bob")
    assert_message(done.exception, FOLDER=file.parent)
    assert [token.name for token in read_tokens(file)] == ["ana"]


def test_a_verb_without_a_file_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["list"])
    assert "SOPHIIE_MOCK_ADMIN_TOKENS" in str(done.exception)


def test_a_hash_that_two_tokens_have_is_refused(file: Path) -> None:
    write_tokens(file, [AdminToken(name, "0" * 64, "2026") for name in ("ana", "bob")])
    with pytest.raises(SettingsError, match="one hash"):
        AdminTokens(file)
