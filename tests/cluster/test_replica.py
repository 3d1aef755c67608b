"""Several replicas on one database: whichever is asked, the state is one, and somebody serves it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from messages import assert_message
from wire import KEY, TINY

from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.server import MockServer
from mock_server.store.base import at_once
from mock_server.store.postgres_log import PostgresLog

pytestmark = pytest.mark.slow

SECRET = "a secret of replicas".replace(" ", "-")


@pytest.fixture
def common(postgres_url: str, tmp_path: Path) -> dict[str, Any]:
    """The settings of each replica."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    return {**TINY, "state": postgres_url, "peer_secret_file": str(tmp_path / "secret")}


def ask(url: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    named = {"authorization": f"Bearer {KEY}", "content-type": "application/json", **headers}
    request = urllib.request.Request(url + path, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"null")
    except OSError:
        return 0, None


def create(url: str, name: str) -> str:
    status, made = ask(url, "POST", "/v1/leads", {"firstName": name})
    assert status == 201, made
    return str(made["lead"]["id"])


def total(url: str) -> int:
    status, page = ask(url, "GET", "/v1/leads")
    assert status == 200, page
    return int(page["totalCount"])


def test_whichever_replica_is_asked_the_state_is_one(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common)) as one:
        create(one.url, "Ada")
        with MockServer(Settings(**common)) as two:
            id = create(two.url, "Grace")
            assert ask(one.url, "GET", f"/v1/leads/{id}") == ask(two.url, "GET", f"/v1/leads/{id}")
            assert total(one.url) == total(two.url) == 2
            status, made = ask(two.url, "POST", "/__admin/snapshots", {"name": "s"})
            assert status == 201, made
            assert ask(one.url, "GET", "/__admin/snapshots")[1] == ask(two.url, "GET", "/__admin/snapshots")[1]
            assert ask(two.url, "GET", "/v1/leads/no-such")[0] == ask(one.url, "GET", "/v1/leads/no-such")[0] == 404


