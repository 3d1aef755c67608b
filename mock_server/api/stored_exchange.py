"""An exchange in the form in which another server gets it: without secrets, with the bytes that the journal keeps."""

from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.api.exchange import Exchange, Headers
from mock_server.api.stage import Stage
from mock_server.spec.contract import Contract
from mock_server.store.base import Change, Row
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json
from mock_server.support.masked_json import masked_json, shown_body
from mock_server.support.redaction import MASK, Redactor
from mock_server.support.text import header_text
from mock_server.workspaces.rate_limit import RemainingRequests
from mock_server.workspaces.workspace import Workspace

_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-mock-admin-token"})
_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH


class StoredExchange(Exchange):
    """An exchange that came from another server. Of the parts that are ``masked`` secrets were taken out."""

    __slots__ = ("masked",)

    def __init__(self, facts: dict[str, Any], body: bytes, answer: bytes, workspace: Workspace, redactor: Redactor):
        scope = {"method": facts["method"], "headers": _wire(facts["headers"])}
        scope |= {"raw_path": facts["path"].encode("latin-1"), "query_string": facts["query"].encode("latin-1")}
        super().__init__(facts["id"], scope, redactor)
        self.masked: Sequence[str] = facts["masked"]
        self.workspace, self.key = workspace, facts["key"]
        self.at_ms, self._took = facts["at"], facts["took"]
        self.stage, self.status, self.explain = Stage(facts["stage"]), facts["status"], facts["explain"]
        self.findings, self.preferred, self.events = facts["findings"], facts["preferred"], facts["events"]
        self.fault, self.mapping, self.evolved = facts["origin"]
        self.answered, self.body, self.answer = _wire(facts["answered"]), body, answer
        (self.body_size, self.answer_size), self.sent_weight = facts["sizes"], facts["weight"]
        self.allowance = None if facts["allowance"] is None else RemainingRequests(*facts["allowance"])
        self.fields = tuple((name, tuple(values)) for name, values in facts["fields"])
        self.changes = [
            Change(kind, id, _row(id, after), _row(id, before)) for kind, id, after, before in facts["changes"]
        ]
        self.named, self.over = {}, True  # one that was under way never ended, as far as anybody knows


class ExchangeForm:
    """Writes exchanges as bytes, with their secrets masked, and reads them."""

    def __init__(self, contract: Contract, redactor: Redactor) -> None:
        self._contract = contract
        self._redactor = redactor

    def dump(self, exchange: Exchange) -> bytes:
        """Write an exchange: what is known of it in a line of JSON, and the two bodies after that."""
        path, query = _hidden(exchange._raw_path, self._redactor), _hidden(exchange._query, self._redactor)
        body, answer = self._body(exchange.body), self._body(exchange.answer)
        altered = {"path": path != exchange._raw_path, "query": query != exchange._query, "body": body != exchange.body}
        before = exchange.masked if isinstance(exchange, StoredExchange) else ()
        facts = {
            "masked": [part for part, is_altered in altered.items() if is_altered or part in before],
            "path": path.decode("latin-1"),
            "query": query.decode("latin-1"),
            "sizes": [
                _size(exchange.body_size, exchange.body, body),
                _size(exchange.answer_size, exchange.answer, answer),
            ],
            "weight": exchange.sent_weight,
            **_facts(exchange),
            "headers": shown_headers(exchange.headers, self._redactor),
            "answered": shown_headers(exchange.answered, self._redactor),
            "changes": [self._change(change) for change in exchange.changes],
            "length": len(body),
        }
        return b"%b\n%b%b" % (write_json(facts), body, answer)

    def load(self, workspace: Workspace, stored: bytes) -> StoredExchange:
        """Read an exchange of a workspace. Raises ValueError or LookupError for another form."""
        line, _, bodies = stored.partition(b"\n")
        facts = read_json(line, _DEPTH)
        length = facts["length"]
        made = StoredExchange(facts, bodies[:length], bodies[length:], workspace, self._redactor)
        made.operation = self._contract.operations.get(facts["operation"])
        return made

    def _body(self, body: bytes) -> bytes:
        """A body as it came if there is nothing to mask in it."""
        shown = shown_body(body, self._redactor)
        if shown is None or isinstance(shown, orjson.Fragment):
            return body
        if isinstance(shown, str):
            return body if shown == body.decode("utf-8", "replace") else shown.encode()
        return body if shown == read_json(body, _DEPTH) else write_json(shown)

    def _change(self, change: Change) -> list[Any]:
        rows = (
            None if row is None else [row.key, masked_json(row.record, self._redactor)]
            for row in (change.row, change.before)
        )
        return [change.kind, change.id, *rows]


def shown_headers(headers: Headers, redactor: Redactor) -> list[tuple[str, str]]:
    """Header fields as texts, with credentials and other secrets masked."""
    texts = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    open_to_all = [
        (name, MASK if name in _CREDENTIALS or name in redactor.key_headers else value) for name, value in texts
    ]
    together = "\n".join([value for _, value in open_to_all])
    if redactor.redact(together) == together:  # mostly so, and one look costs less than one at each
        return open_to_all
    return [(name, redactor.redact(value)) for name, value in open_to_all]


def _facts(exchange: Exchange) -> dict[str, Any]:
    """The facts that are masked already, or hold nothing of the request's texts."""
    return {
        "id": exchange.id,
        "method": exchange.method,
        "operation": exchange.operation.key if exchange.operation else None,
        "key": exchange.key,
        "at": exchange.at_ms,
        "took": exchange._took,
        "stage": exchange.stage.value,
        "status": exchange.status,
        "explain": exchange.explain,
        "findings": list(exchange.findings),
        "preferred": exchange.redactor.redact(exchange.preferred),
        "allowance": exchange.allowance,
        "events": [{name: event[name] for name in ("id", "type", "recordId")} for event in exchange.events],
        "origin": [exchange.fault, exchange.mapping, exchange.evolved],
        "fields": exchange.fields or (),
    }


def _hidden(raw: bytes, redactor: Redactor) -> bytes:
    """A path or a query without its secrets; as it came if it has none."""
    text = header_text(raw)
    shown = redactor.redact_url(text)
    return raw if shown == text else shown.encode()


def _size(size: int, kept: bytes, masked_body: bytes) -> int:
    """The size of a body that tells whether it was cut, also where masking has made it shorter or longer."""
    if masked_body == kept:
        return size
    return max(size, len(masked_body) + 1) if len(kept) < size else len(masked_body)


def _wire(fields: Sequence[Sequence[str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in fields]


def _row(id: str | int, stored: Sequence[Any] | None) -> Row | None:
    return None if stored is None else Row(id, tuple(stored[0]), stored[1])
