"""Long work on the event loop, a piece at a time: everybody else has a turn in between."""

import asyncio
import logging

from mock_server.errors import StateError
from mock_server.store.base import Log, Slices, T

log = logging.getLogger("mock_server")

_LOOK_SECONDS = 0.5  # between two looks whether there is something to tidy up
_REST_SECONDS = 0.005  # between two pieces of it: it is never urgent
_AFTER_FAULT_SECONDS = 30.0


async def in_turns(slices: Slices[T]) -> T:
    """Do all of it; what it came to."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: T = end.value
            return result
        await asyncio.sleep(0)


async def tidy_up(kept: Log) -> None:
    """Remove from a log what nobody can reach any more, for as long as the server lives."""
    while True:
        try:
            await asyncio.sleep(_REST_SECONDS if kept.tidy() else _LOOK_SECONDS)
        except StateError as fault:  # the disk is full, say; whoever changes something is told so
            log.debug("nothing was tidied up: %s", fault)
            await asyncio.sleep(_AFTER_FAULT_SECONDS)
