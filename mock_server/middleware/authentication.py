"""From a bearer key to a workspace. A key that opens nothing here is not kept, not logged and not repeated."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.config.settings import LOCAL_KEY
from mock_server.errors import Unauthorized
from mock_server.workspaces.plan import digest
from mock_server.workspaces.workspace import Workspaces

_MOST_KNOWN = 1_000
_REMEDY = f"send `Authorization: Bearer {LOCAL_KEY}`, or the key that the server printed"


class Authentication:
    """Comes before routing: one without a key learns nothing of the routes."""

    def __init__(self, app: ASGIApp, workspaces: Workspaces) -> None:
        self._app = app
        self._workspaces = workspaces
        self._known: dict[bytes, str] = {}  # header fields that opened a workspace, as they stand, and their digests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the workspace of the key before the request is passed on; answer 401 without one."""
        fields = [value for name, value in scope["headers"] if name == b"authorization"]
        key = self._known.get(fields[0]) if len(fields) == 1 else None
        known, key = key is not None, key or digest(bearer(scope["headers"]))
        workspace = self._workspaces.by_digest(key)
        if workspace is None:
            raise Unauthorized(f"this key opens no workspace here; {_REMEDY}")
        if not known:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            self._known[fields[0]] = key
        exchange: Exchange = scope[EXCHANGE]
        exchange.enter(workspace, key)
        await self._app(scope, receive, send)


def bearer(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The key of the one Authorization header. Raises Unauthorized in words that do not repeat the header."""
    values = [value for name, value in headers if name == b"authorization"]
    if not values:
        raise Unauthorized(f"no Authorization header; {_REMEDY}")
    if len(values) > 1:
        raise Unauthorized("more than one Authorization header")
    scheme, _, key = values[0].decode("latin-1").strip().partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key or " " in key:
        raise Unauthorized(f"the Authorization header is not `Bearer <key>`; {_REMEDY}")
    if key.startswith("sk_live_"):
        raise Unauthorized(f"this looks like a real key: it was not stored, and should be replaced; {_REMEDY}")
    return key
