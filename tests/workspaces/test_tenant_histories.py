"""Whatever is done with tenants on a disk that may be full: each has what is expected of it, and so after a restart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import Problem, StateError, StorageUnavailable
from mock_server.store.base import LayerId, LoggedTransaction, NoLog
from mock_server.store.database import Database
from mock_server.store.layered_log import LayeredLog
from mock_server.store.postgres_database import PostgresDatabase
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import WorkspaceState
from mock_server.support.postgres_url import is_postgres_url
from mock_server.workspaces.plan import WorldPlan, digest
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

CONTRACT = load_contract(Settings())
NAMES = "abc"
DEEDS = ("make", "make", "write", "write", "drop", "reset", "save", "restore", "branch", "remove")
HISTORIES = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 5)), max_size=20
)
Records = dict[str, dict[Any, Any]]


def plan_of(name: str) -> WorldPlan:
    """Each name has a world of its own."""
    return WorldPlan(
        load_recipe("small"), NAMES.index(name), parse("2031-05-06T07:08:09Z"), NAMES.index(name), name == "c"
    )


def content(state: WorkspaceState) -> Records:
    rows = {kind: {row.id: row.record for row in state.rows(kind)} for kind in state.kinds}
    return {kind: some for kind, some in rows.items() if some}


def twin(records: Records) -> Records:
    """A copy; a record itself is never changed."""
    return {kind: dict(some) for kind, some in records.items()}


class Disk(LayeredLog):
    """A state on a disk that has no room while ``full``."""

    full = False

    @classmethod
    def at(cls, place: str) -> "Disk":
        data = PostgresDatabase(place) if is_postgres_url(place) else Database(Path(place))
        return cls(place, data)

    def begin(self, *what: Any) -> None:
        self._refuse()
        super().begin(*what)

    def save(self, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId | None = None) -> LayerId:
        self._refuse()
        return super().save(workspace, name, facts, layer)

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        self._refuse()
        super().commit_all(transactions)

    def remove(self, workspace: str) -> None:
        self._refuse()
        super().remove(workspace)

    def _refuse(self) -> None:
        if self.full:
            raise StateError(Problem("state", "the disk is full", "make room"))


@dataclass
class Tenant:
    """What is expected of one: the plan that it was made from (by name), its records, and those that were saved."""

    plan: str
    records: Records
    saved: tuple[Records, Snapshot] | None = None


class Story:
    """Each deed is done to the workspaces first, and then to what is expected of them."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.workspaces = Workspaces(CONTRACT, disk, 10)
        self.expected: dict[str, Tenant] = {}
        self.written = 0

    def act(self, deed: str, name: str, other: str, *, full: bool) -> None:
        it = self.workspaces.get(name)
        assert (it is None) == (name not in self.expected)
        self.disk.full = full
        try:
            if it is None:
                self.make(name)
            elif deed == "branch":
                self.branch(it, other)
            elif deed != "make":
                getattr(self, deed)(it, self.expected[name])
        except (StateError, StorageUnavailable) as refused:
            if not full or "the disk is full" not in str(refused):
                raise
        finally:
            self.disk.full = False

    def make(self, name: str) -> None:
        made = self.workspaces.create(name, plan_of(name), [f"key of {name}"])
        assert content(made.state) == SEEDED[name]
        self.expected[name] = Tenant(name, twin(SEEDED[name]))

    def write(self, it: Workspace, expected: Tenant) -> None:
        number = self.written = self.written + 1
        with self.workspaces.transaction(it) as tx:
            record = {**tx.find("faqs")[0].record, "id": number, "question": f"{number}?"}
            tx.put("faqs", number, record)
        expected.records["faqs"][number] = record

    def drop(self, it: Workspace, expected: Tenant) -> None:
        with self.workspaces.transaction(it) as tx:
            row = tx.find("leads/activities")[-1]
            tx.remove("leads/activities", row.id)
        del expected.records["leads/activities"][row.id]

    def reset(self, it: Workspace, expected: Tenant) -> None:
        self.workspaces.reset(it)
        expected.records = twin(SEEDED[expected.plan])

    def save(self, it: Workspace, expected: Tenant) -> None:
        snapshot = Snapshot("s", it.state.fork(), it.clock.stamp(), it.clock.frozen)
        expected.saved = twin(expected.records), snapshot

    def restore(self, it: Workspace, expected: Tenant) -> None:
        if expected.saved:
            self.workspaces.return_to(it, expected.saved[1])
            expected.records = twin(expected.saved[0])

    def branch(self, it: Workspace, other: str) -> None:
        expected = self.expected[it.id]
        if expected.saved and other not in self.expected:
            self.workspaces.branch(it, expected.saved[1], other, f"key of {other}")
            self.expected[other] = Tenant(expected.plan, twin(expected.saved[0]))

    def remove(self, it: Workspace, expected: Tenant) -> None:
        self.workspaces.remove(it)
        del self.expected[it.id]
        assert content(it.state) == {}

    def holds(self, workspaces: Workspaces) -> None:
        assert {it.id for it in workspaces} == set(self.expected)
        for name in NAMES:
            it = workspaces.get(name)
            assert workspaces.by_digest(digest(f"key of {name}")) is it
            if it is not None:
                assert content(it.state) == self.expected[name].records
                assert it.plan == plan_of(self.expected[name].plan)


SEEDED = {name: content(Workspaces(CONTRACT, NoLog(), 1).create(name, plan_of(name), ()).state) for name in NAMES}


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES)
def test_every_tenant_has_what_was_done_to_it_alone_and_so_after_a_restart(
    new_place: Callable[[], str], history: list[Any]
) -> None:
    place = new_place()
    disk = Disk.at(place)
    story = Story(disk)
    for deed, name, other, luck in history:
        story.act(deed, name, other, full=not luck)
        story.holds(story.workspaces)
    disk.close()
    disk = Disk.at(place)
    again = Workspaces(CONTRACT, disk, 10)
    assert again.restore() == len(story.expected)
    story.holds(again)
    disk.close()
