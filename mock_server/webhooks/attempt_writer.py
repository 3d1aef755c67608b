"""Stores the results of attempts. Those that end together share one transaction, because storing costs more than
sending.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import orjson

from mock_server.errors import StorageUnavailable
from mock_server.store.base import Row
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.webhooks import attempts as attempt
from mock_server.webhooks import outbox, retry_schedule
from mock_server.webhooks.outcome import Outcome, unsent
from mock_server.workspaces.workspace import Workspace, Workspaces

log = logging.getLogger("mock_server")


@dataclass(frozen=True, slots=True)
class FinishedAttempt:
    """An attempt that was made, in the workspace as it was then. ``stored`` is done when the attempt is stored."""

    workspace: Workspace
    state: WorkspaceState
    row: Row
    outcome: Outcome
    stored: asyncio.Future[None]


class AttemptWriter:
    """Stores finished attempts. It belongs to one event loop."""

    def __init__(self, workspaces: Workspaces, steps: retry_schedule.Steps) -> None:
        self._workspaces = workspaces
        self._steps = steps
        self._waiting: list[FinishedAttempt] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def keep(self, workspace: Workspace, state: WorkspaceState, row: Row, outcome: Outcome) -> None:
        """Store an attempt and return when done. Raises StorageUnavailable; the delivery is still owed then."""
        loop = asyncio.get_running_loop()
        ended = FinishedAttempt(workspace, state, row, outcome, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._write)
        self._waiting.append(ended)
        await ended.stored

    async def is_durable(self, workspace: Workspace, row: Row) -> bool:
        """Wait until a delivery that is owed is durable; False when it was undone, or is another one meanwhile."""
        with suppress(StorageUnavailable):
            await self._workspaces.durable(workspace)
        return Transaction(workspace.state).get(outbox.KIND, row.id) is row

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        for workspace in dict.fromkeys(ended.workspace for ended in waiting):
            together = [ended for ended in waiting if ended.workspace is workspace]
            task = asyncio.get_running_loop().create_task(self._write_together(workspace, together))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _write_together(self, workspace: Workspace, together: Sequence[FinishedAttempt]) -> None:
        if await self._fault(workspace, together) is None:
            _end(together, None)
            return
        for ended in together:  # the fault of one is not that of the others
            _end([ended], await self._fault(workspace, [ended], last_resort=True))

    async def _fault(
        self, workspace: Workspace, together: Sequence[FinishedAttempt], *, last_resort: bool = False
    ) -> Exception | None:
        """Store all of them, or none; return the reason if none.

        With ``last_resort`` the one attempt that cannot be written as it was is written as a failure that says so:
        without that, it would be made again for ever, and all that is owed after it would wait.
        """
        try:
            with self._workspaces.transaction(workspace, grouped=True) as tx:
                for ended in together:
                    row = tx.get(outbox.KIND, ended.row.id)
                    # A workspace that was reset, restored or removed meanwhile knows nothing of it.
                    if row is not None and workspace.state is ended.state:
                        now, seed = workspace.clock.now(), workspace.plan.seed
                        kept = attempt.record(tx, row, ended.outcome, now, self._steps, seed)
                        orjson.dumps(kept.record["attempts"])  # in memory too: whoever lists it must be able to
            await self._workspaces.durable(workspace)
        except StorageUnavailable as fault:  # it is still owed, and is kept when there is room again
            return fault
        except Exception as fault:  # what cannot be recorded is recorded as a failure that says so
            if not last_resort:
                return fault
            log.exception("the attempt at webhook %s cannot be recorded as it was", together[0].row.id)
            return await self._fault(workspace, [_unspeakable(together[0], fault)])
        return None


def _unspeakable(ended: FinishedAttempt, fault: Exception) -> FinishedAttempt:
    """An attempt that cannot be stored as it was, so that only the fact that it was made is stored."""
    return replace(ended, outcome=unsent(f"the attempt could not be recorded: {type(fault).__name__}"))


def _end(together: Sequence[FinishedAttempt], fault: Exception | None) -> None:
    for ended in together:
        if ended.stored.done():  # nobody waits: the server stops
            continue
        if fault is None:
            ended.stored.set_result(None)
        else:
            ended.stored.set_exception(fault)
