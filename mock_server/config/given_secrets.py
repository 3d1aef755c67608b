"""Secrets that a user gives a server that others can reach, in a container for example:

by variables, never by arguments.
"""

import os
import re

from mock_server.errors import Problem, SettingsError

ADMIN_TOKEN, API_KEY = "SOPHIIE_MOCK_ADMIN_TOKEN", "SOPHIIE_MOCK_API_KEY"
TOKEN_FILE = ".sophiie-mock-admin-token"
"""The file in its working folder into which a server writes the token that it has made."""

_TOKEN = re.compile(r"[\x21-\x7e]{16,200}")
_KEY = re.compile(r"sk_test_mock_[A-Za-z0-9_-]{16,200}")


def given_token() -> str:
    """The token of the control plane; an empty text if the user gives none. Raises SettingsError for a weak token."""
    return _given(ADMIN_TOKEN, _TOKEN, "write 16 characters or more, without blanks")


def given_key() -> str:
    """The key of the default workspace; an empty text if the user gives none.

    Raises SettingsError for a malformed key.
    """
    return _given(API_KEY, _KEY, "write sk_test_mock_ and 16 letters or digits, or more")


def _given(variable: str, form: re.Pattern[str], remedy: str) -> str:
    value = os.environ.get(variable, "").strip()
    if value and not form.fullmatch(value):
        raise SettingsError(Problem(variable, "it is not of the form that is asked for", remedy))
    return value
