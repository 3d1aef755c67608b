"""Subscriptions that end when their client stops to ask for attempts: those of ``sophiie-mock listen``.

A listener has a lease. It ends when the client has not asked for ``LEASE_SECONDS``, so a client that was killed, or a
machine that sleeps, leaves nothing behind. Its subscriptions are marked, and stored like all others: owed deliveries
survive a restart of the server, and the client gets them when it comes back with its id. A listener is not part of a
workspace's past: after a reset or a restored snapshot it is subscribed again at once.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import NamedTuple

from mock_server.errors import ApiError
from mock_server.support.condition import Condition
from mock_server.webhooks.attempt_feed import AttemptFeed, Facts
from mock_server.webhooks.listener import Listener, listeners_before_restart, marked, unsubscribe
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.ids import secret

log = logging.getLogger("mock_server")

LEASE_SECONDS = 30.0
_CUT_SECONDS = 5.0
"""The rest of a lease, in seconds, after a waiting request's connection was closed: mostly the process was killed."""
_RETURN_SECONDS = 1.0
"""The seconds that a listener between two questions has to ask again, before a newcomer takes it for dead."""


class ListenResult(NamedTuple):
    """The answer to a listener: its own attempts up to the number ``last``."""

    listener: Listener
    attempts: Sequence[Facts]
    last: int


class Listeners:
    """All listeners of a server. Call ``close`` when the server stops."""

    def __init__(self, workspaces: Workspaces, news: AttemptFeed) -> None:
        self._workspaces = workspaces
        self._news = news
        self._all: dict[str, Listener] = {}
        self._asked = Condition()
        self._sweep: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def of(self, workspace: Workspace) -> list[Listener]:
        """The listeners of a workspace."""
        return [listener for listener in self._all.values() if listener.workspace is workspace]

    async def open(
        self, workspace: Workspace, hook: str, triggers: Sequence[str], id: str = "", *, skip_verify: bool = False
    ) -> Listener:
        """Open a new listener, or the one of this ``id`` that comes back. Listeners whose lease is over are ended
        first.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_RETURN_SECONDS):
                await self._asked.until(lambda: not self._silent(workspace, but=id))
        self._end(workspace, self._silent(workspace, but=id))
        listener = Listener(id or f"lsn_{secret()}", workspace, hook, triggers, skip_verify, _now())
        with self._workspaces.transaction(workspace) as tx:
            listener.subscribe(tx, workspace.clock.stamp())
        listener.change("")
        self._all[listener.id] = listener
        self._watch()
        return listener

    def end(self, workspace: Workspace, id: str) -> int | None:
        """End a listener, and return how many deliveries it was still owed; None for an unknown id. Raises
        StorageUnavailable.
        """
        known = self._all.get(id)
        return None if known is None or known.workspace is not workspace else self._end(workspace, {id})

    async def attempts(
        self, workspace: Workspace, id: str, after: int, wait: float, version: int
    ) -> ListenResult | None:
        """The attempts of a listener after this number. Waits so many seconds for one, or for a change after
        ``version``.

        None for an unknown id, and for a listener that has not come back since the server started.
        """
        listener = self._all.get(id)
        if listener is None or listener.workspace is not workspace or not listener.version:
            return None
        listener.open_requests += 1
        self._asked.wake()
        try:
            after = after if version >= listener.numbered_from else 0
            arrived = await self._news.wait_after(
                workspace, after, wait, lambda: listener.version != version or self._all.get(id) is not listener
            )
            listener.last_seen = _now()
        except asyncio.CancelledError:
            listener.last_seen = _now() - LEASE_SECONDS + min(LEASE_SECONDS, _CUT_SECONDS)
            raise
        finally:
            listener.open_requests -= 1
        if self._all.get(id) is not listener:
            return None
        own = [one for one in arrived if one["subscriptionId"] in listener.known]
        return ListenResult(listener, own, workspace.attempts.seen)

    def renewed(self, workspace: Workspace, because: str, *, numbered_anew: bool = False) -> None:
        """Subscribe the listeners of a workspace again after its records were replaced, and nobody else."""
        listeners = self.of(workspace)
        for listener in listeners:
            listener.change(because)
            if numbered_anew:
                listener.known, listener.numbered_from = set(), listener.version
        try:
            with self._workspaces.transaction(workspace) as tx:
                ids = {listener.id for listener in listeners}
                unsubscribe(tx, [row for row in marked(tx) if row.record["listener"] not in ids])
                for listener in listeners:
                    listener.subscribe(tx, workspace.clock.stamp())
        except ApiError as fault:
            log.error("who listened in workspace %s does not any more: %s", workspace.id, fault)
            self.changed(workspace)
        self._news.wake()

    def removed(self, workspace: Workspace) -> None:
        """Tell the listeners of a workspace that it was removed."""
        for listener in self.of(workspace):
            del self._all[listener.id]
        self._news.wake()

    def changed(self, workspace: Workspace) -> None:
        """Tell the listeners of a workspace that have lost a subscription."""
        for listener in self.of(workspace):
            if listener.missing():
                listener.change("")
                self._news.wake()

    def await_back(self, workspace: Workspace) -> None:
        """Give the listeners from before a restart the time of a lease to come back."""
        for listener in listeners_before_restart(workspace, _now()):
            self._all.setdefault(listener.id, listener)
            self._watch()

    def close(self) -> None:
        """Stop looking for listeners that have gone."""
        if self._sweep is not None:
            self._sweep.cancel()

    def _silent(self, workspace: Workspace, but: str) -> set[str]:
        """The listeners without a waiting request at this moment."""
        return {listener.id for listener in self.of(workspace) if not listener.open_requests} - {but}

    def _end(self, workspace: Workspace, ids: Collection[str]) -> int:
        if not ids:
            return 0
        with self._workspaces.transaction(workspace) as tx:
            ended = unsubscribe(tx, marked(tx, ids))
        for id in ids:
            self._all.pop(id, None)
        self._news.wake()
        return ended

    def _watch(self) -> None:
        """Look for listeners that have gone, now and then, as long as anybody listens."""
        loop = asyncio.get_running_loop()
        if self._sweep is None or self._loop is not loop:  # in process an application outlives the loop of a test
            self._sweep, self._loop = loop.call_later(LEASE_SECONDS / 10, self._swept), loop

    def _swept(self) -> None:
        self._sweep = None
        dead = [it for it in self._all.values() if not it.open_requests and _now() - it.last_seen >= LEASE_SECONDS]
        for listener in dead:
            try:
                self._end(listener.workspace, {listener.id})
            except ApiError as fault:  # tried again with the next look
                log.error("who does not listen any more keeps its subscriptions for now: %s", fault)
        if self._all:
            self._watch()


def _now() -> float:
    return asyncio.get_running_loop().time()
