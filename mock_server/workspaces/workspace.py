"""All workspaces of a server. A key selects one."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from mock_server.errors import Problem, StateError
from mock_server.spec.contract import Contract
from mock_server.store.base import Log, NoLog, SavedWorkspace, refusing
from mock_server.store.deferred_free import DeferredFree
from mock_server.store.group_commit import GroupCommit
from mock_server.store.settled_log import SettledLog
from mock_server.store.shared_log import SharedLog
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.support.text import short_repr
from mock_server.workspaces.coverage import Coverage
from mock_server.workspaces.plan import WorkspaceConfig, WorldPlan, digest, facts, load_config
from mock_server.workspaces.snapshots import Check, RestoredStates, Snapshots
from mock_server.workspaces.tenant import Workspace
from mock_server.workspaces.terms import NO_TERMS, Terms
from mock_server.workspaces.transaction import WorkspaceTransaction
from mock_server.workspaces.workspace_index import WorkspaceIndex
from mock_server.workspaces.world_templates import Template, Templates
from mock_server.world.clock import Clock, parse

__all__ = ["DEFAULT", "Workspace", "Workspaces"]

log = logging.getLogger("mock_server")
DEFAULT = "default"


class Workspaces:
    """All tenants of a server. The world of a plan is built once and forked for each workspace with that plan."""

    def __init__(self, contract: Contract, log: Log, journal_size: int) -> None:
        self.contract = contract
        self.commits = None if type(log) is NoLog else GroupCommit(log)  # without a log nothing is waited for
        self.log = log if self.commits is None else SettledLog(log, self.commits)
        self.shared = log if isinstance(log, SharedLog) else None
        """The log, if other servers have workspaces in it too."""
        self.id_prefix = f"ws_{self.shared.server}_" if self.shared else "ws_"
        """The beginning of ids that nobody has chosen."""
        self._journal_size = journal_size
        self._index = WorkspaceIndex[Workspace]()
        self._templates = Templates(contract, self.log)
        self.deferred_free = DeferredFree()
        self.snapshots = Snapshots(self.log, self._templates, self.deferred_free)
        self.started = Clock().now()
        """The start of the world of a workspace without a time of its own."""
        self.retired = Coverage()
        """The coverage of workspaces before a reset, and of removed ones."""
        self._commit_listeners: list[Callable[[Workspace, Transaction], None]] = []

    def on_commit(self, listener: Callable[[Workspace, Transaction], None]) -> None:
        """Call ``listener`` after each transaction that changed something, once the log has stored it."""
        self._commit_listeners.append(listener)

    def restore(self, mistake: Check = lambda kind, id, record: None) -> int:
        """Load what the log stored, and return the number of workspaces. Raises StateError if something is unusable."""
        self._mistake = mistake
        found = RestoredStates(self._templates, mistake)
        for saved in self.log.load():
            self._index.add(self.unpacked(saved, found))
        return len(self._index)

    def restored(self, saved: SavedWorkspace) -> RestoredStates:
        """Build the states of one workspace that the log returned. It may take a while, so call it in a thread."""
        found = RestoredStates(self._templates, self._mistake)
        with suppress(ValueError):  # `unpacked` raises it again, with the reason
            found.build(saved, load_config(saved.id, saved.facts)[0].plan.seed)
        return found

    def unpacked(self, saved: SavedWorkspace, found: RestoredStates) -> Workspace:
        """Make a workspace that the log returned; nobody finds it before ``take_in``. Raises StateError."""
        try:
            origin, clock = load_config(saved.id, saved.facts)
            state, snapshots = found.state(saved, origin.plan.seed), found.snapshots(saved, origin.plan.seed)
        except ValueError as fault:
            remedy = "use the version of the program that wrote it, or give another file with --state"
            raise StateError(
                Problem(f"{self.log.name}: workspace {short_repr(saved.id, 80)}", str(fault), remedy)
            ) from None
        workspace = Workspace(origin, state, clock, self.contract, self._journal_size)
        workspace.snapshots = snapshots
        return workspace

    def take_in(self, workspace: Workspace) -> None:
        """Serve a workspace that another server has served before."""
        self._index.add(workspace)

    def let_go(self, workspace: Workspace) -> None:
        """Serve a workspace no more, with all its data in memory; the log keeps it for another server."""
        self._index.discard(workspace)
        self.deferred_free.add(workspace.state)
        for saved in workspace.snapshots.values():
            self.deferred_free.add(saved.state)
        workspace.snapshots.clear()
        workspace.renew(WorkspaceState(), workspace.clock)  # for those who still hold it

    async def prepare(self, plan: WorldPlan, start: datetime | None = None) -> None:
        """Build the world of a plan, so that ``create`` and ``reset`` make nobody wait. Raises StateError."""
        await self._templates.prepare(plan.recipe, plan.seed, start or plan.start or self.started)

    def begin_late(self) -> None:
        """Make in a thread what is not made yet of the worlds of these workspaces."""
        for workspace in self:
            if late := workspace.state.late:
                late.made.begin()

    def wait_for_all(self) -> None:
        """Block until the worlds of all these workspaces are made."""
        for workspace in self:
            if late := workspace.state.late:
                late.whole()

    async def whole(self) -> None:
        """Return when the worlds of all these workspaces are made."""
        for workspace in list(self):
            if late := workspace.state.late:
                await late.made.ready()

    def create(
        self, id: str, plan: WorldPlan, keys: Iterable[str], *, frozen: bool = False, terms: Terms = NO_TERMS
    ) -> Workspace:
        """Create a workspace that ``keys`` open, stored by the log on return. One with the same id is replaced.

        Without a start of its own, its world starts with this server, so that workspaces can share one world.
        """
        origin = WorkspaceConfig(id, plan, plan.start or self.started, frozen, tuple(map(digest, keys)), terms)
        template = self._templates.of(plan.recipe, plan.seed, origin.start)
        if id in self._index:
            self.log.remove(id)
        return self._begun(origin, template, origin.clock(), lambda tx: None)

    def _begun(
        self, origin: WorkspaceConfig, template: Template, clock: Clock, prepare: Callable[[Transaction], None]
    ) -> Workspace:
        state = template.state.fork()
        prepare(tx := Transaction(state))
        self.log.begin(origin.id, facts(origin, clock), template.layer, tx.changes(), tx.counters())
        return self._added(origin, state, clock)

    def reset(self, workspace: Workspace) -> None:
        """Return a workspace to its seed, stored by the log on return. Raises StorageUnavailable."""
        origin, clock = workspace.origin, workspace.origin.clock()
        with refusing():
            template = self._templates.of(origin.plan.recipe, origin.plan.seed, origin.start)
            self.log.begin(origin.id, facts(origin, clock), template.layer)
        self.retired.merge(workspace.journal.covered())
        self.deferred_free.add(workspace.state)
        workspace.renew(template.state.fork(), clock)

    def return_to(self, workspace: Workspace, snapshot: Snapshot) -> None:
        """Restore records and time of a snapshot, stored by the log on return. Raises StorageUnavailable."""
        clock = Clock(parse(snapshot.now), frozen=snapshot.frozen)
        with refusing(), self.snapshots.layer(snapshot) as layer:
            self.log.begin(workspace.id, facts(workspace.origin, clock), layer)
        workspace.generation += 1
        self.deferred_free.add(workspace.state)
        workspace.state = snapshot.state.fork()
        workspace.clock.set(clock.now())
        if snapshot.frozen:
            workspace.clock.freeze()
        else:
            workspace.clock.run()

    def branch(
        self,
        workspace: Workspace,
        snapshot: Snapshot,
        id: str,
        key: str,
        prepare: Callable[[Transaction], None] = lambda tx: None,
        terms: Terms = NO_TERMS,
    ) -> Workspace:
        """Create a workspace from a snapshot of another one, changed by ``prepare``. Raises StateError."""
        origin = replace(workspace.origin, id=id, frozen=snapshot.frozen, keys=(digest(key),), terms=terms)
        clock = Clock(parse(snapshot.now), frozen=snapshot.frozen)
        with self.snapshots.layer(snapshot) as layer:
            return self._begun(origin, Template(snapshot.state, layer), clock, prepare)

    def remove(self, workspace: Workspace) -> None:
        """Remove a workspace, its keys and all its data. Raises StorageUnavailable."""
        with refusing():
            self.log.remove(workspace.id)
        self.retired.merge(workspace.journal.covered())
        self.let_go(workspace)

    def keep_clock(self, workspace: Workspace) -> None:
        """Store a changed clock, so that the next start continues from it. Raises StorageUnavailable."""
        if self.get(workspace.id) is workspace:  # it may have been removed meanwhile
            with refusing():
                self.log.describe(workspace.id, facts(workspace.origin, workspace.clock))

    def open_with(self, id: str, key: str) -> None:
        """Let ``key`` open the workspace of this id until this process ends."""
        self._index.open_with(id, key)

    def open_with_token(self, id: str, token: str) -> None:
        """Let an access token that was answered open the workspace of this id, until this process ends."""
        self._index.open_with_token(id, token)

    def given(self, key: str) -> str | None:
        """The id of the workspace for which a key was given at the start, by the key's digest."""
        return self._index.given_keys.get(key)

    def get(self, id: str) -> Workspace | None:
        """The workspace with an id; None if there is none."""
        return self._index.get(id)

    def by_digest(self, key: str) -> Workspace | None:
        """The workspace that a key opens, by the key's digest."""
        return self._index.by_key.get(key)

    def __iter__(self) -> Iterator[Workspace]:
        return iter(self._index.values())

    def transaction(self, workspace: Workspace, *, grouped: bool = False) -> WorkspaceTransaction:
        """Begin a transaction: all its changes happen and are stored, or none is. Raises StorageUnavailable.

        A ``grouped`` one is stored soon, with others: nobody must be answered before ``durable`` has returned.
        """
        commits = self.commits if self._index.get(workspace.id) is workspace else None  # it may have been removed
        return WorkspaceTransaction(workspace, commits, partial(self._tell, workspace), grouped=grouped)

    async def durable(self, workspace: Workspace) -> None:
        """Return once all that a workspace shows now is durable. Raises StorageUnavailable if some of it was undone."""
        if self.commits is not None:
            with refusing():
                await self.commits.durable(workspace.id)

    def _tell(self, workspace: Workspace, tx: Transaction) -> None:
        """Call the listeners of commits. If one fails, the change stays and the caller's answer stands."""
        try:
            for listener in self._commit_listeners:
                listener(workspace, tx)
        except Exception:  # the change is kept: whatever fails in a listener, the answer stands
            log.exception("a change of workspace %s is kept, but what should follow from it failed", workspace.id)

    def _added(self, origin: WorkspaceConfig, state: WorkspaceState, clock: Clock) -> Workspace:
        workspace = Workspace(origin, state, clock, self.contract, self._journal_size)
        self._index.add(workspace)
        return workspace
