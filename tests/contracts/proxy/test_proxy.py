"""The proxy: passes on what its client sends, unchanged, to one host; sends nothing else; keeps no value."""

import http.client
import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
from recording import HOST, KEY, Answer, Recording, Seen, recording

from contracts.errors import RequestRefused
from contracts.proxy.key_windows import MAX_REQUESTS_PER_MINUTE, KeyWindows
from contracts.proxy.observation import Observation
from contracts.proxy.proxy_server import ProxyServer
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.recording_file import to_text
from contracts.spec.document import Contract, load
from contracts.transport.forwarding import ClientRequest, ForwardingGuard, ForwardingTransport
from contracts.transport.guard import Mode, Policy

CONTRACT = load()
BEGAN = datetime(2026, 3, 4, tzinfo=UTC)
ORGANIZATION: dict[str, Any] = {
    "id": "org_a1", "name": "Canary7", "businessPhone": None, "website": None, "socials": {},
    "timeZone": "Australia/Sydney", "country": "AU", "currency": "AUD", "timeFormat": "Canary7", "weekStart": "Monday",
}  # fmt: skip


@dataclass
class Proxied:
    server: ProxyServer
    host: Recording
    guard: ForwardingGuard
    observation: Observation
    lines: list[str] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [0.0])

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body, {"Authorization": f"Bearer {KEY}", **named})
        response = connection.getresponse()
        found = response.status, response.headers, response.read()
        connection.close()
        return found


@contextmanager
def proxied(
    answer: Any, asked: Any = MappingProxyType({}), contract: Contract = CONTRACT
) -> Generator[Proxied, None, None]:
    lines: list[str] = []
    now = [0.0]
    with recording(lambda method, path: (200, {}, b"{}"), forward=answer) as host:
        guard = ForwardingGuard(Policy(HOST, Mode.SAFE, "", contract, private=True))
        with Observation(contract, asked, lines.append, BEGAN) as observation:
            transport = ForwardingTransport(guard, host.url)
            server = ProxyServer(0, transport, observation.passed, lines.append, lambda: now[0])
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield Proxied(server, host, guard, observation, lines, now)
            finally:
                server.shutdown()
                server.server_close()
                thread.join()


def organization(seen: Seen) -> Answer:
    return 200, {"X-Plan": "Canary7"}, json.dumps(ORGANIZATION).encode()


def test_a_request_and_its_answer_pass_unchanged() -> None:
    body = b'{ "firstName":"Canary7" }'
    with proxied(lambda seen: (201, {"X-Plan": "p", "content-type": "text/odd"}, b"\x00raw")) as proxy:
        status, headers, content = proxy.ask("POST", "/v1/leads?a=%20b&a=c", body, X_Own="1")
        assert (status, headers["X-Plan"], headers["Content-Type"], content) == (201, "p", "text/odd", b"\x00raw")
        [seen] = proxy.host.seen
        assert (seen.method, seen.path, seen.body) == ("POST", "/v1/leads?a=%20b&a=c", body)
        assert seen.authorization == f"Bearer {KEY}"


