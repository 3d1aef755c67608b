"""The news of one workspace: its requests, events and attempts, in the order of cause and effect.

A feed keeps places in what the workspace keeps anyway. So nothing is added to any request, nothing piles up for a
reader who is slow, and whoever comes late gets the newest of what there is.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from mock_server.admin.feed_rows import Row, attempt_row, event_row, request_row
from mock_server.api.exchange import Exchange
from mock_server.store.base import Record
from mock_server.store.state import Transaction
from mock_server.support.ring_buffer import RingBuffer
from mock_server.webhooks import events, outbox
from mock_server.workspaces.workspace import DEFAULT, Workspace
from mock_server.world.clock import Stopwatch, stamp

Facts = Mapping[str, Any]

MAX_ROWS = 2_000
"""Rows of each sort that a feed tells at once; older ones are skipped."""
AT_ONCE_MILLISECONDS = 1.0
"""How long a reader may keep other requests waiting: a page is open for hours."""
_MAX_UNFINISHED = 1_000
_LAST = 1 << 60  # behind all requests: it was caused by none
_REFUSED, _REQUEST, _EVENT, _ATTEMPT = range(4)


class Place(NamedTuple):
    """The place of a row among others: by the workspace's time, then by the request that caused it."""

    at: str
    request: int
    sort: int
    number: int


class FeedEntry(NamedTuple):
    """One entry of the feed. ``row`` makes its row, which costs more than to find it."""

    place: Place
    row: Callable[[], Row]


class LiveFeed:
    """The feed of one reader. ``next`` gives the news since the last call.

    ``draw`` makes the row of a request. The default workspace tells of requests whose key was ``refused``, too: they
    belong to none.
    """

    def __init__(self, workspace: Workspace, refused: RingBuffer[Exchange], draw: Callable[[Exchange], Row]) -> None:
        self._workspace = workspace
        self._refused = refused if workspace.id == DEFAULT else RingBuffer[Exchange](0)
        self._draw = draw
        self.skipped = 0
        """How many entries the last call left out, because there were too many at once."""
        self._begin()

    def _begin(self) -> None:
        self._journal, self._generation = self._workspace.journal.coverage, self._workspace.generation
        self._requests = self._attempts = self._refusals = 0
        self._event = -1  # when the last one came
        self._version: object = None
        self._unfinished: list[Exchange] = []

    def begin_anew(self) -> bool:
        """Tell whether the workspace was replaced as a whole, by a reset or a snapshot; if so, begin anew."""
        workspace = self._workspace
        if self._journal is workspace.journal.coverage and self._generation == workspace.generation:
            return False
        self._begin()
        return True

    async def next(self) -> Sequence[FeedEntry]:
        """Return the news since the last call, oldest first. A request that ends comes a second time."""
        self.skipped = 0
        found, watch = [], Stopwatch()
        for one in chain(self._new_refusals(), self._new_requests(), self._new_events(), self._new_attempts()):
            found.append(one)
            if watch.ms() > AT_ONCE_MILLISECONDS:
                await asyncio.sleep(0)
                watch = Stopwatch()
        return sorted(found, key=lambda one: one.place)

    def _new_refusals(self) -> Iterator[FeedEntry]:
        count, self._refusals = self._refused.seen - self._refusals, self._refused.seen
        for number, one in enumerate(self._refused.newest(count)):
            place = Place(stamp(one.at) if one.at else "", _LAST, _REFUSED, number)
            yield FeedEntry(place, partial(request_row, one, ()))

    def _new_requests(self) -> Iterator[FeedEntry]:
        journal = self._workspace.journal
        count, self._requests = journal.seen - self._requests, journal.seen
        self.skipped += max(0, count - MAX_ROWS)
        fresh = journal.newest(min(count, MAX_ROWS))
        ended = [one for one in self._unfinished if one.over]
        self._unfinished = [one for one in (*self._unfinished, *fresh) if not one.over][-_MAX_UNFINISHED:]
        for number, one in enumerate((*ended, *fresh)):
            place = Place(stamp(one.at) if one.at else "", _number(one.id), _REQUEST, number)
            yield FeedEntry(place, partial(self._draw, one))

    def _new_events(self) -> Iterator[FeedEntry]:
        state = self._workspace.state
        if state.version is self._version:
            return
        self._version = state.version
        fresh = [row for row in state.rows(events.KIND) if row.key[1] > self._event]
        self._event = max((row.key[1] for row in fresh), default=self._event)
        self.skipped += max(0, len(fresh) - MAX_ROWS)
        for row in fresh[-MAX_ROWS:]:
            event = row.record
            place = Place(event["createdAt"], _number(event["cause"]), _EVENT, row.key[1])
            yield FeedEntry(place, partial(event_row, event))

    def _new_attempts(self) -> Iterator[FeedEntry]:
        made, tx = self._workspace.attempts, Transaction(self._workspace.state)
        count, self._attempts = made.seen - self._attempts, made.seen
        self.skipped += max(0, count - MAX_ROWS)
        for facts in made.newest(min(count, MAX_ROWS)):
            owed, caused = tx.get(outbox.KIND, facts["deliveryId"]), tx.get(events.KIND, facts["eventId"])
            delivery, event = owed.record if owed else None, caused.record if caused else None
            at = _at(facts, delivery)
            place = Place(at, _number(event["cause"] if event else ""), _ATTEMPT, facts["sequence"])
            yield FeedEntry(place, partial(attempt_row, facts, delivery, event, at))


def _at(facts: Facts, delivery: Record | None) -> str:
    """When an attempt was made; an empty text if nobody knows it any more."""
    made = delivery["attempts"] if delivery else ()
    return next((str(one["at"]) for one in made if one["number"] == facts["number"]), "")


def _number(id: str) -> int:
    """The number of a request by its id; a large one for what no request has caused."""
    number = id.removeprefix("req_")
    return int(number) if number.isdecimal() and number.isascii() else _LAST
