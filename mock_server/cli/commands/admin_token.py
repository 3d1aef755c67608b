"""``sophiie-mock admin-token …``: make, list and revoke the tokens of people who use one server's control plane."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mock_server.cli.command_group import CommandGroup
from mock_server.cli.main import setting_options, settings_from
from mock_server.cli.tables import print_json, print_table
from mock_server.config.admin_tokens import (
    MAX_QUOTA,
    MAX_TOKENS,
    NAME,
    OWN_NAME,
    AdminToken,
    hash_of,
    read_tokens,
    write_tokens,
)
from mock_server.errors import Problem, SettingsError
from mock_server.support.text import printable, shorten
from mock_server.world.clock import stamp, wall_time
from mock_server.world.ids import secret

_QUOTA = click.IntRange(0, MAX_QUOTA)


@click.group("admin-token", cls=CommandGroup)
def command() -> None:
    """Tokens of the control plane, one for each person, in the file of `serve --admin-tokens FILE`.

    The file holds hashes. A running server sees a change at the next request.
    """


@command.command("create", short_help="Make a token, and print it.")
@click.argument("name", metavar="NAME")
@click.option("--workspaces", type=_QUOTA, metavar="N", help="How many workspaces of its own it may have at a time.")
@click.option("--requests", type=_QUOTA, metavar="N", help="How many control requests it may make in a minute.")
@setting_options("admin_tokens")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(name: str, workspaces: int | None, requests: int | None, as_json: bool, **flags: Any) -> None:
    """Make a token for NAME, a person or a pipeline. It is shown only now; SOPHIIE_MOCK_ADMIN_TOKEN is where verbs
    look for it. The file is made where there is none.

    \b
      sophiie-mock admin-token create ci --admin-tokens tokens.json --workspaces 50
    """
    if not NAME.fullmatch(name) or name == OWN_NAME:
        remedy = "write letters, digits, dots and dashes, 64 at most"
        raise SettingsError(Problem("NAME", f"`{printable(shorten(name, 80))}` is no name for a token", remedy))
    file, tokens = _file(flags), list[AdminToken]()
    if file.exists():
        tokens += read_tokens(file)
    if any(token.name == name for token in tokens):
        raise SettingsError(Problem(str(file), f"there is a token of the name {name}", "revoke it, or choose another"))
    if len(tokens) >= MAX_TOKENS:
        raise SettingsError(Problem(str(file), f"there are {MAX_TOKENS:,} tokens", "revoke those that are not used"))
    token = f"smt_{secret()}"
    made = AdminToken(name, hash_of(token.encode()), stamp(wall_time()), workspaces, requests)
    write_tokens(file, [*tokens, made])
    if as_json:
        print_json({**_shown(made), "token": token})
    else:
        click.echo(token)


@command.command("list", short_help="List the tokens.")
@setting_options("admin_tokens")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(as_json: bool, **flags: Any) -> None:
    """List the tokens by name, with when each was made and its quotas. The tokens themselves are not kept."""
    tokens = read_tokens(_file(flags))
    if as_json:
        print_json({"tokens": [_shown(token) for token in tokens]})
        return
    rows = [(token.name, token.made, _limit(token.workspaces), _limit(token.requests)) for token in tokens]
    print_table(("name", "made", "workspaces", "requests a minute"), rows)


@command.command("revoke", short_help="Revoke a token.")
@click.argument("name", metavar="NAME")
@setting_options("admin_tokens")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def revoke(name: str, as_json: bool, **flags: Any) -> None:
    """Revoke the token of NAME. Its workspaces stay; a new token of the same name has them again."""
    file = _file(flags)
    tokens = read_tokens(file)
    left: Sequence[AdminToken] = [token for token in tokens if token.name != name]
    if len(left) == len(tokens):
        what = f"there is no token of the name {printable(shorten(name, 80))}"
        raise SettingsError(Problem(str(file), what, "see `sophiie-mock admin-token list`"))
    write_tokens(file, left)
    if as_json:
        print_json({"revoked": name})
    else:
        click.echo(f"{name} is revoked")


def _file(flags: dict[str, Any]) -> Path:
    place = settings_from(flags).admin_tokens
    if not place:
        remedy = "give it with --admin-tokens, or in SOPHIIE_MOCK_ADMIN_TOKENS"
        raise SettingsError(Problem("--admin-tokens", "no file of tokens is named", remedy))
    return Path(place)


def _shown(token: AdminToken) -> dict[str, Any]:
    shown = asdict(token)
    del shown["sha256"]
    return shown


def _limit(quota: int | None) -> str:
    return "no limit" if quota is None else f"{quota:,}"
