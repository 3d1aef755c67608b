"""Refuses requests of web pages in the developer's browser.

Any page can reach loopback by a name that is rebound to 127.0.0.1. So the Host header must name this server, and so
must a request's target that is a whole URL.
"""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.error_bodies import ErrorBodies
from mock_server.api.host_header import TARGET, named_hosts
from mock_server.api.response import explained, headers_for
from mock_server.config.settings import Settings
from mock_server.errors import Misdirected
from mock_server.support.redaction import Redactor
from mock_server.support.text import shorten
from mock_server.support.wire_texts import named_fields

log = logging.getLogger("mock_server")

_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_MAX_KNOWN = 64
_REMEDY = "the Host header, or the URL asked for, does not name this server; add the name with --allow-host"


class TrustedHost:
    """Refuses a Host that is not ours, on every route. On a bind that other machines reach, every Host passes: keys
    protect it.

    Only HTTP goes through, so the layers below need no code for WebSockets.
    """

    def __init__(self, app: ASGIApp, settings: Settings, envelope: ErrorBodies, redactor: Redactor) -> None:
        self._app = app
        self._envelope = envelope
        self._redactor = redactor
        self._ours = settings.mock_headers
        bound = f"[{settings.host}]" if ":" in settings.host else settings.host
        names = {*_LOCAL, bound, *settings.allow_host}
        self._hosts = {name.lower() for name in names} if settings.loopback else None
        self._known: set[bytes] = set()  # Host headers that were let in before, as they stand

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request whose Host names this server; refuse any other."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] == "http" and self._hosts is not None and not self._lets_in(scope):
            foreign = next(name for name in named_hosts(scope) if name not in self._hosts)
            name = self._redactor.redact(shorten(foreign, 100))
            log.warning("refused a request to the host %r; --allow-host lets it in", name)
            await self._refuse(Misdirected(_REMEDY), scope["path"], send)
        else:
            await self._app(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        host = named_fields(scope).get(b"host", b"")
        if host in self._known and TARGET not in scope.get("extensions", ()):
            return True
        if self._hosts is None or not self._hosts.issuperset(named_hosts(scope)):
            return False
        if len(self._known) < _MAX_KNOWN:
            self._known.add(host)
        return True

    async def _refuse(self, error: Misdirected, path: str, send: Send) -> None:
        body = self._envelope.body(error.status, path, None)
        headers = headers_for(body)
        if self._ours:
            headers.append(explained(error.explain))
        await send({"type": "http.response.start", "status": error.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
