"""Passes a client's own request on to one host, and hands back the answer as it came.

Nothing but the guard creates a connection: it admits a request that a client has just sent, once, as it was sent. No
redirect is followed, no header is added, and nothing is sent twice.
"""

import http.client
import os
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import certifi
from urllib3.util.wait import wait_for_read

from contracts.errors import RequestRefused
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_request import GuardedRequest
from contracts.transport.trusted_certificates import trusted_certificates

TIMEOUT_SECONDS = 60.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
     "transfer-encoding", "upgrade")
)  # fmt: skip
_PART_BYTES = 65_536
Headers = Sequence[tuple[str, str]]


@dataclass(eq=False)
class ClientRequest:
    """One request that a client has sent. ``url`` is the whole one on the host, ``target`` its path with its query."""

    method: str | None
    url: str | None
    target: str
    headers_as_sent: Headers = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def headers(self) -> dict[str, str | bytes]:
        """The headers by name, as the guard looks at them."""
        return dict(self.headers_as_sent)

    @property
    def body(self) -> object:
        """The body as it was sent."""
        return self.content

    def to_forward(self) -> Headers:
        """The headers that are for the host: all but Host and those that are for one connection only."""
        named = {part.strip().lower() for name, value in self.headers_as_sent if name.lower() == "connection"
                 for part in value.split(",")}  # fmt: skip
        kept = _HOP_BY_HOP | named | {"host", "content-length"}
        return [(name, value) for name, value in self.headers_as_sent if name.lower() not in kept]


@dataclass(frozen=True)
class ForwardedAnswer:
    """An answer as it came: its headers in their order, its body as it was packed."""

    status: int
    reason: str
    headers: Headers
    body: bytes


Relay = Callable[[ForwardedAnswer, bytes], None]
"""Called with the head of an answer and each part of its body as it comes, where the host names no length."""


class ForwardingGuard(Guard):
    """The guard of a proxy: it admits the request that a client has just sent to this host, and no other.

    It stops nothing because of an answer: whether to go on is the client's decision.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._permitted: set[ClientRequest] = set()

    def permit(self, request: ClientRequest) -> None:
        """Permit one request, once. Only what takes requests from clients calls this."""
        with self._lock:
            self._permitted.add(request)

    def _admit_safely(self, method: str, path: str, request: GuardedRequest) -> None:
        if not isinstance(request, ClientRequest) or request not in self._permitted:
            raise RequestRefused(f"{method} {path}: no client has sent it")
        self._permitted.discard(request)

    def _writes(self, method: str) -> bool:
        return False  # the permission is for reads and writes alike


class ForwardingTransport:
    """Sends permitted requests to the host of its guard. Connections are kept for the next request."""

    def __init__(self, guard: ForwardingGuard, address: str = "") -> None:
        if guard.policy.mode is not Mode.SAFE:
            raise ValueError("a proxy's guard is in mode safe")
        self.guard = guard
        self._address = urlsplit(address or guard.policy.origin)
        self._host = urlsplit(guard.policy.origin).netloc
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []
        self._context = _context() if self._address.scheme == "https" else None

    def send(self, request: ClientRequest, relay: Relay | None = None) -> ForwardedAnswer:
        """Send a request that the guard admits. Raises RequestRefused before anything is sent, or OSError."""
        self.guard.admit(request)
        try:
            return self._send(request, self._waiting() or self._opened(), relay)
        except http.client.HTTPException as fault:
            raise OSError(type(fault).__name__) from None

    def _waiting(self) -> http.client.HTTPConnection | None:
        """A connection that waits for another request, and that the host has not closed meanwhile.

        That is found out before something is sent: afterwards nobody could tell whether the host has seen the request.
        """
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if connection.sock is not None and not wait_for_read(connection.sock, 0.0):  # the end can be read
                    return connection
                connection.close()
        return None

    def close(self) -> None:
        """Close the connections that wait for another request."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(
        self, request: ClientRequest, connection: http.client.HTTPConnection, relay: Relay | None
    ) -> ForwardedAnswer:
        try:
            answer, stays = _exchanged(request, connection, self._host, relay)
        except BaseException:
            connection.close()
            raise
        if stays:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _opened(self) -> http.client.HTTPConnection:
        host, port = self._address.hostname or "", self._address.port
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=self._context)
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)


class _FinalResponse(http.client.HTTPResponse):
    """Skips every interim answer, not only 100: a host may send early hints (103)."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed lists no private names
        while 100 < status < 200 and status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


def _exchanged(
    request: ClientRequest, connection: http.client.HTTPConnection, host: str, relay: Relay | None
) -> tuple[ForwardedAnswer, bool]:
    """Send a request and read the answer; tell whether the connection can be used again. Raises OSError."""
    connection.response_class = _FinalResponse
    connection.putrequest(request.method or "", request.target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host)
    for name, value in request.to_forward():
        connection.putheader(name, value.encode("latin-1"))
    has_length = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in request.headers_as_sent)
    if request.content or has_length:
        connection.putheader("Content-Length", str(len(request.content)))
    connection.endheaders(request.content or None)
    response = connection.getresponse()
    left_out = {*_HOP_BY_HOP, *(["content-length"] if response.chunked else [])}  # of two lengths, the chunks count
    kept = [(name, value) for name, value in response.getheaders() if name.lower() not in left_out]
    head = ForwardedAnswer(response.status, response.reason, kept, b"")
    body = _body(response, head, relay if response.length is None else None)
    return replace(head, body=body), not response.will_close and response.isclosed()


def _body(response: http.client.HTTPResponse, head: ForwardedAnswer, relay: Relay | None) -> bytes:
    """The whole body; each part is relayed as it comes. Raises OSError, also for a body that is too large."""
    if relay is None:
        found = bytearray(response.read(MAX_ANSWER_BYTES + 1))
    else:
        found = bytearray()
        while len(found) <= MAX_ANSWER_BYTES and (part := response.read1(_PART_BYTES)):
            found += part
            relay(head, part)
    if len(found) > MAX_ANSWER_BYTES:
        raise OSError(f"its answer has over {MAX_ANSWER_BYTES} bytes")
    return bytes(found)


def _context() -> ssl.SSLContext:
    """The settings of TLS, with the authorities that the environment names, or the usual ones."""
    trusted = trusted_certificates()
    place = certifi.where() if trusted is True else str(trusted)
    is_folder = os.path.isdir(place)
    return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
