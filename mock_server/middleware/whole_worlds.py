"""Requests wait for what they need of a large world, most of which is made while the server answers already."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.config.control_paths import is_open
from mock_server.workspaces.workspace import Workspaces


class WholeWorlds:
    """Lets requests to the control plane wait until all worlds are made: most of them look at whole workspaces."""

    def __init__(self, app: ASGIApp, workspaces: Workspaces) -> None:
        self._app = app
        self._workspaces = workspaces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once it waits for nothing."""
        if not is_open(scope["path"]):
            await self._workspaces.whole()
        await self._app(scope, receive, send)
