"""Two connections as one: what comes on either goes out on the other."""

import asyncio
from contextlib import suppress


async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: asyncio.StreamReader,
               back: asyncio.StreamWriter) -> None:  # fmt: skip
    """Pass on what comes until both sides have ended; then close both connections."""
    try:
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
    finally:
        await close(back, writer)


async def close(*writers: asyncio.StreamWriter) -> None:
    """Close connections, and wait a second for their last bytes: a loop that ends earlier leaves them half open."""
    for writer in writers:
        writer.close()
    for writer in writers:
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 1)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
