"""The answers that a replica itself gives, when no workspace can be asked."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.types import Message, Send

from mock_server.errors import StateError
from mock_server.support.exact_json import write_json

BUSY = "nobody serves this workspace at the moment; ask again soon"
LOST = "the replica that served this request is gone, and nobody knows how far it came"
STRANGER = "this header is for replicas, which share a secret"


async def refuse(send: Send, status: int, why: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Answer with a reason."""
    await send_whole(send, status, [(b"content-type", b"application/json"), *headers], write_json({"error": why}))


async def send_whole(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """Send an answer with a body of known length."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def after(stored: Callable[[], Awaitable[None]], send: Send) -> Send:
    """Make a ``send`` whose answer waits until something is ``stored``; if that fails, the answer is 503 instead."""
    begun = refused = False

    async def send_after(message: Message) -> None:
        nonlocal begun, refused
        if not begun:
            begun = True
            try:
                await stored()
            except StateError as fault:
                refused = True
                await refuse(send, 503, str(fault))
        if not refused:
            await send(message)

    return send_after
