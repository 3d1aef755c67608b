"""Puts the guard under every request, whoever makes it: the engine, its checks, our sequences.

It sits below ``requests.Session``, where a connection would be opened, because options of an engine are wishes:
several of its checks send requests of their own that no option reaches.
"""

import logging
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from contracts.exchange import Exchange
from contracts.guard import Guard, body_of

TIMEOUT = 15.0  # seconds
LARGEST = 32 * 1024 * 1024  # bytes of an answer, unpacked; a target may send without end,
WHOLE = 60.0  # or a byte every few seconds


class _Response(requests.Response):
    """Read as it comes, until it is too large or takes too long."""

    exchange: Exchange

    def iter_content(self, *args: Any, **options: Any) -> Iterator[Any]:
        size, until = 0, time.monotonic() + WHOLE
        while part := self._part():
            size += len(part)
            late = time.monotonic() > until
            if late or size > LARGEST:
                self.close()
                bound = f"took over {WHOLE:.0f} s" if late else f"has over {LARGEST} bytes"
                raise requests.ConnectionError(f"an answer that {bound}")
            yield part

    def _part(self) -> bytes:
        try:
            return bytes(self.raw.read1(64 * 1024, decode_content=True))
        except (HTTPError, OSError) as fault:
            raise requests.ConnectionError(fault) from None


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, transport: "Transport") -> None:
        self._transport = transport
        super().__init__(pool_connections=4, pool_maxsize=16)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        response.__class__ = _Response  # the library takes no class of ours
        return response

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> _Response:
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
        if not isinstance(response, _Response):
            raise TypeError("an answer that this adapter did not build")
        response.url = url
        response.exchange = self._transport.exchange(request, headers, response, time.monotonic() - started)
        guard.seen(response.exchange)
        return response


class Transport:
    """Sessions whose every request passes the guard.

    ``reroutes`` sends requests for one origin to another address: a recording server that stands in for a real host.
    """

    def __init__(self, guard: Guard, reroutes: Mapping[str, str] | None = None) -> None:
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it tells URLs, and a run asks with the key in one
        self.guard = guard
        self._reroutes = dict(reroutes or {})
        self._adapter = _GuardedAdapter(self)

    def under(self, guard: Guard) -> "Transport":
        """The same ways to the target under another guard."""
        return Transport(guard, self._reroutes)

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
        return self._adapter.send(prepared).exchange

    @contextmanager
    def installed(self) -> Generator[None, None, None]:
        """While this lasts, every session of this process passes the guard, also those that others make; and none
        looks into the environment, where a proxy or a .netrc may change what is sent."""
        # The engine makes sessions of its own and lends none out: the class is the only place to reach them all, which
        # mypy does not let anybody change.
        adapter, before = self._adapter, requests.Session.get_adapter
        requests.Session.get_adapter = lambda session, url: adapter  # type: ignore[method-assign, assignment]  # see above
        never = property(lambda session: False, lambda session, value: None)
        requests.Session.trust_env = never  # type: ignore[assignment]  # see above
        try:
            yield
        finally:
            requests.Session.get_adapter = before  # type: ignore[method-assign]  # see above
            del requests.Session.trust_env

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
            sent_body=body_of(request),
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            operation=operation.key if operation else "",
            seconds=seconds,
            private=self.guard.policy.private,
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


NETWORK_ERRORS: tuple[type[Exception], ...] = (requests.RequestException,)
