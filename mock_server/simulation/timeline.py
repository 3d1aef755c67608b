"""The timeline of a workspace: visits take place, planned contacts come, retries fire, windows of limits end.

A clock that a user moves stops at each of them, so that they happen in the right order. ``pulse`` takes care of clocks
that run by themselves.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from mock_server.behaviours.registry import ActionContext
from mock_server.errors import ApiError, StorageUnavailable
from mock_server.event_loop.turns import Turns
from mock_server.simulation import scheduled
from mock_server.simulation.attempts_made import AttemptsMade, AttemptWatch
from mock_server.simulation.contacts import SimulationRequest, simulate
from mock_server.store.base import Id
from mock_server.store.state import Transaction
from mock_server.webhooks import events, outbox
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.workspaces.workspace import DEFAULT, Workspace, Workspaces
from mock_server.world.clock import Stopwatch, from_epoch_ms, parse, stamp

log = logging.getLogger("mock_server")

Facts = Mapping[str, Any]

MAX_ACTIONS_IN_A_MOVE = 10_000
"""Most events in one move of a clock."""
_PULSE = 0.5  # seconds between two looks at the clocks that run
_STEPS_PER_TURN = 20  # of the pulse
_PATIENCE = 30.0  # seconds that one move waits for receivers of webhooks, all in all


class ClockIsMoving(Exception):
    """Another request is moving the clock of this workspace."""


class Superseded(Exception):
    """The workspace was reset, restored or removed while its clock moved: it keeps its new time."""


@dataclass(frozen=True, slots=True)
class ClockMove:
    """The result of a move: ``happened`` in order; ``whole`` unless too much was due or the server stops.

    ``drained`` is true unless a receiver was too slow.
    """

    happened: Sequence[Facts]
    whole: bool
    drained: bool


class Timeline:
    """Moves the clocks of all workspaces, on the event loop of the server."""

    def __init__(self, workspaces: Workspaces, dispatcher: Dispatcher, per_minute: float = 0.0) -> None:
        self._per_minute = per_minute
        self._workspaces = workspaces
        self._dispatcher = dispatcher
        self._next_due = partial(scheduled.next_due, foreign=workspaces.contract.foreign)
        self._attempts = AttemptWatch(workspaces)
        self._moving: set[tuple[Workspace, int]] = set()  # with the generation that is moved

    async def simulate(
        self, workspace: Workspace, wanted: SimulationRequest, times: Sequence[str]
    ) -> tuple[list[Facts], list[Facts]]:
        """Simulate the same contact at each of these times, the first of which is now. Return past and planned ones.

        Raises NotFound and Conflict, and then nothing has happened; ClockIsMoving and Superseded. Only the first person
        can be refused: the others that are due at once follow in turns.
        """
        self._refuse_while_moving(workspace)
        now, generation = workspace.clock.stamp(), workspace.generation
        together = [at for at in times if at <= now] if wanted.action else times[:1]
        with self._workspaces.transaction(workspace) as tx:
            happened = [self._simulated(workspace, tx, now, wanted) for _ in together]
            planned: list[Facts] = [{"at": at, "id": scheduled.plan(tx, at, wanted)} for at in times[len(together) :]]
        moving = (workspace, generation)
        self._moving.add(moving)  # nobody else carries out what is due here now
        turns = Turns(patient=True)
        try:
            while planned and planned[0]["at"] <= now and (due := self._step(workspace, now, planned[0]["id"])):
                happened.append(due)
                del planned[0]
                if not self._dispatcher.closing:  # the server stops: all of it at once, as nobody may see half of it
                    await _turn(turns, workspace, generation)
        except StorageUnavailable as fault:
            log.error("workspace %s: the rest of what was simulated is kept for later: %s", workspace.id, fault)
        finally:
            self._moving.discard(moving)
        return happened, planned

    def begin(self) -> None:
        """Let people get in touch by themselves from now on, in the default workspace, if the settings say so."""
        for workspace in self._workspaces:
            with self._workspaces.transaction(workspace) as tx:
                per_minute = self._per_minute if workspace.id == DEFAULT else 0.0
                if per_minute or tx.get(scheduled.KIND, scheduled.TRAFFIC):
                    scheduled.set_traffic(tx, workspace.clock.stamp(), workspace.plan.seed, per_minute)

    def _simulated(self, workspace: Workspace, tx: Transaction, now: str, wanted: SimulationRequest) -> Facts:
        before = len(_events(tx))
        done = simulate(self._action_context(workspace, tx, now), workspace.plan.recipe, wanted)
        return {"at": now, **done, "events": _events(tx)[before:]}

    def catch_up(self, workspace: Workspace, most: int = MAX_ACTIONS_IN_A_MOVE) -> list[Facts]:
        """Do the work that is due now in the workspace, up to a number of events."""
        done: list[Facts] = []
        while len(done) < most and (due := self._step(workspace, workspace.clock.stamp())):
            done.append(due)
        return done

    async def freeze(self, workspace: Workspace) -> ClockMove:
        """Do the work that is due, then stop the clock. Raises as ``move`` does; the clock then goes on."""
        self._refuse_while_moving(workspace)
        with workspace.clock.undone_by(StorageUnavailable):
            workspace.clock.freeze()
            return await self.move(workspace, workspace.clock.now())

    def run(self, workspace: Workspace) -> None:
        """Let the clock run from the time that it shows. Raises ClockIsMoving, and StorageUnavailable:

        then it stands still.
        """
        self._refuse_while_moving(workspace)
        with workspace.clock.undone_by(StorageUnavailable):
            workspace.clock.run()
            self._workspaces.keep_clock(workspace)
        self._dispatcher.wake(workspace)

    async def move(self, workspace: Workspace, target: datetime) -> ClockMove:
        """Set the clock to ``target``; all work on the way is done, and the log stores the new time.

        A move back undoes nothing: use snapshots for that. Raises ClockIsMoving, Superseded; StorageUnavailable: the
        clock then shows the time of the last event, or the time before the move.
        """
        self._refuse_while_moving(workspace)
        moving = (workspace, workspace.generation)
        self._moving.add(moving)
        try:
            with self._attempts.watching(workspace) as made:
                happened, whole, drained = await self._on_the_way(workspace, stamp(target), made)
        except asyncio.CancelledError:  # the server stops: what happened was kept, and so is its time
            with suppress(StorageUnavailable):
                self._workspaces.keep_clock(workspace)
            raise
        finally:
            self._moving.discard(moving)
        with workspace.clock.undone_by(StorageUnavailable):
            if whole:
                workspace.clock.set(target)
            self._workspaces.keep_clock(workspace)
        self._dispatcher.wake(workspace)
        return ClockMove(happened, whole, drained)

    def _refuse_while_moving(self, workspace: Workspace) -> None:
        if self._is_moving(workspace):
            raise ClockIsMoving

    def _is_moving(self, workspace: Workspace) -> bool:
        return (workspace, workspace.generation) in self._moving

    async def _on_the_way(
        self, workspace: Workspace, target: str, made: AttemptsMade
    ) -> tuple[list[Facts], bool, bool]:
        """Do the due work. Return it, whether it was all, and whether all receivers answered in time."""
        happened: list[Facts] = []
        watch, drained, turns = Stopwatch(), True, Turns(patient=True)
        now, generation = workspace.clock.stamp(), workspace.generation
        while (at := self._next(workspace, now, target)) is not None:
            if len(happened) >= MAX_ACTIONS_IN_A_MOVE or self._dispatcher.closing:
                return happened, False, drained
            ended = [{"at": at, "what": "limit window ended"} for end in workspace.windows() if now < _stamp(end) <= at]
            now = max(now, at)
            with workspace.clock.undone_by(StorageUnavailable):
                workspace.clock.set(parse(now))
                first = self._step(workspace, now)
            happened += [*ended, *([first] if first else [])]
            while first and len(happened) < MAX_ACTIONS_IN_A_MOVE and (done := self._step(workspace, now)):
                happened.append(done)
                await _turn(turns, workspace, generation)
            left = _PATIENCE - watch.ms() / 1000
            drained = left > 0 and drained and await self._dispatcher.drain(workspace, left)
            await _turn(turns, workspace, generation)
            happened += made.take(now)
        return happened, True, drained

    def _next(self, workspace: Workspace, now: str, target: str) -> str | None:
        """The time of the next due work up to ``target``."""
        with self._workspaces.transaction(workspace) as tx:
            due, retry = self._next_due(tx), tx.earliest(outbox.KIND, outbox.due_time, after=now)
        ends = [end for end in map(_stamp, workspace.windows()) if end > now]
        first = min([*ends, *([due.at] if due else []), *([retry[0]] if retry else [])], default=None)
        return first if first is not None and first <= target else None

    def _step(self, workspace: Workspace, now: str, planned: Id | None = None) -> Facts | None:
        """Do the first work that is due by ``now``, or the planned one with this id; None if there is none."""
        with self._workspaces.transaction(workspace) as tx:
            due = self._next_due(tx) if planned is None else scheduled.ScheduledAction(now, scheduled.KIND, planned)
            if due is None or due.at > now:
                return None
            done = scheduled.carry_out(self._action_context(workspace, tx, now), workspace.plan.recipe, due)
            return {"at": now, **done, "events": _events(tx)}

    def _action_context(self, workspace: Workspace, tx: Transaction, now: str) -> ActionContext:
        cause = f"sim_{tx.count('$simulated') + 1}"
        return ActionContext(contract=self._workspaces.contract, tx=tx, ids=workspace.ids, now=now, cause=cause)

    async def pulse(self) -> None:
        """Take care of the clocks that run by themselves, as long as the server lives."""
        while True:
            await asyncio.sleep(_PULSE)
            for workspace in list(self._workspaces):
                await self.look_after(workspace)

    async def look_after(self, workspace: Workspace) -> None:
        """Do the due work of one workspace, in turns. Its errors are logged and reach no other workspace."""
        try:
            while not workspace.clock.frozen and not self._is_moving(workspace) and workspace.state.late is None:
                if self._per_minute and workspace.id == DEFAULT and not workspace.state.rows(scheduled.KIND):
                    self.begin()  # it was reset
                if len(self.catch_up(workspace, _STEPS_PER_TURN)) < _STEPS_PER_TURN:
                    return
                await asyncio.sleep(0)
        except ApiError as fault:  # the state file cannot be written: the next pulse tries again
            log.error("workspace %s: what was due did not happen: %s", workspace.id, fault)
        except Exception:  # the trouble of one workspace never ends the pulse of the others
            log.exception("workspace %s: what was due did not happen", workspace.id)


async def _turn(turns: Turns, workspace: Workspace, generation: int) -> None:
    """Let other requests have a turn. Raises Superseded if the workspace was replaced meanwhile."""
    await turns.rest()
    if workspace.generation != generation:
        raise Superseded


def _events(tx: Transaction) -> list[Any]:
    return [change.id for change in tx.changes() if change.kind == events.KIND]


def _stamp(ms: int) -> str:
    return stamp(from_epoch_ms(ms))
