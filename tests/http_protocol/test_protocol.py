"""What arrives over a socket and is not a whole, well-made request."""

import socket
import struct
from collections.abc import Iterator

import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wire import TINY, assert_envelope, connected, exchange, parsed, request, until_closed

from mock_server.config.settings import Settings
from mock_server.http_protocol.protocol import MAX_HEAD_BYTES, HttpProtocol
from mock_server.server import MockServer


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(**TINY, rate_limit="off")) as running:
        yield running


@pytest.fixture(scope="module")
def impatient() -> Iterator[MockServer]:
    """A server with deadlines that a test can wait for."""

    class Impatient(HttpProtocol):
        deadline = linger = 0.1

    class ImpatientServer(MockServer):
        protocol = Impatient

    with ImpatientServer(Settings(**TINY, rate_limit="off")) as running:
        yield running


@pytest.mark.parametrize("method", ["FOO", "get", "BREW", "PRI", "DESCRIBE", "G(T"])
def test_a_method_that_http_does_not_know_gets_the_envelope(server: MockServer, method: str) -> None:
    answer = parsed(exchange(server.url, request(method, "/v1/leads")))
    assert_envelope(answer, 400, "Bad request")
    assert answer.get("connection") == "close"
    assert "not HTTP/1.1" in answer.explain


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS: https:// where http:// was meant
        b"GET v1/leads HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/l\u00e9ads HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        b"GET /v1/leads HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /v1/leads HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET /v1/leads HTTP/1.1\r\nHost: a\r\n folded: b\r\nX\x00Y: 1\r\n\r\n",
        b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ],
)
def test_what_is_not_http_gets_the_envelope(server: MockServer, raw: bytes) -> None:
    assert_envelope(parsed(exchange(server.url, raw)), 400, "Bad request")


def test_a_bad_chunk_gets_the_envelope_and_not_the_operation(server: MockServer) -> None:
    raw = request("POST", "/v1/leads", headers=[("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")])
    assert_envelope(parsed(exchange(server.url, raw + b"zz\r\n{}\r\n")), 400, "Bad request")


@given(st.binary(max_size=300))
@example(b"\r\n\r\n")
@settings(max_examples=40)
def test_no_bytes_stop_the_server(server: MockServer, raw: bytes) -> None:
    with connected(server.url) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        said = until_closed(client)
    assert not said or said.startswith(b"HTTP/1.1 4")
    assert exchange(server.url, request("GET", "/v1/leads")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "raw",
    [
        request("GET", "/v1/leads", headers=[("X-Long", "a" * MAX_HEAD_BYTES)]),
        request("GET", "/v1/leads", headers=[(f"X-{number}", "a" * 90) for number in range(700)]),
        request("GET", "/v1/leads?x=" + "a" * MAX_HEAD_BYTES),
    ],
)
def test_a_head_over_the_bound_is_refused(server: MockServer, raw: bytes) -> None:
    answer = parsed(exchange(server.url, raw))
    assert_envelope(answer, 431, "Request header fields too large")
    assert str(MAX_HEAD_BYTES) in answer.explain


@pytest.mark.parametrize(
    "head",
    [request("GET", "/v1/leads?x=" + "a" * 70_000), request("GET", "/v1/leads", headers=[("X", "a" * 70_000)])],
    ids=["long line", "long field"],
)
def test_the_bound_holds_for_a_head_that_begins_among_other_bytes(server: MockServer, head: bytes) -> None:
    """It begins in the same part of what is received as a large body ends in."""
    raw = request("PUT", "/v1/leads/none", body=b'"%b"' % (b"a" * 60_000))
    said = exchange(server.url, raw.replace(b"Connection: close\r\n", b"") + head)
    assert (said.count(b"HTTP/1.1 "), said.count(b"HTTP/1.1 431 ")) == (2, 1)


def cut_off(client: socket.socket) -> bool:
    """Whether the other side has enough at last."""
    try:
        while True:
            client.sendall(b"a" * 2**20)
    except (ConnectionResetError, BrokenPipeError):
        return True


