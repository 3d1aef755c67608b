"""Containers that share their parts answer like plain ones, whatever is done to them and to their copies."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mock_server.store import copy_on_write
from mock_server.store.base import Row
from mock_server.store.copy_on_write import SharedRows, SharedTable, same


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> object:
    """So that there are many parts of few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copy_on_write, "_MAX_ROWS_PER_PART", 4)
        patch.setattr(copy_on_write, "_FULLEST", 2)
        yield


class Containers(RuleBasedStateMachine):
    """Some copies of one of each, beside a plain list and a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.many: list[tuple[SharedRows, SharedTable[int, Row], dict[int, Row]]] = [
            (SharedRows(), SharedTable({}), {})
        ]

    @rule(which=st.integers(0, 3), number=st.integers(0, 40))
    def put(self, which: int, number: int) -> None:
        rows, table, plain = self.many[which % len(self.many)]
        self.drop(which, number)
        row = Row(number, (str(number * 7 % 5), number), {})
        rows.add(row)
        table.put(number, row)
        plain[number] = row

    @rule(which=st.integers(0, 3), number=st.integers(0, 40))
    def drop(self, which: int, number: int) -> None:
        rows, table, plain = self.many[which % len(self.many)]
        row = plain.pop(number, None)
        assert table.pop(number) is row
        if row is not None:
            rows.remove(row)

    @precondition(lambda self: len(self.many) < 4)
    @rule(which=st.integers(0, 3))
    def copy(self, which: int) -> None:
        rows, table, plain = self.many[which % len(self.many)]
        self.many.append((rows.copy(), table.copy(), plain.copy()))
        assert same(self.many[-1][0], rows)

    @invariant()
    def each_is_as_the_plain_one(self) -> None:
        for rows, table, plain in self.many:
            ordered = sorted(plain.values(), key=lambda row: row.key)
            assert list(rows) == rows[:] == ordered
            assert rows == ordered
            assert [len(rows), len(table)] == [len(plain)] * 2
            assert [table.get(number) for number in range(41)] == [plain.get(number) for number in range(41)]
            for start, stop in ((0, 3), (2, 9), (-5, None), (5, 2), (0, 100)):
                assert rows[start:stop] == ordered[start:stop]
            assert rows[::-1] == ordered[::-1]
            assert [rows[place] for place in range(-len(rows), len(rows))] == ordered * 2


TestContainers = Containers.TestCase
TestContainers.settings = settings(
    derandomize=True, deadline=None, database=None, max_examples=30, stateful_step_count=40, print_blob=False
)


def test_a_place_outside_is_an_error() -> None:
    rows = SharedRows([Row(1, ("", 1), {})])
    for place in (1, -2):
        with pytest.raises(IndexError):
            rows[place]


def test_a_copy_shares_all_but_what_is_written_to() -> None:
    rows = SharedRows([Row(number, ("", number), {}) for number in range(40)])
    twin = rows.copy()
    twin.add(Row(40, ("", 40), {}))
    shared_parts = [one is two for one, two in zip(rows._parts, twin._parts, strict=False)]
    assert shared_parts.count(False) <= 1
    assert len(rows) == 40


def test_rows_of_one_key_are_told_apart_by_who_they_are() -> None:
    twins = [Row(number, ("", 0), {}) for number in range(10)]
    rows = SharedRows(twins)
    for row in (twins[7], twins[0], twins[9]):
        rows.remove(row)
    assert [row.id for row in rows] == [1, 2, 3, 4, 5, 6, 8]
