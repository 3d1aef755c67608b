"""Count the stalls of an event loop for its metrics: cheaper than the watchdog, which says where they were as well."""

import asyncio

from mock_server.event_loop.stall_watchdog import MIN_STALL_SECONDS
from mock_server.world.clock import ThreadTime

_BEAT_SECONDS = 0.1


class StallCount:
    """Counts the times that a beat came late, less the time in which the machine gave the thread no processor.

    It begins when it is asked first, so a server whose metrics nobody reads pays nothing.
    """

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Count on the running loop from now on; once for each loop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._await_beat(loop)

    def judge(self, before: ThreadTime, now: ThreadTime) -> None:
        """Count the time between two beats if it is too long."""
        queued = now.queued - before.queued if now.queued is not None and before.queued is not None else 0.0
        late = now.wall - before.wall - _BEAT_SECONDS - queued
        if late >= MIN_STALL_SECONDS:
            self.count += 1
            self.seconds += late

    def _await_beat(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(_BEAT_SECONDS, self._beat, loop, ThreadTime.now())

    def _beat(self, loop: asyncio.AbstractEventLoop, before: ThreadTime) -> None:
        self.judge(before, ThreadTime.now())
        self._await_beat(loop)
