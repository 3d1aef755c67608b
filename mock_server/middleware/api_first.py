"""Puts the emulated API in front of Starlette's routes, so that no layer of Starlette's own is passed."""

import re
from collections.abc import Collection

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.documents import is_for_people

_BESIDE = ("/__admin", "/openapi")
_BARE = "/__admin"
"""The path that people type; a mount is found under its name with a slash only."""


class ApiFirst:
    """Asks the other routes only for paths that may be theirs. Every other request goes to ``api``.

    ``free`` are the paths for people that the document leaves free.
    """

    def __init__(self, app: ASGIApp, api: ASGIApp, free: Collection[str]) -> None:
        self._app = app
        self._api = api
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the API, or to the routes beside it."""
        if scope["type"] == "http" and scope["path"] == _BARE:
            scope["path"] = f"{_BARE}/"
        routed = scope["type"] != "http" or scope["path"].startswith(_BESIDE) or is_for_people(scope, self._free)
        await (self._app if routed else self._api)(scope, receive, send)


class ControlMount(Mount):
    """A mount that takes every path below its name; Starlette's own takes none with a line break in it."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app=app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


class Application(Starlette):
    """Starlette's routes, with the layers that every request passes in front of them."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve whatever comes: a request, or the start and the end of the server."""
        await self.front(scope, receive, send)

    async def serve_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve requests that are not for the emulated API: the documents, the control plane, the lifespan."""
        await super().__call__(scope, receive, send)
