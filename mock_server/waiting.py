"""Who waits for something to happen here, in whichever event loop."""

import asyncio
from collections.abc import Callable


class Waiting:
    """As asyncio's Condition, but not bound to the first loop that waited.

    An application in process outlives the loop of each test that uses it.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        """Something happened: whoever waits looks again."""
        for future in self._waiting:
            if not future.done() and not future.get_loop().is_closed():
                future.set_result(None)
        self._waiting.clear()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Return when ``ready`` says so; it is asked now, and after each wake."""
        while not ready():
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
