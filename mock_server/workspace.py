"""Workspaces: isolated tenants, each with its world, clock, journal and limits. A key selects one."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mock_server.quota import Quota
from mock_server.seeding import formats, seeded
from mock_server.spec.contract import Contract
from mock_server.store.base import Log, Saved
from mock_server.store.image import Image, Transaction
from mock_server.store.journal import Journal
from mock_server.world.clock import Clock, parse, stamp
from mock_server.world.ids import Ids, Rng, rng
from mock_server.world.recipe import Recipe

DEFAULT = "default"


@dataclass(frozen=True)
class Plan:
    """What a workspace is made from; same plan and same start, same bytes."""

    recipe: Recipe
    seed: int = 1
    start: datetime | None = None
    limit: int = 60
    enforced: bool = False
    """Whether a request over the limit (a minute; 0 for none) is refused, or only noted."""


def digest(key: str) -> str:
    """How a key is kept: it can be recognised, and not read back."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class Workspace:
    """One tenant. Everything that can change in it hangs here."""

    def __init__(self, id: str, plan: Plan, image: Image, clock: Clock, contract: Contract, journal_size: int) -> None:
        self.id = id
        self.plan = plan
        self.image = image
        self.clock = clock
        self.ids = Ids(plan.seed, formats(contract))
        self.journal: Journal[Any] = Journal(journal_size)
        self._quotas: dict[str, Quota] = {}

    def chance(self, *key: str) -> Rng:
        """A stream of its own for what has to be made up outside a behaviour."""
        return rng(self.plan.seed, *key)

    def quota(self, key: str) -> Quota:
        """The quota of a key of this workspace, by its digest."""
        if key not in self._quotas:
            self._quotas[key] = Quota(self.plan.limit, self.clock)
        return self._quotas[key]


class Workspaces:
    """All tenants of a server. The world of a plan is built once and forked for each workspace that has it."""

    def __init__(self, contract: Contract, log: Log, journal_size: int) -> None:
        self.contract = contract
        self._log = log
        self._journal_size = journal_size
        self._by_id: dict[str, Workspace] = {}
        self._by_key: dict[str, Workspace] = {}
        self._templates: dict[tuple[Recipe, int, str], Image] = {}

    def restore(self) -> int:
        """Take up what the log kept; how many workspaces that were."""
        for saved in self._log.load():
            facts = saved.facts
            plan = Plan(Recipe(**facts["world"]), facts["seed"], parse(facts["start"]), *facts["limit"])
            # The clock goes on with the real one, as far ahead of it as it was.
            clock = Clock()
            clock.set(clock.now() + timedelta(seconds=facts["ahead"]))
            self._add(
                Workspace(saved.id, plan, Image.restored(saved), clock, self.contract, self._journal_size),
                facts["keys"],
            )
        return len(self._by_id)

    def create(self, id: str, plan: Plan, keys: Iterable[str], *, frozen: bool = False) -> Workspace:
        """A new workspace, opened by ``keys``; kept by the log before this returns."""
        clock = Clock(plan.start, frozen=frozen)
        start = clock.now()
        image = self._template(plan, start).fork()
        workspace = Workspace(id, plan, image, clock, self.contract, self._journal_size)
        digests = [digest(key) for key in keys]
        facts = {
            "world": asdict(plan.recipe),
            "seed": plan.seed,
            "start": stamp(start),
            "limit": [plan.limit, plan.enforced],
            "ahead": (start - Clock().now()).total_seconds(),
            "keys": digests,
        }
        self._log.create(Saved(id, facts, {kind: image.rows(kind) for kind in image.kinds}, image.counters))
        self._add(workspace, digests)
        return workspace

    def open_with(self, workspace: Workspace, key: str) -> None:
        """Let ``key`` open a workspace for as long as this process lives."""
        self._by_key[digest(key)] = workspace

    def get(self, id: str) -> Workspace | None:
        return self._by_id.get(id)

    def by_digest(self, key: str) -> Workspace | None:
        """The workspace that a key opens, by the key's digest."""
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[Workspace]:
        return iter(self._by_id.values())

    def transaction(self, workspace: Workspace) -> AbstractContextManager[Transaction]:
        return workspace.image.transaction(self._log, workspace.id)

    def close(self) -> None:
        self._log.close()

    def _add(self, workspace: Workspace, digests: Iterable[str]) -> None:
        self._by_id[workspace.id] = workspace
        for key in digests:
            self._by_key[key] = workspace

    def _template(self, plan: Plan, start: datetime) -> Image:
        key = (plan.recipe, plan.seed, stamp(start))
        if key not in self._templates:
            self._templates[key] = seeded(self.contract, plan.recipe, plan.seed, start)
        return self._templates[key]


def summary(workspace: Workspace) -> Mapping[str, int]:
    """How many records of each kind there are, the largest first, kinds of our own left out."""
    counts = {kind: len(workspace.image.rows(kind)) for kind in workspace.image.kinds if not kind.startswith("$")}
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
