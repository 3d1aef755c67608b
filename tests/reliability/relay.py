"""The way on which others reach a replica, which a test can cut: then nobody comes through, and open ways end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


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
                await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
                back.close()
                self._open -= {writer, back}
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
