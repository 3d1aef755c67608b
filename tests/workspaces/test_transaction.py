"""A transaction of a workspace: kept whole and told of, or undone, whatever fails in it or below it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mock_server.errors import Problem, StateError, StorageUnavailable
from mock_server.store.base import LoggedTransaction, NoLog
from mock_server.store.group_commit import GroupCommit
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.stubbing.fault_rules import STALE_READ, FaultRules
from mock_server.stubbing.request_pattern import RequestPattern
from mock_server.workspaces.transaction import WorkspaceTransaction

FULL = StateError(Problem("state.db", "the disk is full", "make room"))


class Kept(NoLog):
    """A log that notes the kinds of what it keeps, for as long as there is room."""

    def __init__(self, *, room: bool = True) -> None:
        super().__init__()
        self.kinds: list[str] = []
        self.room = room

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        if not self.room:
            raise FULL
        self.kinds += [f"{one.workspace}:{change.kind}" for one in transactions for change in one.changes]


def put(kind: str = "leads") -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.put(kind, "a", {"id": "a"})

    return work


def nothing(tx: Transaction) -> None:
    tx.get("leads", "a")


def failing(fault: Exception) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.put("leads", "a", {"id": "a"})
        raise fault

    return work


class Case:
    """One state, its faults and its log."""

    def __init__(self, log: Kept | None = None, *, stale: bool = False) -> None:
        self.id, self.state, self.faults, self.log = "w", WorkspaceState(), FaultRules(), log or Kept()
        self.told: list[bool] = []
        if stale:
            self.faults.add(1, RequestPattern({"method": "GET"}), {"fault": STALE_READ})

    def run(self, work: Callable[[Transaction], None]) -> None:
        def after(tx: Transaction) -> None:
            self.told.append(tx.changed)

        with WorkspaceTransaction(self, GroupCommit(self.log), after) as tx:
            work(tx)

    @property
    def rows(self) -> int:
        return len(self.state.rows("leads"))


def test_a_change_is_kept_and_told_of() -> None:
    case = Case()
    case.run(put())
    assert (case.rows, case.log.kinds, case.told) == (1, ["w:leads"], [True])


def test_where_nothing_changes_nobody_is_told() -> None:
    case = Case(stale=True)
    case.run(nothing)
    assert (case.log.kinds, case.told, case.faults.before) == ([], [], None)


@pytest.mark.parametrize(
    ("fault", "raised"), [(KeyError("x"), KeyError), (FULL, StorageUnavailable), (SystemExit(), SystemExit)]
)
def test_what_fails_inside_is_raised_and_undone(fault: Any, raised: type[BaseException]) -> None:
    case = Case(stale=True)
    with pytest.raises(raised) as caught:
        case.run(failing(fault))
    assert (case.rows, case.log.kinds, case.told, case.faults.before) == (0, [], [], None)
    if raised is StorageUnavailable:
        assert caught.value.explain == tuple(map(str, FULL.problems))  # type: ignore[attr-defined]


def test_what_cannot_be_kept_is_503_and_undone() -> None:
    case = Case(Kept(room=False), stale=True)
    with pytest.raises(StorageUnavailable, match="disk is full"):
        case.run(put())
    assert (case.rows, case.told, case.faults.before) == (0, [], None)


def test_a_rule_for_stale_reads_gets_the_state_before_the_last_change() -> None:
    case = Case(stale=True)
    case.run(put())
    case.run(put("$events"))  # our own records are read by nobody
    assert case.faults.before is not None
    assert len(case.faults.before.rows("leads")) == 0
    assert case.rows == 1


def test_without_such_a_rule_no_state_is_kept() -> None:
    case = Case()
    case.run(put())
    assert case.faults.before is None
