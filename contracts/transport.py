"""The guard under every request, whoever makes it: the engine, its checks, our sequences.

It sits below ``requests.Session``, where a connection would be opened, because options of an engine are wishes:
several of its checks send requests of their own that no option reaches. On a real host only reads of documented
paths with the given token pass; anything else raises before a socket opens.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from contracts.document import Contract
from contracts.errors import Refused, Stopped
from contracts.exchange import Exchange
from contracts.pace import Pace

TIMEOUT = 15.0  # seconds


class Mode(StrEnum):
    FULL = "full"
    """Everything: generation, writes, probes without a key. For the mock and other loopback targets."""
    SAFE = "safe"
    """Reads with the given token, slowly. Enforced for any other host."""


@dataclass(frozen=True)
class Policy:
    """What may be sent. ``origin`` is ``https://api.sophiie.ai``."""

    origin: str
    mode: Mode
    token: str = field(repr=False)
    contract: Contract = field(repr=False)
    private: bool = False
    """Whether answers hold somebody's real data."""
    budget: int | None = None
    deadline: float | None = None
    """Seconds of the monotonic clock."""
    writable: Callable[[str, str], bool] = field(default=lambda method, path: False, repr=False)
    """On a real host: whether this write was allowed (and is in the ledger)."""


class Guard:
    """Lets requests through, counts them, and ends the run when the target asks for it. Used by several threads."""

    def __init__(self, policy: Policy, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self.pace = pace
        self.sent = 0
        self.refused = 0
        self.stopped: Stopped | None = None
        self._clock = clock
        self._lock = threading.Lock()
        self._denied = self._throttled = self._failed = 0
        self._listeners: list[Callable[[Exchange], None]] = []

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Tell ``listener`` of every exchange."""
        self._listeners.append(listener)

    def admit(self, request: requests.PreparedRequest) -> None:
        """Raises Refused or Stopped; returns when the request may go out."""
        with self._lock:
            try:
                self._admit(request)
            except Refused:
                self.refused += 1
                raise
            self.sent += 1
        if self.pace is not None:
            self.pace.wait()

    def _admit(self, request: requests.PreparedRequest) -> None:
        if self.stopped is not None:
            raise self.stopped
        url = urlsplit(request.url or "")
        method = request.method or ""
        if f"{url.scheme}://{url.netloc}".lower() != self.policy.origin.lower():
            raise Refused(f"{url.scheme}://{url.hostname} is not the target")
        if self.policy.mode is Mode.SAFE:
            self._admit_safely(method, url.path, request.headers.get("Authorization"))
        if self.policy.budget is not None and self.sent >= self.policy.budget:
            self._stop(f"the budget of {self.policy.budget} requests is used up", spent=True)
        if self.policy.deadline is not None and self._clock() >= self.policy.deadline:
            self._stop("the time is used up", spent=True)

    def _admit_safely(self, method: str, path: str, credential: str | bytes | None) -> None:
        if isinstance(credential, bytes):
            credential = credential.decode("latin-1")
        if credential != f"Bearer {self.policy.token}":
            raise Refused(f"{method} {path}: without the given token")
        reading = method in ("GET", "HEAD") and self.policy.contract.find("GET", path) is not None
        if not reading and not self.policy.writable(method, path):
            raise Refused(f"{method} {path}: only documented reads are sent to a real host")

    def _stop(self, reason: str, *, spent: bool = False) -> None:
        self.stopped = self.stopped or Stopped(reason, spent=spent)
        raise self.stopped

    def seen(self, exchange: Exchange) -> None:
        """Take note of an answer. Raises Stopped when it was one too many."""
        for listener in self._listeners:
            listener(exchange)
        if self.policy.mode is not Mode.SAFE:
            return
        with self._lock:
            self._count(exchange)

    def _count(self, exchange: Exchange) -> None:
        status = exchange.status
        self._failed = self._failed + 1 if status >= 500 else 0
        self._denied += status in (401, 403)
        self._throttled += status == 429
        if status == 429 and self.pace is not None:
            self.pace.hold(_retry_after(exchange.headers))
        if 300 <= status < 400:
            self._stop(f"the target redirects ({status}): this is not the API itself")
        if exchange.media_type in ("text/html", "application/xhtml+xml"):
            self._stop("the target answers HTML: this is not the API itself")
        if self._denied >= 2:
            self._stop(f"the target refused the key twice ({status})")
        if self._throttled >= 2:
            self._stop("the target asked twice for fewer requests (429)")
        if self._failed >= 3:
            self._stop(f"the target failed three times in a row ({status})")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the target wants to be left alone; a minute when it does not say."""
    for name in ("retry-after", "x-ratelimit-reset"):
        value = headers.get(name, "")
        if value.isdigit():
            return min(float(value), 600.0)
    return 60.0


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, transport: "Transport") -> None:
        self._transport = transport
        super().__init__(pool_connections=4, pool_maxsize=16)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        guard = self._transport.guard
        guard.admit(request)
        url, headers = request.url or "", {name.lower(): _text(value) for name, value in request.headers.items()}
        options["timeout"] = options.get("timeout") or TIMEOUT
        started = time.monotonic()
        request.url = self._transport.reroute(url)
        try:
            response = super().send(request, *args, **options)
        finally:
            request.url = url
        response.url = url
        exchange = self._transport.exchange(request, headers, response, time.monotonic() - started)
        response.exchange = exchange  # type: ignore[attr-defined]
        guard.seen(exchange)
        return response


class Transport:
    """Sessions whose every request passes the guard.

    ``reroutes`` sends requests for one origin to another address: a recording server that stands in for a real host.
    """

    def __init__(self, guard: Guard, reroutes: Mapping[str, str] | None = None) -> None:
        self.guard = guard
        self._reroutes = dict(reroutes or {})
        self._adapter = _GuardedAdapter(self)
        self._session = self.session()

    def session(self) -> requests.Session:
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
        prepared = requests.Request(method, url, headers=dict(headers), params=dict(query), data=content).prepare()
        response = self._session.send(prepared, allow_redirects=False)
        exchange: Exchange = response.exchange  # type: ignore[attr-defined]
        return exchange

    @contextmanager
    def installed(self) -> Generator[None, None, None]:
        """While this lasts, every session of this process passes the guard, also those that others make."""
        adapter, before = self._adapter, requests.Session.get_adapter
        requests.Session.get_adapter = lambda session, url: adapter  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            requests.Session.get_adapter = before  # type: ignore[method-assign]

    def reroute(self, url: str) -> str:
        for origin, other in self._reroutes.items():
            if url.startswith(origin):
                return other + url[len(origin) :]
        return url

    def exchange(
        self,
        request: requests.PreparedRequest,
        headers: Mapping[str, str],
        response: requests.Response,
        seconds: float,
    ) -> Exchange:
        method, url = request.method or "", request.url or ""
        operation = self.guard.policy.contract.find(method, urlsplit(url).path)
        return Exchange(
            method=method,
            url=url,
            sent_headers=headers,
            sent_body=_bytes(request.body),
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            operation=operation.key if operation else "",
            seconds=seconds,
            private=self.guard.policy.private,
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""


NETWORK_ERRORS: tuple[type[Exception], ...] = (requests.RequestException,)
