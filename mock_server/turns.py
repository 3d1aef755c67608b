"""Long work on the event loop, in pieces: between two of them others have their turn."""

import asyncio
import logging

from mock_server.errors import StateError
from mock_server.store.base import Log, Slices, T
from mock_server.store.waste import Waste
from mock_server.world.clock import Stopwatch

log = logging.getLogger("mock_server")

TURN_MILLISECONDS = 10.0
"""How long one piece of work may keep the loop, before others are let in."""

_LOOK_SECONDS = 0.5  # between two looks whether there is something to tidy up
_REST_SECONDS = 0.005  # between two pieces of it: it is never urgent
_AFTER_FAULT_SECONDS = 30.0


class Turns:
    """One long work. ``await turns.rest()`` wherever it can be interrupted; most times that returns at once."""

    def __init__(self) -> None:
        self._turn = Stopwatch()

    async def rest(self) -> None:
        """Let others go first, if this work has had its turn."""
        if self._turn.ms() > TURN_MILLISECONDS:
            await asyncio.sleep(0)
            self._turn = Stopwatch()


async def in_turns(slices: Slices[T]) -> T:
    """Do all of a work that comes in pieces; what it came to."""
    turns = Turns()
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: T = end.value
            return result
        await turns.rest()


async def tidy_up(kept: Log, waste: Waste) -> None:
    """Remove from a log, and from memory, what nobody can reach any more, for as long as the server lives."""
    waste.attended = True
    while True:
        try:
            more = waste.reduce()
            await asyncio.sleep(_REST_SECONDS if kept.tidy() or more else _LOOK_SECONDS)
        except StateError as fault:  # the disk is full, say; whoever changes something is told so
            log.debug("nothing was tidied up: %s", fault)
            await asyncio.sleep(_AFTER_FAULT_SECONDS)