def test_a_replica_that_leaves_hands_over_without_a_failed_request(common: dict[str, Any]) -> None:
    made: list[str] = []
    failed: list[object] = []
    over = threading.Event()

    def write(url: str) -> None:
        while not over.is_set():
            try:
                made.append(create(url, "Ada"))
            except Exception as fault:
                failed.append(fault)

    first = MockServer(Settings(**common))
    first.__enter__()
    create(first.url, "Ada")
    with MockServer(Settings(**common)) as second:
        writers = [threading.Thread(target=write, args=[second.url]) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(made) < 20:
            time.sleep(0.01)
        first.__exit__(None, None, None)
        before = len(made)
        while len(made) < before + 20:
            time.sleep(0.01)
        over.set()
        for writer in writers:
            writer.join()
        assert failed == []
        assert total(second.url) == len(made) + 1
        assert {ask(second.url, "GET", f"/v1/leads/{id}")[0] for id in made[::7]} == {200}


@contextmanager
def process(common: dict[str, Any], folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A replica in a process of its own, and its URL."""
    port = folder / "port"
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in common.items() if not isinstance(value, bool)]
    command = [sys.executable, "-m", "mock_server", "serve", "--quiet", f"--port-file={port}", *flags]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as server:
        try:
            while not port.exists() and server.poll() is None:
                time.sleep(0.02)
            yield server, f"http://127.0.0.1:{port.read_text().strip()}"
        finally:
            server.kill()


def test_the_next_takes_over_from_one_that_was_killed(common: dict[str, Any], tmp_path: Path) -> None:
    with process(common, tmp_path) as (server, url):
        ids = [create(url, "Ada")]
        with MockServer(Settings(**common)) as second:
            ids.append(create(second.url, "Grace"))
            server.kill()
            assert total(second.url) == 2
            assert {ask(second.url, "GET", f"/v1/leads/{id}")[0] for id in ids} == {200}
            asked = {"request": {"method": "POST"}, "exactly": 9}
            status, problem = ask(second.url, "POST", "/__admin/verify", asked)
            assert status == 409
            assert_message(problem["detail"])
            ask(second.url, "POST", "/__admin/reset", {})
            assert ask(second.url, "POST", "/__admin/verify", {**asked, "exactly": 0})[0] == 200


def test_one_that_was_paused_for_too_long_answers_nothing_more(common: dict[str, Any], tmp_path: Path) -> None:
    with process(common, tmp_path) as (server, url):
        create(url, "Ada")
        with MockServer(Settings(**common)) as second:
            server.send_signal(signal.SIGSTOP)
            create(second.url, "Grace")  # waits for the lease
            server.send_signal(signal.SIGCONT)
            try:
                status, _ = ask(url, "POST", "/v1/leads", {"firstName": "Late"})
            except OSError:
                status = 0
            assert status in (0, 503)
            assert server.wait(10) == 2  # it has stopped by itself
            assert total(second.url) == 2


def test_only_replicas_may_say_that_they_are_one(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common)) as one:
        total(one.url)  # it serves
        with MockServer(Settings(**common)) as two:
            total(two.url)
            for url in (one.url, two.url):
                assert ask(url, "GET", "/v1/leads", **{"x-mock-peer": "somebody"})[0] == 403
            assert ask(one.url, "GET", "/v1/leads", **{"x-mock-peer": SECRET})[0] == 200
            assert ask(two.url, "GET", "/v1/leads", **{"x-mock-peer": SECRET})[0] == 503  # it would have to forward
            _, journal = ask(one.url, "GET", "/__admin/requests")
            assert SECRET not in json.dumps(journal)


def test_a_database_that_cannot_be_used_is_refused_at_the_start(common: dict[str, Any]) -> None:
    settings = Settings(**{**common, "state": "postgresql://somebody@127.0.0.1:1/nothing"})
    with pytest.raises(StateError) as refused, MockServer(settings):
        raise AssertionError("it started")
    assert_message(refused.value.problems[0].remedy, "remedy for a database that is not reached")


def test_a_workspace_that_cannot_be_loaded_says_why(common: dict[str, Any], postgres_url: str) -> None:
    log = PostgresLog(postgres_url)
    layer = at_once(log.keep({}, {}, {}))
    log.begin("default", {"no": "facts"}, layer)
    log.close()
    server = MockServer(Settings(**common))
    with server:
        status, told = ask(server.url, "GET", "/v1/leads")
        assert status == 503
        assert "`world`" in told["error"]
        status, made = ask(server.url, "POST", "/__admin/workspaces", {})
        assert status == 201  # the others are served
        assert ask(server.url, "GET", "/v1/leads", authorization=f"Bearer {made['key']}")[0] == 200


def test_a_replica_does_not_start_beside_a_server_that_is_none(common: dict[str, Any], postgres_url: str) -> None:
    log = PostgresLog(postgres_url)
    with pytest.raises(StateError) as refused, MockServer(Settings(**common)):
        raise AssertionError("it started")
    assert_message(refused.value, "database in use", URL=postgres_url, PROCESS=os.getpid(), HOST=socket.gethostname())
    log.close()


def made(url: str, **asked: Any) -> dict[str, Any]:
    status, told = ask(url, "POST", "/__admin/workspaces", asked)
    assert status == 201, told
    return dict(told)


def owned(url: str) -> set[str]:
    """The workspaces of one replica alone."""
    _, told = ask(url, "GET", "/__admin/workspaces", **{"x-mock-peer": SECRET})
    return {each["id"] for each in told["workspaces"]}


def test_new_workspaces_go_where_least_is_to_do_and_each_replica_serves_all(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common)) as one, MockServer(Settings(**common)) as two:
        time.sleep(1.5)  # until each knows how busy the other is
        tenants = [made(one.url, id=f"w{number}") for number in range(6)]
        assert owned(one.url) & owned(two.url) == set()
        assert 2 <= len(owned(one.url)) <= 5
        names = ["default", *(each["id"] for each in tenants)]
        for url in (one.url, two.url):
            _, told = ask(url, "GET", "/__admin/workspaces")
            assert [each["id"] for each in told["workspaces"]] == names
            assert ask(url, "POST", "/__admin/workspaces", {"id": "w3"})[0] == 409
        for number, tenant in enumerate(tenants):
            bearer = {"authorization": f"Bearer {tenant['key']}"}
            assert ask((one, two)[number % 2].url, "POST", "/v1/leads", {"firstName": "Ada"}, **bearer)[0] == 201
            _, page = ask((two, one)[number % 2].url, "GET", "/v1/leads", **bearer)
            assert page["totalCount"] == 1
        for url in (one.url, two.url):
            _, coverage = ask(url, "GET", "/__admin/coverage?scope=server")
            assert coverage["operations"]["POST /v1/leads"]["statuses"]["201"] == 6
            assert coverage["totals"]["operations"]["exercised"] == 2
        with urllib.request.urlopen(f"{one.url}/__admin/metrics") as answer:
            metrics = answer.read().decode()
        counts = [f'sophiie_mock_owned_workspaces{{replica="{it.url}"}} {len(owned(it.url))}' for it in (one, two)]
        assert {*counts, "sophiie_mock_workspaces 7"} <= set(metrics.splitlines())
        _, audit = ask(two.url, "GET", "/__admin/audit?method=POST&status=201&limit=4&offset=1")
        assert ([call["workspace"] for call in audit["calls"]], audit["total"]) == (["w4", "w3", "w2", "w1"], 6)
        assert ask(two.url, "GET", "/__admin/audit?limit=x")[0] == 400
        assert ask(two.url, "DELETE", "/__admin/workspaces/w1")[0] == 200
        assert ask(one.url, "GET", "/v1/leads", authorization=f"Bearer {tenants[1]['key']}")[0] == 401


def test_who_comes_later_gets_idle_workspaces_of_the_others(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common)) as one:
        tenants = [made(one.url) for _ in range(5)]
        with MockServer(Settings(**common)) as two:
            while len(owned(two.url)) < 3:
                time.sleep(0.05)
            assert owned(one.url) & owned(two.url) == set()
            for tenant in tenants:
                for url in (one.url, two.url):
                    assert ask(url, "GET", "/v1/leads", authorization=f"Bearer {tenant['key']}")[0] == 200


def test_a_workspace_comes_here_if_its_owner_lives_and_cannot_be_reached(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common, peer_url="http://127.0.0.1:1")) as one:
        made, over = [create(one.url, "Ada")], threading.Event()

        def use() -> None:
            while not over.is_set():
                made.append(create(one.url, "Ada"))

        with MockServer(Settings(**common)) as two:
            user = threading.Thread(target=use)
            user.start()
            assert ask(two.url, "GET", f"/v1/leads/{made[0]}")[0] == 200  # though the owner is never idle
            over.set()
            user.join()
            create(two.url, "Grace")
            assert total(one.url) == len(made) + 1


def test_a_replica_tells_its_own_health(common: dict[str, Any]) -> None:
    with MockServer(Settings(**common)) as one, MockServer(Settings(**common)) as two:
        assert total(two.url) == total(one.url)
        for url in (one.url, two.url):
            assert ask(url, "GET", "/__admin/health/live") == (200, {"status": "live"})
            assert ask(url, "GET", "/__admin/health/ready") == (200, {"status": "ready"})


class Receiver(BaseHTTPRequestHandler):
    """Takes deliveries once it is `good`; refuses them before."""

    good = threading.Event()
    seen: ClassVar[list[tuple[bool, str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.good.is_set(), self.headers["x-mock-event-id"], json.loads(body)["firstName"]))
        self.send_response(200 if self.good.is_set() else 500)
        self.end_headers()

    def log_message(self, *what: object) -> None:
        """Print nothing."""


def test_what_is_owed_is_delivered_by_the_next_under_its_id(common: dict[str, Any]) -> None:
    settings = Settings(**{**common, "spec": "", "retries": "1s,1s,1s,1s,1s,1s,1s,1s,1s,1s"})
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    first = MockServer(settings)
    with receiver:
        first.__enter__()
        hook = {"hookUrl": f"http://127.0.0.1:{receiver.server_port}/hook", "trigger": "LEAD_CREATED"}
        path = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
        status, told = ask(first.url, "POST", path, hook)
        assert status in (200, 201), told
        for name in ("Ada", "Grace"):
            create(first.url, name)
        with MockServer(settings) as second:
            while not Receiver.seen:
                time.sleep(0.01)
            first.__exit__(None, None, None)
            total(second.url)  # it serves
            Receiver.good.set()
            while len([one for one in Receiver.seen if one[0]]) < 2:
                time.sleep(0.01)
        receiver.shutdown()
    tried = {name: {id for _, id, whose in Receiver.seen if whose == name} for name in ("Ada", "Grace")}
    assert all(len(ids) == 1 for ids in tried.values()), tried
    assert {name for good, _, name in Receiver.seen if good} == {"Ada", "Grace"}
