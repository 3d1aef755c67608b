"""From what a request shows to a workspace. A key that opens nothing here is not kept, not logged and not repeated."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.errors import Forbidden, Unauthorized
from mock_server.middleware.credentials import REMEDY, Credentials, remedy
from mock_server.spec.operation import Operation
from mock_server.spec.security import (
    Requirement,
    SchemeKind,
    Security,
    SecurityScheme,
    schemes_of,
    surface_security,
)
from mock_server.workspaces.plan import digest
from mock_server.workspaces.workspace import DEFAULT, Workspace, Workspaces

_MAX_KNOWN = 1_000
_BEARER = SecurityScheme(SchemeKind.BEARER)
_ONLY_BEARER: Security = ((_BEARER,),)


class Opened(NamedTuple):
    """The workspace that a request is for, and the digest of the key that opened it: empty without a key."""

    workspace: Workspace
    key: str


class Authentication:
    """Lets a request in as the document says: by the keys that its operation asks for, or without one.

    A path that does not exist asks for what its document asks for everywhere.
    """

    def __init__(self, app: ASGIApp, workspaces: Workspaces) -> None:
        self._app = app
        self._workspaces = workspaces
        self._known: dict[bytes, str] = {}  # header fields that opened a workspace, as they stand, and their digests
        contract = workspaces.contract
        operations = contract.operations.values()
        self._surfaces = {
            document.name: surface_security(document, [it.security for it in operations if it.document is document])
            for document in contract.documents
        }
        asked = {it.security for it in operations} | set(self._surfaces.values())
        self._bearer_only = asked == {_ONLY_BEARER}  # as in our own documents: then nobody asks which operation it is
        self._challenges = {security: _challenges(security) for security in asked}
        self._forbidding = frozenset(it for it in operations if 403 in it.responses and not _has_401(it))
        schemes = (scheme for document in contract.documents for scheme in schemes_of(document))
        self._schemes = tuple(dict.fromkeys((_BEARER, *schemes)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the workspace of the request before it is passed on; refuse it where a key is missing."""
        exchange: Exchange = scope[EXCHANGE]
        field = exchange.named.get(b"authorization", b"")
        key = self._known.get(field, "")
        workspace = self._workspaces.by_digest(key)
        if workspace is None:
            workspace, key = self._let_in(scope, exchange)
            if self._bearer_only:
                self._remember(field, key)
        exchange.enter(workspace, key)
        await self._app(scope, receive, send)

    def _let_in(self, scope: Scope, exchange: Exchange) -> Opened:
        """Look at everything that the request shows. Raises Unauthorized or Forbidden."""
        operation = exchange.operation
        security = operation.security if operation else self._surface(scope["path"])
        try:
            return self._admitted(security, Credentials(scope))
        except Unauthorized as refusal:
            raise self._as_documented(refusal, security, operation) from None

    def _remember(self, field: bytes, key: str) -> None:
        if len(self._known) == _MAX_KNOWN:
            self._known.clear()
        self._known[field] = key

    def _surface(self, path: str) -> Security:
        return self._surfaces[self._workspaces.contract.document_for(path).name]

    def _admitted(self, security: Security, credentials: Credentials) -> Opened:
        """The workspace of the first requirement that is met. Raises Unauthorized with what each of them lacks."""
        why: list[str] = []
        for requirement in security or ((),):
            try:
                return self._met(requirement, credentials)
            except Unauthorized as refusal:
                why.extend(refusal.explain)
        raise Unauthorized(*dict.fromkeys(why))

    def _met(self, requirement: Requirement, credentials: Credentials) -> Opened:
        """The workspace that all keys of a requirement open. Raises Unauthorized."""
        asked = [scheme for scheme in requirement if scheme.kind is not SchemeKind.MUTUAL_TLS]
        if not asked:
            return self._without_a_key(credentials)
        opened = [self._opened(scheme, credentials) for scheme in asked]
        own = [it for it in opened if it.workspace.id != DEFAULT] or opened
        if any(it.workspace is not own[0].workspace for it in own):
            raise Unauthorized("the keys of this request open different workspaces")
        return own[0]

    def _as_documented(
        self, refusal: Unauthorized, security: Security, operation: Operation | None
    ) -> Unauthorized | Forbidden:
        """The refusal with its challenges; a 403 where the document has that one only."""
        if operation in self._forbidding:
            return Forbidden(*refusal.explain)
        return Unauthorized(*refusal.explain, headers=self._challenges[security])

    def _opened(self, scheme: SecurityScheme, credentials: Credentials) -> Opened:
        keys = credentials.keys(scheme)
        for key in keys:
            hashed = digest(key)
            workspace = self._workspaces.by_digest(hashed)
            if workspace is not None:
                return Opened(workspace, hashed)
        if any(key.startswith("sk_live_") for key in keys):
            raise Unauthorized(
                f"this looks like a real key: it was not stored, and should be replaced; {remedy(scheme)}"
            )
        raise Unauthorized(f"this key opens no workspace here; {remedy(scheme)}")

    def _without_a_key(self, credentials: Credentials) -> Opened:
        """The default workspace, unless the request shows a key all the same."""
        for scheme in self._schemes:
            try:
                return self._opened(scheme, credentials)
            except Unauthorized:
                continue
        workspace = self._workspaces.get(DEFAULT)
        if workspace is None:
            raise Unauthorized(f"the workspace of requests without a key was removed; {REMEDY}")
        return Opened(workspace, "")


def _has_401(operation: Operation) -> bool:
    return 401 in operation.responses or "4XX" in operation.ranges


def _challenges(security: Security) -> Sequence[tuple[bytes, bytes]]:
    found = (scheme.challenge for requirement in security for scheme in requirement)
    return [(b"www-authenticate", text.encode("latin-1")) for text in dict.fromkeys(found) if text]
