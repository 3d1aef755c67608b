"""Hosts in other styles, and hosts that break: the client gets what came, the others are served, nothing is made up."""

import gzip
import http.client
import json
import socket
import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from raw_host import HANG, RESET, RawHost, raw_host, whole
from recording import HOST, KEY
from test_proxy import BEGAN, CONTRACT

from contracts.learn.contract_comparison import ContractComparison
from contracts.proxy.observation import Observation
from contracts.proxy.proxy_server import ProxyServer
from contracts.shapes.exchanges import ShapedExchange, ShapeRecording
from contracts.shapes.recording_file import to_text
from contracts.spec.document import Contract
from contracts.transport import forwarding
from contracts.transport.forwarding import ForwardingGuard, ForwardingTransport
from contracts.transport.guard import Mode, Policy

pytestmark = pytest.mark.slow  # four seconds

CANARY = "Canary7f3a"
ORGANIZATION: dict[str, Any] = {"id": "org_a1", "name": CANARY, "businessPhone": None, "website": None, "socials": {},
                "timeZone": "Australia/Sydney", "country": "AU", "currency": "AUD", "timeFormat": 12,
                "weekStart": "Monday"}  # fmt: skip
BODY = json.dumps(ORGANIZATION).encode()
JSON = "Content-Type: application/json"
PATH = "/v1/organization"


class Proxied:
    def __init__(self, host: RawHost, server: ProxyServer, observation: Observation, lines: list[str]) -> None:
        self.host, self.server, self.observation, self.lines = host, server, observation, lines

    def ask(self, target: str = PATH, method: str = "GET", body: bytes | None = None) -> tuple[int, Any, bytes]:
        with closing(http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=5)) as connection:
            connection.request(method, target, body, {"Authorization": f"Bearer {KEY}"})
            with connection.getresponse() as response:
                return response.status, response.headers, response.read()

    @property
    def exchanges(self) -> list[ShapedExchange]:
        return self.observation.recording.exchanges


@contextmanager
def proxied(scripts: Callable[[str], Iterable[bytes]], contract: Contract = CONTRACT) -> Generator[Proxied, None, None]:
    lines: list[str] = []
    with raw_host(scripts) as host:
        guard = ForwardingGuard(Policy(HOST, Mode.SAFE, "", contract, private=True))
        with Observation(contract, {}, lines.append, BEGAN) as observation:
            server = ProxyServer(0, ForwardingTransport(guard, host.url), observation.passed, lines.append)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield Proxied(host, server, observation, lines)
            finally:
                server.shutdown()
                server.server_close()
                thread.join()
    text = to_text(ShapeRecording(date(2026, 3, 4), (), observation.recording.exchanges)).decode() + "\n".join(lines)
    assert CANARY not in text
    assert KEY not in text
    assert "a bug of" not in text


def differences(*exchanges: ShapedExchange, contract: Contract = CONTRACT) -> list[str]:
    comparison = ContractComparison(contract)
    comparison.add([ShapeRecording(date(2026, 3, 4), (), list(exchanges))])
    return [one.describe() for one in comparison.differences()]


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


CHUNKED = f"HTTP/1.1 200 OK\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n".encode()
raw_deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)