def test_a_head_that_never_ends_is_refused_and_the_answer_can_be_read(impatient: MockServer) -> None:
    with connected(impatient.url) as client:
        client.sendall(b"GET /v1/leads HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 2**22)
        assert_envelope(parsed(until_closed(client)), 431)
        assert cut_off(client)


def test_a_head_just_under_the_bound_is_answered(server: MockServer) -> None:
    raw = request("GET", "/v1/leads", headers=[("X-Long", "a" * (MAX_HEAD_BYTES - 1_000))])
    assert parsed(exchange(server.url, raw)).status == 200


def open_request(method: str, *headers: tuple[str, str]) -> bytes:
    """A request for the leads after which the connection goes on."""
    return request(method, "/v1/leads", headers=headers).replace(b"Connection: close\r\n", b"")


CHUNKED = ("Transfer-Encoding", "chunked")
JSON = ("Content-Type", "application/json")


@pytest.mark.parametrize("delay", ["0", "60"])
@pytest.mark.parametrize("bad", [b"NONSENSE\r\n\r\n", open_request("POST", CHUNKED, JSON) + b"zz\r\n"])
def test_what_came_before_a_refused_request_is_answered_first(server: MockServer, bad: bytes, delay: str) -> None:
    said = exchange(server.url, 2 * open_request("GET", ("Prefer", f"delay={delay}")) + bad + open_request("GET"))
    assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"400"]


