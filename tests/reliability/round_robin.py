"""A proxy for tests: each new connection goes to the next of several servers, as with a load balancer."""

import asyncio
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from joined_streams import close, join


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def round_robin(ports: Sequence[int]) -> Iterator[str]:
    """The URL of the proxy, which runs in a thread until the block ends."""
    turns = itertools.cycle(ports)
    loop = asyncio.new_event_loop()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in ports:  # one that is not there is passed over
            with suppress(OSError, asyncio.CancelledError):
                there, back = await asyncio.open_connection("127.0.0.1", next(turns))
                await join(reader, writer, there, back)
                break
        await close(writer)

    server = loop.run_until_complete(asyncio.start_server(passed, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    asyncio.run_coroutine_threadsafe(_end(server), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
