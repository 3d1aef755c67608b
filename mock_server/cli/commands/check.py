"""``sophiie-mock check``: pass on to the contract suite, which comes with ``sophiie-mock[check]``.

The server must not depend on the suite, so the verb finds it by name when it is used.
"""

import importlib

import click

from mock_server.errors import Problem, SettingsError
from mock_server.support.extras import install, lacking

_HELP = """\
Usage: sophiie-mock check [OPTIONS] [URL]
       sophiie-mock check traffic|cleanup|purge [OPTIONS] [FILE]

  Check the mock, or the real API, against the contract; or judge recorded traffic.

  It comes with the extra `check`, which is not installed here; with it, its options are shown too.
"""


def _load() -> click.Command:
    """Load the suite's command; all of the extra must be installed, although ``check purge`` needs little of it."""
    if missing := lacking():
        return _stand_in(missing)
    command = importlib.import_module("contracts.cli.main").command
    if not isinstance(command, click.Command):
        raise TypeError("the contract suite has no command")
    return command


def _stand_in(missing: str) -> click.Command:
    """A command that says what is missing; its help describes what the suite would do."""

    @click.command("check", add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("asked", nargs=-1, type=click.UNPROCESSED)
    def command(asked: tuple[str, ...]) -> None:
        if {"-h", "--help"} & set(asked):
            click.echo(_HELP)
        raise SettingsError(Problem("check", missing, install("check")))

    return command


command = _load()
