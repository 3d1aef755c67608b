"""Whose a state file is: one server has it, by whatever name, and who has lost it keeps nothing more."""

import errno
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from begun import begun
from messages import assert_message

from mock_server.errors import StateError, StateLost
from mock_server.store import file_ownership
from mock_server.store.mounts import Mount, mounted_alone, mounts, network_file_system
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

HOLDER = """
import sys
from pathlib import Path
from mock_server.store.sqlite_log import SqliteLog
SqliteLog(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another process that has the file; its id."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield holder.pid
        finally:
            holder.kill()


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    path = tmp_path_factory.mktemp("taken") / "state.db"
    with held(path) as pid:
        yield path, pid


def symlink(path: Path) -> Path:
    (alias := path.with_name("symlink")).symlink_to(path)
    return alias


def folder(path: Path) -> Path:
    (alias := path.parent.with_name("folder")).symlink_to(path.parent)
    return alias / path.name


def roundabout(path: Path) -> Path:
    return Path(os.path.relpath(path))


def unlocked(path: Path) -> Path:
    path.with_name(f"{path.name}.lock").unlink()
    return path


@pytest.mark.parametrize("alias", [symlink, folder, roundabout, unlocked])
def test_a_file_in_use_is_refused_by_any_name(taken: tuple[Path, int], alias: Callable[[Path], Path]) -> None:
    path, pid = taken
    with pytest.raises(StateError) as refused:
        SqliteLog(other := alias(path))
    assert_message(refused.value, "state file in use", FILE=other, PROCESS=pid)


def test_a_file_with_two_names_is_refused_by_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    SqliteLog(path).close()
    (tmp_path / "other.db").hardlink_to(path)
    for name in (path, tmp_path / "other.db"):
        with pytest.raises(StateError) as refused:
            SqliteLog(name)
        assert_message(refused.value, "state file with two names", FILE=name)
    (tmp_path / "other.db").unlink()
    SqliteLog(path).close()


def test_a_second_look_in_one_process_does_not_open_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite's locks are the process's, they would be gone when it is closed again."""
    path = tmp_path / "state.db"
    log = SqliteLog(path)
    opened: list[object] = []
    monkeypatch.setattr(Path, "open", lambda *it, **more: opened.append(it))
    monkeypatch.setattr(os, "open", lambda *it, **more: opened.append(it))
    with pytest.raises(StateError) as refused:
        SqliteLog(other := symlink(path))
    monkeypatch.undo()
    assert_message(refused.value, "state file in use", FILE=other, PROCESS=os.getpid())
    assert opened == []
    log.close()


# --- what is no file of ours ------------------------------------------------------------------------------------------


def pipe(path: Path) -> None:
    os.mkfifo(path)


