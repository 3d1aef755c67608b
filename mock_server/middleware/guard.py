"""The door: a web page in the developer's browser must reach nothing here.

Loopback can be reached from any page, by a name rebound to 127.0.0.1; so the Host header must name this server.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.answer import printable
from mock_server.api.envelope import Envelope
from mock_server.api.host import host_name
from mock_server.errors import Misdirected
from mock_server.settings import Settings

_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Guard:
    """Refuses a Host that is not ours, on every route. On a bind that others reach, any Host is: keys guard it."""

    def __init__(self, app: ASGIApp, settings: Settings, envelope: Envelope) -> None:
        self._app = app
        self._envelope = envelope
        self._ours = settings.mock_headers
        bound = f"[{settings.host}]" if ":" in settings.host else settings.host
        names = {*_LOCAL, bound, *settings.allow_host}
        self._hosts = {name.lower() for name in names} if settings.loopback else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._hosts is not None and host_name(scope) not in self._hosts:
            error = Misdirected("the Host header does not name this server; add the name with --allow-host")
            body = self._envelope.body(error.status, scope["path"], None)
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            if self._ours:
                headers.append((b"x-mock-explain", printable(error.explain)))
            await send({"type": "http.response.start", "status": error.status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send)
