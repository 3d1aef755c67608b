"""The way on which others reach a replica, which a test can cut: then nobody comes through, and open ways end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from joined_streams import close, join


class Relay:
    """Passes connections on to the port that ``to`` tells. ``start`` it on the loop that ends it."""

    def __init__(self, to: Callable[[], int]) -> None:
        self._to = to
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.is_cut = False
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Let nobody through from now on."""
        self.is_cut = True
        for writer in self._open:
            writer.close()

    def mend(self) -> None:
        """Let everybody through again."""
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            if not self.is_cut:
                there, back = await asyncio.open_connection("127.0.0.1", self._to())
                self._open |= {writer, back}
                try:
                    await join(reader, writer, there, back)
                finally:
                    self._open -= {writer, back}
        await close(writer)
