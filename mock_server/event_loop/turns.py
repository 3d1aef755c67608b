"""Long work on the event loop, in pieces: between two of them others have their turn.

Works that go on at the same time share one piece in each round of the loop: however many there are, whoever else comes
waits for one piece and not for one of each.
"""

import asyncio
import logging
from collections import deque
from typing import ClassVar
from weakref import WeakKeyDictionary

from mock_server.errors import StateError
from mock_server.store.base import Log, Slices, T
from mock_server.store.deferred_free import DeferredFree
from mock_server.world.clock import Stopwatch

log = logging.getLogger("mock_server")

TURN_MILLISECONDS = 10.0
"""How long such work may keep the loop, before others are let in."""
_WOKEN = 16
"""How many who wait are woken in a round. Many need only a moment; those for whom nothing is left wait on."""

_LOOK_SECONDS = 0.5  # between two looks whether there is something to tidy up
_REST_SECONDS = 0.005  # between two pieces of it: it is never urgent
_AFTER_FAULT_SECONDS = 30.0


class Turns:
    """One long work. ``await turns.rest()`` before each of its pieces; most times that returns at once.

    The first piece is everybody's own, but for a ``patient`` work: one of which many may begin at once.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self._first = None if patient else Stopwatch()
        self._line: _Line | None = None

    async def rest(self) -> None:
        """Let others go first, if there is nothing left of this round."""
        if self._first is not None:
            if self._first.ms() < TURN_MILLISECONDS:
                return
            self._first = None
            self._line = _Line.of(asyncio.get_running_loop())
            await self._line.wait()
        self._line = self._line or _Line.of(asyncio.get_running_loop())
        while not self._line.has_time():
            await self._line.wait()


class _Line:
    """Who works in pieces on one loop, and who waits for the next round of it."""

    _all: ClassVar["WeakKeyDictionary[asyncio.AbstractEventLoop, _Line]"] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._round: Stopwatch | None = None  # since somebody began to work in this round
        self._is_called = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "_Line":
        if (line := cls._all.get(loop)) is None:
            line = cls._all[loop] = cls()
        return line

    def has_time(self) -> bool:
        """True when something is left of this round."""
        if self._round is None:
            self._round = Stopwatch()
            self._call()
        return self._round.ms() < TURN_MILLISECONDS

    async def wait(self) -> None:
        """Stand in line until one of the next rounds."""
        self._call()
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _call(self) -> None:
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._begin)  # in the next round

    def _begin(self) -> None:
        """A new round: wake the first in line."""
        self._round, self._is_called = None, False
        woken = 0
        while self._waiting and woken < _WOKEN:
            future = self._waiting.popleft()
            if not future.done():  # it may have been cancelled
                future.set_result(None)
                woken += 1
        if self._waiting:
            self._call()


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


async def tidy_up(kept: Log, waste: DeferredFree) -> None:
    """Remove from a log, and from memory, what nobody can reach any more, for as long as the server lives."""
    waste.attended = True
    while True:
        try:
            more = waste.reduce()
            await asyncio.sleep(_REST_SECONDS if kept.tidy() or more else _LOOK_SECONDS)
        except StateError as fault:  # the disk is full, say; whoever changes something is told so
            log.debug("nothing was tidied up: %s", fault)
            await asyncio.sleep(_AFTER_FAULT_SECONDS)
