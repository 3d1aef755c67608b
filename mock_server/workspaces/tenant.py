"""One workspace: an isolated tenant with its world, clock, journal and limits."""

from collections.abc import Mapping
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import WorkspaceState
from mock_server.stubbing.evolution_state import EvolutionState
from mock_server.stubbing.fault_rules import FaultRules
from mock_server.stubbing.overrides import Overrides
from mock_server.support.ring_buffer import RingBuffer
from mock_server.workspaces.inbox import Inboxes
from mock_server.workspaces.plan import WorkspaceConfig
from mock_server.workspaces.rate_limit import KeyRateLimit
from mock_server.workspaces.request_journal import RequestJournal
from mock_server.workspaces.seeding import document_ids
from mock_server.world.clock import Clock
from mock_server.world.ids import Ids, Rng, rng

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
        self.state = state
        self.clock = clock
        self.requests = 0
        self.journal.clear()
        self.inboxes = Inboxes()
        self.attempts: RingBuffer[Mapping[str, Any]] = RingBuffer(_MAX_ATTEMPTS)  # for those who watch
        self.faults = FaultRules()
        self.mappings = Overrides()
        self.evolution = EvolutionState()
        self.limits: dict[str, KeyRateLimit] = {}
        """The rate limits of its keys, by their digests."""

    def next_request(self) -> str:
        """Make the id of a request that has just arrived."""
        self.requests += 1
        return f"req_{self.requests}"

    def chance(self, *key: str) -> Rng:
        """A random source for made-up values outside a behaviour."""
        return rng(self.plan.seed, *key)

    def quota(self, key: str) -> KeyRateLimit:
        """The rate limit of a key of this workspace, by the key's digest."""
        if key not in self.limits:
            self.limits[key] = KeyRateLimit(self.plan.limit, self.clock)
        return self.limits[key]

    def windows(self) -> list[int]:
        """When the windows of its limits end (epoch milliseconds)."""
        return sorted({quota.ends for quota in self.limits.values() if quota.ends is not None})
