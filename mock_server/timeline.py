"""What time brings in a workspace: visits take place, planned contacts come, retries fire, windows of limits end.

A clock that is moved stops at each of them on its way, so that they happen in the order of cause and effect; one
that runs by itself is looked after by ``pulse``.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_server.behaviours import agenda
from mock_server.behaviours.registry import Deed
from mock_server.behaviours.simulation import Wanted, simulate
from mock_server.errors import ApiError
from mock_server.store.image import Transaction
from mock_server.webhooks import events, outbox
from mock_server.webhooks.delivery import Dispatcher
from mock_server.workspace import DEFAULT, Workspace, Workspaces
from mock_server.world.clock import Stopwatch, from_epoch_ms, parse, stamp

log = logging.getLogger("mock_server")

Told = Mapping[str, Any]

MOST = 10_000
"""Things that happen in one move of a clock."""
_PULSE = 0.5  # seconds between two looks at the clocks that run
_PATIENCE = 30.0  # seconds that one move waits for receivers of webhooks, all in all


class Moving(Exception):
    """The clock of this workspace is being moved already."""


@dataclass(frozen=True, slots=True)
class Moved:
    """``happened`` in order; ``whole`` unless there was more than fits, ``drained`` unless a receiver was too slow."""

    happened: Sequence[Told]
    whole: bool
    drained: bool


class Timeline:
    """Lives on the event loop of the server."""

    def __init__(self, workspaces: Workspaces, dispatcher: Dispatcher, per_minute: float = 0.0) -> None:
        self._per_minute = per_minute
        self._workspaces = workspaces
        self._dispatcher = dispatcher
        self._moving: set[str] = set()

    def simulate(self, workspace: Workspace, planned: Sequence[tuple[str, Wanted]]) -> tuple[list[Told], list[Told]]:
        """What happens now, and what is left for later, in one transaction. Raises NotFound and Conflict."""
        now = workspace.clock.stamp()
        done: list[Told] = []
        later: list[Told] = []
        with self._workspaces.transaction(workspace) as tx:
            for at, wanted in planned:
                if at > now:
                    later.append({"at": at, "id": agenda.plan(tx, at, wanted)})
                    continue
                before = _events(tx)
                told = simulate(self._deed(workspace, tx, now), workspace.plan.recipe, wanted)
                done.append({"at": now, **told, "events": _events(tx)[len(before) :]})
        return done, later

    def begin(self) -> None:
        """People get in touch by themselves from now on, in the default workspace; nobody where none should."""
        for workspace in self._workspaces:
            with self._workspaces.transaction(workspace) as tx:
                per_minute = self._per_minute if workspace.id == DEFAULT else 0.0
                if per_minute or tx.get(agenda.KIND, agenda.TRAFFIC):
                    agenda.set_traffic(tx, workspace.clock.stamp(), workspace.plan.seed, per_minute)

    def catch_up(self, workspace: Workspace) -> list[Told]:
        """Let everything happen that is due by the workspace's now."""
        told: list[Told] = []
        while len(told) < MOST and (due := self._step(workspace, workspace.clock.stamp())):
            told.append(due)
        return told

    async def move(self, workspace: Workspace, target: datetime) -> Moved:
        """Show ``target``; everything that is due on the way has happened then. Raises Moving.

        Back in time nothing is undone: that is what snapshots are for.
        """
        if workspace.id in self._moving:
            raise Moving
        if stamp(target) < workspace.clock.stamp():
            workspace.clock.set(target)
        self._moving.add(workspace.id)
        try:
            happened, drained = await self._on_the_way(workspace, stamp(target))
        finally:
            self._moving.discard(workspace.id)
        whole = len(happened) < MOST
        if whole:
            workspace.clock.set(target)
        self._dispatcher.wake(workspace)
        return Moved(happened, whole, drained)

    async def _on_the_way(self, workspace: Workspace, target: str) -> tuple[list[Told], bool]:
        happened: list[Told] = []
        watch, drained = Stopwatch(), True
        now = workspace.clock.stamp()
        while len(happened) < MOST and (at := self._next(workspace, now, target)) is not None:
            ended = [{"at": at, "what": "limit window ended"} for end in workspace.windows() if now < _stamp(end) <= at]
            now = max(now, at)
            workspace.clock.set(parse(now))
            happened += ended
            before = self._attempts(workspace)
            while len(happened) < MOST and (told := self._step(workspace, now)):
                happened.append(told)
            left = _PATIENCE - watch.ms() / 1000
            drained = left > 0 and drained and await self._dispatcher.drain(workspace, left)
            happened += self._attempted(workspace, before, now)
            await asyncio.sleep(0)
        return happened, drained

    def _next(self, workspace: Workspace, now: str, target: str) -> str | None:
        """When the next thing is due, if it is by ``target``."""
        with self._workspaces.transaction(workspace) as tx:
            due = agenda.next_due(tx)
            times = [row.record["dueAt"] for row in tx.find(outbox.KIND, {"state": outbox.PENDING})]
        times = [time for time in (*times, *map(_stamp, workspace.windows())) if time > now]
        first = min([*times, *([due.at] if due else [])], default=None)
        return first if first is not None and first <= target else None

    def _step(self, workspace: Workspace, now: str) -> Told | None:
        """The first thing that is due by ``now``, done; None when nothing is."""
        with self._workspaces.transaction(workspace) as tx:
            due = agenda.next_due(tx)
            if due is None or due.at > now:
                return None
            told = agenda.carry_out(self._deed(workspace, tx, now), workspace.plan.recipe, due)
            return {"at": now, **told, "events": _events(tx)}

    def _deed(self, workspace: Workspace, tx: Transaction, now: str) -> Deed:
        cause = f"sim_{tx.count('$simulated') + 1}"
        return Deed(contract=self._workspaces.contract, tx=tx, ids=workspace.ids, now=now, cause=cause)

    def _attempts(self, workspace: Workspace) -> dict[Any, int]:
        return {row.id: len(row.record["attempts"]) for row in workspace.image.rows(outbox.KIND)}

    def _attempted(self, workspace: Workspace, before: Mapping[Any, int], at: str) -> list[Told]:
        """The attempts at deliveries that were made since."""
        return [
            {
                "at": at,
                "what": "delivery attempted",
                "deliveryId": row.id,
                "trigger": row.record["trigger"],
                "attempt": attempt["number"],
                "status": attempt["status"],
            }
            for row in workspace.image.rows(outbox.KIND)
            for attempt in row.record["attempts"][before.get(row.id, 0) :]
        ]

    async def pulse(self) -> None:
        """Look after the clocks that run by themselves, for as long as the server lives."""
        while True:
            await asyncio.sleep(_PULSE)
            for workspace in list(self._workspaces):
                if workspace.clock.frozen or workspace.id in self._moving:
                    continue
                try:
                    if self._per_minute and workspace.id == DEFAULT and not workspace.image.rows(agenda.KIND):
                        self.begin()  # it was reset
                    self.catch_up(workspace)
                except ApiError as fault:  # the state file cannot be written: the next pulse tries again
                    log.error("what was due did not happen: %s", fault)


def _events(tx: Transaction) -> list[Any]:
    return [change.id for change in tx.changes() if change.kind == events.KIND]


def _stamp(ms: int) -> str:
    return stamp(from_epoch_ms(ms))
