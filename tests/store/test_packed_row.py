"""Packed rows: records of a file in memory, exactly as they were stored and in little space."""

import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from begun import begun

from mock_server.store.base import Row
from mock_server.store.packed_row import PackedRow, SplitRow, packed
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

MANY = 1_000
NESTED = {"id": "a", "tags": [{"name": "Urgent"}, None, True, "é\u2028😀"], "address": {"line1": "", "line2": None}}


@pytest.mark.parametrize("record", [{}, NESTED, {"n": 2**64 - 1, "m": -(2**63), "f": 0.1 + 0.2, "z": -0.0}])
def test_a_packed_record_is_read_as_it_was(record: dict[str, Any]) -> None:
    row = packed(Row("a", ("2026-01-01", 7), record))

    assert isinstance(row, PackedRow)
    assert (row.id, row.key, repr(row.record)) == ("a", ("2026-01-01", 7), repr(record))


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, Decimal("0.1234567890123456789012")])
def test_a_row_with_a_long_number_stays_as_it_is(number: Any) -> None:
    row = Row("a", ("", 0), {"data": [number]})

    assert packed(row) is row


CALL = {"id": "in_1", "source": "CALL", "data": {"said": ["Good morning, how can I help?"] * 60}, "last": None}


@pytest.mark.parametrize(
    "words",
    [CALL, {**CALL, "data": "words " * 300}, {**CALL, "data": "\x01" * 400}, {**CALL, "source": ["x" * 20] * 90}],
)
def test_a_large_member_takes_little_and_is_read_as_it_was(words: dict[str, Any]) -> None:
    row = packed(Row("in_1", ("2026-01-01", 7), words))

    assert isinstance(row, SplitRow)
    assert (row.id, row.key, repr(row.record)) == ("in_1", ("2026-01-01", 7), repr(words))
    assert row.values(["source", "data", "id", "none"]) == [words["source"], words["data"], "in_1", None]
    assert sum(len(part) for part in (row._text, row._large)) < len(repr(words)) / 2


@pytest.mark.parametrize("record", [CALL, NESTED])
def test_members_are_read_alike_from_every_row(record: dict[str, Any]) -> None:
    row = Row("a", ("", 0), record)

    assert packed(row).values([*record, "none"]) == row.values([*record, "none"]) == [*record.values(), None]


def test_a_long_record_without_a_large_member_is_kept_whole() -> None:
    record = {f"field{number}": "x" * 30 for number in range(100)}

    assert type(packed(Row("a", ("", 0), record))) is PackedRow


def test_loaded_records_take_little_more_than_their_text(tmp_path: Path) -> None:
    log, record = SqliteLog(tmp_path / "state.db"), {f"field{n}": f"value {n}" for n in range(40)}
    with begun(log, "w", WorkspaceState()).transaction(log, "w") as tx:
        for number in range(MANY):
            tx.put("leads", number, record)
    log.close()
    tracemalloc.start()
    (saved,) = (log := SqliteLog(tmp_path / "state.db")).load()
    state = WorkspaceState.restored(saved.layer)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    log.close()

    assert state.rows("leads")[0].record == record
    assert taken < 2 * MANY * len(str(record))
