"""Verbs for whoever starts a server in a script: workspaces, variables, waiting, and looking for what is wrong."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import plain_http
import pytest
from messages import assert_message

from mock_server import __version__
from mock_server.config.settings import Settings
from mock_server.server import MockServer

Run = Callable[..., tuple[int, str, str]]
NOBODY = "http://127.0.0.1:1"


def status(url: str, key: str) -> int:
    return plain_http.get(f"{url}/v1/leads", headers={"authorization": f"Bearer {key}"}).status_code


def test_a_workspace_is_made_listed_and_removed(server: MockServer, run: Run) -> None:
    code, key, _ = run("workspace", "create", "--id", "mine", "--world", "edge", "--seed", "7", "--frozen")
    assert code == 0
    assert status(server.url, key.strip()) == 200
    found = {one["id"]: one for one in json.loads(run("workspace", "list", "--json")[1])["workspaces"]}
    assert (found["mine"]["world"], found["mine"]["seed"], found["mine"]["frozen"]) == ("edge", 7, True)

    assert run("workspace", "remove", "mine") == (0, "mine is removed\n", "")
    assert status(server.url, key.strip()) == 401


def test_a_workspace_that_cannot_be_is_refused_with_the_reason(server: MockServer, run: Run) -> None:
    code, said, why = run("workspace", "create", "--world", "nowhere")

    assert (code, said) == (2, "")
    assert_message(why, URL=server.url)


def test_the_list_of_workspaces_is_columns_in_a_pipe(server: MockServer, run: Run) -> None:
    line = run("workspace", "list")[1].splitlines()[0].split("\t")

    assert line[:3] == ["default", "small", "1"]
    assert line[-1] == "Tallowbeck Plumbing"


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("shell", "export SOPHIIE_API_KEY=sk_test_local"),
        ("dotenv", "SOPHIIE_API_KEY=sk_test_local"),
        ("github", "SOPHIIE_API_KEY=sk_test_local"),
        ("powershell", "$env:SOPHIIE_API_KEY = 'sk_test_local'"),
    ],
)
def test_variables_are_printed_in_each_form(server: MockServer, run: Run, form: str, line: str) -> None:
    code, said, _ = run("env", "--format", form)

    assert code == 0
    assert line in said.splitlines()
    assert len(said.splitlines()) == 3


def test_a_shell_can_take_the_variables_over(server: MockServer, run: Run) -> None:
    said = run("env")[1]
    script = f"{said}\necho $SOPHIIE_BASE_URL $SOPHIIE_API_KEY $SOPHIIE_WEBHOOK_SECRET"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    url, key, secret = done.stdout.split()

    assert (url, key) == (server.url, "sk_test_local")
    assert secret.startswith("whsec_")


def test_variables_are_those_of_the_workspace_of_the_key(
    server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_default = json.loads(run("env", "--json")[1])["SOPHIIE_WEBHOOK_SECRET"]
    key = run("workspace", "create")[1].strip()
    monkeypatch.setenv("SOPHIIE_API_KEY", key)
    of_mine = json.loads(run("env", "--json")[1])

    assert of_mine["SOPHIIE_API_KEY"] == key
    assert of_mine["SOPHIIE_WEBHOOK_SECRET"] != of_default


def test_a_key_that_opens_nothing_is_not_passed_on(
    server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_test_mock_nobody")
    code, said, why = run("env")

    assert (code, said) == (2, "")
    assert "opens no workspace" in why


def test_a_server_that_is_ready_is_not_waited_for(server: MockServer, run: Run) -> None:
    assert run("wait") == (0, f"{server.url} is ready\n", "")
    assert run("wait", "-q") == (0, "", "")


def test_waiting_ends_with_the_reason(server: MockServer, run: Run) -> None:
    began = time.monotonic()
    code, said, why = run("wait", "--timeout", "0.1", "--url", NOBODY)

    assert (code, said) == (2, "")
    assert_message(why, URL=NOBODY)
    assert time.monotonic() - began < 5


def checks(run: Run, *more: str) -> tuple[int, dict[str, dict[str, str]]]:
    code, said, _ = run("doctor", "--json", *more)
    return code, {one["subject"]: one for one in json.loads(said)["checks"]}


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("no_proxy")
def test_a_sound_set_up_is_said_to_be_sound(server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_BASE_URL", server.url)
    code, found = checks(run)

    assert (code, {one["outcome"] for one in found.values()}) == (0, {"good"})
    assert found["server"]["says"] == f"sophiie-mock {__version__} answers at {server.url}"


def test_a_server_that_is_not_there_is_bad(run: Run, server: MockServer) -> None:
    code, found = checks(run, "--url", NOBODY)

    assert (code, found["server"]["outcome"]) == (1, "bad")
    assert "sophiie-mock serve" in found["server"]["remedy"]


@pytest.mark.parametrize(
    ("base", "says"),
    [("https://api.sophiie.ai", "it names api.sophiie.ai"), ("{url}/v1", "it ends in /v1"), ("nonsense", "no host")],
)
def test_a_base_url_that_is_not_the_mocks_is_noted(
    server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch, base: str, says: str
) -> None:
    monkeypatch.setenv("SOPHIIE_BASE_URL", base.replace("{url}", server.url))
    code, found = checks(run)

    assert (code, found["SOPHIIE_BASE_URL"]["outcome"]) == (0, "note")
    assert says in found["SOPHIIE_BASE_URL"]["says"]


def test_a_proxy_in_the_way_is_noted(server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:swordfish@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "internal.example")
    code, said, _ = run("doctor")

    assert (code, "swordfish" in said) == (0, False)
    assert "add 127.0.0.1 to NO_PROXY" in said
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert "NO_PROXY" not in run("doctor")[1]


def test_a_real_looking_key_is_bad_and_not_shown(server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_live_abcdefghijklmnop")
    code, said, _ = run("doctor")

    assert (code, "sk_live_abc" in said) == (1, False)


def test_state_files_are_looked_into(server: MockServer, run: Run, tmp_path: Path) -> None:
    with MockServer(Settings(port=0, quiet=True, world="empty", state=str(tmp_path / "good.sqlite"))):
        pass
    (tmp_path / "bad.sqlite").write_bytes(b"SQLite format 3\0 and nothing else")
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE a (b)").connection.close()

    assert checks(run, "--state", str(tmp_path / "good.sqlite"))[1]["state"]["outcome"] == "good"
    for name in ("bad.sqlite", "other.sqlite", "none.sqlite"):
        code, found = checks(run, "--state", str(tmp_path / name))
        assert (code, found["state"]["outcome"]) == (1, "bad")


def test_a_workspace_has_an_end_and_labels_to_find_it_by(server: MockServer, run: Run) -> None:
    asked = ("--id", "pr-12", "--ttl", "8h", "--label", "pr=12", "--label", "for=a=b")
    made = json.loads(run("workspace", "create", *asked, "--json")[1])
    assert made["labels"] == {"pr": "12", "for": "a=b"}
    assert made["expires"]

    assert [line.split("\t")[0] for line in run("workspace", "list", "--label", "pr=12")[1].splitlines()] == ["pr-12"]
    assert json.loads(run("workspace", "list", "--label", "pr=13", "--json")[1]) == {"workspaces": []}
    run("workspace", "remove", "pr-12")


@pytest.mark.parametrize("given", [["--label", "pr"], ["--label", "pr=1", "--label", "pr=2"], ["--ttl", "soon"]])
def test_an_end_or_a_label_that_is_none_is_refused(server: MockServer, run: Run, given: list[str]) -> None:
    code, said, why = run("workspace", "create", *given)
    assert (code, said) == (2, "")
    assert "--label" in why or "duration" in why
