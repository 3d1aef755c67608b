"""A web page in the developer's browser reaches nothing, whatever it makes of the Host header."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import TINY, Answer, ask, assert_envelope, exchange, parsed, scope_of

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.server import MockServer

EVERYWHERE = ("/v1/leads", "/api/webhooks/zapier/leads", "/openapi", "/openapi/zapier", "/__admin/health", "/nowhere")


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:4747", "localhost.evil.example", "127.0.0.1.nip.io", "127.0.0.1.evil.example"),
        *("localhost.", "localhost.:4747", "127.0.0.1.", "0.0.0.0", "0.0.0.0:4747", "[::]", "[::]:4747", "::1"),
        *("127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.2", "[::1", "::1]", "localhost@evil.example"),
        *("", " ", "localhost evil", "localhost,evil.example", "localhost:80:80", "localhost:x", "http://localhost"),
    ],
)
def test_a_host_that_is_not_ours_is_refused_on_every_route(app: Starlette, host: str) -> None:
    for path in EVERYWHERE:
        answer = ask(app, "GET", path, host=host)
        assert_envelope(answer, 421, "Misdirected request")
        assert "--allow-host" in answer.explain
        assert answer.get("x-mock-request-id") == ""


def test_a_request_with_no_host_or_with_two_is_refused_on_every_route(app: Starlette) -> None:
    for path in EVERYWHERE:
        assert ask(app, "GET", path, host=None).status == 421
        assert ask(app, "GET", path, headers=[("Host", "evil.example")]).status == 421
        assert ask(app, "GET", path, headers=[("Host", "localhost")]).status == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:4747"])
def test_every_name_of_loopback_is_ours_with_any_port(app: Starlette, host: str) -> None:
    assert ask(app, "GET", "/v1/organization", host=host).status == 200
    assert ask(app, "GET", "/__admin/health", host=host).status == 200


def test_a_host_can_be_allowed_by_name_and_only_that() -> None:
    app = create_app(Settings(**TINY, allow_host=("Mock.Test", "127.0.0.2")))
    assert ask(app, "GET", "/v1/leads", host="mock.test:4747").status == 200
    assert ask(app, "GET", "/v1/leads", host="127.0.0.2").status == 200
    assert ask(app, "GET", "/v1/leads", host="x.mock.test").status == 421


@pytest.mark.parametrize(("bound", "named"), [("127.0.0.9", "127.0.0.9:1"), ("::1", "[::1]:1")])
def test_the_address_that_is_bound_is_ours(bound: str, named: str) -> None:
    assert ask(create_app(Settings(**TINY, host=bound)), "GET", "/openapi", host=named).status == 200


def test_a_refusal_is_logged_without_repeating_a_key(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    ask(app, "GET", "/v1/leads", host="sk_live_abcdef.evil.example")
    ours = [record.getMessage() for record in caplog.records if record.name == "mock_server"]
    [warning] = ours
    assert_message(warning)


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_no_answer_invites_another_origin(app: Starlette, path: str, method: str) -> None:
    cross = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")]
    for headers in ([], cross, [*cross, ("Sec-Fetch-Site", "cross-site")]):
        answer = ask(app, method, path, headers=headers)
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


def test_a_websocket_is_closed_before_anything_sees_it(app: Starlette) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    for path in EVERYWHERE:
        scope = {**scope_of("GET", path), "type": "websocket", "subprotocols": []}
        asyncio.run(app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1000}] * len(EVERYWHERE)


def test_over_a_socket_too_a_rebound_name_gets_nothing(server: MockServer) -> None:
    assert sent(server, "localhost").status == 200
    assert_envelope(sent(server, "evil.example"), 421)
    assert_envelope(sent(server, "localhost\r\nHost: evil.example"), 421)


@pytest.mark.parametrize("path", ["/v1/leads", "/__admin/health", "/__admin/requests?limit=1", "/openapi", "/nowhere"])
@pytest.mark.parametrize(
    ("host", "target"),
    [
        *(("localhost", f"http://{it}") for it in ("evil.example", "EVIL.example:4747", "localhost.", "127.0.0.2")),
        *(("localhost", f"{it}://evil.example") for it in ("HTTP", "https", "ws", "ftp")),
        *(("localhost", f"http://{it}") for it in ("u@localhost", "localhost@evil.example", "u:p@127.0.0.1:4747")),
        *((it, "http://localhost") for it in ("evil.example", "localhost\r\nHost: localhost", "")),
    ],
)
def test_a_target_that_names_another_host_is_refused(server: MockServer, host: str, target: str, path: str) -> None:
    answer = sent(server, host, target + path)
    assert_envelope(answer, 421, "Misdirected request")
    assert "--allow-host" in answer.explain


@pytest.mark.parametrize(
    "target", ["http://localhost", "HTTP://LOCALHOST:1", "http://127.0.0.1:80", "http://[::1]:4747"]
)
def test_a_target_that_names_this_server_is_as_its_path(server: MockServer, target: str) -> None:
    assert sent(server, "localhost:4747", target + "/v1/leads").status == 200
    assert sent(server, "127.0.0.1", target + "/__admin/health").status == 200


@pytest.mark.parametrize("target", ["//evil.example/__admin/health", "//evil.example/v1/leads", "//localhost/openapi"])
def test_a_target_with_two_slashes_is_a_path_that_nothing_lies_at(server: MockServer, target: str) -> None:
    """By the same chapter of HTTP it names no host, whatever a browser's address line would make of it."""
    assert_envelope(sent(server, "localhost", target), 404)


@pytest.mark.parametrize(
    "target", ["http:///v1/leads", "evil.example/v1/leads", "evil.example:80", "http:/evil/v1/leads"]
)
def test_a_target_that_is_neither_path_nor_url_is_no_http(server: MockServer, target: str) -> None:
    assert_envelope(sent(server, "localhost", target), 400)


def test_the_host_of_a_target_is_asked_again_on_a_known_connection(server: MockServer) -> None:
    good = b"GET /v1/leads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_local\r\n\r\n"
    evil = good.replace(b"/v1", b"http://evil.example/v1").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = exchange(server.url, good + evil)
    assert [answers.count(b"HTTP/1.1 %d " % status) for status in (200, 421)] == [1, 1]


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(**TINY)) as running:
        yield running


def sent(server: MockServer, host: str, target: str = "/v1/leads") -> Answer:
    head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer sk_test_local\r\nConnection: close\r\n\r\n"
    return parsed(exchange(server.url, head.encode()))
