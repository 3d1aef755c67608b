"""The command ``sophiie-mock``. A verb's module is loaded when it is used, so that help and completion are quick."""

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import Field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import click

from mock_server import __version__
from mock_server.cli.command_group import CommandGroup
from mock_server.cli.completion import completer
from mock_server.cli.endings import closed_output_is_reported, run_to_exit_code
from mock_server.config.settings import Settings, flag, table
from mock_server.config.sources import gather, unknown_variables
from mock_server.support.garbage_collector import building_for_good

_VERBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serve": ("serve", "Start the fake API."),
        "routes": ("routes", "List the operations, with how each is known."),
        "worlds": ("worlds", "List the built-in worlds."),
        "spec": ("spec", "The contract: its gaps, its documents."),
        "trigger": ("trigger", "Cause an event by doing what causes it."),
        "simulate": ("simulate", "Let people call, write, and book, move or cancel visits."),
        "listen": ("listen", "Subscribe and show deliveries as they are made."),
        "events": ("events", "List, show and resend events."),
        "check": ("check", "Check the mock, or the real API, against the contract."),
        "proxy": ("proxy", "Pass your client's requests on to the real API, and keep their shapes."),
        "replay": ("replay", "Ask the mock what a recording asked, and compare."),
        "lint": ("lint", "Judge how your client uses the API: paging, retries, limits, names."),
        "verdict": ("verdict", "Is your integration done? If not, the next five actions."),
        "learn": ("learn", "Correct the contract from recorded traffic with the real API."),
        "drill": ("drill", "Run your tests against the API of tomorrow."),
        "receiver-check": ("receiver_check", "Check your webhook receiver: repeats, forgeries, another order."),
        "workspace": ("workspace", "Make, list and remove workspaces."),
        "env": ("env", "The URL, the key and the secret, as variables."),
        "wait": ("wait", "Wait until the server is ready."),
        "doctor": ("doctor", "Why your code and the mock do not find each other."),
        "admin-token": ("admin_token", "Make, list and revoke tokens of a team."),
        "state": ("state", "Copy a state file, also one in use."),
        "mcp": ("mcp", "Tools for coding agents, over the Model Context Protocol."),
        "coverage": ("coverage", "What of the contract clients have exercised."),
    }
)
_STARTING = ("serve", "mock", "check", "drill")
"""Verbs that run a server, and so read settings from variables."""
_ALIASES: Mapping[str, str] = MappingProxyType({"mock": "serve"})


F = TypeVar("F", bound=Callable[..., Any])


class LazyCommands(CommandGroup):
    """Loads the module of a verb on its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a verb; only the verb that runs is imported."""
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in _VERBS:
            return None
        with building_for_good():
            command = importlib.import_module(f"mock_server.cli.commands.{_VERBS[name][0]}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a verb; for a misspelt one, suggest the nearest name."""
        near = get_close_matches(args[0], [*_VERBS, *_ALIASES], 1)
        if args[0] not in (*_VERBS, *_ALIASES) and near and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{near[0]}'?", ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the arguments; report a closed output without a traceback."""
        with closed_output_is_reported():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; report a closed output without a traceback."""
        with closed_output_is_reported():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in _VERBS.items()])


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit codes:\n  0 good · 1 the contract is broken · 2 could not run · 130 interrupted",
)
@click.version_option(__version__, "-V", "--version", prog_name="sophiie-mock")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """An unofficial, stateful fake of the Sophiie API, for laptops and CI.

    Not affiliated with the vendor; synthetic data only. Start it, and ask it:

    \b
      sophiie-mock serve
      curl -H "Authorization: Bearer sk_test_local" http://127.0.0.1:4747/v1/leads
    """
    if ctx.invoked_subcommand in _STARTING:
        for problem in unknown_variables(os.environ):
            click.echo(f"sophiie-mock: {problem}", err=True)


def setting_options(*names: str) -> Callable[[F], F]:
    """Make a decorator that gives a verb the flags of these settings (of all settings if none is named)."""

    def decorate(function: F) -> F:
        for item in reversed([item for item in table() if not names or item.name in names]):
            function = _option(item)(function)
        return function

    return decorate


def _option(item: Field[Any]) -> Callable[[F], F]:
    """The flag of a setting. It has no default, because only given flags count."""
    name, rules = flag(item.name), item.metadata
    names = [f"-{rules['short']}", name] if rules["short"] else [name]
    if isinstance(item.default, bool):
        names[-1] = f"{name}/--no-{name[2:]}"
        return click.option(*names, item.name, default=None, help=rules["help"])
    metavar = rules["metavar"] or "|".join(rules["choices"]) or ("N" if isinstance(item.default, int) else "TEXT")
    shown = f"  [{item.default}]" if item.default not in ("", ()) else ""
    many = isinstance(item.default, tuple)
    said = {"metavar": metavar, "help": rules["help"] + shown, "shell_complete": completer(item)}
    return click.option(*names, item.name, default=None, multiple=many, **said)


def settings_from(flags: Mapping[str, Any]) -> Settings:
    """The settings of this call: flags, then variables, then the file in the current folder."""
    given = {name: value for name, value in flags.items() if value is not None and value != ()}
    return gather(given, os.environ, Path.cwd())


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return the exit code. Errors are printed, a line each, without a traceback."""
    return run_to_exit_code(lambda: cli.main(arguments, prog_name="sophiie-mock", standalone_mode=False))
