"""One request and its answer, as they are told in the journal, in our headers and in the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mock_server.coverage import Coverage
from mock_server.errors import ApiError, BadRequest, UnsupportedMediaType
from mock_server.quota import Allowance
from mock_server.redaction import Redactor
from mock_server.spec.operation import Operation
from mock_server.store.base import Record
from mock_server.workspace import Workspace
from mock_server.world.clock import Stopwatch

Scope = Mapping[str, Any]
Headers = Iterable[tuple[bytes, bytes]]

EXCHANGE = "mock.exchange"
"""Where a request's scope has its exchange."""

KEPT_BODY = 64 * 1024
"""Bytes of a request's body that are remembered."""
KEPT_ANSWER = 16 * 1024
"""Bytes of an answer's body that are remembered."""


class Exchange:
    """Opened by the journal, filled by whoever handles the request.

    Secrets are masked where they are read, so no sink can forget it, and what nobody looks at costs nothing. ``key``
    is a digest, never the key itself. ``path`` is decoded, ``query`` is not. ``fault`` and ``mapping`` say what of ours
    made the answer, if anything did. ``ms`` is how long it took, 0 until it is over.

    For the journal it keeps references to what came and went: ``headers`` and ``body``, ``answered`` and ``answer``.
    Those are not masked: who renders them masks them with ``redactor``. ``at`` is the workspace's time; ``step`` is
    where the request is, or where it ended; ``findings`` are why it breaks the contract.
    """

    __slots__ = (
        *("_method", "_path", "_query", "_stopwatch", "allowance", "answer", "answered", "at", "body", "events"),
        *("explain", "fault", "findings", "headers", "id", "key", "mapping", "ms", "operation", "preferred"),
        *("redactor", "status", "step", "workspace"),
    )

    def __init__(self, id: str, scope: Scope, redactor: Redactor) -> None:
        self.redactor = redactor
        self._stopwatch = Stopwatch()
        self.id = id
        self._method: str = scope["method"]
        self._path: str = scope["path"]
        self._query: bytes = scope["query_string"]
        self.workspace: Workspace | None = None
        self.key = ""
        self.operation: Operation | None = None
        self.status = 0
        self.ms = 0.0
        self.explain: list[str] = []
        self.step = "authentication"
        self.at: datetime | None = None
        self.headers: Headers = scope["headers"]
        self.body = b""
        self.answered: Headers = ()
        self.answer = b""
        self.allowance: Allowance | None = None
        self.findings: Sequence[str] = ()
        self.preferred = ""
        self.events: Sequence[Record] = ()
        self.fault = ""
        self.mapping = ""

    @property
    def method(self) -> str:
        return self.redactor.redact(self._method)

    @property
    def path(self) -> str:
        return self.redactor.redact_url(self._path)

    @property
    def query(self) -> str:
        return self.redactor.redact_url(self._query.decode("latin-1"))

    def note(self, *texts: str) -> None:
        """What a developer should know of it: goes to ``X-Mock-Explain``, the journal and the log."""
        self.explain.extend(self.redactor.redact(text) for text in texts)

    def enter(self, workspace: Workspace, key: str) -> None:
        """The key was known: from here on the exchange is the workspace's."""
        self.workspace, self.key = workspace, key
        self.id = workspace.next_request()
        self.at = workspace.clock.now()

    def refuse(self, error: ApiError) -> None:
        """The request ends here."""
        before = len(self.explain)
        self.note(*error.explain)
        if isinstance(error, BadRequest | UnsupportedMediaType):
            self.findings = self.explain[before:]

    def cover(self, coverage: Coverage) -> None:
        """Count what was exercised."""
        if self.operation is not None:
            events = [str(event["type"]) for event in self.events]
            query = self._query.decode("latin-1")  # of which only what the document itself says is remembered
            coverage.add(self.operation, self.status, query, self.headers, self.body, events)

    def close(self) -> None:
        self.ms = round(self._stopwatch.ms(), 2)

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "ms": self.ms,
            "operation": self.operation.key if self.operation else None,
            "workspace": self.workspace.id if self.workspace else None,
            "explain": list(self.explain),
            "fault": self.fault or None,
            "mapping": self.mapping or None,
        }
