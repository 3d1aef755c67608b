"""A request in a report, from which it can be sent again: without the key, and without the host."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts.spec.json_file import JsonNode
from contracts.transport.exchange import Exchange, Variables
from mock_server.support.redaction import MASK

_MAX_BODY_BYTES = 64 * 1024
_OF_THE_CONNECTION = (
    *("accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"),
    "x-schemathesis-testcaseid",
)


@dataclass(frozen=True)
class StoredRequest:
    """A request. In headers a variable's name stands for a key. ``status`` is that of its answer."""

    method: str
    path: str
    """The path with its query."""
    headers: Mapping[str, str]
    body: str | None
    status: int
    whole: bool = True
    """True if the body is complete."""

    @property
    def unsendable_reason(self) -> str:
        """The reason why it cannot be sent again; empty if it can."""
        texts = (self.path, self.body or "", *self.headers.values())
        if not self.whole:
            return "its body is not in the report"
        return "a secret in it was masked" if any(MASK in text for text in texts) else ""

    def sent_headers(self, keys: Variables) -> dict[str, str]:
        """The headers with the real keys in place of the variables."""
        headers = dict(self.headers)
        for key, variable in keys.items():
            headers = {name: value.replace(f"${variable}", key) for name, value in headers.items()}
        return headers


def to_dict(exchange: Exchange, keys: Variables) -> dict[str, Any]:
    """The request of an exchange as plain data, for a report; still to be redacted.

    A mock's journal knows the exchange by its ``mockRequestId``.
    """
    text = exchange.sent_body.decode("utf-8", "replace")
    whole = len(exchange.sent_body) <= _MAX_BODY_BYTES and text.encode("utf-8") == exchange.sent_body
    headers = {name: value for name, value in exchange.sent_headers.items() if name not in _OF_THE_CONNECTION}
    for key, variable in keys.items():
        headers = {name: value.replace(key, f"${variable}") for name, value in headers.items()}
    parts = urlsplit(exchange.report_url)
    return {
        "method": exchange.method,
        "path": f"{parts.path}?{parts.query}" if parts.query else parts.path,
        "headers": headers,
        "body": text if whole and exchange.sent_body else None,
        "whole": whole,
        "status": exchange.status,
        "mockRequestId": exchange.headers.get("x-mock-request-id", ""),
    }


def load_request(node: JsonNode) -> StoredRequest:
    """Load a request out of a report. Raises CannotRun."""
    path = node.get("path", str)
    if not path.startswith("/"):
        raise node.at("path").refuse("no path")
    headers = {name: node.at("headers").get(name, str) for name in node.get("headers", dict, {})}
    body: str | None = node.get("body", str, None)
    whole = node.get("whole", bool, True)
    return StoredRequest(node.get("method", str).upper(), path, headers, body, node.get("status", int), whole)
