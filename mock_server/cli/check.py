"""``sophiie-mock check``: hands over to the contract suite, which comes with ``sophiie-mock[check]``.

The server knows nothing of the suite, so it is looked up by name when the verb is used.
"""

import importlib

import click

from mock_server.errors import Problem, SettingsError
from mock_server.extras import INSTALL, lacking


def _load() -> click.Command:
    """All of the extra is asked for at once: ``check --help`` alone would need little of it."""
    if missing := lacking():
        raise SettingsError(Problem("check", missing, INSTALL))
    command = importlib.import_module("contracts.cli").command
    if not isinstance(command, click.Command):
        raise TypeError("the contract suite has no command")
    return command


command = _load()
