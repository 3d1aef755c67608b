"""A state file of the version before opens as one of today; what is taken out and put back stays as it is."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import assert_message

from mock_server.errors import StateError
from mock_server.store.base import Change, LoggedTransaction, SavedWorkspace, at_once
from mock_server.store.file_copy import copy_state
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

VERSION_3 = Path(__file__).with_name("version-3.db.gz")
NOW = "2026-01-0{}T00:00:00.000Z"
BEGUN = {"things": [{"id": number} for number in (1, 2, 3)]}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_3.read_bytes()))
    return path


def opened(path: Path) -> tuple[SqliteLog, SavedWorkspace]:
    log = SqliteLog(path)
    (saved,) = log.load()
    return log, saved


def content(state: WorkspaceState) -> dict[str, Any]:
    return {kind: [row.record for row in state.rows(kind)] for kind in state.kinds if state.rows(kind)}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        (found,) = db.execute("PRAGMA user_version").fetchone()
    return int(found)


def test_a_file_of_the_version_before_opens_with_all_that_it_holds(old: Path) -> None:
    log, saved = opened(old)
    now = {
        "names": [{"id": 'b " é'}, {"id": "a", "again": True}, {"id": "c"}],
        "things": [{"id": 4, "n": 3}, {"id": 3, "createdAt": NOW.format(3)}],
    }
    then = {
        "names": [{"id": 'b " é'}],
        "things": [{"id": 4, "n": 1}, {"id": 1, "createdAt": NOW.format(1), "n": 2}, now["things"][1]],
    }
    assert content(WorkspaceState.restored(saved.layer)) == now
    assert content(WorkspaceState.restored(saved.snapshots["s"].layer)) == then
    row = WorkspaceState.restored(saved.layer).rows("things")[0]
    log.commit_all([LoggedTransaction("w", [Change("things", 4, None, row)], {})])
    log.close()
    log, saved = opened(old)
    assert content(WorkspaceState.restored(saved.layer)) == now | {"things": now["things"][1:]}
    log.close()
    assert version(old) == 4


def test_a_damaged_file_of_the_version_before_is_refused_and_left_alone(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("UPDATE records SET body = ? WHERE kind = 'things' AND body IS NOT NULL", (b'{"id": 4}',))
    with pytest.raises(StateError) as refused:
        SqliteLog(old)
    assert_message(refused.value, FILE=old)
    assert version(old) == 3


def test_a_file_of_the_version_before_can_be_copied(old: Path, tmp_path: Path) -> None:
    copied = copy_state(old, tmp_path / "copy.db").file
    log, saved = opened(copied)
    assert "s" in saved.snapshots
    log.close()


@pytest.mark.parametrize("older", [1, 2])
@pytest.mark.parametrize("read", [SqliteLog, lambda path: copy_state(path, path.with_name("copy.db"))])
def test_an_older_file_is_refused_with_the_way_to_convert_it(tmp_path: Path, older: int, read: Any) -> None:
    before = gzip.decompress(VERSION_3.with_name(f"version-{older}.db.gz").read_bytes())
    path = tmp_path / "state.db"
    path.write_bytes(before)
    with pytest.raises(StateError) as refused:
        read(path)
    assert_message(refused.value, "a state file of an older format", FILE=path, NUMBER=older)
    assert path.read_bytes() == before


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "remove", "remove", "save", "forget", "return", "tidy", "again")),
        st.integers(1, 4),
    ),
    max_size=25,
)


class Life:
    """One workspace over many starts, and what is expected of it."""

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, SqliteLog(path)
        begun = WorkspaceState.of(BEGUN, {})
        layer = at_once(self.log.keep({"things": begun.rows("things")}, begun.counters, {}))
        self.log.begin("w", {}, layer)
        self.log.release(layer)
        self.state, self.number = begun.fork(), 0
        self.snapshot: tuple[int, WorkspaceState] | None = None

    def act(self, deed: str, id: int) -> None:
        self.number += 1
        if deed in ("put", "remove"):
            with self.state.transaction(self.log, "w") as tx:
                if deed == "put":
                    tx.put("things", id, {"id": id, "n": self.number})
                else:
                    tx.remove("things", id)
        elif deed == "save":
            self.snapshot = self.log.save("w", "s", {}), self.state.fork()
        elif deed == "forget":
            self.log.forget("w", "s")
            self.snapshot = None
        elif deed == "return" and self.snapshot:
            self.log.begin("w", {}, self.snapshot[0])
            self.state = self.snapshot[1].fork()
        elif deed == "tidy":
            while self.log.tidy():
                pass
        elif deed == "again":
            self.restart()

    def restart(self) -> None:
        self.log.close()
        self.log, saved = opened(self.path)
        assert content(WorkspaceState.restored(saved.layer)) == content(self.state)
        if self.snapshot:
            layer = saved.snapshots["s"].layer
            assert content(WorkspaceState.restored(layer)) == content(self.snapshot[1])
            self.snapshot = layer.id, self.snapshot[1]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    return iter(lambda: tmp_path_factory.mktemp("life"), None)


@settings(max_examples=25)
@given(DEEDS)
def test_every_history_of_one_workspace_is_there_after_a_restart(folders: Any, deeds: list[Any]) -> None:
    life = Life(next(folders) / "state.db")
    for deed, id in deeds:
        life.act(deed, id)
    life.restart()
    life.log.close()


def test_what_is_made_again_under_its_old_id_can_be_removed_again(tmp_path: Path) -> None:
    life = Life(tmp_path / "state.db")
    for deed in ("remove", "put", "again", "remove", "again"):
        life.act(deed, 1)
    assert [record["id"] for record in content(life.state)["things"]] == [2, 3]
    life.log.close()
