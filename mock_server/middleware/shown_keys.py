"""The keys that a request shows, wherever a document has one: for a replica, which must know whose request it is."""

from collections.abc import Sequence
from contextlib import suppress

from starlette.types import Scope

from mock_server.errors import Unauthorized
from mock_server.middleware.credentials import Credentials
from mock_server.spec.contract import Contract
from mock_server.spec.security import SchemeKind, SecurityScheme, schemes_of
from mock_server.workspaces.plan import digest

_BEARER = SecurityScheme(SchemeKind.BEARER)


class ShownKeys:
    """Reads digests of keys from requests. No operation is looked up, so a key counts wherever it may stand."""

    def __init__(self, contract: Contract) -> None:
        declared = (scheme for document in contract.documents for scheme in schemes_of(document))
        self._schemes = tuple(dict.fromkeys((_BEARER, *declared)))
        self.are_needed = all(all(operation.security or [()]) for operation in contract.operations.values())
        """False if some operation is served without a key: then such a request is for the default workspace."""

    def __call__(self, scope: Scope) -> Sequence[str]:
        """List the digests of all keys that a request shows."""
        credentials, found = Credentials(scope), list[str]()
        for scheme in self._schemes:
            with suppress(Unauthorized):
                found += credentials.keys(scheme)
        return [digest(key) for key in dict.fromkeys(found)]
