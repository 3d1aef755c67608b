import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from wire import TINY, Answer, connected, exchange, parsed, request, until_closed

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError, SetupError, StateError, WorldError
from mock_server.http_protocol import stopping
from mock_server.http_protocol.listening import bind, url_of
from mock_server.http_protocol.protocol import HttpProtocol
from mock_server.server import MockServer, open_log, run


def get(server: MockServer, path: str) -> Answer:
    return parsed(exchange(server.url, request("GET", path, key=server.api_key)))


def post(server: MockServer, path: str, body: object) -> Answer:
    raw = request("POST", path, key=server.api_key, body=json.dumps(body).encode())
    return parsed(exchange(server.url, raw))


def listening(url: str) -> bool:
    try:
        connected(url, 1).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture(scope="module")
def seen() -> list[tuple[str, str, int]]:
    return []


@pytest.fixture(scope="module")
def server(seen: list[tuple[str, str, int]]) -> Iterator[MockServer]:
    with MockServer(Settings(**TINY), observe=lambda it: seen.append((it.method, it.path, it.status))) as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request in flight has less time at a stop than it has for a user, and so has its client to read why."""
    monkeypatch.setattr(stopping, "_PATIENCE", 0.1)
    monkeypatch.setattr(HttpProtocol, "linger", 0.1)


def test_finished_exchanges_are_observed(server: MockServer, seen: list[tuple[str, str, int]]) -> None:
    get(server, "/v1/leads")
    get(server, "/v1/nowhere")
    assert seen == [("GET", "/v1/leads", 200), ("GET", "/v1/nowhere", 404)]


def test_a_server_on_loopback_is_opened_by_the_well_known_key(server: MockServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.api_key == "sk_test_local"


def test_what_a_client_says_of_where_it_comes_from_is_not_believed(server: MockServer) -> None:
    forged = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "10.0.0.1")]
    answer = parsed(exchange(server.url, request("GET", "/openapi", headers=forged)))
    assert answer.json["servers"][0]["url"] == "http://localhost"


def test_a_stop_answers_what_is_in_flight_and_hangs_up_on_who_only_waits() -> None:
    threads = threading.active_count()
    with contextlib.suppress(KeyError), MockServer(Settings(**TINY)) as server:
        waiting, asking = connected(server.url), connected(server.url)
        waiting.sendall(request("GET", "/v1/leads").replace(b"Connection: close\r\n", b""))
        said = b""
        while not said.endswith(b"}"):  # head and body may come one by one
            said += waiting.recv(65536)
        asking.sendall(request("GET", "/v1/leads", headers=[("Prefer", "delay=300")]))
        get(server, "/__admin/health")
        raise KeyError("an error in the block stops the server too")
    with asking, waiting:
        assert until_closed(asking).startswith(b"HTTP/1.1 200 ")
        assert until_closed(waiting) == b""
    assert not listening(server.url)
    assert threading.active_count() <= threads  # those of earlier tests may end meanwhile


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        pytest.param(
            request("GET", "/v1/leads", headers=[("Prefer", "delay=60000")]), "application/json", id="delayed"
        ),
        pytest.param(
            request("POST", "/v1/leads", body=b'{"firstName": "Ada"}')[:-5], "application/json", id="body not whole"
        ),
        pytest.param(request("GET", "/__admin/webhooks/attempts?wait=20"), "application/json", id="watching"),
        pytest.param(
            request("POST", "/__admin/inbox/slow", body=b"{}"), "application/problem+json", id="control plane"
        ),
    ],
)
def test_a_stop_refuses_what_is_still_in_flight(raw: bytes, media: str, impatient: None) -> None:
    with MockServer(Settings(**TINY)) as server:
        exchange(server.url, request("PUT", "/__admin/inbox/slow", body=b'{"delay": 30}'))
        asking = connected(server.url)
        asking.sendall(raw)
        get(server, "/__admin/health")
        began = time.monotonic()
    with asking:
        answer = parsed(until_closed(asking))
    assert time.monotonic() - began < 3
    assert answer.get("content-type") == media
    assert answer.status == (200 if "attempts" in str(raw) else 503)


@pytest.mark.slow
def test_a_request_refused_at_a_stop_has_changed_nothing(tmp_path: Path, impatient: None) -> None:
    settings = Settings(**TINY, state=str(tmp_path / "state"))
    with MockServer(settings) as server:
        asking = connected(server.url)
        late = [("Prefer", "delay=1500")]
        asking.sendall(request("POST", "/v1/leads", body=b'{"firstName": "Ada"}', headers=late))
        get(server, "/__admin/health")
    with asking:
        assert parsed(until_closed(asking)).status == 503
    with MockServer(settings) as server:
        assert get(server, "/v1/leads").json["leads"] == []


def waiting_for_leads(server: MockServer, count: int) -> None:
    """Return once there are so many."""
    (workspace,) = server.app.state.workspaces
    end = time.monotonic() + 20
    while len(workspace.state.rows("leads")) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.slow
def test_a_burst_under_way_at_a_stop_happens_whole(tmp_path: Path, impatient: None) -> None:
    settings, count = Settings(port=0, quiet=True, world="empty", state=str(tmp_path / "state")), 300
    burst = json.dumps({"kind": "call", "count": count}).encode()
    with MockServer(settings) as server:
        asking = connected(server.url)
        asking.sendall(request("POST", "/__admin/simulate", body=burst))
        waiting_for_leads(server, 2)
    with asking:
        answer = parsed(until_closed(asking))
    assert (answer.status, len(answer.json["happened"]), answer.json["planned"]) == (201, count, [])
    with MockServer(settings) as server:
        assert get(server, "/v1/leads").json["totalCount"] == count
        assert get(server, "/__admin/simulate").json["planned"] == []


@pytest.mark.slow
def test_a_clock_under_way_at_a_stop_stays_at_what_happened_last(tmp_path: Path, impatient: None) -> None:
    settings = Settings(port=0, quiet=True, world="empty", state=str(tmp_path / "state"))
    with MockServer(settings) as server:
        began = parsed(exchange(server.url, request("POST", "/__admin/clock/freeze"))).json["now"]
        exchange(server.url, request("POST", "/__admin/simulate", body=b'{"kind": "call", "count": 900, "over": 9000}'))
        asking = connected(server.url)
        asking.sendall(request("POST", "/__admin/clock/advance", body=b'{"seconds": 90000}'))
        waiting_for_leads(server, 2)
    with asking:
        moved = parsed(until_closed(asking)).json
    assert_message(moved["stopped"])
    with MockServer(settings) as server:
        assert began < get(server, "/__admin/clock").json["now"] == moved["now"] == moved["happened"][-1]["at"]
        assert get(server, "/v1/leads").json["totalCount"] == len(moved["happened"]) + 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_that_ends_before_it_serves_is_told_of() -> None:
    class Broken(MockServer):
        protocol = "no.such:Protocol"  # type: ignore[assignment]

    with pytest.raises(RuntimeError, match="did not start"):
        Broken(Settings(**TINY)).__enter__()


@pytest.mark.parametrize(
    ("signals", "interrupted", "in_flight"),
    [([signal.SIGTERM], False, "30"), ([signal.SIGINT], True, "30"), ([signal.SIGTERM, signal.SIGINT], True, "60000")],
)
def test_a_signal_ends_the_server_and_a_second_one_at_once(
    signals: list[signal.Signals], interrupted: bool, in_flight: str
) -> None:
    listener = bind(Settings(port=0))

    def client() -> None:
        with connected(url_of(listener)) as asking:
            asking.sendall(request("GET", "/v1/leads", headers=[("Prefer", f"delay={in_flight}")]))
            exchange(url_of(listener), request("GET", "/v1/leads"))
            for number in signals:
                os.kill(os.getpid(), number)
                gone.wait(0.15)  # a signal that comes while another one waits is the same signal
            until_closed(asking)

    gone = threading.Event()
    handlers = [signal.getsignal(number) for number in signals]
    beside = threading.Thread(target=client)
    beside.start()
    server = run(create_app(Settings(**TINY)), listener)
    gone.set()
    beside.join(5)
    assert not beside.is_alive()
    assert server.interrupted is interrupted
    assert [signal.getsignal(number) for number in signals] == handlers


_IN_FLIGHT = {
    "delayed": (request("GET", "/v1/leads", headers=[("Prefer", "delay=60000")]), "application/json"),
    "body not whole": (request("POST", "/v1/leads", body=b'{"firstName": "Ada"}')[:-5], "application/json"),
    "other surface": (
        request("GET", "/api/webhooks/zapier/leads?org_id=org_1&user_id=usr_1", headers=[("Prefer", "delay=60000")]),
        "application/json",
    ),
    "control plane": (request("POST", "/__admin/inbox/slow", body=b"{}"), "application/problem+json"),
    "watching": (request("GET", "/__admin/webhooks/attempts?wait=20"), "application/problem+json"),
}


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT, None], ids=["SIGTERM", "SIGINT", "state lost"])
def test_a_second_signal_refuses_what_is_in_flight_at_once(first: signal.Signals | None) -> None:
    """Also one that comes while the server gives up its state."""
    listener = bind(Settings(port=0))
    url, answers, took = url_of(listener), dict[str, Any](), [0.0]
    app = create_app(Settings(**TINY))

    def client() -> None:
        exchange(url, request("PUT", "/__admin/inbox/slow", body=b'{"delay": 30}'))
        with contextlib.ExitStack() as opened:
            asking = {name: opened.enter_context(connected(url)) for name in _IN_FLIGHT}
            for name, client in asking.items():
                client.sendall(_IN_FLIGHT[name][0])
            exchange(url, request("GET", "/v1/leads"))
            if first is None:
                app.state.workspaces.log.lost(StateError(Problem("state", "lost")))
            else:
                os.kill(os.getpid(), first)
            gone.wait(0.1)  # a signal that comes while another one waits is the same signal
            began = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)
            answers.update({name: parsed(until_closed(client)) for name, client in asking.items()})
            took[0] = time.monotonic() - began

    gone = threading.Event()
    beside = threading.Thread(target=client, daemon=True)
    beside.start()
    server = run(app, listener)
    gone.set()
    beside.join(5)
    assert not beside.is_alive()
    assert (server.interrupted, server.lost_its_state) == (first is signal.SIGINT, first is None)
    assert took[0] < 0.5
    for name, answer in answers.items():
        if name == "watching" and answer.status == 200:  # who only watches is let go first, where there is time
            continue
        assert (answer.status, answer.get("content-type")) == (503, _IN_FLIGHT[name][1]), name


@pytest.mark.slow
def test_two_servers_know_nothing_of_each_other() -> None:
    with MockServer(Settings(**TINY)) as one, MockServer(Settings(**TINY)) as other:
        assert post(one, "/v1/leads", {"firstName": "Ada"}).status == 201
        assert get(one, "/v1/leads").json["totalCount"] == 1
        assert get(other, "/v1/leads").json["totalCount"] == 0


@pytest.mark.slow
def test_state_outlives_the_server_that_is_entered_again(new_place: Callable[[], str]) -> None:
    server = MockServer(Settings(**TINY, state=new_place()))
    with server:
        before = get(server, "/v1/leads").json["totalCount"]
        made = post(server, "/v1/leads", {"firstName": "Grace"}).json
    with server:
        assert get(server, "/v1/leads").json["totalCount"] == before + 1
        assert get(server, f"/v1/leads/{made['lead']['id']}").json["firstName"] == "Grace"


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"world": "no-such-world"}, WorldError),
        ({"spec": "no-such-file.yaml"}, SetupError),
        ({"assume": ("no-such-gap=1",)}, SettingsError),
        ({"now": "yesterday"}, SettingsError),
        ({"host": "192.0.2.1"}, SettingsError),
        ({"state": "no/such/folder/state.db"}, StateError),
    ],
)
def test_a_server_that_cannot_start_leaves_nothing_open(
    broken: dict[str, Any], error: type[Exception], tmp_path: Path
) -> None:
    state = tmp_path / "state.db"
    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(error), MockServer(Settings(**{**TINY, "state": str(state), **broken})):
            raise AssertionError("it started")
    assert not left_open
    open_log(Settings(state=str(state))).close()  # the file is free again


def test_a_state_file_in_use_is_refused_by_the_pid_of_who_has_it(tmp_path: Path) -> None:
    settings = Settings(state=str(tmp_path / "state.db"))
    held = open_log(settings)
    with pytest.raises(StateError) as refused:
        open_log(settings)
    assert_message(refused.value, "state file in use", FILE=tmp_path / "state.db", PROCESS=os.getpid())
    held.close()


def test_a_server_that_was_never_entered_holds_nothing(tmp_path: Path) -> None:
    MockServer(Settings(**TINY, state=str(tmp_path / "state.db")))
    assert not list(tmp_path.iterdir())


def test_an_address_in_use_is_refused_with_a_remedy() -> None:
    with bind(Settings(port=0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            bind(Settings(port=port))
        assert_message(refused.value, "address in use", PORT=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "not..a.name", "no-such-name.invalid"])
def test_an_address_of_no_interface_is_refused_with_a_remedy(host: str) -> None:
    with pytest.raises(SettingsError, match=r":0: .* --host"):
        bind(Settings(port=0, host=host))


def test_a_port_of_the_administrator_is_refused_with_a_remedy() -> None:
    """In a process of its own, because tests may run as root."""
    program = (
        "import os; os.getuid() or os.setuid(65534)\n"
        "from mock_server.http_protocol.listening import bind\n"
        "from mock_server.config.settings import Settings\n"
        "try: bind(Settings(port=1))\n"
        "except Exception as fault: print(fault)\n"
    )
    unprivileged = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if unprivileged.exists() and int(unprivileged.read_text()) <= 1:
        pytest.skip("here every port is for everybody")
    # Everything is imported while it may still be read.
    program = "import mock_server.server\n" + program
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert_message(told.stdout, "port of the administrator")


def test_a_listener_is_not_handed_to_child_processes() -> None:
    with bind(Settings(port=0)) as listener:
        assert not listener.get_inheritable()


def test_the_url_of_a_listener_is_what_a_client_dials() -> None:
    with bind(Settings(port=0)) as listener, socket.create_connection(listener.getsockname()[:2]) as client:
        assert url_of(listener) == f"http://127.0.0.1:{client.getpeername()[1]}"


def test_an_ipv6_address_stands_in_brackets() -> None:
    with bind(Settings(port=0, host="::1")) as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_no_port_is_lost_to_a_server_that_did_not_start(tmp_path: Path) -> None:
    with bind(Settings(port=0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(WorldError):
        MockServer(Settings(**{**TINY, "port": port, "world": "no-such-world"})).__enter__()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def test_a_flushed_state_file_keeps_what_was_answered(tmp_path: Path) -> None:
    settings = Settings(**TINY, state=str(tmp_path / "state"), state_survives="power")
    with MockServer(settings) as server:
        made = [post(server, "/v1/leads", {"firstName": "Ada"}).status for _ in range(3)]
    with MockServer(settings) as server:
        assert (made, len(get(server, "/v1/leads").json["leads"])) == ([201] * 3, 3)
