"""Workspaces: isolated tenants, each with its world, clock, journal and limits. A key selects one."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from mock_server.errors import Problem, StateError
from mock_server.spec.contract import Contract
from mock_server.store.base import Log, NoLog, refusing
from mock_server.store.deferred_free import DeferredFree
from mock_server.store.group_commit import GroupCommit
from mock_server.store.settled_log import SettledLog
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.stubbing.evolution_state import EvolutionState
from mock_server.stubbing.fault_rules import FaultRules
from mock_server.stubbing.overrides import Overrides
from mock_server.support.ring_buffer import RingBuffer
from mock_server.support.text import short_repr
from mock_server.workspaces.coverage import Coverage
from mock_server.workspaces.inbox import Inboxes
from mock_server.workspaces.plan import WorkspaceConfig, WorldPlan, digest, facts, load_config
from mock_server.workspaces.rate_limit import KeyRateLimit
from mock_server.workspaces.request_journal import RequestJournal
from mock_server.workspaces.seeding import document_ids
from mock_server.workspaces.snapshots import Check, RestoredStates, Snapshots
from mock_server.workspaces.terms import NO_TERMS, Terms
from mock_server.workspaces.transaction import WorkspaceTransaction
from mock_server.workspaces.world_templates import Template, Templates
from mock_server.world.clock import Clock, parse
from mock_server.world.ids import Ids, Rng, rng

log = logging.getLogger("mock_server")
DEFAULT = "default"
_MAX_ATTEMPTS = 1_000


class Workspace:
    """One tenant, with everything that can change in it."""

    def __init__(
        self, origin: WorkspaceConfig, state: WorkspaceState, clock: Clock, contract: Contract, journal_size: int
    ) -> None:
        self.origin = origin
        self.id = origin.id
        self.plan = origin.plan
        self.ids: Ids = document_ids(contract, origin.plan.seed)
        self.journal = RequestJournal(journal_size)
        self.snapshots: dict[str, Snapshot] = {}
        self.generation = 0
        """Grows when records and time are replaced as a whole: work that began before must not continue."""
        self.renew(state, clock)

    def renew(self, state: WorkspaceState, clock: Clock) -> None:
        """Replace records and time: nothing from before is visible or goes on."""
        self.generation += 1
        self.state, self.clock, self.requests = state, clock, 0
        self.journal.clear()
        self.inboxes = Inboxes()
        self.attempts: RingBuffer[Mapping[str, Any]] = RingBuffer(_MAX_ATTEMPTS)  # for those who watch
        self.faults = FaultRules()
        self.mappings = Overrides()
        self.evolution = EvolutionState()
        self._quotas: dict[str, KeyRateLimit] = {}

    def next_request(self) -> str:
        """Make the id of a request that has just arrived."""
        self.requests += 1
        return f"req_{self.requests}"

    def chance(self, *key: str) -> Rng:
        """A random source for made-up values outside a behaviour."""
        return rng(self.plan.seed, *key)

    def quota(self, key: str) -> KeyRateLimit:
        """The rate limit of a key of this workspace, by the key's digest."""
        if key not in self._quotas:
            self._quotas[key] = KeyRateLimit(self.plan.limit, self.clock)
        return self._quotas[key]

    def windows(self) -> list[int]:
        """When the windows of its limits end (epoch milliseconds)."""
        return sorted({quota.ends for quota in self._quotas.values() if quota.ends is not None})


class Workspaces:
    """All tenants of a server. The world of a plan is built once and forked for each workspace with that plan."""

    def __init__(self, contract: Contract, log: Log, journal_size: int) -> None:
        self.contract = contract
        self.commits = None if type(log) is NoLog else GroupCommit(log)  # without a log nothing is waited for
        self.log = log if self.commits is None else SettledLog(log, self.commits)
        self._journal_size = journal_size
        self._by_id: dict[str, Workspace] = {}
        self._by_key: dict[str, Workspace] = {}
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
        found = RestoredStates(self._templates, mistake)
        for saved in self.log.load():
            try:
                origin, clock = load_config(saved.id, saved.facts)
                workspace = self._added(origin, found.state(saved, origin.plan.seed), clock)
                workspace.snapshots = found.snapshots(saved, origin.plan.seed)
            except ValueError as fault:
                remedy = "use the version of the program that wrote it, or give another file with --state"
                raise StateError(
                    Problem(f"{self.log.name}: workspace {short_repr(saved.id, 80)}", str(fault), remedy)
                ) from None
        return len(self._by_id)

    async def prepare(self, plan: WorldPlan, start: datetime | None = None) -> None:
        """Build the world of a plan, so that ``create`` and ``reset`` make nobody wait. Raises StateError."""
        await self._templates.prepare(plan.recipe, plan.seed, start or plan.start or self.started)

    def create(
        self, id: str, plan: WorldPlan, keys: Iterable[str], *, frozen: bool = False, terms: Terms = NO_TERMS
    ) -> Workspace:
        """Create a workspace that ``keys`` open, stored by the log on return. One with the same id is replaced.

        Without a start of its own, its world starts with this server, so that workspaces can share one world.
        """
        origin = WorkspaceConfig(id, plan, plan.start or self.started, frozen, tuple(map(digest, keys)), terms)
        template = self._templates.of(plan.recipe, plan.seed, origin.start)
        if id in self._by_id:
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
        del self._by_id[workspace.id]
        self._by_key = {key: other for key, other in self._by_key.items() if other is not workspace}
        self.retired.merge(workspace.journal.covered())
        self.deferred_free.add(workspace.state)
        for saved in workspace.snapshots.values():
            self.deferred_free.add(saved.state)
        workspace.snapshots.clear()
        workspace.renew(WorkspaceState(), workspace.clock)  # for those who still hold it

    def keep_clock(self, workspace: Workspace) -> None:
        """Store a changed clock, so that the next start continues from it. Raises StorageUnavailable."""
        if self.get(workspace.id) is workspace:  # it may have been removed meanwhile
            with refusing():
                self.log.describe(workspace.id, facts(workspace.origin, workspace.clock))

    def open_with(self, workspace: Workspace, key: str) -> None:
        """Let ``key`` open a workspace until this process ends."""
        self._by_key[digest(key)] = workspace

    def get(self, id: str) -> Workspace | None:
        """The workspace with an id; None if there is none."""
        return self._by_id.get(id)

    def by_digest(self, key: str) -> Workspace | None:
        """The workspace that a key opens, by the key's digest."""
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[Workspace]:
        return iter(self._by_id.values())

    def transaction(self, workspace: Workspace, *, grouped: bool = False) -> WorkspaceTransaction:
        """Begin a transaction: all its changes happen and are stored, or none is. Raises StorageUnavailable.

        A ``grouped`` one is stored soon, with others: nobody must be answered before ``durable`` has returned.
        """
        commits = self.commits if self._by_id.get(workspace.id) is workspace else None  # it may have been removed
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
        workspace = self._by_id[origin.id] = Workspace(origin, state, clock, self.contract, self._journal_size)
        self._by_key |= dict.fromkeys(origin.keys, workspace)
        return workspace
