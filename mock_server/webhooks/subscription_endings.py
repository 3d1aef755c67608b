"""Cancels what is still owed to removed subscriptions, slice by slice, so that no request has to wait for it."""

import asyncio
import logging
from collections.abc import Callable

from mock_server.errors import ApiError
from mock_server.event_loop.turns import Turns
from mock_server.webhooks import outbox
from mock_server.workspaces.workspace import Workspace, Workspaces

log = logging.getLogger("mock_server")

_AFTER_FAULT = 5.0  # seconds until it is tried again, as on a full disk


class SubscriptionEndings:
    """Works on one event loop. A note in the store says what is left to do, so that nothing is lost when the process is
    killed.

    ``ended`` is called when a workspace has nothing more to cancel.
    """

    def __init__(self, workspaces: Workspaces, ended: Callable[[Workspace], None]) -> None:
        self._workspaces = workspaces
        self._ended = ended
        self._tasks: dict[Workspace, asyncio.Task[None]] = {}

    def start(self, workspace: Workspace) -> None:
        """Continue with what a workspace has to cancel, if there is anything. Called on the event loop."""
        if workspace.state.rows(outbox.ENDING) and workspace not in self._tasks:
            self._tasks[workspace] = asyncio.get_running_loop().create_task(self._work(workspace))

    def of(self, workspace: Workspace) -> list[asyncio.Task[None]]:
        """The task that works on a workspace, for callers that wait for it."""
        return [self._tasks[workspace]] if workspace in self._tasks else []

    async def close(self) -> None:
        """Stop between two slices. The rest is done after the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, workspace: Workspace) -> None:
        turns = Turns(patient=True)  # of many forks each has such work
        try:
            while notes := workspace.state.rows(outbox.ENDING):
                await turns.rest()
                if not self._cancelled_more(workspace, notes[0].id):
                    await asyncio.sleep(_AFTER_FAULT)
        finally:
            del self._tasks[workspace]
        self._ended(workspace)

    def _cancelled_more(self, workspace: Workspace, id: str | int) -> bool:
        try:
            with self._workspaces.transaction(workspace) as tx:
                note = tx.get(outbox.ENDING, id)
                if note is not None:
                    outbox.cancel_more(tx, note)
        except ApiError as fault:
            log.error("what subscription %s was owed is not cancelled yet: %s", id, fault)
            return False
        return True
