"""Verbs that the contract suite has: it is an extra that may be missing, so it is looked up when a verb is used."""

import importlib

import click

from mock_server.errors import Problem, SettingsError
from mock_server.support.extras import install, lacking


def load_verb(name: str, module: str, help: str) -> click.Command:
    """The command of a module of the suite; one that says what is missing where the suite is not installed."""
    if missing := lacking():
        return _stand_in(name, help, missing)
    command = importlib.import_module(module).command
    if not isinstance(command, click.Command):
        raise TypeError(f"{module} has no command")
    return command


def _stand_in(name: str, help: str, missing: str) -> click.Command:
    """A command that says what is missing, and with ``--help`` what there would be."""

    @click.command(name, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("asked", nargs=-1, type=click.UNPROCESSED)
    def command(asked: tuple[str, ...]) -> None:
        if {"-h", "--help"} & set(asked):
            click.echo(f"Usage: sophiie-mock {name} [OPTIONS]\n\n  {help}\n\n  It comes with the extra `check`.\n")
        raise SettingsError(Problem(name, missing, install("check")))

    return command
