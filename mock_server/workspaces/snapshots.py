"""Save a workspace at a moment, take in a moment from outside, forget it: in memory, and in the log before that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from mock_server.event_loop.turns import in_turns
from mock_server.store.base import Id, Layer, LayerId, Log, Record, SavedWorkspace, at_once, refusing
from mock_server.store.deferred_free import DeferredFree
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import WorkspaceState
from mock_server.support.condition import in_a_thread
from mock_server.support.text import short_repr
from mock_server.workspaces.world_templates import Templates
from mock_server.world.clock import Clock, clock_time


class Owner(Protocol):
    """The interface of a workspace for its snapshots."""

    id: str
    state: WorkspaceState
    clock: Clock
    snapshots: dict[str, Snapshot]


Check = Callable[[str, Id, Record], tuple[str, str] | None]
"""A check of a record of the mock's own kinds: it gives the place and the words of a mistake, None for none."""


class RestoredStates:
    """The states that a log has given back; what stands on the same layer shares its records."""

    def __init__(self, templates: Templates, mistake: Check) -> None:
        self._templates = templates
        self._mistake = mistake
        self._states: dict[LayerId, WorkspaceState] = {}

    def state(self, saved: SavedWorkspace, seed: int) -> WorkspaceState:
        """The state of a workspace; the world that it started with is at hand from now on.

        Raises ValueError for a record of the mock itself that it cannot have written.
        """
        state = self._state(saved.layer, seed)
        root = saved.layer.root
        self._templates.adopt(root, self._states[root.id])
        self._templates.make_indexes(state)
        return state

    def snapshots(self, saved: SavedWorkspace, seed: int) -> dict[str, Snapshot]:
        """The snapshots of a workspace. Raises ValueError for facts that nobody of us wrote."""
        return {
            name: Snapshot(name, self._state(layer, seed), *_time(name, facts), layer.id)
            for name, (facts, layer) in saved.snapshots.items()
        }

    def _state(self, layer: Layer, seed: int) -> WorkspaceState:
        state = WorkspaceState.restored(layer, self._templates.refitting(seed), self._states)
        for kind in state.kinds:
            for row in state.rows(kind) if kind.startswith("$") else ():
                if mistake := self._mistake(kind, row.id, row.record):
                    raise ValueError(f"its {kind[1:]} {short_repr(row.id)}: {' '.join(mistake)}")
        return state


def _time(name: str, facts: Record) -> tuple[str, bool]:
    """The time of the clock, and whether it stood still. Raises ValueError."""
    now, frozen = facts.get("now"), facts.get("frozen")
    try:
        clock_time(str(now))
    except ValueError as fault:
        raise ValueError(f"its snapshot {short_repr(name, 80)} has no time: {fault}") from None
    if not isinstance(now, str) or not isinstance(frozen, bool):
        raise ValueError(f"its snapshot {short_repr(name, 80)} has no time")
    return now, frozen


class Snapshots:
    """The snapshots of all workspaces.

    Every method has happened when it returns, or raises StorageUnavailable.
    """

    def __init__(self, log: Log, templates: Templates, waste: DeferredFree) -> None:
        self._log = log
        self._templates = templates
        self._waste = waste

    def save(self, owner: Owner, name: str) -> Snapshot:
        """The workspace as it is, under a name; one of the same name is replaced."""
        now, frozen = owner.clock.stamp(), owner.clock.frozen
        with refusing():
            layer = self._log.save(owner.id, name, {"now": now, "frozen": frozen})
        self._drop(owner, name)
        made = owner.snapshots[name] = Snapshot(name, owner.state.fork(), now, frozen, layer)
        return made

    async def take(self, owner: Owner, snapshot: Snapshot) -> Snapshot:
        """A snapshot from outside, in turns: it may be large."""
        await in_a_thread(lambda: self._templates.make_indexes(snapshot.state))
        with refusing():
            layer = await in_turns(self._templates.keep_layer(snapshot.state, {}))
            try:
                self._log.save(owner.id, snapshot.name, {"now": snapshot.now, "frozen": snapshot.frozen}, layer)
            finally:
                self._log.release(layer)
        self._drop(owner, snapshot.name)
        made = owner.snapshots[snapshot.name] = replace(snapshot, layer=layer)
        return made

    def forget(self, owner: Owner, name: str) -> None:
        """Let go of one."""
        with refusing():
            self._log.forget(owner.id, name)
        self._drop(owner, name)

    def _drop(self, owner: Owner, name: str) -> None:
        known = owner.snapshots.pop(name, None)
        self._waste.add(known.state if known else None)

    @contextmanager
    def now(self, owner: Owner, name: str) -> Iterator[Snapshot]:
        """The workspace as it is, for as long as this lasts."""
        with refusing():
            layer = self._log.seal(owner.id)
        try:
            yield Snapshot(name, owner.state.fork(), owner.clock.stamp(), owner.clock.frozen, layer)
        finally:
            self._log.release(layer)

    @contextmanager
    def layer(self, snapshot: Snapshot) -> Iterator[LayerId]:
        """Where the log has a snapshot; one that it does not have yet, it has for as long as this lasts."""
        if snapshot.layer is not None:
            yield snapshot.layer
            return
        layer = at_once(self._templates.keep_layer(snapshot.state, {}))
        try:
            yield layer
        finally:
            self._log.release(layer)
