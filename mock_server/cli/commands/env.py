"""``sophiie-mock env``: print what a client of a running server needs, as variables."""

import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType

import click

from mock_server.cli.client import Client, server_option
from mock_server.cli.tables import print_json
from mock_server.errors import Problem, SettingsError


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


_FORMS: Mapping[str, Callable[[str, str], str]] = MappingProxyType(
    {
        "shell": lambda name, value: f"export {name}={shlex.quote(value)}",
        "dotenv": lambda name, value: f"{name}={shlex.quote(value)}",
        "github": lambda name, value: f"{name}={value}",
        "powershell": _powershell,
    }
)


@click.command("env")
@click.option("--format", "form", type=click.Choice([*_FORMS, "json"]), default="shell", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@server_option
def command(form: str, as_json: bool, url: str) -> None:
    """Print the URL, the key and the webhook secret of a running server as variables.

    \b
      eval "$(sophiie-mock env)"
      sophiie-mock env --format dotenv > .env.test
      sophiie-mock env --format github >> "$GITHUB_ENV"

    The key is that of SOPHIIE_API_KEY, or the well-known one of a server that only this machine reaches.
    """
    client = Client(url)
    key = client.working_key()
    if not key:
        what = "the well-known key opens nothing here, as others reach this server"
        raise SettingsError(Problem("SOPHIIE_API_KEY", what, "set it to the key that the server prints at its start"))
    secrets = client.control("GET", "/webhooks/secrets")["secrets"]
    variables = {"SOPHIIE_BASE_URL": client.url, "SOPHIIE_API_KEY": key, "SOPHIIE_WEBHOOK_SECRET": secrets[0]}
    if as_json or form == "json":
        print_json(variables)
        return
    for name, value in variables.items():
        click.echo(_FORMS[form](name, value))
