"""One request and its answer, as the journal, our headers and the log show them."""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mock_server.api.routing import NOWHERE, Route
from mock_server.api.stage import Stage
from mock_server.config.evolutions import Evolutions
from mock_server.errors import ApiError, BadRequest, UnsupportedMediaType
from mock_server.spec.operation import Operation
from mock_server.store.base import Change
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.redaction import Redactor
from mock_server.support.text import header_text
from mock_server.support.url_path import canonical_path
from mock_server.support.wire_texts import named_fields
from mock_server.workspaces.coverage import BodyFields, Coverage, SentValue
from mock_server.workspaces.rate_limit import RemainingRequests
from mock_server.workspaces.request_journal import changes_weight
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import from_epoch_ms, real_ms

Scope = MutableMapping[str, Any]
Headers = Iterable[tuple[bytes, bytes]]

EXCHANGE = "mock.exchange"
"""Where a request's scope has its exchange."""

JOURNAL_BODY_BYTES = 64 * 1024
"""Bytes of a request's body that are remembered."""
JOURNAL_ANSWER_BYTES = 16 * 1024
"""Bytes of an answer's body that are remembered."""
_EXCHANGE = 2_000  # bytes in memory of one that holds nothing
_NONE: Mapping[bytes, bytes] = MappingProxyType({})
_FIELD = 130  # bytes in memory of a header field, its letters left out


