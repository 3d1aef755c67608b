"""State in a SQLite file: all that was acknowledged is there afterwards, and a file that cannot be used is refused."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from begun import begun
from messages import assert_message

from mock_server.errors import StateError
from mock_server.store import layered_log
from mock_server.store.base import LoggedTransaction, Row, at_once
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

WRITER = Path(__file__).with_name("writer.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[[], SqliteLog]]:
    """Opens the file; everything opened is closed in the end."""
    logs: list[SqliteLog] = []

    def reopen() -> SqliteLog:
        for log in logs:
            log.close()
        logs.append(SqliteLog(path))
        return logs[-1]

    yield reopen
    for log in logs:
        log.close()


def new_image(log: SqliteLog) -> WorkspaceState:
    return begun(log, "w", WorkspaceState())


def put(log: SqliteLog, state: WorkspaceState, *records: dict[str, Any]) -> None:
    with state.transaction(log, "w") as tx:
        for record in records:
            tx.put("faqs", record["id"], record)


def content(state: WorkspaceState) -> dict[str, list[tuple[Any, Any, Any]]]:
    rows = {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in state.kinds}
    return {kind: some for kind, some in rows.items() if some}


def test_no_room_left_is_a_state_error_that_changes_nothing_and_passes(opened: Callable[[], SqliteLog]) -> None:
    log = opened()
    state = new_image(log)
    before = content(state)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StateError, match="make room") as caught:
            put(log, state, {"id": 1, "text": "x" * 300_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "state.db" in str(caught.value)
    assert content(state) == before
    put(log, state, {"id": 1})
    (saved,) = opened().load()
    assert content(WorkspaceState.restored(saved.layer)) == content(state)


@pytest.mark.parametrize("acknowledged", [0, 3, 40, 200])
def test_what_was_acknowledged_survives_a_kill(path: Path, acknowledged: int) -> None:
    """At whatever moment the process dies: acknowledged transactions whole, the next one wholly or not at all."""
    said = run_and_kill(path, acknowledged)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    log = SqliteLog(path)  # the lock of the dead process is no obstacle
    (saved,) = log.load()
    log.close()
    done = saved.layer.counters.get("transactions", 0)
    assert done >= said
    assert {row.id for row in WorkspaceState.restored(saved.layer).rows("parts")} == parts_after(done)


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has opened the file and writes to it; killed in the end."""
    command = [sys.executable, str(WRITER), str(path)]
    environment = {**os.environ, "PYTHONPATH": str(WRITER.parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            yield writer
        finally:
            writer.kill()


def run_and_kill(path: Path, acknowledged: int) -> int:
    """How many transactions the writer had acknowledged when it was killed, at least ``acknowledged``."""
    with writing(path) as writer:
        assert writer.stdout is not None
        for _ in range(acknowledged):
            writer.stdout.readline()
        writer.kill()
        more = writer.stdout.read()
    assert writer.returncode == -signal.SIGKILL
    return acknowledged + more.count("\n")


def parts_after(done: int) -> set[str]:
    made = {f"{number}-{part}" for number in range(done) for part in range(number % 7 + 1)}
    return made - {f"{number - 5}-0" for number in range(5, done)}


def test_a_second_process_is_refused_and_told_who_is_the_first(path: Path) -> None:
    with writing(path) as writer, pytest.raises(StateError) as caught:
        SqliteLog(path)
    assert_message(caught.value, "state file in use", FILE=path, PROCESS=writer.pid)
    SqliteLog(path).close()


def test_a_second_log_of_the_same_process_is_refused(opened: Callable[[], SqliteLog], path: Path) -> None:
    opened()
    with pytest.raises(StateError) as refused:
        SqliteLog(path)
    assert_message(refused.value, "state file in use", FILE=path, PROCESS=os.getpid())


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, however long it may be. " * 100)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
        db.execute("PRAGMA user_version = 1")
    db.close()


def newer(path: Path) -> None:
    SqliteLog(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (garbage, "not a database.*→ give a file that this program made"),
        (foreign, "a database of another program → give another file"),
        (newer, "format 99, this one knows 4.*→ use that version, or give another file"),
        (folder, "a folder → name a file"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], cause: str
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StateError, match=cause) as caught:
        SqliteLog(path)
    assert str(caught.value).startswith(str(path))
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert make is not folder or list(path.parent.iterdir()) == [path]  # no lock of ours beside it


def test_a_folder_that_is_not_there_is_a_state_error(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refused:
        SqliteLog(tmp_path / "nowhere" / "state.db")
    assert_message(refused.value, FOLDER=tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records SET body = '{'",
        """UPDATE records SET body = CAST('{"id":2}' AS BLOB)""",
        "UPDATE records SET created = 'x'",
        "UPDATE records SET kind = 'leads'",
        "UPDATE contents SET counters = CAST('{}' AS BLOB)",
        "UPDATE contents SET total = total + 1",
        "UPDATE heads SET facts = CAST('{}' AS BLOB)",
        "UPDATE heads SET layer = 1",
        "UPDATE layers SET parent = NULL",
        "UPDATE file SET total = total + 1",
        "DELETE FROM heads",
        "DELETE FROM layers WHERE parent IS NULL",
        "DELETE FROM blocks",
        "DELETE FROM records",
    ],
)
def test_a_damaged_row_is_a_state_error(opened: Callable[[], SqliteLog], path: Path, change: str) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState.of({"faqs": [{"id": 7}]}, {}))
    put(log, state, {"id": 1})
    log.close()
    with sqlite3.connect(path) as db:
        triggers = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        db.executescript("".join(f"DROP TRIGGER {name};" for name in triggers) + change)
    db.close()
    with pytest.raises(StateError) as refused:
        list(opened().load())
    assert_message(refused.value, FILE=path)


@pytest.mark.parametrize(("flushed", "synchronous"), [(False, 1), (True, 2)])
def test_a_file_that_survives_a_loss_of_power_is_flushed_by_each_commit(
    path: Path, flushed: bool, synchronous: int
) -> None:
    log = SqliteLog(path, flushed=flushed)
    with log._data.reading() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (synchronous,)
    log.close()


@pytest.mark.parametrize(
    "use",
    [
        lambda log: at_once(log.keep({}, {}, {})),
        lambda log: at_once(log.keep({"faqs": [Row("a", ("", 0), {"id": "a"})]}, {}, {})),
        lambda log: log.begin("w", {}, 1),
        lambda log: log.describe("w", {}),
        lambda log: log.commit_all([LoggedTransaction("w", (), {"faqs": 1})]),
        lambda log: log.save("w", "s", {}),
        lambda log: log.seal("w"),
        lambda log: log.forget("w", "s"),
        lambda log: log.remove("w"),
    ],
)
def test_no_two_threads_use_one_connection_at_once(
    opened: Callable[[], SqliteLog], monkeypatch: pytest.MonkeyPatch, use: Callable[[SqliteLog], object]
) -> None:
    log = opened()
    new_image(log)
    for way in ("transaction", "batch"):
        monkeypatch.setattr(log._data, way, lambda *_, **__: pytest.fail("the connection was used"))
    monkeypatch.setattr(layered_log, "_PATIENCE", 0.01)
    with ThreadPoolExecutor(1) as other:
        other.submit(log._lock.acquire).result()
        with pytest.raises(StateError) as refused:
            use(log)
        other.submit(log._lock.release).result()
    assert_message(refused.value, "log that is in use by a thread", FILE=log.name)


def test_tidying_up_does_not_wait_for_another_thread(opened: Callable[[], SqliteLog]) -> None:
    """It is done on the event loop, which a replica's other threads would hold."""
    log = opened()
    new_image(log)
    with ThreadPoolExecutor(1) as other:
        other.submit(log._lock.acquire).result()
        began = time.monotonic()
        assert log.tidy(), "there is more to do"
        assert time.monotonic() - began < layered_log._PATIENCE / 2
        other.submit(log._lock.release).result()
    while log.tidy():
        pass
