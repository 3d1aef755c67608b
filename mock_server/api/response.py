"""Sends an answer: its body, and our headers that explain it."""

import re
from collections.abc import Mapping, Sequence

from starlette.types import Send

from mock_server.api.exchange import JOURNAL_ANSWER_BYTES, Exchange, fields_weight

Header = tuple[bytes, bytes]

_MAX_EXPLAIN_CHARACTERS = 1_000
_OURS = 300  # bytes in memory of the headers that start with X-Mock-, but for the letters of the explanation
_BODILESS = frozenset({204, 205, 304})
_TOTALS = re.compile(rb'(?:,"\w{1,40}":\d{1,15}){1,8}\}\Z')
_TOTALS_BYTES = 200  # the end of a body in which they are looked for
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]+")


class PreparedResponse:
    """A response that can be sent more than once. Some statuses have no body.

    ``excerpt`` is the part that the journal keeps; ``weight`` is roughly the number of bytes that it takes there.
    """

    __slots__ = ("body", "excerpt", "headers", "status", "weight")

    def __init__(
        self, status: int, body: bytes, content_type: bytes = b"application/json", headers: Sequence[Header] = ()
    ) -> None:
        self.status = status
        self.body = b"" if status in _BODILESS else body
        self.headers = [*headers_for(self.body, content_type), *headers]
        self.excerpt = _excerpt(self.body)
        self.weight = len(self.excerpt) + fields_weight(self.headers) + _OURS


def _excerpt(body: bytes) -> bytes:
    """The part of a body that the journal keeps: its beginning, and of a long list also the totals at its end."""
    if len(body) <= JOURNAL_ANSWER_BYTES:
        return body
    totals = _TOTALS.search(body[-_TOTALS_BYTES:])
    end = b"..." + totals[0] if totals else b""
    return body[: JOURNAL_ANSWER_BYTES - len(end)] + end


async def send_answer(
    send: Send, exchange: Exchange, answer: PreparedResponse, headers: Sequence[Header] = (), *, ours: bool
) -> None:
    """Send ``answer``; with ``ours`` also the headers that start with X-Mock-."""
    exchange.status = answer.status
    sent = with_headers(answer.headers, headers) if headers else answer.headers.copy()
    exchange.sent_weight = answer.weight + fields_weight(headers)
    if ours:
        sent.append((b"x-mock-request-id", exchange.id.encode()))
        if exchange.evolved:
            sent.append((b"x-mock-evolve", exchange.evolved.encode()))
        if exchange.explain:
            sent.append(explained(exchange.explain))
    exchange.answered, exchange.answer, exchange.answer_size = sent, answer.excerpt, len(answer.body)
    await send({"type": "http.response.start", "status": answer.status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if exchange.plain_method == "HEAD" else answer.body})


def fields(headers: Mapping[str, str | Sequence[str]]) -> list[Header]:
    """Headers by name as they are sent; a name with several texts stands once for each."""
    each = ((name, [value] if isinstance(value, str) else value) for name, value in headers.items())
    return [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, texts in each for text in texts]


def with_headers(headers: Sequence[Header], given: Sequence[Header]) -> list[Header]:
    """Replace ``headers`` by ``given`` ones of the same name. All names are lower-case. Cookies are added."""
    if not given:
        return list(headers)
    named = dict(given)
    return [*[field for field in headers if field[0] not in named or field[0] == b"set-cookie"], *given]


def headers_for(body: bytes, content_type: bytes = b"application/json") -> list[Header]:
    """The length of a body, and its type if there is one."""
    length = (b"content-length", str(len(body)).encode())
    return [length, (b"content-type", content_type)] if body else [length]


def explained(texts: Sequence[str]) -> Header:
    """The header that explains an answer: one line of limited length, whatever its texts contain."""
    line = "; ".join(texts)
    if not line.isascii() or not line.isprintable():
        line = _NOT_PRINTABLE.sub("?", line.replace("→", "->").replace("…", "..."))
    short = line if len(line) <= _MAX_EXPLAIN_CHARACTERS else line[: _MAX_EXPLAIN_CHARACTERS - 4] + " ..."
    return b"x-mock-explain", short.encode("ascii")
