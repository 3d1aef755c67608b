"""A state of which most is still being made: what is there can be read, and nobody sees a part of the rest."""

from collections.abc import Callable, Mapping

import pytest

from mock_server.store.base import ARRIVAL
from mock_server.store.collection import Collection
from mock_server.store.late_collections import LateCollections
from mock_server.store.new_rows import collections_of, new_row
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.support.late_result import LateResult

LEADS = [{"id": number, "createdAt": f"2026-01-0{number}"} for number in (1, 2, 3)]
NOTES = [{"id": 7, "leadId": 2}]


class Desk:
    """A state with early leads; ``looks`` says how often the rest was asked for."""

    def __init__(self) -> None:
        self.looks = 0
        early = collections_of({"leads": [new_row(lead, lead["id"]) for lead in LEADS]})
        self.state = WorkspaceState(LateCollections(early, LateResult(self._make)), {ARRIVAL: 10})

    def _make(self) -> Mapping[str, Collection]:
        self.looks += 1
        return WorkspaceState.of({"leads": LEADS, "notes": NOTES}, {}).whole()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_early_kinds_are_read_without_waiting(desk: Desk) -> None:
    tx = Transaction(desk.state)
    rows, total = tx.page("leads", 0, 2)

    assert ([row.id for row in rows], total) == ([3, 2], 3)
    assert tx.get("leads", 1) is not None
    assert tx.get("leads", 9) is None
    assert desk.state.late is not None
    assert desk.looks == 0


def test_a_kind_of_the_mocks_own_is_written_and_read_without_waiting(desk: Desk) -> None:
    with Transaction(desk.state) as tx:
        tx.put("$plans", 1, {"id": 1})

    assert desk.looks == 0
    assert [row.id for row in desk.state.rows("$plans")] == [1]
    assert len(desk.state.rows("notes")) == 1
    assert [row.id for row in desk.state.rows("$plans")] == [1]


NEEDS: list[Callable[[WorkspaceState], object]] = [
    lambda state: state.rows("notes"),
    lambda state: state.rows("nothing"),
    lambda state: state.kinds,
    lambda state: Transaction(state).find("notes", {"leadId": 2}),
    lambda state: Transaction(state).put("leads", 4, {"id": 4}),
    lambda state: Transaction(state).remove("leads", 1),
]


@pytest.mark.parametrize("need", NEEDS)
def test_whoever_needs_more_waits_for_all(desk: Desk, need: Callable[[WorkspaceState], object]) -> None:
    need(desk.state)

    assert desk.looks == 1
    assert desk.state.late is None
    assert desk.state.kinds == ["leads", "notes"]


def test_what_was_written_stays_when_the_rest_comes(desk: Desk) -> None:
    other = desk.state.fork()
    with Transaction(desk.state) as tx:
        tx.put("leads", 4, {"id": 4})
        tx.remove("leads", 1)

    assert sorted(row.id for row in desk.state.rows("leads")) == [2, 3, 4]
    assert len(desk.state.rows("notes")) == 1
    assert sorted(row.id for row in other.rows("leads")) == [1, 2, 3]
    assert desk.looks == 1


def test_a_write_that_is_undone_leaves_all_there_is(desk: Desk) -> None:
    tx = Transaction(desk.state)
    tx.put("offers", 1, {"id": 1})
    tx.undo()

    assert desk.state.kinds == ["leads", "notes"]


def test_forks_wait_for_the_same_making(desk: Desk) -> None:
    one, two = desk.state.fork(), desk.state.fork()

    assert len(one.rows("notes")) == len(two.rows("notes")) == len(one.fork().rows("notes")) == 1
    assert one.counters == {ARRIVAL: 10}
    assert desk.looks == 1
    assert desk.state.late is None


def test_the_parts_of_a_state_that_nobody_needs_are_not_made_to_be_freed(desk: Desk) -> None:
    assert list(desk.state.pieces())
    assert desk.looks == 0
