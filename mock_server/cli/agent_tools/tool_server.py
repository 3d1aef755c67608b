"""The tools as a server of the Model Context Protocol, over standard input and output, or HTTP on this machine."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

import anyio.to_thread
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server import __version__
from mock_server.cli.agent_tools.changing import Changing
from mock_server.cli.agent_tools.looking import Looking
from mock_server.cli.agent_tools.running_mock import RunningMock
from mock_server.cli.agent_tools.small_answers import text_of
from mock_server.errors import SetupError

MAX_TOOLS = 12
_HELP = (
    "A stateful fake of the Sophiie API. Call `server` for its URL and key, write your client against it, and ask "
    "`verdict` until it says done. Tools that look change nothing. Lists are short: ask with an id for more."
)
_TOKEN = b"x-mock-admin-token"


def tools(mock: RunningMock) -> list[tuple[Callable[..., Any], bool]]:
    """Every tool, and whether it only looks."""
    looking, changing = Looking(mock), Changing(mock)
    look = (looking.server, looking.operations, looking.requests, looking.records, looking.events, looking.verdict,
            looking.lint)  # fmt: skip
    change = (changing.start_server, changing.write_records, changing.move_clock, changing.set_fault, changing.simulate)
    return [*((tool, True) for tool in look), *((tool, False) for tool in change)]


def tool_server(mock: RunningMock) -> MCPServer[Any]:
    """The server with all tools."""
    server: MCPServer[Any] = MCPServer("sophiie-mock", version=__version__, instructions=_HELP, log_level="ERROR")
    for tool, looks in tools(mock):
        hints = ToolAnnotations(read_only_hint=looks, destructive_hint=False, open_world_hint=False)
        description = " ".join((tool.__doc__ or "").split())
        server.add_tool(
            _small(tool), tool.__name__, description=description, annotations=hints, structured_output=False
        )
    return server


def _small(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Run a tool in a thread, because it waits, and make its answer a short text. Its errors are for the agent."""

    @wraps(tool)
    async def run(**arguments: Any) -> str:
        try:
            return text_of(await anyio.to_thread.run_sync(lambda: tool(**arguments)))
        except SetupError as fault:
            raise ToolError(str(fault)) from None

    run.__annotations__ = {**tool.__annotations__, "return": str}
    return run


def http_app(server: MCPServer[Any], port: int, token: str) -> ASGIApp:
    """The server over HTTP, with the rules of the control plane: this machine's names only, no other site's pages, and
    the token if there is one.
    """
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
    app = server.streamable_http_app(json_response=True, stateless_http=True, transport_security=security)
    return _WithToken(app, token) if token else app


class _WithToken:
    """Refuses requests without the admin token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sent = dict(scope["headers"]).get(_TOKEN, b"")
            if not hmac.compare_digest(sent, self._token):
                refusal = PlainTextResponse("send the admin token in X-Mock-Admin-Token\n", 403)
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


def serve_stdio(mock: RunningMock) -> None:
    """Serve one agent over standard input and output, until it closes them."""
    try:
        tool_server(mock).run("stdio")
    finally:
        mock.stop()


def serve_http(mock: RunningMock, port: int, token: str, ready: Callable[[str], None]) -> None:
    """Serve agents on this machine over HTTP, until interrupted. ``ready`` gets the URL."""
    config = uvicorn.Config("", host="127.0.0.1", port=port, log_level="error", lifespan="on")
    listening = config.bind_socket()
    port = listening.getsockname()[1]
    config.app = http_app(tool_server(mock), port, token)
    ready(f"http://127.0.0.1:{port}/mcp")
    try:
        uvicorn.Server(config).run([listening])
    finally:
        mock.stop()
