"""Reads the body of a request, with limits of bytes and time, before any other code sees it."""

from starlette.types import Receive, Scope

from mock_server.errors import ApiError, BadRequest, PayloadTooLarge
from mock_server.support.condition import within
from mock_server.support.text import shorten

BODY = "mock.body"
"""Where a scope has the body of a request that has arrived, or the reason why it was not read."""

MAX_BODY_SECONDS = 30.0
"""Seconds for a whole body; uvicorn sets no such bound."""
_HANG_UP = [(b"connection", b"close")]


class ClientGone(Exception):
    """The client hung up before its body was complete, so there is nobody to answer."""


async def body_of(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body of a request. It may be asked for more than once. Raises the same errors as ``read_body``."""
    known = scope.get(BODY)
    if isinstance(known, ApiError):
        raise known
    if known is None:
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), None)
        known = scope[BODY] = await read_body(receive, declared, limit)
    body: bytes = known
    return body


async def read_body(receive: Receive, declared: bytes | None, limit: int, deadline: float = MAX_BODY_SECONDS) -> bytes:
    """The whole body, at most ``limit`` bytes.

    Raises PayloadTooLarge, before reading where the client declares its size; BadRequest when it dawdles;
    ClientGone.
    """
    if declared is not None and declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise PayloadTooLarge(
            f"the body declares {shorten(declared.decode(), 18)} bytes; at most {limit} are read (--max-body)"
        )
    try:
        return await within(deadline, _whole(receive, limit))
    except TimeoutError:
        raise BadRequest(f"the body was not whole after {deadline:g} s", headers=_HANG_UP) from None


async def _whole(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise PayloadTooLarge(f"the body is larger than {limit} bytes (--max-body)")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
