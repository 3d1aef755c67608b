"""Puts the guard under every request, whoever makes it: the engine, its checks, our scenarios.

The guard sits below ``requests.Session``, where connections open, because the options of an engine are not enough:
several of its checks send requests that no option controls.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.response import HTTPResponse

from contracts.spec.json_depth import TOO_DEEP
from contracts.transport.credentials import key_in_place
from contracts.transport.deadlines import Deadline, set_deadline
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard
from contracts.transport.guarded_request import body_of
from contracts.transport.network_errors import BrokenAnswer, in_words
from contracts.transport.trusted_certificates import trusted_certificates

TIMEOUT = 15.0  # seconds of silence: to connect, to agree on TLS, to send, and before each byte of an answer
HEAD = 20.0  # seconds until the status line and all headers are there; a target may send a byte every few seconds,
WHOLE = 60.0  # and seconds until the whole body is;
MAX_ANSWER_BYTES = 32 * 1024 * 1024  # bytes of an answer, unpacked; it may send without end


_PACKED = "it says Content-Encoding, and cannot be unpacked"
_UNASKED = "it has a Content-Encoding that was not asked for"
_PACKINGS = frozenset({"", "identity", *HTTPResponse.CONTENT_DECODERS})


class _Response(requests.Response):
    """An answer that is read while it comes, until it is too large or takes too long.

    ``flaw`` says why its body is not the body that was sent. ``near`` is true when no network lies between, which could
    have cut it short.
    """

    exchange: Exchange
    deadline: Deadline
    flaw: str = ""
    near: bool = False

    @property
    def is_redirect(self) -> bool:
        """Always false: no redirect is followed, and a Location that cannot be read would end the run."""
        return False

    def iter_content(self, *args: Any, **options: Any) -> Iterator[Any]:
        size = 0
        while part := self._part():
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                self.close()
                raise BrokenAnswer(f"its answer has over {MAX_ANSWER_BYTES} bytes")
            yield part

    def _part(self) -> bytes:
        try:
            return bytes(self.raw.read1(64 * 1024, decode_content=True))
        except (HTTPError, OSError) as fault:
            if time.monotonic() >= self.deadline.whole:
                self.close()
                raise BrokenAnswer(f"its answer took over {WHOLE:.0f} s") from None
            unpacked = not isinstance(fault, DecodeError)
            if unpacked and not self.near:
                raise BrokenAnswer(fault) from None
            self.flaw = in_words(BrokenAnswer(fault)) if unpacked else _PACKED
            self.close()
            return b""


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, transport: "Transport") -> None:
        self._transport = transport
        self._deadline = Deadline()
        self._trusted = trusted_certificates() if transport.guard.policy.origin.startswith("https:") else True
        super().__init__(pool_connections=4, pool_maxsize=16)

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **options)
        set_deadline(pool, self._deadline)
        return pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        response.__class__ = _Response  # the library takes no class of ours
        return response

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> _Response:
        guard = self._transport.guard
        guard.admit(request)
        left = guard.seconds_left(request.method or "")
        self._deadline.start(min(left, HEAD), min(left, WHOLE))
        options["verify"] = self._trusted
        options["timeout"] = max(0.01, min(left, TIMEOUT))
        try:
            return self._send(request, *args, **options)
        except requests.RequestException:
            guard.check_time(request.method or "")
            raise

    def _send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> _Response:
        guard = self._transport.guard
        url, headers = request.url or "", {name.lower(): _text(value) for name, value in request.headers.items()}
        started = time.monotonic()
        request.url = self._transport.reroute(url)
        try:
            with key_in_place(request, guard.policy.contract.schemes(request.method or "", urlsplit(url).path)):
                response = super().send(request, *args, **options)
        except requests.ReadTimeout:
            if time.monotonic() >= self._deadline.head:
                raise BrokenAnswer(f"the headers of its answer took over {HEAD:.0f} s") from None
            raise
        finally:
            request.url = url
        if not isinstance(response, _Response):
            raise TypeError("an answer that this adapter did not build")
        response.url, response.near, response.deadline = url, not guard.policy.private, self._deadline
        response.exchange = self._transport.exchange(request, headers, response, time.monotonic() - started)
        if response.exchange.unreadable_reason == TOO_DEEP:
            response._content = b""  # it is judged by the exchange; the engine would break down over it
        guard.seen(response.exchange)
        return response


class Transport:
    """Makes sessions in which every request passes the guard.

    ``reroutes`` sends the requests for one origin to another address: a server that stands in for a real host in tests.
    """

    def __init__(self, guard: Guard, reroutes: Mapping[str, str] | None = None) -> None:
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it tells URLs, and a run asks with the key in one
        self.guard = guard
        self._reroutes = dict(reroutes or {})
        self._words = guard.policy.contract.words if guard.policy.private else None
        self._adapter = _GuardedAdapter(self)

    def under(self, guard: Guard) -> "Transport":
        """Return a transport to the same target under another guard."""
        return Transport(guard, self._reroutes)

    def session(self) -> requests.Session:
        """A session of ``requests`` whose every request passes the guard."""
        session = requests.Session()
        session.trust_env = False  # neither a proxy nor a .netrc may change what is sent
        session.headers.clear()
        session.mount("http://", self._adapter)
        session.mount("https://", self._adapter)
        return session

    def request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, query: Mapping[str, str]
    ) -> Exchange:
        """Send one request and nothing else: no redirect is followed."""
        asked = urlencode(dict(query), quote_via=quote)  # a plus would be a space here and a plus there
        prepared = requests.Request(method, url, headers=dict(headers), params=asked, data=content).prepare()
        return self._adapter.send(prepared).exchange

    def reroute(self, url: str) -> str:
        """The URL on the host that stands in for the real one, if there is one."""
        for origin, other in self._reroutes.items():
            if url.startswith(origin):
                return other + url[len(origin) :]
        return url

    def exchange(
        self,
        request: requests.PreparedRequest,
        headers: Mapping[str, str],
        response: _Response,
        seconds: float,
    ) -> Exchange:
        """Make the exchange of a request and its answer."""
        method, url, body = request.method or "", request.url or "", response.content
        packings = {name.strip().lower() for name in response.headers.get("Content-Encoding", "").split(",")}
        operation = self.guard.policy.contract.find(method, urlsplit(url).path)
        return Exchange(
            method=method,
            url=url,
            sent_headers=headers,
            sent_body=body_of(request),
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            operation=operation.key if operation else "",
            seconds=seconds,
            private=self.guard.policy.private,
            schemes=self.guard.policy.contract.schemes(method, urlsplit(url).path),
            words=self._words,
            body_fault=response.flaw or ("" if packings <= _PACKINGS else _UNASKED),
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
