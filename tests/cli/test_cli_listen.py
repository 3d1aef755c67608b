"""listen, as a person leaves it running: over resets and restarts, and whatever ends it."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import plain_http
import pytest
from messages import assert_message

from mock_server.cli import listen_client
from mock_server.cli.commands import listen
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.webhooks import listeners

Run = Callable[..., tuple[int, str, str]]
ONE = ("--trigger", "lead_created", "--count", "1")


@pytest.fixture
def server(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    """As it was at its start, and nobody listens or waits for long."""
    monkeypatch.setattr(listen_client, "_AGAIN", 0.02)
    monkeypatch.setattr(listeners, "_RETURN_SECONDS", 0.05)
    return server


@contextlib.contextmanager
def meanwhile(*steps: Callable[[], Any]) -> Iterator[None]:
    """These happen in a thread beside, once somebody listens."""
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for step in steps:
                step()
        except BaseException as fault:
            faults.append(fault)
            interrupt_main()  # what is waited for will not come

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)
    assert faults == []


def admin(server: MockServer, method: str, path: str, **more: Any) -> Any:
    answer = plain_http.request(method, f"{server.url}/__admin{path}", **more)
    answer.raise_for_status()
    return answer.json()


def somebody_asks(server: MockServer, workspace: str = "default") -> None:
    """Wait for it. Raises AssertionError when nobody does."""
    end = time.monotonic() + 20
    while not any(
        it["asking"] for it in admin(server, "GET", "/webhooks/listeners", headers=named(workspace))["items"]
    ):
        assert time.monotonic() < end
        time.sleep(0.005)


def named(workspace: str) -> dict[str, str]:
    return {"x-mock-workspace": workspace}


def lead(server: MockServer, key: str = "sk_test_local") -> None:
    headers = {"authorization": f"Bearer {key}"}
    plain_http.post(f"{server.url}/v1/leads", json={"firstName": "Ana"}, headers=headers).raise_for_status()


def subscriptions(server: MockServer) -> list[Any]:
    return list(admin(server, "GET", "/webhooks/subscriptions")["items"])


def test_each_delivery_is_shown_and_nothing_is_left_at_the_end(server: MockServer, run: Run) -> None:
    with meanwhile(lambda: somebody_asks(server), lambda: lead(server)):
        code, out, err = run("listen", *ONE)

    assert (code, err) == (
        0,
        f"listening for LEAD_CREATED -> {server.url}/__admin/inbox/default/listen (Ctrl-C ends)\n",
    )
    [event] = admin(server, "GET", "/webhooks/events")["items"]
    words = out.split()
    assert (words[:2], words[-1]) == (["LEAD_CREATED", "200"], event["id"]), "the id that events resend takes"
    assert subscriptions(server) == []


def test_after_a_reset_it_goes_on_and_says_so(server: MockServer, run: Run) -> None:
    def reset() -> None:
        admin(server, "POST", "/reset")

    with meanwhile(lambda: somebody_asks(server), reset, lambda: lead(server)):
        code, out, err = run("listen", *ONE)

    assert (code, out.split()[:2]) == (0, ["LEAD_CREATED", "200"])
    assert_message(err, URL=server.url)
    assert subscriptions(server) == []


def test_it_works_in_the_workspace_of_the_key(server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made = admin(server, "POST", "/workspaces", json={"world": "small"})
    monkeypatch.setenv("SOPHIIE_API_KEY", made["key"])
    with meanwhile(lambda: somebody_asks(server, made["id"]), lambda: lead(server, made["key"])):
        code, out, err = run("listen", *ONE)

    assert (code, out.split()[:2]) == (0, ["LEAD_CREATED", "200"])
    assert f"/__admin/inbox/{made['id']}/listen" in err
    admin(server, "DELETE", f"/workspaces/{made['id']}")


def test_it_ends_with_words_when_its_workspace_is_removed(
    server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = admin(server, "POST", "/workspaces", json={"world": "small"})
    monkeypatch.setenv("SOPHIIE_API_KEY", made["key"])
    remove = lambda: admin(server, "DELETE", f"/workspaces/{made['id']}")  # noqa: E731
    with meanwhile(lambda: somebody_asks(server, made["id"]), remove):
        code, out, err = run("listen", *ONE)

    assert (code, out) == (2, "")
    assert_message(err.partition("answered ")[2], "key that opens nothing")


def test_it_ends_with_words_when_the_receiver_wants_no_more(server: MockServer, run: Run) -> None:
    gone = lambda: admin(server, "PUT", "/inbox/default/listen", json={"status": 410})  # noqa: E731
    with meanwhile(lambda: somebody_asks(server), gone, lambda: lead(server)):
        code, out, err = run("listen", "--trigger", "LEAD_CREATED")

    assert (code, out.split()[:2]) == (2, ["LEAD_CREATED", "410"])
    assert_message(err, URL=server.url)


def test_it_ends_when_its_terminal_is_gone(server: MockServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with nohup: no signal comes, and nothing can be printed."""

    def gone(attempt: object) -> str:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(listen, "_line", gone)
    with meanwhile(lambda: somebody_asks(server), lambda: lead(server)):
        code, _, err = run("listen")

    assert (code, "Traceback" in err) == (130, False)
    assert subscriptions(server) == []


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch, server: MockServer) -> Iterator[tuple[MockServer, Callable[[], None]]]:
    """A server of this test's own, and how it is stopped."""
    with contextlib.ExitStack() as opened:
        own = opened.enter_context(MockServer(Settings(port=0, quiet=True, world="empty")))
        monkeypatch.setenv("SOPHIIE_MOCK_URL", own.url)
        yield own, opened.close