def test_a_request_that_has_its_answer_gets_no_second_one(server: MockServer) -> None:
    with connected(server.url) as client:
        client.sendall(b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 401 ")
        client.sendall(b"zz\r\n")
        assert until_closed(client) == b""


@pytest.mark.parametrize("trailer", [("Host", "evil.example"), ("Authorization", "Bearer x"), ("Prefer", "code=404")])
def test_a_trailer_is_no_header(server: MockServer, trailer: tuple[str, str]) -> None:
    whole = request("POST", "/v1/leads", headers=[CHUNKED, JSON])
    raw = whole + b'14\r\n{"firstName": "Ada"}\r\n0\r\n' + ": ".join(trailer).encode() + b"\r\n\r\n"
    assert parsed(exchange(server.url, raw)).status == 201


def test_trailers_are_bounded_as_a_head_is(impatient: MockServer) -> None:
    raw = request("POST", "/v1/leads", headers=[CHUNKED, JSON]) + b"2\r\n{}\r\n0\r\n"
    with connected(impatient.url) as client:
        client.sendall(raw + b"X: " + b"a" * 2**22)
        assert_envelope(parsed(until_closed(client)), 431)
        assert cut_off(client)


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/0.9"])
def test_a_version_that_has_another_wire_is_refused(server: MockServer, version: str) -> None:
    raw = request("GET", "/v1/leads").replace(b"HTTP/1.1", version.encode())
    assert_envelope(parsed(exchange(server.url, raw)), 400, "Bad request")


def test_a_head_that_dawdles_is_refused(impatient: MockServer) -> None:
    answer = parsed(exchange(impatient.url, b"GET /v1/leads HTTP/1.1\r\nHost: local"))
    assert_envelope(answer, 408, "Request timeout")


def test_a_connection_that_says_nothing_is_closed_in_silence(impatient: MockServer) -> None:
    assert exchange(impatient.url, b"") == b""


def test_a_second_request_that_dawdles_is_refused_too(impatient: MockServer) -> None:
    whole = request("GET", "/v1/leads").replace(b"Connection: close\r\n", b"")
    with connected(impatient.url) as client:
        client.sendall(whole)
        assert client.recv(65536).startswith(b"HTTP/1.1 ")
        client.sendall(b"GET")
        assert b"HTTP/1.1 408 " in until_closed(client)


def test_the_rest_of_a_body_that_was_refused_is_not_waited_for(impatient: MockServer) -> None:
    head = b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n{"
    assert exchange(impatient.url, head).startswith(b"HTTP/1.1 401 ")


def test_a_body_has_longer_than_a_head(impatient: MockServer) -> None:
    body = b'{"firstName": "Dawn"}'
    raw = request("POST", "/v1/leads", body=body)
    with connected(impatient.url) as client:
        client.sendall(raw[:-4])
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(5)
        client.sendall(raw[-4:])
        assert until_closed(client).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("upgrade", ["h2c", "websocket"])
def test_an_offer_of_another_protocol_is_declined_and_the_request_answered(
    server: MockServer, upgrade: str, caplog: pytest.LogCaptureFixture
) -> None:
    offer = [("Upgrade", upgrade), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABk")]
    raw = request("POST", "/v1/leads", body=b'{"firstName": "Ada"}', headers=offer)
    raw = raw.replace(b"Connection: close\r\n", b"")
    with connected(server.url) as client:
        for part in (raw[:100], raw[100:], raw):  # whole or in parts, the connection goes on
            client.sendall(part)
            if part != raw[:100]:
                assert client.recv(65536).startswith(b"HTTP/1.1 201 ")
        client.sendall(request("GET", "/v1/leads"))
        assert until_closed(client).startswith(b"HTTP/1.1 200 ")
    assert not caplog.records


def test_connect_is_answered_as_any_method_and_ends_the_connection(server: MockServer) -> None:
    raw = request("CONNECT", "/v1/leads").replace(b"Connection: close\r\n", b"")
    answer = parsed(exchange(server.url, raw + b"what follows is no HTTP"))  # has come to its end
    assert_envelope(answer, 405)


def test_requests_sent_at_once_are_answered_in_their_order(server: MockServer) -> None:
    first = request("GET", "/v1/leads").replace(b"Connection: close\r\n", b"")
    said = exchange(server.url, first + request("GET", "/v1/nowhere"))
    assert [line.split()[1] for line in said.split(b"HTTP/1.1")[1:]][:1] == [b"OK"]
    assert said.index(b" 200 OK") < said.index(b" 404 Not Found")


def test_without_our_headers_a_refusal_has_none(tmp_path: object) -> None:
    with MockServer(Settings(**TINY, mock_headers=False)) as running:
        answer = parsed(exchange(running.url, b"nonsense\r\n\r\n"))
    assert_envelope(answer, 400)
    assert not [name for name, _ in answer.headers if name.startswith("x-mock-")]


def test_two_faults_get_one_refusal(server: MockServer) -> None:
    with connected(server.url) as client:
        client.sendall(b"GET /v1/leads HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        for part in (b"a" * (MAX_HEAD_BYTES - 1_000), b"\x00" * 2_000):
            client.sendall(part)
        assert until_closed(client).count(b"HTTP/1.1 ") == 1


@pytest.mark.skipif(not hasattr(httptools.HttpRequestParser, "set_dangerous_leniencies"), reason="httptools < 0.6.3")
def test_what_follows_a_last_request_does_not_spoil_its_answer(server: MockServer) -> None:
    for offer in ([], [("Upgrade", "h2c"), ("Connection", "Upgrade")]):
        raw = request("POST", "/v1/leads", body=b'{"firstName": "Ada"}', headers=offer)
        assert parsed(exchange(server.url, raw + b"\r\nmore")).status == 201


@pytest.mark.parametrize("count", [3, 600])
def test_each_of_many_pipelined_offers_is_declined(
    server: MockServer, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    offer = [("Upgrade", "h2c"), ("Connection", "Upgrade")]
    raw = request("GET", "/v1/leads?limit=1", headers=offer).replace(b"Connection: close\r\n", b"")
    said = exchange(server.url, raw * count + request("GET", "/v1/nowhere"), timeout=20)
    assert (said.count(b"HTTP/1.1 200 "), said.count(b"HTTP/1.1 404 ")) == (count, 1)
    assert not caplog.records


HEALTH = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
RESET = b"POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
LEADS = request("GET", "/v1/leads?limit=1").replace(b"Connection: close\r\n", b"")


@pytest.mark.parametrize(
    ("raw", "answers"),
    [
        pytest.param(LEADS, 1, id="one request"),
        pytest.param(LEADS * 20, 20, id="many requests"),
        pytest.param(HEALTH * 20, 20, id="many control requests"),
        pytest.param(LEADS + HEALTH[:30], 1, id="a head cut short"),
        pytest.param(LEADS + HEALTH + RESET, 2, id="a body cut short behind others"),
        pytest.param(RESET, 0, id="a body cut short"),
    ],
)
def test_a_client_that_ends_its_side_gets_its_answers(
    server: MockServer, raw: bytes, answers: int, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(server.url) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        assert until_closed(client).count(b"HTTP/1.1 200 ") == answers
    assert not caplog.records


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        pytest.param(request("GET", "/v1/leads?x=" + "a" * MAX_HEAD_BYTES), 431, id="a head over the bound"),
        pytest.param(b"no HTTP at all\r\n\r\n", 400, id="no HTTP"),
    ],
)
def test_a_client_that_ends_its_side_gets_the_refusal(server: MockServer, refused: bytes, status: int) -> None:
    """The refusal waits for the answers before it, and by then the client has ended its side."""
    with connected(server.url) as client:
        client.sendall(LEADS * 20 + refused)
        client.shutdown(socket.SHUT_WR)
        said = until_closed(client)
    assert (said.count(b"HTTP/1.1 200 "), said.count(b"HTTP/1.1 %d " % status)) == (20, 1)


def test_a_client_that_resets_its_connection_is_no_error(server: MockServer, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        client = connected(server.url)
        client.sendall(HEALTH * 10 + RESET)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert parsed(exchange(server.url, request("GET", "/__admin/health"))).status == 200
    assert not caplog.records
