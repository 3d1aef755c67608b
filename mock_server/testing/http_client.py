"""How the handles of a test reach the server: by the standard library, so that mocks of clients do not matter."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from mock_server.support.own_socket import connected
from mock_server.support.tls_client import context_for
from mock_server.testing.errors import Refused

TIMEOUT = 130.0
"""Seconds for an answer: longer than the longest wait that a control route allows."""
_AS_IT_IS = "/?#[]@!$&'()*+,;=:%-._~"  # what a path and a query are made of


class HttpResponse(NamedTuple):
    """An answer. ``headers`` are by lower-case name; ``value`` is the body's JSON value, or its text."""

    status: int
    headers: Mapping[str, str]
    value: Any


class Transport:
    """The server at ``url``; ``headers`` are sent with each request.

    Each request has a connection of its own, so threads can share a transport and nothing stays open. A test that mocks
    httpx for the code under test (respx, pytest-httpx) does not lose its connection to the server.
    """

    def __init__(self, url: str, **headers: str) -> None:
        self._server = urlsplit(url)
        self._headers = {name.replace("_", "-"): value for name, value in headers.items() if value}

    def send(self, method: str, path: str, body: Any = None, *, timeout: float = TIMEOUT) -> HttpResponse:
        """Send a request. ``timeout`` are the seconds for each step. Raises Refused if no answer comes."""
        kind = _OwnHTTPS if self._server.scheme == "https" else _OwnHTTP
        connection = kind(str(self._server.hostname), self._server.port, timeout=timeout)
        target = self._server.path.rstrip("/") + quote(path, safe=_AS_IT_IS)
        payload = None if body is None else json.dumps(body).encode()
        media = {} if payload is None else {"content-type": "application/json"}
        try:
            connection.request(method, target, payload, {**self._headers, **media})
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return HttpResponse(answer.status, received, _value(answer.read()))
        except (OSError, HTTPException) as fault:
            why = str(fault) or type(fault).__name__
            what = f"{method} {path}: no answer from {self._server.scheme}://{self._server.netloc}: {why}"
            raise Refused({"detail": what}) from None
        finally:
            connection.close()


class _OwnHTTP(HTTPConnection):
    """A connection that no mock in the test's process can replace."""

    def connect(self) -> None:
        """Connect to the first address of the host that answers. Raises OSError."""
        self.sock = connected(self.host, self.port, self.timeout)


class _OwnHTTPS(HTTPSConnection):
    """A connection over TLS that no mock in the test's process can replace."""

    def connect(self) -> None:
        """Connect to the first address of the host that answers. Raises OSError."""
        plain = connected(self.host, self.port, self.timeout)
        self.sock = context_for(self.host).wrap_socket(plain, server_hostname=self.host)


def _value(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")
