"""Past Starlette's router, of which the emulated API is the default: the same way, without asking each route first."""

from starlette.types import ASGIApp, Receive, Scope, Send

_BESIDE = ("/__admin", "/openapi")
_BARE = "/__admin"
"""What people type; a mount is found under its name with a slash only."""


class ApiFirst:
    """Asks the routes beside the API only for what may be theirs; every other request is for ``api``."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the API, or to the routes beside it."""
        if scope["type"] == "http" and scope["path"] == _BARE:
            scope["path"] = f"{_BARE}/"
        routed = scope["type"] != "http" or scope["path"].startswith(_BESIDE)
        await (self._app if routed else self._api)(scope, receive, send)
