"""The client of a control request: a person by the name of a token, or a program of this machine."""

import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from starlette.types import Scope

from mock_server.config.admin_tokens import OWN_NAME, AdminToken, AdminTokens
from mock_server.config.given_secrets import given_token
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor
from mock_server.world.ids import secret

ASKER = "mock_server.asker"
"""The key of the client in the scope of an admitted request."""


class Asker(NamedTuple):
    """A client: its name, and its token if that is in the file of tokens."""

    name: str
    token: AdminToken | None = None


LOCAL = Asker("local")
"""A program of this machine, which needs no token."""
ANYBODY = Asker("")
"""A client without a token, on a path that needs none."""


def asker_of(scope: Scope) -> Asker:
    """The client of an admitted request."""
    found: Asker = scope.get(ASKER, ANYBODY)
    return found


class Proofs:
    """The tokens that a server accepts: its own, those of a file, or none at all on loopback."""

    def __init__(self, own: str | None, named: AdminTokens | None = None) -> None:
        self.own = own
        """The server's own token; None if it has none."""
        self._named = named

    def asker(self, shown: Iterable[bytes]) -> Asker | None:
        """The client that shows these tokens; None if it must not come in."""
        if self.own is None and self._named is None:
            return LOCAL
        for value in shown:
            if self.own is not None and hmac.compare_digest(value, self.own.encode()):
                return Asker(OWN_NAME)
            if self._named is not None and (token := self._named.find(value)):
                return Asker(token.name, token)
        return None


def proofs_for(settings: Settings, redactor: Redactor) -> Proofs:
    """The tokens of a server. ``redactor`` learns the server's own one. Raises SettingsError.

    A variable gives the server's own token, or it is made if others can reach the server and no file has tokens.
    """
    if settings.admin_tokens:
        own, named = given_token() or None, AdminTokens(Path(settings.admin_tokens))
    else:
        own, named = None if settings.loopback else given_token() or secret(), None
    if own:
        redactor.hide(own)
    return Proofs(own, named)
