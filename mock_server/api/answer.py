"""Send an answer: its body, and the headers of ours that tell what happened."""

import re
from collections.abc import Iterable, Sequence

from starlette.types import Send

from mock_server.api.exchange import Exchange

Header = tuple[bytes, bytes]

_LONGEST = 1_000
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]+")


async def send_answer(
    send: Send, exchange: Exchange, status: int, body: bytes, headers: Iterable[Header] = (), *, ours: bool
) -> None:
    """Send ``body`` (JSON, or nothing at all). ``ours``: whether the headers that start with X-Mock- go along."""
    exchange.status = status
    sent: list[Header] = [(b"content-length", str(len(body)).encode())]
    if body:
        sent.append((b"content-type", b"application/json"))
    sent.extend(headers)
    if ours:
        sent.append((b"x-mock-request-id", exchange.id.encode()))
        if exchange.explain:
            sent.append((b"x-mock-explain", printable(exchange.explain)))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def printable(texts: Sequence[str]) -> bytes:
    """One header line of bounded length, whatever the texts hold."""
    line = _NOT_PRINTABLE.sub("?", "; ".join(texts).replace("→", "->").replace("…", "..."))
    return (line if len(line) <= _LONGEST else line[: _LONGEST - 4] + " ...").encode("ascii")
