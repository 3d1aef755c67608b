"""Wait for matching deliveries. Each delivery is compared once, however many come and however many clients wait."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from mock_server.event_loop.turns import Turns
from mock_server.workspaces.inbox import Expected, Inbox, Received


class ExpectedDeliveries:
    """The deliveries that a client expects in an inbox."""

    def __init__(self, inbox: Inbox, expected: Expected) -> None:
        self.inbox = inbox
        self._expected = expected
        self._came: list[Received] = []
        self._looked = 0
        self._era = inbox.era
        self._known = inbox.summaries

    async def until(self, count: int, seconds: float) -> Sequence[Received]:
        """Wait for ``count`` matching deliveries, at most ``seconds``; return the matching ones, oldest first."""
        await self._look()
        if seconds:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while len(self._came) < count:
                        await self.inbox.arrivals.until(self._has_news)
                        await self._look()
        return self._came

    def _has_news(self) -> bool:
        return self.inbox.seen > self._looked or self.inbox.era != self._era

    async def _look(self) -> None:
        """Compare the new deliveries. After an inbox was emptied, begin again."""
        if self.inbox.era != self._era:
            self._came, self._looked, self._era = [], 0, self.inbox.era
            self._known = self.inbox.summaries
        turns = Turns(patient=True)
        while new := list(self.inbox.after(self._looked))[::-1]:
            for entry in new:
                await turns.rest()
                if self.inbox.era != self._era:
                    return
                different = await self._expected.count(entry, self._known)
                if self.inbox.era != self._era:
                    return
                self._looked = entry.number
                if not different:
                    self._came.append(entry)

    async def nearest(self, count: int) -> Sequence[tuple[Received, Sequence[str]]]:
        """The most similar deliveries, with their differences."""
        found, turns, known = [], Turns(patient=True), self.inbox.summaries
        for entry in list(self.inbox.received):
            await turns.rest()
            if different := await self._expected.count(entry, known):
                found.append((different, entry))
        compared = []
        for _, entry in sorted(found, key=lambda pair: pair[0])[:count]:
            await turns.rest()
            compared.append((entry, await self._expected.mismatches(entry)))
        return compared
