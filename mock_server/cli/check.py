"""``sophiie-mock check``: hands over to the contract suite, which comes with ``sophiie-mock[check]``.

The server knows nothing of the suite, so it is looked up by name when the verb is used.
"""

import importlib

import click

from mock_server.errors import Problem, SettingsError


def _load() -> click.Command:
    try:
        command = importlib.import_module("contracts.cli").command
    except ModuleNotFoundError as fault:
        missing = f"the contract suite needs {fault.name}"
        raise SettingsError(Problem("check", missing, 'pip install "sophiie-mock[check]"')) from None
    if not isinstance(command, click.Command):
        raise TypeError("the contract suite has no command")
    return command


command = _load()
