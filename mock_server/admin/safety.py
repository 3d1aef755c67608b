"""Who may use the control plane: this machine's programs, never a web page, and on other binds one with the token.

A page in the developer's browser can send requests to loopback. It cannot set ``Sec-Fetch-Site`` or ``Origin`` to
what it likes, so those are believed; on a bind that others reach a token is asked for as well.
"""

import hmac
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.admin.problem import problem
from mock_server.api.host import host_name

TOKEN_HEADER = b"x-mock-admin-token"


class AdminSafety:
    """``token`` is None on loopback."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token.encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            refusal = _cross_site(scope, headers) or self._unproven(headers)
            if refusal:
                await problem(403, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _unproven(self, headers: MutableMapping[bytes, bytes]) -> str:
        if self._token is None or hmac.compare_digest(headers.get(TOKEN_HEADER, b""), self._token):
            return ""
        return "this bind can be reached by others: send the token in X-Mock-Admin-Token"


def _cross_site(scope: MutableMapping[str, Any], headers: MutableMapping[bytes, bytes]) -> str:
    site = headers.get(b"sec-fetch-site", b"none").lower()
    if site not in (b"none", b"same-origin"):
        return "the control plane does not answer web pages of other sites"
    origin = headers.get(b"origin")
    if origin is not None:
        name = origin.decode("latin-1").lower().partition("://")[2]
        host = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
        if not host or host != host_name(scope):
            return "the control plane does not answer web pages of other origins"
    return ""
