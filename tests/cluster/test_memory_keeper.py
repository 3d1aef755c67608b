"""The memory of workspaces is stored for their next owner: once, completely, and only by who owns them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from messages import assert_message
from wire import TINY

from mock_server.app import load_contract
from mock_server.cluster.memory.keeper import MemoryKeeper
from mock_server.cluster.memory.known_rows import KnownRows
from mock_server.cluster.memory.parts import parts_with
from mock_server.cluster.memory.retired import RetiredCoverage
from mock_server.cluster.own_answers import after
from mock_server.config.settings import Settings
from mock_server.errors import Problem, StateError
from mock_server.store.postgres_memory import StoredRow
from mock_server.store.replica_log import ReplicaLog
from mock_server.stubbing.request_pattern import RequestPattern
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.recipe import load_recipe


class NoEntries:
    """The form of requests in tests that have none."""

    def dump(self, entry: Any) -> bytes:
        raise AssertionError

    def load(self, workspace: Workspace, body: bytes) -> Any:
        raise AssertionError


PARTS = parts_with(NoEntries())


class Owner:
    """A replica with one workspace, `w`."""

    def __init__(self, log: ReplicaLog) -> None:
        self.log = log
        self.workspaces = Workspaces(load_contract(Settings(**TINY)), log, 10)
        self.workspace = self.workspaces.create("w", WorldPlan(load_recipe("empty")), [])
        self.is_idle = True
        self.keeper = MemoryKeeper(log, self.workspaces, PARTS, lambda workspace: self.is_idle)

    def store(self) -> None:
        asyncio.run(self.keeper.store("w"))

    def rows(self) -> dict[str, list[StoredRow]]:
        """The stored rows by part."""
        found: dict[str, list[StoredRow]] = {}
        for row in self.log.memory.load("w"):
            found.setdefault(row.part, []).append(row)
        return found

    def is_open(self) -> bool:
        with self.log.owners._own.open() as db:
            found = db.execute("SELECT 1 FROM owners WHERE workspace = 'w' AND is_open").fetchone()
        return found is not None

    def fault(self, status: int) -> str:
        return self.workspace.faults.add(1, RequestPattern({}), {"status": status}).id


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Owner]:
    log = ReplicaLog(postgres_url, "http://one")
    yield Owner(log)
    log.close()


def test_each_object_is_one_row_which_goes_with_it(owner: Owner) -> None:
    first, second = owner.fault(500), owner.fault(503)
    owner.store()
    before = owner.rows()
    assert [b'"status":500' in row.body for row in before["fault"]] == [True, False]
    owner.workspace.faults.remove(first)
    owner.workspace.requests = 7
    owner.store()
    after_that = owner.rows()
    assert after_that["fault"] == before["fault"][1:]
    assert (before["counts"] != after_that["counts"], len(after_that["counts"])) == (True, 1)
    assert owner.workspace.faults.get(second) is not None


def test_nothing_is_written_where_nothing_has_changed(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.store()
    monkeypatch.setattr(owner.log.memory, "write", None)
    owner.store()


def test_a_refused_writing_leaves_no_row_twice(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.fault(500)
    owner.store()
    write = owner.log.memory.write

    def written_and_broken(changes: Any) -> set[str]:
        write(changes)
        raise StateError(Problem("database", "is gone", "wait"))

    owner.fault(503)
    monkeypatch.setattr(owner.log.memory, "write", written_and_broken)
    with pytest.raises(StateError, match="is gone"):
        owner.store()
    monkeypatch.setattr(owner.log.memory, "write", write)
    owner.store()
    assert {part: len(rows) for part, rows in owner.rows().items()} == {"fault": 2, "counts": 1, "coverage": 1}


def test_who_owns_a_workspace_no_more_stores_nothing(owner: Owner) -> None:
    owner.store()
    before = owner.rows()
    owner.fault(500)
    owner.log.owners.give("w", 99)
    with pytest.raises(StateError) as refused:
        owner.store()
    assert_message(refused.value)
    assert owner.rows() == before


def test_a_workspace_is_open_from_its_first_request_until_nobody_uses_it(owner: Owner) -> None:
    async def rounds(count: int) -> None:
        for _ in range(count):
            await owner.keeper.store("w")

    asyncio.run(owner.keeper.open("w"))
    assert owner.is_open()
    owner.is_idle = False
    asyncio.run(rounds(20))
    assert owner.is_open()
    owner.is_idle = True
    asyncio.run(rounds(1))
    assert not owner.is_open()
    asyncio.run(owner.keeper.open("w"))
    assert owner.is_open()
    assert asyncio.run(owner.keeper.hand_over(["w"])) == ["w"]
    assert not owner.is_open()


def test_a_reset_leaves_nothing_of_before(owner: Owner) -> None:
    owner.fault(500)
    owner.store()
    owner.workspaces.reset(owner.workspace)
    owner.store()
    assert owner.rows().keys() == {"counts", "coverage"}
    owner.workspaces.remove(owner.workspace)
    owner.store()
    assert owner.rows() == {}


def test_rows_of_another_version_are_refused_as_a_whole(owner: Owner) -> None:
    owner.fault(500)
    owner.store()
    with owner.log.owners._own.open() as db:
        db.execute("UPDATE memory SET body = ? WHERE part = 'counts'", (b'{"of": "another version"}',))
    assert not asyncio.run(owner.keeper.load(owner.workspace))
    assert len(owner.workspace.faults) == 0
    owner.store()
    assert owner.rows().keys() == {"counts", "coverage"}


def test_coverage_of_a_server_that_is_gone_goes_to_one_other_server(owner: Owner, postgres_url: str) -> None:
    others = [ReplicaLog(postgres_url, f"http://{name}") for name in ("two", "three")]
    retired = [RetiredCoverage(log.memory, Workspaces(owner.workspaces.contract, log, 10)) for log in others]
    covered = {
        "statuses": [["GET /v1/x", 200, 3]],
        "values": [],
        "parameters": [["GET /v1/x", "query q", 2]],
        "events": {},
    }
    owner.workspaces.retired.add_counts(covered)
    own = RetiredCoverage(owner.log.memory, owner.workspaces)
    owner.workspaces.retired.add_counts(covered)
    asyncio.run(own.store())
    asyncio.run(retired[0].take_over())
    assert retired[0]._workspaces.retired.to_dict()["statuses"] == []  # it is the owner's as long as that lives
    owner.log.close()
    for each in (*retired, *retired):
        asyncio.run(each.take_over())
    shown = [each._workspaces.retired.to_dict()["statuses"] for each in retired]
    assert shown == [[["GET /v1/x", 200, 6]], []]
    others[0].close()
    asyncio.run(retired[1].take_over())
    assert retired[1]._workspaces.retired.to_dict()["parameters"] == [["GET /v1/x", "query q", 4]]
    others[1].close()


def test_an_answer_says_so_if_what_it_set_could_not_be_stored() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def refused() -> None:
        raise StateError(Problem("workspace w", "not stored", "ask again soon"))

    async def answered() -> None:
        sending = after(refused, send)
        await sending({"type": "http.response.start", "status": 201, "headers": []})
        await sending({"type": "http.response.body", "body": b"made"})

    asyncio.run(answered())
    assert [message.get("status") for message in sent] == [503, None]
    assert b"ask again soon" in sent[1]["body"]


def test_a_version_that_stays_spares_the_comparison(owner: Owner) -> None:
    rows = KnownRows(owner.workspace, PARTS)
    owner.fault(500)
    first = rows.difference()
    assert [new.part for new in first.put] == ["fault", "coverage", "counts"]
    rows.done(first)
    assert "fault" not in rows.difference().rows
