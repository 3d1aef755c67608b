"""``sophiie-mock wait``: wait until a server is ready, for scripts that start one."""

from contextlib import suppress
from datetime import timedelta
from threading import Event

import click

from mock_server.cli.client import Client, ServerUnreachable, server_option
from mock_server.cli.tables import print_json
from mock_server.errors import Problem, SettingsError
from mock_server.world.clock import wall_time

_PAUSE = 0.05  # seconds between two questions


@click.command("wait")
@click.option("--timeout", type=click.FloatRange(0, 86_400), default=30.0, show_default=True, metavar="SECONDS")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing when it is ready.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def command(timeout: float, quiet: bool, as_json: bool, url: str) -> None:
    """Wait until the server is ready. A port that is open is not enough: the server itself must say so.

    Exit code 2 when it is not ready in time.
    """
    until = wall_time() + timedelta(seconds=timeout)
    while True:
        with suppress(ServerUnreachable):
            client = Client(url)
            client.control("GET", "/health")
            if as_json:
                print_json({"url": client.url, "ready": True})
            elif not quiet:
                click.echo(f"{client.url} is ready")
            return
        if wall_time() >= until:
            what = f"not ready after {timeout:g} s"
            raise SettingsError(
                Problem(url, what, "is `sophiie-mock serve` running? `sophiie-mock doctor` looks further")
            )
        Event().wait(_PAUSE)
