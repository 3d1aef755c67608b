"""Work that is useful only as long as its client waits for the answer."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from mock_server.api.request_body import ClientGone

T = TypeVar("T")


async def while_connected(request: Request, work: Coroutine[Any, Any, T], *, waits: bool = False) -> T:
    """Return the result of a work. If the client disconnects first, cancel the work and raise ClientGone.

    A client that has closed its sending side may still read, so a search continues for it. A work that ``waits`` for
    something to happen ends then, because a client that was killed looks the same.
    """
    connection = request.scope.get("extensions", {}).get("mock.connection")
    if connection is None:  # in process
        return await work
    working, gone = (
        asyncio.ensure_future(work),
        asyncio.ensure_future(connection.wait_for_end() if waits else connection.lost()),
    )
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        working.cancel()
        gone.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)
