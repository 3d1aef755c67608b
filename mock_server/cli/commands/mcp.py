"""``sophiie-mock mcp``: tools for coding agents, over the Model Context Protocol."""

from importlib.util import find_spec

import click

from mock_server.config.given_secrets import given_token
from mock_server.errors import Problem, SettingsError
from mock_server.support.extras import install


@click.command("mcp")
@click.option("--transport", type=click.Choice(["stdio", "http"]), default="stdio", show_default=True)
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=4749, show_default=True,
              help="For http, on this machine only; 0 is a free one.")  # fmt: skip
@click.option("--url", default="", envvar="SOPHIIE_MOCK_URL",
              help="The running mock. Without it: the one on this machine, or one that is started.")  # fmt: skip
def command(transport: str, port: int, url: str) -> None:
    """Serve tools for coding agents: look at the fake, change it, and ask whether an integration is done.

    An agent starts it as `sophiie-mock mcp`. With `--transport http` it listens on this machine, for requests from this
    machine and from no web page; if SOPHIIE_MOCK_ADMIN_TOKEN is set, they must have it in X-Mock-Admin-Token.
    """
    if find_spec("mcp") is None:
        raise SettingsError(Problem("mcp", "the extra `mcp` is not installed", install("mcp")))
    from mock_server.cli.agent_tools import tool_server  # start-up: a second, and an extra that may be missing
    from mock_server.cli.agent_tools.running_mock import RunningMock  # start-up: imports the server

    mock, token = RunningMock(url), given_token()
    if transport == "stdio":
        tool_server.serve_stdio(mock)
    else:
        tool_server.serve_http(mock, port, token, lambda at: click.echo(f"sophiie-mock: tools at {at}", err=True))
