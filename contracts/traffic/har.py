"""HAR 1.2, as browsers, proxies and test tools write it."""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from contracts.exchange import Exchange
from contracts.node import Node
from contracts.traffic.reading import Part, Recorded, Recording, credentials

_NO_BODY = (204, 205, 304)
_PREFLIGHT = "access-control-request-method"


def read(whole: Node) -> Recording:
    """Raises CannotRun."""
    whole.get("log", dict)
    log = whole.at("log")
    log.get("entries", list)
    recording = Recording("HAR")
    for entry in log.items("entries", numbered=True):
        _entry(entry, recording)
    return recording


def _entry(entry: Node, recording: Recording) -> None:
    for name in ("request", "response"):
        entry.get(name, dict)
    request, response = entry.at("request"), entry.at("response")
    method, url = request.get("method", str).upper(), request.get("url", str)
    status = response.get("status", int)
    sent, got = _headers(request), _headers(response)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise request.at("url").refuse("no URL") from None
    recording.secrets |= credentials([*sent.items(), *got.items(), *parse_qsl(parts.query, keep_blank_values=True)])
    if parts.scheme not in ("http", "https") or method == "CONNECT":
        return recording.leave_out("no HTTP request")
    if not 100 <= status <= 599:
        return recording.leave_out("no answer was recorded")
    if status == 304 or status < 200:
        return recording.leave_out("answered from a cache, or in between (304, 1xx)")
    if method == "OPTIONS" and _PREFLIGHT in sent:
        return recording.leave_out("preflight requests of a browser")
    sent_body, request_part = _sent(request, sent)
    body, answer_part = _got(response, got, status, method)
    exchange = Exchange(method, url, sent, sent_body, status, got, body, private=True)
    recording.entries.append(Recorded(entry.number, entry.pointer, exchange, request_part, answer_part))
    return None


def _headers(message: Node) -> dict[str, str]:
    """By lower-case name, several of one name joined; HTTP/2's `:path` and its like are no headers."""
    found: dict[str, str] = {}
    for header in message.items("headers"):
        name, value = header.get("name", str).lower(), header.get("value", str, "")
        if not name.startswith(":"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _sent(request: Node, headers: dict[str, str]) -> tuple[bytes, Part]:
    if request.get("postData", dict, None) is None:
        size = request.get("bodySize", (int, float), 0)
        length = headers.get("content-length", "0")
        return b"", Part.HEAD if size > 0 or (length.isdigit() and int(length) > 0) else Part.WHOLE
    data = request.at("postData")
    kind = data.get("mimeType", str, "")
    if kind:
        headers.setdefault("content-type", kind)
    if "text" not in data.object():
        fields = _fields(data.items("params"))
        return urlencode(fields).encode(), Part.WHOLE if fields else Part.HEAD
    return _bytes(data), Part.WHOLE


def _fields(params: Sequence[Node]) -> list[tuple[str, str]]:
    return [(param.get("name", str), param.get("value", str, "")) for param in params]


def _got(response: Node, headers: dict[str, str], status: int, method: str) -> tuple[bytes, Part]:
    if response.get("content", dict, None) is None:
        return b"", Part.HEAD
    content = response.at("content")
    kind = content.get("mimeType", str, "")
    if kind and kind != "x-unknown":
        headers.setdefault("content-type", kind)
    if content.get("text", str, None) is None:
        empty = status in _NO_BODY or method == "HEAD" or content.get("size", (int, float), -1) == 0
        return b"", Part.WHOLE if empty else Part.HEAD
    return _bytes(content), Part.WHOLE


def _bytes(holder: Node) -> bytes:
    """The text of a body; `base64` when the file says so."""
    text = holder.get("text", str, "")
    if holder.get("encoding", str, "").lower() != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise holder.at("text").refuse("not base64, and `encoding` says so") from None
