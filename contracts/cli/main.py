"""The command ``sophiie-mock check``, with a default verb: ``check URL`` runs the suite, other words are its verbs."""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import click

from contracts.cli.lost_output import lasting_output

_DEFAULT = "run"
_MODULES: Mapping[str, str] = MappingProxyType({_DEFAULT: "check"})  # all others are called as their verb
# Each is a module of this package with a `command`. The default's help names them (see `Verbs.get_command`).
_VERBS: Mapping[str, str] = MappingProxyType(
    {
        _DEFAULT: "the suite itself, also without the word",
        "cleanup": "take away what an interrupted run wrote to a real host",
        "purge": "remove what runs keep on this machine",
        "traffic": "judge recorded traffic, a HAR file or the mock's journal",
    }
)


class CheckCommands(click.Group):
    """Finds the verb. If the first word is no verb, it belongs to the run: its URL or an option."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs below ``check``."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a verb; only the verb that runs is imported."""
        command = importlib.import_module(f"contracts.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        if not isinstance(command, click.Command):
            return None
        if cmd_name == _DEFAULT and len(_VERBS) > 1:
            lines = (f"  check {name:9} {text}" for name, text in _VERBS.items())
            command.epilog = "\n".join(["\b", "Verbs:", *lines])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb so that output is not lost when its reader goes away."""
        with lasting_output():
            return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Treat a first word that is no verb as an argument of the default verb."""
        return super().parse_args(ctx, args if args and args[0] in _VERBS else [_DEFAULT, *args])


@click.group(cls=CheckCommands, add_help_option=False)
def command() -> None:
    """Check the mock, or the real API, against the contract."""