def said_to(proxy: Proxied, head: bytes) -> bytes:
    """The answer to a head that no library would send."""
    with socket.create_connection(("127.0.0.1", proxy.server.server_address[1]), 5) as client:
        client.sendall(head + b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return client.makefile("rb").read()


def test_a_field_in_several_lines_passes_as_one_line_and_is_judged() -> None:
    error = {"status": 400, "message": "Bad request"}
    refusal = json.dumps({"success": False, "message": "Bad request", "error": error}).encode()
    with proxied(lambda seen: (400, {"content-type": "application/json"}, refusal)) as proxy:
        head = b"GET /v1/leads HTTP/1.1\r\nAuthorization: Bearer x\r\nX-Long: a\r\n\tb\r\n"
        assert said_to(proxy, head).startswith(b"HTTP/1.1 400")
    assert "GET /v1/leads 400" in "\n".join(proxy.lines)


@pytest.mark.parametrize("target", [b"/v1/b\xc3\xbcros", b"/v1/a\x00b", b"/v1/a\x7f"])
def test_an_address_with_letters_that_belong_there_encoded_is_refused_and_not_sent(target: bytes) -> None:
    with proxied(organization) as proxy:
        assert said_to(proxy, b"GET " + target + b" HTTP/1.1\r\n").startswith(b"HTTP/1.1 400")
        assert proxy.host.seen == []


@pytest.mark.parametrize("status", [204, 301, 304, 404, 500])
def test_an_answer_of_any_status_passes_and_nothing_follows(status: int) -> None:
    with proxied(lambda seen: (status, {"Location": "http://127.0.0.1:1/elsewhere"}, b"")) as proxy:
        assert proxy.ask("GET", "/v1/leads")[0] == status
        assert len(proxy.host.seen) == 1


def test_both_directions_are_judged_and_no_value_is_told() -> None:
    with proxied(organization) as proxy:
        proxy.ask("GET", "/v1/organization?canary=Canary7")
    told = "\n".join(proxy.lines)
    assert "GET /v1/organization 200" in told
    assert "response_schema_conformance" in told
    assert "/timeFormat" in told
    assert "undocumented_parameter" in told
    assert "Canary7" not in told
    assert KEY not in told


def test_the_recording_has_every_exchange_and_no_value() -> None:
    with proxied(organization) as proxy:
        proxy.ask("GET", "/v1/organization")
        proxy.ask(
            "POST", "/v1/leads", b'{"firstName": "Canary7", "suburb": "Canary7"}', Content_Type="application/json"
        )
    exchanges = proxy.observation.recording.exchanges
    text = to_text(ShapeRecording(date(2026, 3, 4), (), exchanges)).decode()
    assert [one.operation for one in exchanges] == ["GET /v1/organization", "POST /v1/leads"]
    assert "Canary7" not in text
    assert KEY not in text


def test_the_sixty_first_request_of_a_minute_is_not_sent() -> None:
    with proxied(organization) as proxy:
        found = [proxy.ask("GET", "/v1/organization") for _ in range(MAX_REQUESTS_PER_MINUTE + 1)]
        assert [status for status, *_ in found] == [200] * MAX_REQUESTS_PER_MINUTE + [429]
        assert len(proxy.host.seen) == MAX_REQUESTS_PER_MINUTE
        assert b"nothing was sent" in found[-1][2]
        assert found[-1][1]["X-Mock-Proxy"] == "refused"
        proxy.now[0] = 60.5
        assert proxy.ask("GET", "/v1/organization")[0] == 200


def test_each_key_has_a_minute_of_its_own() -> None:
    windows = KeyWindows(lambda: 0.0)
    assert [windows.seconds_until_free("a") for _ in range(60)] == [0.0] * 60
    assert windows.seconds_until_free("b") == 0.0
    assert windows.seconds_until_free("a") == 60.0


@pytest.mark.parametrize("target", ["http://elsewhere.example/v1/leads", "*", "elsewhere"])
def test_a_request_for_another_host_is_refused(target: str) -> None:
    with proxied(organization) as proxy:
        assert proxy.ask("GET", target)[0] == 403
        assert proxy.host.seen == []


def test_a_host_header_of_elsewhere_is_refused() -> None:
    with proxied(organization) as proxy:
        assert proxy.ask("GET", "/v1/leads", Host="evil.example")[0] == 403
        assert proxy.host.seen == []


def test_a_host_that_is_gone_is_told_by_a_502_of_our_own() -> None:
    guard = ForwardingGuard(Policy(HOST, Mode.SAFE, "", CONTRACT, private=True))
    with proxied(organization) as proxy:
        proxy.server.transport = ForwardingTransport(guard, "http://127.0.0.1:1")
        status, headers, _ = proxy.ask("GET", "/v1/leads")
        assert (status, headers["X-Mock-Proxy"]) == (502, "refused")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_request_that_no_client_has_sent_is_refused_by_the_guard(method: str) -> None:
    with proxied(organization) as proxy:
        made_up = ClientRequest(method, f"{HOST}/v1/leads", "/v1/leads", [], b"")
        with pytest.raises(RequestRefused):
            proxy.server.transport.send(made_up)
        assert proxy.host.seen == []


def test_a_permission_is_for_one_time_and_for_one_host() -> None:
    with proxied(organization) as proxy:
        once = ClientRequest("GET", f"{HOST}/v1/leads", "/v1/leads", [], b"")
        proxy.guard.permit(once)
        proxy.server.transport.send(once)
        with pytest.raises(RequestRefused):
            proxy.server.transport.send(once)
        other = ClientRequest("GET", "https://other.example/v1/leads", "/v1/leads", [], b"")
        proxy.guard.permit(other)
        with pytest.raises(RequestRefused):
            proxy.server.transport.send(other)
        assert len(proxy.host.seen) == 1


def test_a_body_in_chunks_arrives_whole() -> None:
    with proxied(organization) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.server.url).netloc, timeout=5)
        connection.request("POST", "/v1/leads", iter([b"ab", b"c"]), encode_chunked=True)
        assert connection.getresponse().status == 200
        connection.close()
        assert proxy.host.seen[0].body == b"abc"
