"""The exchanges of a run as HAR 1.2. On a real host bodies are reduced to their shapes."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.report import summary
from contracts.report.escaping import json_text
from contracts.report.summary import RunReport
from contracts.run.events import ExchangeMade, RunEvent
from contracts.run.outcome import RunResult
from contracts.transport.exchange import NO_KEYS, NOT_JSON, Exchange, Variables, shape
from contracts.transport.redaction import ReportRedactor
from mock_server.support.redaction import MASK

MAX_BODIES_BYTES = 48 * 1024**2
"""Bytes of bodies that are kept; `check traffic` reads files of 64 MiB."""

_CREDENTIALS = ("authorization", "cookie", "set-cookie")
_HARMLESS = ("allow", "content-length", "content-type", "date", "retry-after")


Kept = tuple[datetime, Exchange, bool]
"""The time at which an exchange began, the exchange, and whether its bodies are kept."""


class ExchangeLog:
    """Keeps exchanges in a list. When enough bytes are kept, later exchanges lose their bodies."""

    def __init__(self, kept: list[Kept]) -> None:
        self.kept, self._bytes = kept, 0

    def keep(self, exchange: Exchange) -> None:
        """Keep an exchange that is just over."""
        self._bytes += len(exchange.body) + len(exchange.sent_body)
        whole = self._bytes <= MAX_BODIES_BYTES
        self.kept.append((datetime.now(UTC) - timedelta(seconds=exchange.seconds), exchange, whole))


class HarRecorder:
    """Subscribes to a run and keeps its exchanges."""

    def __init__(self, outcome: RunResult) -> None:
        self._log = ExchangeLog(outcome.exchanges)

    def __call__(self, event: RunEvent) -> None:
        """Keep the exchange of an event; other events have nothing for a recording."""
        if isinstance(event, ExchangeMade):
            self.seen(event.exchange)

    def seen(self, exchange: Exchange) -> None:
        """Keep an exchange; without its bodies when enough bytes are kept already."""
        self._log.keep(exchange)


def as_har(report: RunReport) -> str:
    """Write the exchanges of a run as one HAR log."""
    outcome = report.outcome
    comment = f"{outcome.target.origin}, mode {outcome.mode}, seed {outcome.seed}"
    return har_text(outcome.exchanges, "check", comment, report.redactor, outcome.target.variables)


def har_text(kept: Iterable[Kept], verb: str, comment: str, redactor: ReportRedactor, keys: Variables = NO_KEYS) -> str:
    """Write one HAR log. Where a text must not be repeated, `_shape` stands in its place; the format allows members of
    our own.
    """
    entries = [_entry(start, exchange, whole, redactor, keys) for start, exchange, whole in kept]
    creator = {"name": f"sophiie-mock {verb}", "version": "1"}
    log = {"version": "1.2", "creator": creator, "comment": redactor.redact(comment), "entries": entries}
    return json_text({"log": log}, indent=None)


def _entry(
    start: datetime, exchange: Exchange, whole: bool, redactor: ReportRedactor, keys: Variables
) -> dict[str, Any]:
    took = round(exchange.seconds * 1000, 3)
    query = parse_qsl(urlsplit(exchange.report_url).query, keep_blank_values=True)
    request = {
        "method": exchange.method,
        "url": exchange.report_url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.sent_headers, private=False, keys=keys),
        "queryString": [{"name": n, "value": v} for n, v in query],
        "headersSize": -1,
        "bodySize": len(exchange.sent_body),
    }
    response = {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.headers, private=exchange.private),
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.body),
    }
    request, response = summary.redacted(request, redactor), summary.redacted(response, redactor)
    if exchange.sent_body:
        kind = redactor.redact(exchange.sent_headers.get("content-type", ""))
        request["postData"] = {"mimeType": kind, **_body(exchange.sent_body, exchange, whole, redactor)}
    kind = redactor.redact(exchange.headers.get("content-type", "x-unknown"))
    response["content"] = {"size": len(exchange.body), "mimeType": kind}
    response["content"] |= _body(exchange.body, exchange, whole, redactor)
    return {
        "startedDateTime": start.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": took,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
    }


def _headers(headers: Mapping[str, str], *, private: bool, keys: Variables = NO_KEYS) -> list[dict[str, str]]:
    """Credentials are named by their variables, or masked; of a real answer only those are kept that hold nobody's
    data."""
    named = {f"Bearer {key}": f"Bearer ${variable}" for key, variable in keys.items()}
    shown = {name: named.get(value, MASK) if name in _CREDENTIALS else value for name, value in headers.items()}
    if private:
        shown = {name: value if name in _HARMLESS or name.startswith("x-ratelimit-") else MASK
                 for name, value in shown.items()}  # fmt: skip
    return [{"name": name, "value": value} for name, value in shown.items()]


def _body(body: bytes, exchange: Exchange, whole: bool, redactor: ReportRedactor) -> dict[str, Any]:
    """A body redacted member by member, so that JSON stays JSON; only its shape if the value must not be stored."""
    value = _json(body)
    if exchange.private or not whole:
        return {"_shape": redactor.redact(shape(value, exchange.words))} if body else {"text": ""}
    if value is not NOT_JSON:
        return {"text": json.dumps(summary.redacted(value, redactor), ensure_ascii=False, separators=(",", ":"))}
    text = body.decode("utf-8", "replace")
    bare = redactor.redact(text)
    if text.encode() == body:
        return {"text": bare}
    return {"text": base64.b64encode(body).decode(), "encoding": "base64"} if bare == text else {"_shape": "bytes"}


def _json(body: bytes) -> Any:
    return Exchange("", "", {}, b"", 0, {}, body).json
