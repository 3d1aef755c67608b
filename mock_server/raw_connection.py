"""A client's connection below HTTP, for faults that break what HTTP cannot say."""

import asyncio
import socket
import struct


class Connection:
    """What a fault may do to a connection, past HTTP: the extension ``mock.connection`` of a request's scope."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """As it is."""
        self._transport.write(data)

    def close(self) -> None:
        """After what was written."""
        self._transport.close()

    def reset(self) -> None:
        """At once: to linger for no time is what makes the system send a reset."""
        peer = self._transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
