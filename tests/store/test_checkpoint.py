"""SQLite's log is moved into the file beside the writer, who does not wait for the disk."""

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from begun import begun

from mock_server.store import checkpoint
from mock_server.store.base import Change, LoggedTransaction, Row
from mock_server.store.database import Database
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

PATIENCE = 20.0  # seconds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(path)
    begun(log, "one", WorkspaceState())
    yield log
    log.close()


def commit(log: SqliteLog, number: int) -> None:
    rows = [Row(f"{number}.{index}", ("", number), {"text": "x" * 1000}) for index in range(50)]
    log.commit_all([LoggedTransaction("one", [Change("things", row.id, row) for row in rows], {})])


def until(log: SqliteLog, done: Callable[[], bool]) -> int:
    """How many commits it took."""
    end = time.monotonic() + PATIENCE
    for number in itertools.count(1):
        commit(log, number)
        if done():
            return number
        assert time.monotonic() < end
    raise AssertionError


def test_the_file_has_what_was_committed_while_its_writer_goes_on(log: SqliteLog, path: Path) -> None:
    empty = path.stat().st_size
    until(log, lambda: path.stat().st_size > empty + 100_000)


def test_the_log_does_not_grow_for_ever(log: SqliteLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_MAX_LOG_PAGES", 100)
    wal, sizes = path.with_name("state.db-wal"), [0]

    def reused() -> bool:
        """Whether commits went to the log and it has not grown."""
        sizes.append(wal.stat().st_size)
        return sizes[-1] == sizes[-2]

    until(log, reused)


def test_writers_are_told_to_wait_while_the_log_starts_anew(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_MAX_LOG_PAGES", 100)
    monkeypatch.setattr(checkpoint, "_NOTICE", 5.0)  # ended by the close
    until(log, lambda: log.is_busy)
    log.close()
    assert not log.is_busy


def test_a_writer_who_does_not_wait_is_never_refused(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_MAX_LOG_PAGES", 10)
    monkeypatch.setattr(checkpoint, "_NOTICE", 0.0)
    file = log._data
    assert isinstance(file, Database)
    asked = file._checkpoints
    assert asked is not None
    until(log, lambda: asked.restarts >= 5)


def test_a_restart_that_has_just_ended_is_no_other_program(path: Path) -> None:
    asked = checkpoint.Checkpointer(path)
    asked.restarts = 1
    assert asked.is_done(since=0)
    assert not asked.is_done(since=1)
    asked.close()


@contextmanager
def broken() -> Iterator[None]:
    raise sqlite3.OperationalError("disk I/O error")
    yield


def test_a_checkpoint_that_cannot_be_made_harms_neither_writer_nor_file(log: SqliteLog, path: Path) -> None:
    asked = checkpoint.Checkpointer(path, broken)
    asked.request()
    asked.close()
    for number in range(20):
        commit(log, number)
    log.close()
    assert not path.with_name("state.db-wal").exists(), "the log was not moved as it was closed"
    again = SqliteLog(path)
    [saved] = again.load()
    again.close()
    assert len(saved.layer.rows["things"]) == 20 * 50
