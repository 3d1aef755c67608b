"""Read HAR 1.2, as browsers, proxies and test tools write it.

A faulty entry of another site is no reason to refuse a file. So an unreadable entry is kept with its URL, and the
reader decides later whether it matters.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from contracts.errors import CannotRun
from contracts.spec.json_file import JsonNode
from contracts.traffic.bodies import recorded_bytes, unpacked
from contracts.traffic.context import entry_context
from contracts.traffic.recording import HAR, Part, Recorded, Recording, UnreadableEntry, credentials
from contracts.transport.exchange import Exchange

_NO_BODY = (204, 205, 304)
_PREFLIGHT = "access-control-request-method"
_UNANSWERED = "no answer was recorded"


def load_recording(whole: JsonNode) -> Recording:
    """Read a HAR. Odd entries are left out. Raises CannotRun if the file is no HAR."""
    whole.get("log", dict)
    log = whole.at("log")
    log.get("entries", list)
    recording = Recording(HAR)
    for entry in log.items("entries", numbered=True):
        try:
            _entry(entry, recording)
        except CannotRun as reason:
            recording.unreadable.append(UnreadableEntry(_url(entry), reason))
    return recording


def _url(entry: JsonNode) -> str:
    """The URL of an entry, if it can be read; the Host header completes a path alone."""
    request = entry.value.get("request") if isinstance(entry.value, Mapping) else None
    url = request.get("url") if isinstance(request, Mapping) else None
    if not isinstance(url, str):
        return ""
    if url.startswith("/"):
        host = _headers(entry.at("request")).get("host", "")
        url = f"https://{host}{url}" if host else url
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url


def _entry(entry: JsonNode, recording: Recording) -> None:
    entry.get("request", dict)
    request, url = entry.at("request"), _url(entry)
    method = request.get("method", str).upper()
    if not url:
        request.get("url", str)
        raise request.at("url").refuse("no URL")
    sent = _headers(request)
    recording.secrets |= credentials([*sent.items(), *parse_qsl(urlsplit(url).query, keep_blank_values=True)])
    response = _response(entry)
    got = _headers(response) if response else {}
    recording.secrets |= credentials(got.items())
    reason = _aside(entry, method, url, sent, got) or ("" if response else _UNANSWERED)
    status = _status(response) if response and not reason else 0
    reason = reason or _not_final(status)
    if reason and reason != _UNANSWERED:
        return recording.leave_out(reason)
    sent_body, request_part = _sent(request, sent)
    body, answer_part = _got(response, got, status, method) if response and not reason else (b"", Part.HEAD)
    exchange = Exchange(method, url, sent, sent_body, status, got, body, private=True)
    found = Recorded(entry.number, entry.pointer, exchange, request_part, answer_part, entry_context(entry))
    if not reason:
        recording.entries.append(found)
        return None
    recording.unanswered.append(found)
    return recording.leave_out(reason)


def _response(entry: JsonNode) -> JsonNode | None:
    return None if entry.get("response", dict, None) is None else entry.at("response")


def _aside(entry: JsonNode, method: str, url: str, sent: Mapping[str, str], got: Mapping[str, str]) -> str:
    """The reason why an entry is no exchange between a client and the API; nothing if it is one."""
    if urlsplit(url).scheme not in ("http", "https") or method == "CONNECT":
        return "no HTTP request"
    if method == "OPTIONS" and (_PREFLIGHT in sent or entry.object().get("_resourceType") == "preflight"):
        return "preflight requests of a browser"
    return "redirects that a browser made by itself" if "non-authoritative-reason" in got else ""


def _status(response: JsonNode) -> int:
    """The status; 0 for none, of a request that was blocked, aborted, or not answered yet."""
    status = response.get("status", (int, float), 0)
    return int(status) if math.isfinite(status) else 0


def _not_final(status: int) -> str:
    if not 100 <= status <= 599:
        return _UNANSWERED
    return "answered from a cache, or in between (304, 1xx)" if status == 304 or status < 200 else ""


def _headers(message: JsonNode) -> dict[str, str]:
    """Headers by lower-case name, joined if repeated, without HTTP/2's `:path` and the like."""
    found: dict[str, str] = {}
    for name, value in _pairs(message.object().get("headers")):
        if name and not name.startswith(":"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _pairs(headers: Any) -> list[tuple[str, str]]:
    """Headers as a list of names with values, as the format has them, or as one object.

    Any other item is ignored.
    """
    if isinstance(headers, Mapping):
        return [(str(name).lower(), _text(value)) for name, value in headers.items()]
    listed = [header for header in headers if isinstance(header, Mapping)] if isinstance(headers, list) else []
    return [(_text(header.get("name")).lower(), _text(header.get("value"))) for header in listed]


def _text(value: Any) -> str:
    """Read a text; some recorders write numbers instead."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _sent(request: JsonNode, headers: dict[str, str]) -> tuple[bytes, Part]:
    if request.get("postData", dict, None) is None:
        size = request.object().get("bodySize")
        length = headers.get("content-length", "")
        some = (isinstance(size, int | float) and size > 0) or bool(length.strip("0") and length.isdecimal())
        return b"", Part.HEAD if some else Part.WHOLE
    data = request.at("postData")
    kind = _text(data.object().get("mimeType"))
    if kind:
        headers.setdefault("content-type", kind)
    if data.object().get("text") is None:
        fields = _fields(data.items("params"))
        return urlencode(fields, errors="replace").encode(), Part.WHOLE if fields else Part.HEAD
    return recorded_bytes(data), Part.WHOLE


def _fields(params: Sequence[JsonNode]) -> list[tuple[str, str]]:
    return [(_text(param.object().get("name")), _text(param.object().get("value"))) for param in params]


def _got(response: JsonNode, headers: dict[str, str], status: int, method: str) -> tuple[bytes, Part]:
    if response.get("content", dict, None) is None:
        return b"", Part.HEAD
    content = response.at("content")
    kind = _text(content.object().get("mimeType"))
    if kind and kind != "x-unknown":
        headers.setdefault("content-type", kind)
    size = content.object().get("size")
    if content.object().get("text") is None:
        empty = status in _NO_BODY or method == "HEAD" or size == 0
        return b"", Part.WHOLE if empty else Part.HEAD
    return unpacked(recorded_bytes(content), headers, size)