# What the host sends of a documented answer: it arrives, is as documented, and nothing else is said of it.
SOUND: dict[str, Sequence[bytes]] = {
    "in chunks": [CHUNKED + b"\r\n", chunks(BODY[:9], BODY[9:])],
    "in chunks, with another length": [CHUNKED + b"Content-Length: 7\r\n\r\n", chunks(BODY)],
    "gzip": whole("200 OK", gzip.compress(BODY), JSON, "Content-Encoding: gzip"),
    "deflate": whole("200 OK", zlib.compress(BODY), JSON, "Content-Encoding: deflate"),
    "deflate without a head": whole("200 OK", raw_deflate.compress(BODY) + raw_deflate.flush(), JSON,
                                    "Content-Encoding: deflate"),
    "until the connection ends": [f"HTTP/1.0 200 OK\r\n{JSON}\r\nConnection: close\r\n\r\n".encode() + BODY],
    "after hints": [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", *whole("200 OK", BODY, JSON)],
    "after 100": [b"HTTP/1.1 100 Continue\r\n\r\n", *whole("200 OK", BODY, JSON)],
    "in two pieces": [whole("200 OK", BODY, JSON)[0][:30], whole("200 OK", BODY, JSON)[0][30:]],
    "with a charset": whole("200 OK", BODY, "Content-Type: application/json; charset=utf-8"),
    "with headers of hosts": whole("200 OK", BODY, JSON, "CF-Ray: 8f", "X-Vercel-Id: syd1", "Via: 1.1 varnish",
                                   "x-amzn-trace-id: Root=1", "Set-Cookie: a=1", "Set-Cookie: b=2"),
    "without a reason": whole("200", BODY, JSON),
}  # fmt: skip


@pytest.mark.parametrize("script", SOUND.values(), ids=[*SOUND])
def test_a_sound_answer_arrives_and_differs_in_nothing(script: Sequence[bytes]) -> None:
    with proxied(lambda path: script) as proxy:
        answers = [proxy.ask() for _ in range(2)]
    assert [(status, unpacked(headers, body)) for status, headers, body in answers] == [(200, ORGANIZATION)] * 2
    assert len(proxy.host.seen) == 2
    assert differences(*proxy.exchanges) == []
    assert all("as documented" in line for line in proxy.lines)


def unpacked(headers: Any, body: bytes) -> Any:
    match headers.get("content-encoding"):
        case "gzip":
            body = gzip.decompress(body)
        case "deflate":
            body = zlib.decompressobj(-zlib.MAX_WBITS if body[0] & 15 != 8 else zlib.MAX_WBITS).decompress(body)
    return json.loads(body)


HTML = b"<html><body>Canary7f3a is unavailable</body></html>"

# What is wrong, and what has to be said of it.
ODD: dict[str, tuple[Sequence[bytes], int, str]] = {
    "HTML of the edge": (whole("502 Bad Gateway", HTML, "Content-Type: text/html"), 502, "200 status: "),
    "HTML for JSON": (whole("200 OK", HTML, JSON), 200, ""),
    "JSON as text": (whole("200 OK", BODY, "Content-Type: text/plain"), 200, "media type"),
    "without a type": (whole("200 OK", BODY), 200, ""),
    "an unknown status": (whole("520 Web Server Returned an Unknown Error", HTML), 520, "status: expected"),
    "nothing": (whole("200 OK", b"", JSON), 200, ""),
    "a redirect": (whole("302 Found", b"", "Location: https://elsewhere.example/Canary7f3a"), 302, "status: expected"),
    "nested too deep": (whole("200 OK", b"[" * 50_000, JSON), 200, ""),
    "no JSON": (whole("200 OK", b"\xff\xfe\x00{", JSON), 200, ""),
    "packed by brotli": (whole("200 OK", b"\x8b\x00\x80", JSON, "Content-Encoding: br"), 200, ""),
    "a byte order mark": (whole("200 OK", b"\xef\xbb\xbf" + BODY, JSON), 200, ""),
    "a header of letters": (whole("200 OK", BODY, JSON, "X-Name: caf\xe9"), 200, "the header x-name"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "status", "said"), ODD.values(), ids=[*ODD])
def test_an_odd_answer_arrives_and_only_its_oddness_is_said(script: Sequence[bytes], status: int, said: str) -> None:
    with proxied(lambda path: script) as proxy:
        got, _, body = proxy.ask()
    assert (got, script[0].endswith(body)) == (status, True)
    found = differences(*proxy.exchanges)
    assert all(said.removeprefix("200 ") in one for one in found)
    assert bool(found) == bool(said)
    assert len(proxy.lines) == 1


# Answers that are none: the proxy says so by a 502 of its own, and serves the next request.
BROKEN: dict[str, Sequence[bytes]] = {
    "reset": [RESET],
    "reset in the head": [b"HTTP/1.1 200 O", RESET],
    "reset in the body": [whole("200 OK", BODY, JSON)[0][:-5], RESET],
    "too short": [whole("200 OK", BODY, JSON)[0][:-5] + b"", b"", RESET],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", RESET],
    "too many headers": [b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", RESET],
    "a wrong chunk": [CHUNKED + b"\r\nzz\r\n", RESET],
    "hung": [HANG],
    "hung in the body": [whole("200 OK", BODY, JSON)[0][:-5], HANG],
    "larger than anything": [f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: 9000\r\n\r\n".encode(), b"x" * 9000],
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=[*BROKEN])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_broken_answer_is_a_502_and_the_next_is_served(
    script: Sequence[bytes], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "TIMEOUT_SECONDS", 0.15)
    monkeypatch.setattr(forwarding, "MAX_ANSWER_BYTES", 8000)
    sound = whole("200 OK", BODY, JSON)
    with proxied(lambda path: sound if path == PATH else script) as proxy:
        found = [proxy.ask(), proxy.ask("/v1/leads", method), proxy.ask()]
    assert [status for status, *_ in found] == [200, 502, 200]
    assert found[1][1]["X-Mock-Proxy"] == "refused"
    assert len(proxy.host.seen) == 3
    assert differences(*proxy.exchanges) == []


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_body_where_none_may_be_does_not_become_the_next_answer(status: str) -> None:
    bodied = [f"HTTP/1.1 {status}\r\n{JSON}\r\n\r\n".encode() + BODY]
    with proxied(lambda path: bodied if path == "/v1/leads" else whole("200 OK", BODY, JSON)) as proxy:
        found = [proxy.ask("/v1/leads"), proxy.ask(), proxy.ask()]
    assert [(got, body) for got, _, body in found[1:]] == [(200, BODY)] * 2
    assert found[0][::2] == (int(status[:3]), b"")


def test_a_request_that_its_client_did_not_finish_is_not_sent() -> None:
    with proxied(lambda path: whole("200 OK", BODY, JSON)) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.server.server_address[1]), 5) as client:
            client.sendall(b"POST /v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{")
            client.shutdown(socket.SHUT_WR)
            client.recv(100)
        assert proxy.ask()[0] == 200
    assert [seen.split()[0] for seen in proxy.host.seen] == [b"GET"]


@pytest.mark.parametrize("method", ["TRACE", "QUERY", "PROPFIND", "M-SEARCH"])
def test_a_method_that_nobody_knows_passes(method: str) -> None:
    with proxied(lambda path: whole("405 Method Not Allowed", b"{}", JSON)) as proxy:
        assert proxy.ask("/v1/leads", method)[0] == 405
    assert [seen.split()[0].decode() for seen in proxy.host.seen] == [method]


def test_a_tunnel_is_refused() -> None:
    with proxied(lambda path: whole("200 OK", BODY)) as proxy:
        assert proxy.ask("elsewhere.example:443", "CONNECT")[0] == 403
    assert proxy.host.seen == []


def test_a_stream_reaches_the_client_while_it_comes() -> None:
    ready = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    def script(path: str) -> Iterator[bytes]:
        yield head + b"8\r\ndata: 1\n\r\n"
        assert ready.wait(5)
        yield b"8\r\ndata: 2\n\r\n0\r\n\r\n"

    with proxied(script) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.server.url).netloc, timeout=5)
        connection.request("GET", PATH, headers={"Authorization": f"Bearer {KEY}"})
        response = connection.getresponse()
        first = response.read1()
        ready.set()
        assert (first, response.read()) == (b"data: 1\n", b"data: 2\n")
        connection.close()


def test_a_stream_that_breaks_off_breaks_off_for_the_client() -> None:
    broken = http.client.IncompleteRead, ConnectionResetError
    with proxied(lambda path: [CHUNKED + b"\r\n5\r\n[1, 2\r\n", RESET]) as proxy, pytest.raises(broken):
        proxy.ask()
    assert proxy.exchanges == []
    assert any("broken off" in line for line in proxy.lines)
