"""Save, import and delete snapshots of a workspace: in the log first, then in memory."""

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
    """The part of a workspace that its snapshots need."""

    id: str
    state: WorkspaceState
    clock: Clock
    snapshots: dict[str, Snapshot]


Check = Callable[[str, Id, Record], tuple[str, str] | None]
"""A check of a record of the mock's own kinds. It returns the place and text of a fault, None if there is none."""


class RestoredStates:
    """The states that a log returned. States on the same layer share its records."""

    def __init__(self, templates: Templates, mistake: Check) -> None:
        self._templates = templates
        self._mistake = mistake
        self._states = templates.by_layer()

    def build(self, saved: SavedWorkspace, seed: int) -> None:
        """Do the long work for a workspace beforehand, in a thread."""
        self._templates.make_indexes(self._state(saved.layer, seed))
        for _, layer in saved.snapshots.values():
            self._state(layer, seed)

    def state(self, saved: SavedWorkspace, seed: int) -> WorkspaceState:
        """The state of a workspace; the world that it started from is ready to be forked from now on.

        Raises ValueError for a record of the mock's own kinds that the mock cannot have written.
        """
        state = self._state(saved.layer, seed)
        root = saved.layer.root
        self._templates.adopt(root, self._states[root.id])
        self._templates.make_indexes(state)
        return state

    def snapshots(self, saved: SavedWorkspace, seed: int) -> dict[str, Snapshot]:
        """The snapshots of a workspace. Raises ValueError for facts that the mock cannot have written."""
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

    Each method either has done its work when it returns, or raises StorageUnavailable.
    """

    def __init__(self, log: Log, templates: Templates, waste: DeferredFree) -> None:
        self._log = log
        self._templates = templates
        self._waste = waste

    def save(self, owner: Owner, name: str) -> Snapshot:
        """Save the workspace as it is, under a name; a snapshot with the same name is replaced."""
        now, frozen = owner.clock.stamp(), owner.clock.frozen
        with refusing():
            layer = self._log.save(owner.id, name, {"now": now, "frozen": frozen})
        self._drop(owner, name)
        made = owner.snapshots[name] = Snapshot(name, owner.state.fork(), now, frozen, layer)
        return made

    async def take(self, owner: Owner, snapshot: Snapshot, admit: Callable[[], None]) -> Snapshot:
        """Import a snapshot, in turns because it may be large.

        ``admit`` is called before anything is stored. It raises an error if the owner was removed meanwhile, say.
        """
        await in_a_thread(lambda: self._templates.make_indexes(snapshot.state))
        with refusing():
            layer = await in_turns(self._templates.keep_layer(snapshot.state, {}))
            try:
                admit()
                self._log.save(owner.id, snapshot.name, {"now": snapshot.now, "frozen": snapshot.frozen}, layer)
            finally:
                self._log.release(layer)
        self._drop(owner, snapshot.name)
        made = owner.snapshots[snapshot.name] = replace(snapshot, layer=layer)
        return made

    def forget(self, owner: Owner, name: str) -> None:
        """Delete a snapshot."""
        with refusing():
            self._log.forget(owner.id, name)
        self._drop(owner, name)

    def _drop(self, owner: Owner, name: str) -> None:
        known = owner.snapshots.pop(name, None)
        self._waste.add(known.state if known else None)

    @contextmanager
    def now(self, owner: Owner, name: str) -> Iterator[Snapshot]:
        """The workspace as it is, available inside this block."""
        with refusing():
            layer = self._log.seal(owner.id)
        try:
            yield Snapshot(name, owner.state.fork(), owner.clock.stamp(), owner.clock.frozen, layer)
        finally:
            self._log.release(layer)

    @contextmanager
    def layer(self, snapshot: Snapshot) -> Iterator[LayerId]:
        """The log's layer for a snapshot. If the log has none, it keeps one during this block."""
        if snapshot.layer is not None:
            yield snapshot.layer
            return
        layer = at_once(self._templates.keep_layer(snapshot.state, {}))
        try:
            yield layer
        finally:
            self._log.release(layer)
