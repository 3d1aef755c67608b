"""Send an answer: its body, and the headers of ours that tell what happened."""

import re
from collections.abc import Iterable, Sequence

from starlette.types import Send

from mock_server.api.exchange import KEPT_ANSWER, Exchange

Header = tuple[bytes, bytes]

_LONGEST = 1_000
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]+")


async def send_answer(
    send: Send, exchange: Exchange, status: int, body: bytes, headers: Iterable[Header] = (), *, ours: bool
) -> None:
    """Send ``body`` (JSON, or nothing at all). ``ours``: whether the headers that start with X-Mock- go along."""
    exchange.status = status
    sent = [*headers_for(body), *headers]
    if ours:
        sent.append((b"x-mock-request-id", exchange.id.encode()))
        if exchange.explain:
            sent.append(explained(exchange.explain))
    exchange.answered, exchange.answer = sent, body[:KEPT_ANSWER]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def headers_for(body: bytes) -> list[Header]:
    length = (b"content-length", str(len(body)).encode())
    return [length, (b"content-type", b"application/json")] if body else [length]


def explained(texts: Sequence[str]) -> Header:
    """The header that says why: one line of bounded length, whatever the texts hold."""
    line = _NOT_PRINTABLE.sub("?", "; ".join(texts).replace("→", "->").replace("…", "..."))
    return b"x-mock-explain", (line if len(line) <= _LONGEST else line[: _LONGEST - 4] + " ...").encode("ascii")
