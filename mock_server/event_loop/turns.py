"""Do long work on the event loop in pieces, and let other requests be served between two of them.

All long work that goes on at the same time shares one piece in each round of the loop. So another request waits for
one piece, and not for one piece of each work.
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
"""How long long work may keep the loop before other requests are served."""
_WOKEN = 16
"""How many waiting works are woken in a round. Many need only a moment; the others wait for the next round."""

_LOOK_SECONDS = 0.5  # between two looks whether there is something to tidy up
_REST_SECONDS = 0.005  # between two pieces of it: it is never urgent
_AFTER_FAULT_SECONDS = 30.0


class Turns:
    """One long work. It awaits ``turns.rest()`` before each of its pieces, which mostly returns at once.

    Each work begins its first piece without waiting, unless it is ``patient``: many of those may begin at once.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self._first = None if patient else Stopwatch()
        self._line: _Line | None = None

    async def rest(self) -> None:
        """Let other requests go first if no time is left in this round."""
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
    """The long works of one loop: how much time is left of this round, and which works wait for the next."""

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
        """True if time is left in this round."""
        if self._round is None:
            self._round = Stopwatch()
            self._call()
        return self._round.ms() < TURN_MILLISECONDS

    async def wait(self) -> None:
        """Wait until one of the next rounds."""
        self._call()
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _call(self) -> None:
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._begin)  # in the next round

    def _begin(self) -> None:
        """Begin a new round: wake the first work that waits."""
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
    """Do all the work of a generator in pieces, and return its result."""
    turns = Turns()
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: T = end.value
            return result
        await turns.rest()


async def tidy_up(kept: Log, waste: DeferredFree) -> None:
    """Remove unreachable data from a log and from memory, again and again for as long as the server lives."""
    waste.attended = True
    while True:
        try:
            more = waste.reduce()
            await asyncio.sleep(_REST_SECONDS if kept.tidy() or more else _LOOK_SECONDS)
        except StateError as fault:  # the disk is full, say; whoever changes something is told so
            log.debug("nothing was tidied up: %s", fault)
            await asyncio.sleep(_AFTER_FAULT_SECONDS)