@pytest.mark.slow
def test_it_comes_back_when_the_server_does(
    brief: tuple[MockServer, Callable[[], None]], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first, stop = brief
    again = MockServer(Settings(port=int(first.url.rpartition(":")[2]), quiet=True, world="empty"))

    def restart() -> None:
        stop()
        again.__enter__()

    with meanwhile(lambda: somebody_asks(first), restart, lambda: somebody_asks(again), lambda: lead(again)):
        code, out, err = run("listen", *ONE)

    assert (code, out.split()[:2]) == (0, ["LEAD_CREATED", "200"])
    lines = err.splitlines()
    assert len(lines) == 3
    assert_message(lines[1].partition("; ")[2])
    assert lines[2].startswith("listening again for LEAD_CREATED -> ")
    assert subscriptions(again) == []
    again.__exit__(None, None, None)


def test_it_ends_with_words_when_the_server_does_not_come_back(
    brief: tuple[MockServer, Callable[[], None]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listen_client, "_PATIENCE", 0.05)
    server, stop = brief
    with meanwhile(lambda: somebody_asks(server), stop):
        code, out, err = run("listen", *ONE)

    assert (code, out) == (2, "")
    assert_message(err.splitlines()[-1].partition("refused, ")[2])


# --- in a process of its own, which can be killed ---------------------------------------------------------------------


class Listening:
    """A `listen` of its own process, once it asks."""

    def __init__(self, server: MockServer, *arguments: str) -> None:
        command = [sys.executable, "-m", "mock_server", "listen", "--url", server.url, *arguments]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        somebody_asks(server)

    def ended(self, number: int) -> tuple[int, str]:
        """Its exit code after this signal, and what it said after the first line."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors.partition("\n")[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_unsubscribes_when_it_is_stopped_or_its_terminal_is_closed(server: MockServer, number: int) -> None:
    listen_client = Listening(server)
    assert len(subscriptions(server)) == 7
    assert listen_client.ended(number) == (130, "")
    assert subscriptions(server) == []


@pytest.mark.slow
def test_what_was_killed_is_ended_by_the_next_one(server: MockServer, run: Run) -> None:
    assert Listening(server).ended(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert len(subscriptions(server)) == 7
    with meanwhile(lambda: somebody_asks(server), lambda: lead(server)):
        assert run("listen", *ONE)[0] == 0

    assert subscriptions(server) == []
    assert len(admin(server, "GET", "/inbox/listen")["received"]) == 1
