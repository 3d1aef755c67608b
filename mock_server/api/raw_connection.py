"""The connection of a client below ASGI, for faults that break HTTP itself and for headers that uvicorn adds."""

import asyncio
import socket
import struct

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mock_server.support.condition import Condition


class RawConnection:
    """A connection, past HTTP: the extension ``mock.connection`` of a request's scope."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._over = self._lost = False
        self._waiting = Condition()

    def end(self, *, lost: bool = False) -> None:
        """Note that the client has closed its side, or that the connection is lost."""
        self._over, self._lost = True, self._lost or lost
        self._waiting.wake()

    async def lost(self) -> None:
        """Return when no client can read an answer any more."""
        await self._waiting.until(lambda: self._lost)

    async def wait_for_end(self) -> None:
        """Return when the client sends nothing more. It may still read; a client that was killed looks the same."""
        await self._waiting.until(lambda: self._over)

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection after everything was written."""
        self._transport.close()

    def reset(self) -> None:
        """Reset the connection at once. A linger time of zero makes the system send a reset."""
        peer = self._transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def with_one_date(send: Send, cycle: RequestResponseCycle | None) -> Send:
    """``send``, where a date that the application sends takes the place of the one that uvicorn adds."""

    async def dated(message: Message) -> None:
        starts = message["type"] == "http.response.start"
        if starts and cycle is not None and any(name == b"date" for name, _ in message["headers"]):
            cycle.default_headers = [field for field in cycle.default_headers if field[0] != b"date"]
        await send(message)

    return dated
