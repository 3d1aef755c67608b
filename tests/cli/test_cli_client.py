"""How the verbs find the server and the workspace, and what they say when that cannot be."""

from collections.abc import Callable
from typing import Any

import plain_http
import pytest
from messages import assert_message

from contracts.transport.target import named
from mock_server.cli.client import URL, Client, local_url
from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError
from mock_server.server import MockServer
from mock_server.testing.remote_server import found

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def server() -> Any:
    with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off")) as running:
        plain_http.post(f"{running.url}/__admin/workspaces", json={"id": "alone", "world": "empty"}).raise_for_status()
        yield running


@pytest.fixture
def other(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A second workspace, whose key the verbs are given."""
    made = plain_http.post(f"{server.url}/__admin/workspaces", json={"world": "small"}).json()
    monkeypatch.setenv("SOPHIIE_API_KEY", made["key"])
    yield made
    plain_http.delete(f"{server.url}/__admin/workspaces/{made['id']}")


@pytest.fixture
def run(server: MockServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """One command: exit code, output, errors."""
    monkeypatch.setenv("SOPHIIE_MOCK_URL", server.url)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_every_verb_works_in_the_workspace_of_the_key(server: MockServer, other: Any, run: Run) -> None:
    hook = {"hookUrl": f"{server.url}/__admin/inbox/{other['id']}/x", "trigger": "LEAD_CREATED"}
    path = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
    plain_http.post(
        server.url + path, json=hook, headers={"authorization": f"Bearer {other['key']}"}
    ).raise_for_status()

    code, out, err = run("trigger", "LEAD_CREATED")
    assert (code, out.splitlines()[-1], err) == (0, f"LEAD_CREATED -> {hook['hookUrl']} delivered", "")
    assert run("simulate", "sms")[0] == 0
    listed = run("events", "list")[1]
    assert {line.split("\t")[1] for line in listed.splitlines()} == {"LEAD_CREATED", "INQUIRY_CREATED"}
    here, there = (
        plain_http.get(f"{server.url}/__admin/webhooks/events", headers={"x-mock-workspace": id}).json()["total"]
        for id in (other["id"], "default")
    )
    assert (here >= 2, there) == (True, 0)


def test_a_key_that_opens_nothing_is_refused_and_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_test_mock_gone")
    for arguments in (["events", "list"], ["simulate", "sms"], ["trigger", "LEAD_CREATED"], ["listen"]):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert_message(err.partition("answered ")[2], "key that opens nothing")
        assert "gone" not in err


def test_a_real_key_is_not_sent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_live_secret")
    for arguments in (["events", "list"], ["trigger", "LEAD_CREATED"]):
        code, _, err = run(*arguments)
        assert (code, "secret" in err) == (2, False)
        assert_message(err, "key that looks real")


def test_a_variable_that_is_empty_is_not_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "")
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", " ")
    assert run("trigger", "LEAD_CREATED")[0] == 0


@pytest.mark.parametrize("variable", ["SOPHIIE_API_KEY", "SOPHIIE_MOCK_ADMIN_TOKEN"])
@pytest.mark.parametrize("value", ["ключ", "a\nb", "\udce9"])
def test_a_secret_that_no_header_has_is_named_and_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    code, _, err = run("trigger", "LEAD_CREATED")
    assert (code, value in err) == (2, False)
    assert_message(err, "key with a character that no key has", VARIABLE=variable)


@pytest.mark.parametrize(
    "arguments",
    [
        ["trigger", "LEAD_CREATED", "--set", "firstName=\udce9"],
        ["trigger", "LEAD_CREATED", "--set", "\udce9=1"],
        ["simulate", "sms", "--from", "\udce9"],
        ["events", "show", "\udce9"],
        ["events", "resend", "\udce9"],
        ["coverage", "--workspace", "\udce9"],
        ["coverage", "--workspace", "ключ"],
        ["coverage", "--workspace", "a\nb"],
        ["trigger", "LEAD_CREATED", "--url", "http://127.0.0.1\udce9:1"],
        ["trigger", "LEAD_CREATED", "--url", f"http://{'a' * 300}:1"],
        ["trigger", "LEAD_CREATED", "--url", "http://a..b"],
    ],
)
def test_bytes_that_are_no_text_are_refused_in_a_line(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "UTF-8" in err or "is no " in err


def test_a_control_request_is_about_the_workspace_of_its_key(server: MockServer, other: Any) -> None:
    def asked(**headers: str) -> tuple[int, Any]:
        answer = plain_http.get(f"{server.url}/__admin/webhooks/events", headers=headers)
        return answer.status_code, answer.json().get("workspace")

    bearer = f"Bearer {other['key']}"
    assert asked() == (200, "default")
    assert asked(authorization=bearer) == (200, other["id"])
    assert asked(authorization=bearer, **{"x-mock-workspace": "alone"}) == (200, "alone")
    assert asked(authorization="Basic dTpw") == (200, "default")
    assert asked(authorization="Bearer nobody") == (401, None)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST", " localhost"])
def test_a_server_on_this_machine_needs_no_scheme(server: MockServer, host: str) -> None:
    place = f"{host}:{server.url.rpartition(':')[2]}"
    assert Client(place).control("GET", "/version")["name"] == "sophiie-mock"
    assert found(place.strip()).url == f"http://{place.strip()}"
    assert named(place.strip(), "").origin == f"http://{place.strip().lower()}"


@pytest.mark.parametrize(
    "url", ["example.com:4747", "localhost@evil.example:1", "//localhost:1", "ftp://localhost", ""]
)
def test_another_server_without_a_scheme_is_told_what_to_write(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Client(url)
    assert_message(refused.value, "no URL of a server", URL=f"`{url}`")


@pytest.mark.parametrize("port", ["", "0", "65536", "tcp://10.0.0.3:4747", "x"])
def test_what_is_no_port_leaves_the_verbs_where_they_look(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_PORT", port)

    assert local_url() == URL


def test_the_verbs_look_where_the_variable_lets_the_server_listen(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOPHIIE_MOCK_URL", raising=False)
    monkeypatch.setenv("SOPHIIE_MOCK_PORT", server.url.rpartition(":")[2])

    assert main(["wait", "--quiet", "--timeout", "1"]) == 0  # a container's health check asks like this
