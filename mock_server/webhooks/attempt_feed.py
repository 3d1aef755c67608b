"""The feed of delivery attempts, for clients that watch them."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.store.base import Record
from mock_server.support.condition import Condition
from mock_server.webhooks.outcome import Post
from mock_server.workspaces.workspace import Workspace

Facts = Mapping[str, Any]


class AttemptFeed:
    """The last attempts of each workspace, with a number each. They are in memory only; the outbox is what survives a
    restart.
    """

    def __init__(self) -> None:
        self._waiting = Condition()
        self._over = False
        self.outcomes = dict.fromkeys(("delivered", "failed", "refused"), 0)
        """How many attempts the server has made; those that our egress policy refused were never sent."""

    def publish(self, workspace: Workspace, delivery: Record, posts: Sequence[Post]) -> None:
        """Publish the posts of an attempt that was just made to every client that waits."""
        for number, post in enumerate(posts, len(delivery["attempts"]) + 1):
            self._add(workspace, delivery, post, number)
        self._waiting.wake()

    def _add(self, workspace: Workspace, delivery: Record, post: Post, number: int) -> None:
        reply = post.reply
        ended = "refused" if reply.refused else "delivered" if 200 <= reply.status < 300 else "failed"
        self.outcomes[ended] += 1
        facts = {name: delivery[name] for name in ("trigger", "subscriptionId", "eventId", "messageId", "url")}
        outcome = {"status": reply.status or None, "error": reply.error or None, "ms": round(reply.ms, 1)}
        struck = {"fault": post.fault or None, "number": number}
        identity = {"sequence": workspace.attempts.seen + 1, "workspace": workspace.id, "deliveryId": delivery["id"]}
        workspace.attempts.append({**identity, **facts, **struck, **outcome})

    @property
    def is_over(self) -> bool:
        """True once the server stops, so that no more attempts come."""
        return self._over

    def wake(self) -> None:
        """Wake the clients that wait: something else happened that one of them may need to know."""
        self._waiting.wake()

    def end(self) -> None:
        """Wake the clients that wait, because no more attempts will come."""
        self._over = True
        self._waiting.wake()

    async def wait_after(
        self, workspace: Workspace, number: int, wait: float, enough: Callable[[], bool] = lambda: False
    ) -> Sequence[Facts]:
        """The attempts of a workspace with a higher number. Waits so many seconds for one or until it is ``enough``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._waiting.until(lambda: self._over or enough() or workspace.attempts.seen > number)
        return workspace.attempts.newest(workspace.attempts.seen - number)