class Exchange:
    """Opened by the journal, filled by whoever handles the request.

    Secrets are masked where they are read, so no sink can forget it, and what nobody looks at costs nothing. ``key``
    is a digest, never the key itself. ``named`` are the request's header fields by name, for as long as it is under
    way. ``url`` is what was asked; ``path`` is decoded, but for codes that mean something
    else then (``%2F``). ``fault`` and ``mapping`` say what of ours made the answer, if anything did. ``ms`` is how long
    it took, 0 until it is over.

    For the journal it keeps references to what came and went: ``headers`` and ``body``, ``answered`` and ``answer``,
    and how long body and answer were before they were cut. Those are not masked: who renders them masks them with
    ``redactor``. ``at`` is the workspace's time, ``at_ms`` in epoch milliseconds; ``stage`` is where the request is, or
    where it ended; ``findings`` are why it breaks the contract; ``fields`` what its body exercises; ``changes`` the
    first records that it changed; ``evolve`` the evolutions that it asks for itself, ``evolved`` those that its answer
    got. ``clean`` is for those who show bodies: they remember which have nothing to be masked.
    """

    __slots__ = (
        *("_began", "_query", "_raw_path", "_took", "allowance", "answer", "answer_size", "answered"),
        *("at_ms", "body", "body_size", "changes", "clean", "coverage", "events", "evolve", "evolved"),
        *("explain", "fault", "fields", "findings", "headers", "id", "in_journal", "key", "mapping"),
        *("named", "operation", "over", "plain_method", "preferred", "redactor", "route", "sent_weight"),
        *("stage", "status", "weight", "workspace"),
    )

    def __init__(self, id: str, scope: Scope, redactor: Redactor, route: Route = NOWHERE) -> None:
        self.redactor = redactor
        self._began = real_ms()
        self.id = id
        self.plain_method: str = scope["method"]
        self._raw_path: bytes = scope["raw_path"]
        self._query: bytes = scope["query_string"]
        self.workspace: Workspace | None = None
        self.key = ""
        self.route = route
        self.operation: Operation | None = route.operation
        self.status = 0
        self._took = 0.0
        self.explain: list[str] = []
        self.stage = Stage.AUTHENTICATION
        self.at_ms: int | None = None
        self.headers: Headers = scope["headers"]
        self.named: Mapping[bytes, bytes] = named_fields(scope)
        self.body = b""
        self.body_size = 0
        self.clean = 0
        self.fields: tuple[SentValue, ...] | None = None
        self.answered: Headers = ()
        self.answer = b""
        self.answer_size = 0
        self.allowance: RemainingRequests | None = None
        self.findings: Sequence[str] = ()
        self.preferred = ""
        self.events: Sequence[Mapping[str, Any]] = ()
        self.changes: Sequence[Change] = ()
        self.fault = self.mapping = self.evolved = ""
        self.evolve: Evolutions | None = None
        self.in_journal: bool | None = None
        self.weight = self.sent_weight = 0
        self.over = False
        self.coverage: Coverage | None = None

    @property
    def at(self) -> datetime | None:
        """The workspace's time when the request came; None before it has opened one."""
        return None if self.at_ms is None else from_epoch_ms(self.at_ms)

    @property
    def ms(self) -> float:
        """The milliseconds from the request to the end of its answer; 0 until then."""
        return round(self._took, 2)

    @property
    def method(self) -> str:
        """The method, redacted."""
        return self.redactor.redact(self.plain_method)

    @property
    def path(self) -> str:
        """The path without its query, redacted."""
        return self.redactor.redact_url(self.plain_path)

    @property
    def plain_path(self) -> str:
        """The path in its canonical spelling, not masked, for comparisons."""
        return canonical_path(header_text(self._raw_path))

    @property
    def query(self) -> str:
        """The query, redacted."""
        return self.redactor.redact_url(self.plain_query)

    @property
    def plain_query(self) -> str:
        """The query as it came, not masked, for comparisons."""
        return self._query.decode("latin-1")

    @property
    def url(self) -> str:
        """The path with its query as they were sent, redacted."""
        path = self.redactor.redact_url(header_text(self._raw_path))
        return f"{path}?{self.query}" if self._query else path

    def address(self) -> str:
        """The URL of the request without its query, redacted like ``url``."""
        host = self.named.get(b"host", b"localhost").decode("latin-1")
        return f"http://{host}{self.url.partition('?')[0]}"

    @property
    def target(self) -> tuple[bytes, bytes]:
        """The path and the query as they came."""
        return self._raw_path, self._query

    @property
    def accept(self) -> str | None:
        """The media types that the client takes; None where it does not say."""
        found = self.named.get(b"accept")
        return None if found is None else found.decode("latin-1")

    def note(self, *texts: str) -> None:
        """Add a hint for a developer: it goes to ``X-Mock-Explain``, the journal and the log."""
        self.explain.extend(self.redactor.redact(text) for text in texts)

    def enter(self, workspace: Workspace, key: str) -> None:
        """Note the workspace that the key has opened. The exchange belongs to it from now on."""
        self.workspace, self.key = workspace, key
        self.coverage = workspace.journal.coverage
        self.id = workspace.next_request()
        self.at_ms = workspace.clock.now_ms()

    def arrive(self, body: bytes, size: int) -> None:
        """Note that the request is complete, with the size of its body and the part of it that was read."""
        self.body, self.body_size = body[:JOURNAL_BODY_BYTES], size

    @property
    def request_weight(self) -> int:
        """The approximate number of bytes that the request keeps in memory."""
        return _EXCHANGE + len(self._raw_path) + len(self._query) + len(self.body) + fields_weight(self.headers)

    @property
    def answer_weight(self) -> int:
        """The approximate number of bytes that the answer adds."""
        texts = sum(map(len, self.explain)) if self.explain else 0
        return self.sent_weight + texts + changes_weight(self.changes)

    def refuse(self, error: ApiError) -> None:
        """Note the error with which the request ends."""
        before = len(self.explain)
        self.note(*error.explain)
        if isinstance(error, BadRequest | UnsupportedMediaType):
            self.findings = self.explain[before:]

    def retract(self) -> None:
        """Take back the answer that was about to go out, because it shows a change that was undone."""
        self.status, self.events, self.changes = 0, (), ()

    def cover(self) -> None:
        """Count what was exercised, in the workspace as it was when the request came."""
        if self.coverage is not None:
            self.cover_in(self.coverage)

    def cover_in(self, coverage: Coverage) -> None:
        """Count what was exercised."""
        if self.operation is not None:
            events = [str(event["type"]) for event in self.events] if self.events else ()
            # Of the query only what the document itself says is remembered.
            coverage.add(self.operation, self.status, self._query, self.headers, self.fields or (), events)

    def close(self) -> None:
        """Note that the request is over, however it ended."""
        self._took = real_ms() - self._began
        self.over = True
        self.named = _NONE
        if self.events:
            self.events = [{"id": it["id"], "type": it["type"], "recordId": it["recordId"]} for it in self.events]
        if self.fields is None and self.body and self.operation is not None:
            self.fields = BodyFields(self.operation).of(_value(self.body))

    def to_dict(self) -> dict[str, Any]:
        """The exchange as plain data."""
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
            "evolved": self.evolved or None,
        }


def fields_weight(headers: Headers) -> int:
    """Bytes that header fields take in memory, more or less.

    A loop, as every request pays for it: a generator costs three times as much."""
    size = 0
    for name, value in headers:
        size += _FIELD + len(name) + len(value)
    return size


def _value(body: bytes) -> Any:
    try:
        return read_json(body)
    except NotJson:
        return None