def plug(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/null")


def loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "what"),
    [(pipe, "a pipe"), (plug, "a socket"), (device, "a device"), (loop, "a symbolic link that leads nowhere")],
)
def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path, make: Callable[..., None], what: str) -> None:
    path = tmp_path / "s"
    make(path)
    with pytest.raises(StateError, match=f"{what} → give"):
        SqliteLog(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("beside", ["-wal", "-shm", "-journal", ".lock"])
def test_what_lies_in_the_place_of_a_log_is_refused_before_it_is_opened(tmp_path: Path, beside: str) -> None:
    os.mkfifo(tmp_path / f"state.db{beside}")
    with pytest.raises(StateError) as refused:
        SqliteLog(tmp_path / "state.db")
    assert_message(refused.value, "pipe in the place of a log", FILE=tmp_path / f"state.db{beside}")
    assert not (tmp_path / "state.db").exists()


TEXTS = {
    "one byte": b"S",
    "a line": b"hello\n",
    "almost a database": b"SQLite format 3",
    "NULs": bytes(8192),
    "a cut database": b"SQLite format 3\0" + bytes(50),
    "the head alone": b"SQLite format 3\0",
}


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_a_file_of_something_else_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    before = path.stat()
    with pytest.raises(StateError, match="database"):
        SqliteLog(path)
    assert path.read_bytes() == content
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_lock_that_is_a_file_of_somebody_is_refused_and_untouched(tmp_path: Path) -> None:
    lock = tmp_path / "state.db.lock"
    lock.write_text("dear diary")
    with pytest.raises(StateError) as refused:
        SqliteLog(tmp_path / "state.db")
    assert_message(refused.value, FOLDER=tmp_path)
    assert lock.read_text() == "dear diary"
    assert list(tmp_path.iterdir()) == [lock]


def test_no_room_for_the_name_of_the_holder_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, text: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as there:
        there.setattr(os, "write", full)
        with pytest.raises(StateError) as refused:
            SqliteLog(tmp_path / "state.db")
        assert_message(refused.value, FOLDER=tmp_path)
    assert not (tmp_path / "state.db").exists()
    SqliteLog(tmp_path / "state.db").close()


def test_an_empty_file_is_taken_as_a_new_one_and_one_made_for_nothing_goes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state.db").touch()
    SqliteLog(tmp_path / "state.db").close()
    monkeypatch.setattr(file_ownership, "load_mounts", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        SqliteLog(tmp_path / "other.db")
    assert not (tmp_path / "other.db").stat().st_size


# --- a file that is lost while the server runs ------------------------------------------------------------------------


def moved(path: Path) -> Path | None:
    return path.rename(path.with_name("moved.db"))


def folder_moved(path: Path) -> Path | None:
    return path.parent.rename(path.parent.with_name("elsewhere")) / path.name


def deleted(path: Path) -> Path | None:
    path.unlink()
    return None


def replaced(path: Path) -> Path | None:
    kept = path.rename(path.with_name("kept.db"))
    other(path.with_name("new.db")).rename(path)
    return kept


def copied_over(path: Path) -> Path | None:
    shutil.copyfile(other(path.with_name("new.db")), path)
    return None


def log_deleted(path: Path) -> Path | None:
    path.with_name("state.db-wal").unlink()
    return path


def log_replaced(path: Path) -> Path | None:
    path.with_name("state.db-wal").rename(path.with_name("log"))
    path.with_name("state.db-wal").write_bytes(b"")
    return path


def written_to(path: Path) -> Path | None:
    """What is written back is a change all the same."""
    db = sqlite3.connect(path, isolation_level=None)
    for step in (1, -1):
        db.execute("UPDATE file SET total = total + ?", [step])
    db.close()
    return path


def other(path: Path) -> Path:
    """A state file of another server that has stopped."""
    log = SqliteLog(path)
    begun(log, "another", WorkspaceState())
    log.close()
    return path


MISCHIEF = {
    moved: "moved or deleted while the server ran",
    folder_moved: "moved or deleted while the server ran",
    deleted: "moved or deleted while the server ran",
    replaced: "another file was put in its place",
    copied_over: "another program wrote to it",
    log_deleted: "its log, the file that ends in -wal, was moved or deleted",
    log_replaced: "another file was put in the place of its log",
    written_to: "another server or program wrote to it",
}


@pytest.mark.parametrize(("mischief", "what"), MISCHIEF.items(), ids=lambda it: getattr(it, "__name__", ""))
def test_who_has_lost_the_file_says_so_and_keeps_nothing_more(
    tmp_path: Path, mischief: Callable[[Path], Path | None], what: str
) -> None:
    (tmp_path / "of a server").mkdir()
    path = tmp_path / "of a server" / "state.db"
    log = SqliteLog(path)
    told: list[StateError] = []
    log.lost = told.append
    state = begun(log, "w", WorkspaceState())
    for number in range(3):
        put(log, state, number)
    there = mischief(path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("new.db")}
    for _ in range(2):
        with pytest.raises(StateLost) as refused:
            put(log, state, 7)
        assert_message(refused.value, f"state lost: {mischief.__name__}", FILE=path)
        assert [row.id for row in state.rows("faqs")] == [0, 1, 2]
    assert len(told) == 1
    log.close()
    assert {file: file.read_bytes() for file in tmp_path.rglob("new.db")} == before
    if there is not None:
        again = SqliteLog(there)
        (saved,) = again.load()
        assert {0, 1, 2} <= {row.id for row in WorkspaceState.restored(saved.layer).rows("faqs")}
        again.close()
    if mischief is replaced:
        again = SqliteLog(path)
        assert [saved.id for saved in again.load()] == ["another"]
        again.close()


def put(log: SqliteLog, state: WorkspaceState, number: int) -> None:
    with state.transaction(log, "w") as tx:
        tx.put("faqs", number, {"id": number})


def test_a_stop_leaves_the_log_of_who_has_the_name_now(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    log = SqliteLog(path)
    state = begun(log, "w", WorkspaceState())
    put(log, state, 1)
    path.rename(tmp_path / "kept.db")
    for name in ("state.db-wal", "state.db-shm", "state.db.lock"):
        (tmp_path / name).unlink()
    newcomer = SqliteLog(path)
    theirs = begun(newcomer, "theirs", WorkspaceState())
    log.close()
    with theirs.transaction(newcomer, "theirs") as tx:
        tx.put("faqs", 5, {"id": 5})
    newcomer.close()
    for name, id, rows in (("kept.db", "w", [1]), ("state.db", "theirs", [5])):
        again = SqliteLog(tmp_path / name)
        (saved,) = again.load()
        assert (saved.id, [row.id for row in WorkspaceState.restored(saved.layer).rows("faqs")]) == (id, rows)
        again.close()


def test_a_program_that_only_looks_into_the_file_is_no_reason_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    log = SqliteLog(path)
    state = begun(log, "w", WorkspaceState())
    for number in range(3):
        reader = sqlite3.connect(path)
        assert reader.execute("SELECT COUNT(*) FROM records").fetchone() == (number,)
        put(log, state, number)
        reader.close()
    log.close()


# --- where it lies ----------------------------------------------------------------------------------------------------

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
30 27 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
45 27 0:52 / /mnt/my\\040share rw,relatime - nfs4 host:/export rw,vers=4.2
46 27 254:0 /data/state.db /app/state.db rw,relatime - ext4 /dev/vda rw
cut off
"""


def test_mounts_are_read_from_the_table_of_linux() -> None:
    table = list(mounts(TABLE))
    assert table[2] == Mount("0:52", "/mnt/my share", "nfs4")
    assert network_file_system(os.makedev(0, 52), table) == "nfs4"
    assert network_file_system(os.makedev(254, 0), table) == ""
    assert mounted_alone("/app/state.db", table)
    assert not mounted_alone("/app/other.db", table)


def test_a_file_that_is_mounted_without_its_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.db"
    monkeypatch.setattr(file_ownership, "load_mounts", lambda: [Mount("254:0", str(path), "ext4")])
    with pytest.raises(StateError) as refused:
        SqliteLog(path)
    assert_message(refused.value, FILE=path)


def test_a_file_on_the_network_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.db"
    number = tmp_path.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    monkeypatch.setattr(file_ownership, "load_mounts", lambda: [Mount(device, "/", "nfs4")])
    SqliteLog(path).close()
    [record] = caplog.records
    assert_message(record.getMessage(), FILE=path)
