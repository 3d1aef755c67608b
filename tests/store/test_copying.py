"""A state file is copied whole and of one moment, whoever writes to it; and nothing is written over unasked."""

import fcntl
import os
import sqlite3
import threading
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import plain_http
import pytest
from messages import assert_message
from wire import TINY

from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.server import MockServer
from mock_server.store.file_copy import copy_state


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state file with one lead, of a server that has stopped."""
    path = tmp_path / "state.db"
    with MockServer(Settings(**{**TINY, "state": str(path)})) as server:
        create(server, "Ada")
    return path


def create(server: MockServer, name: str) -> None:
    key = {"authorization": f"Bearer {server.api_key}"}
    plain_http.post(f"{server.url}/v1/leads", json={"firstName": name}, headers=key).raise_for_status()


def leads(path: Path) -> list[Any]:
    """What a server that starts on the file has."""
    with MockServer(Settings(**{**TINY, "state": str(path)})) as server:
        key = {"authorization": f"Bearer {server.api_key}"}
        pages = (plain_http.get(f"{server.url}/v1/leads?limit=50&page={n}", headers=key).json() for n in count(1))
        return [lead["firstName"] for page in takewhile(lambda page: page["leads"], pages) for lead in page["leads"]]


@pytest.mark.slow
def test_a_copy_of_a_file_in_use_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    path, acknowledged, ended = tmp_path / "state.db", [], threading.Event()
    with MockServer(Settings(**{**TINY, "state": str(path)})) as server:

        def write() -> None:
            for number in range(2_000):
                create(server, f"Lead{number}")
                acknowledged.append(f"Lead{number}")
                if ended.is_set():
                    return

        writer = threading.Thread(target=write)
        writer.start()
        copies = []
        for number in range(3):
            while len(acknowledged) < 5 * (number + 1):
                ended.wait(0.001)
            before = set(acknowledged)
            copies.append((copy_state(path, tmp_path / f"copy{number}.db").file, before))
        ended.set()
        writer.join()
        create(server, "After")  # the server goes on
    for copy, before in copies:
        found = set(leads(copy))
        assert before <= found
        assert found <= set(acknowledged)
    assert "After" in leads(path)


@pytest.mark.slow
def test_a_copy_has_what_lies_in_the_log_of_a_server_that_was_killed(tmp_path: Path, state: Path) -> None:
    with sqlite3.connect(state) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("UPDATE file SET total = total")
    assert leads(copy_state(state, tmp_path / "copy.db").file) == ["Ada"]


def text(path: Path) -> None:
    path.write_text("not a database at all")


def another(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [text, another, folder, lambda path: None], ids=["text", "another", "folder", "none"])
def test_what_is_no_state_file_is_not_copied(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "odd")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(StateError, match="odd"):
        copy_state(tmp_path / "odd", tmp_path / "copy.db")
    assert sorted(os.listdir(tmp_path)) == before


def test_nothing_is_written_over_unasked(tmp_path: Path, state: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(StateError, match="--force"):
        copy_state(state, target)
    assert target.read_text() == "mine"
    with pytest.raises(StateError, match="to be copied"):
        copy_state(state, state, replace=True)
    assert leads(copy_state(state, target, replace=True).file) == ["Ada"]
    link = tmp_path / "link.db"
    link.symlink_to(os.devnull)
    for odd in (link, tmp_path, Path(os.devnull)):
        with pytest.raises(StateError, match="not a file"):
            copy_state(state, odd, replace=True)
    assert not Path(os.devnull).is_file()


def test_a_log_that_lies_where_the_copy_goes_is_not_taken_for_its_own(tmp_path: Path, state: Path) -> None:
    (tmp_path / "copy.db-wal").write_bytes(b"of another file")
    with pytest.raises(StateError) as refused:
        copy_state(state, tmp_path / "copy.db", replace=True)
    assert_message(refused.value, FOLDER=tmp_path)
    assert not (tmp_path / "copy.db").exists()


def test_the_command_says_what_it_copied(tmp_path: Path, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "copy.db"
    assert main(["state", "copy", str(state), str(target), "--json"]) == 0
    assert '"workspaces": 1' in capsys.readouterr().out.replace('"workspaces":1', '"workspaces": 1')
    assert main(["state", "copy", str(state), str(target)]) == 2
    assert "--force" in capsys.readouterr().err


@pytest.mark.slow
def test_a_file_that_a_server_has_is_not_replaced(tmp_path: Path, state: Path) -> None:
    target = tmp_path / "used.db"
    with MockServer(Settings(**{**TINY, "state": str(target)})) as server:
        create(server, "Grace")
        with pytest.raises(StateError) as refused:
            copy_state(state, target, replace=True)
        assert_message(refused.value, "state file in the place of a copy", FILE=target, PROCESS=os.getpid())
        create(server, "Hopper")
    assert leads(target) == ["Hopper", "Grace"]


@pytest.mark.slow
@pytest.mark.parametrize("held", ["used.db", "used.db.lock"])
def test_a_file_that_a_server_of_another_process_has_is_not_replaced(tmp_path: Path, state: Path, held: str) -> None:
    target = tmp_path / "used.db"
    target.write_bytes(state.read_bytes())
    with (tmp_path / held).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StateError) as refused:
            copy_state(state, target, replace=True)
        assert_message(refused.value, "state file in the place of a copy", FILE=target, PROCESS=os.getpid())
    assert target.read_bytes() == state.read_bytes()
    assert leads(copy_state(state, target, replace=True).file) == ["Ada"]


@pytest.mark.parametrize("replace", [False, True])
def test_a_copy_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    target, synced = tmp_path / "copy.db", []
    if replace:
        target.write_bytes(b"mine")
    before = target.read_bytes() if replace else None

    def sync(opened: int) -> None:
        synced.append((os.readlink(f"/proc/self/fd/{opened}"), target.read_bytes() if target.exists() else None))

    monkeypatch.setattr(os, "fsync", sync)
    copied = copy_state(state, target, replace=replace).file.read_bytes()
    (partial, then), folder = synced
    assert (Path(partial).parent, then) == (tmp_path, before)
    assert folder == (str(tmp_path), copied)


def test_a_database_is_no_file_to_copy(tmp_path: Path) -> None:
    """Nothing of its URL is shown: it may have a password."""
    with pytest.raises(StateError) as caught:
        copy_state(Path("postgresql://mock:s3cret@db/mock"), tmp_path / "copy")
    assert_message(caught.value)
    assert "s3cret" not in str(caught.value)
