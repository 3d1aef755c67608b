"""``sophiie-mock check``: hands over to the contract suite, which comes with ``sophiie-mock[check]``.

The server knows nothing of the suite, so it is looked up by name when the verb is used.
"""

import importlib
from importlib.util import find_spec

import click

from mock_server.errors import Problem, SettingsError

NEEDS = ("schemathesis", "hypothesis", "pytest", "openapi_core", "openapi_spec_validator", "requests", "werkzeug")
"""Import names of the extra. They are asked for before anything is imported: ``check --help`` imports few of them."""


def _load() -> click.Command:
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        what = f"the contract suite needs {', '.join(missing)}"
        raise SettingsError(Problem("check", what, 'pip install "sophiie-mock[check]"'))
    command = importlib.import_module("contracts.cli").command
    if not isinstance(command, click.Command):
        raise TypeError("the contract suite has no command")
    return command


command = _load()
