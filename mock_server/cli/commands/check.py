"""``sophiie-mock check``: hands over to the contract suite, which comes with ``sophiie-mock[check]``.

The server knows nothing of the suite, so it is looked up by name when the verb is used.
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
    """All of the extra is asked for at once: ``check purge`` alone would need little of it."""
    if missing := lacking():
        return _stand_in(missing)
    command = importlib.import_module("contracts.cli.main").command
    if not isinstance(command, click.Command):
        raise TypeError("the contract suite has no command")
    return command


def _stand_in(missing: str) -> click.Command:
    """Says what is missing, whatever it is asked for; who asks for help is told what there would be, too."""

    @click.command("check", add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("asked", nargs=-1, type=click.UNPROCESSED)
    def command(asked: tuple[str, ...]) -> None:
        if {"-h", "--help"} & set(asked):
            click.echo(_HELP)
        raise SettingsError(Problem("check", missing, install("check")))

    return command


command = _load()
