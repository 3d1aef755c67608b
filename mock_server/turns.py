"""Long work on the event loop, in pieces: between two of them others have their turn."""

import asyncio

from mock_server.world.clock import Stopwatch

TURN_MILLISECONDS = 10.0
"""How long one piece of work may keep the loop, before others are let in."""


class Turns:
    """One long work. ``await turns.rest()`` wherever it can be interrupted; most times that returns at once."""

    def __init__(self) -> None:
        self._turn = Stopwatch()

    async def rest(self) -> None:
        """Let others go first, if this work has had its turn."""
        if self._turn.ms() > TURN_MILLISECONDS:
            await asyncio.sleep(0)
            self._turn = Stopwatch()
