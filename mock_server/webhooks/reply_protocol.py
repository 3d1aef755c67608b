"""Read what a receiver answers in pieces, so that none holds the event loop with what its answer is made of.

aiohttp makes an object of each interim answer (1xx), and waits for the last of them without a bound. Ten thousand of
them fit into what a socket gives at once: reading them takes a second.
"""

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError

MAX_INTERIM_ANSWERS = 20
"""Most answers of 1xx before the answer."""
_PIECE = 4096  # bytes that are read at once


class ReplyProtocol(ResponseHandler):
    """Hangs up on a receiver that sends more than MAX_INTERIM_ANSWERS."""

    _interim = 0

    def data_received(self, data: bytes) -> None:
        """Read the bytes, a piece at a time."""
        if len(data) <= _PIECE:
            super().data_received(data)
            return
        for start in range(0, len(data), _PIECE):
            if self._interim <= MAX_INTERIM_ANSWERS and self.transport is not None:
                super().data_received(data[start : start + _PIECE])

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Take an answer that was read."""
        self._interim = self._interim + 1 if 100 <= data[0].code < 200 else 0
        if self._interim <= MAX_INTERIM_ANSWERS:
            super().feed_data(data, size)
        elif self.transport is not None:
            what = f"more than {MAX_INTERIM_ANSWERS} interim answers (1xx)"
            self.set_exception(HttpProcessingError(message=what))
            self.transport.close()


def read_in_pieces(connector: aiohttp.TCPConnector) -> None:
    """Let the connections of a connector read so. The library has no public way to it."""
    connector._factory = partial(ReplyProtocol, loop=asyncio.get_running_loop())  # type: ignore[assignment]
