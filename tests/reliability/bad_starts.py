"""Starts that cannot be made, for another reason than a file's text."""

import fcntl
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broken_cases import TINY, Case

SERVE = ("serve", "--spec", TINY, "--world", "empty", "--port", "0")


@contextmanager
def occupied() -> Iterator[int]:
    """A port that is in use."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def _another_database(folder: Path) -> None:
    with sqlite3.connect(folder / "state.db") as db:
        db.execute("CREATE TABLE pots (id)")
    db.close()


def _newer(folder: Path) -> None:
    with sqlite3.connect(folder / "state.db") as db:
        db.executescript("CREATE TABLE workspaces (id); PRAGMA application_id = 1346914629; PRAGMA user_version = 99;")
    db.close()


def _locked(folder: Path) -> None:
    """By this process, which lets go of it when it ends; the file says so."""
    lock = os.open(folder / "state.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, b"%d" % os.getpid())


def starts(port: int) -> Iterator[Case]:
    """``port`` is in use."""

    def case(name: str, *arguments: str, where: str = "", **more: object) -> Case:
        return Case("start", name, [*SERVE, *arguments], where=where, whole=True, **more)  # type: ignore[arg-type]

    yield Case("start", "a port in use", [*SERVE[:-1], str(port)], where=str(port), whole=True)
    yield case("a port beyond the last", "--port", "70000", where="--port")
    yield case("a port in words", "--port", "http", where="--port")
    yield case("a host of another machine", "--host", "192.0.2.1", where="192.0.2.1")
    yield case("a host that is no name", "--host", "not..a.name", where="not..a.name")
    yield case("a host with a scheme", "--host", "http://127.0.0.1", where="http://127.0.0.1")
    yield case("a port file in no folder", "--port-file", "no/such/port", where="no/such/port")
    yield case(
        "a port file that is a folder", "--port-file", "there", where="there", prepare=lambda it: (it / "there").mkdir()
    )
    yield case("a state file in no folder", "--state", "no/such/state.db", where="no/such/state.db")
    yield case(
        "a state file that is a folder", "--state", "there", where="there", prepare=lambda it: (it / "there").mkdir()
    )
    yield case("a state file of text", "--state", "state.db", where="state.db", files={"state.db": b"hello " * 1_000})
    yield case("a state file of another program", "--state", "state.db", where="state.db", prepare=_another_database)
    yield case("a state file of a newer version", "--state", "state.db", where="state.db", prepare=_newer)
    yield case("a state file in use", "--state", "state.db", where="state.db", prepare=_locked)
    yield case("a token file that is a folder", "--host", "0.0.0.0", where=".sophiie-mock-admin-token",
               prepare=lambda it: (it / ".sophiie-mock-admin-token").mkdir())  # fmt: skip
    yield case("an unknown flag", "--wombats", "3", where="--wombats")
    yield case("a flag mistyped", "--prot", "3", where="--prot")
    yield case("a flag without its value", "--seed", where="--seed")
    yield case("a time that is none", "--now", "yesterday", where="--now")
    yield case("a time out of the calendar", "--now", "2026-02-30T00:00:00Z", where="--now")
    yield case("a choice of no question", "--assume", "wombats=3", where="wombats")
    yield case("a choice that is none", "--assume", "lead-create-status=999", where="lead-create-status")
    yield case("a choice without a value", "--assume", "lead-create-status", where="lead-create-status")
    yield case("retries that are none", "--retries", "often", where="--retries")
    yield case("a limit that is none", "--rate-limit", "fast", where="--rate-limit")
    yield case("traffic beyond the most", "--traffic", "9999/s", where="--traffic")
    yield case("a seed beyond the largest", "--seed", "9" * 30, where="--seed")
    yield case("a variable that is no number", where="SOPHIIE_MOCK_SEED", environment={"SOPHIIE_MOCK_SEED": "x"})
    yield case(
        "a variable that is no choice", where="SOPHIIE_MOCK_LOG_FORMAT", environment={"SOPHIIE_MOCK_LOG_FORMAT": "x"}
    )
    yield Case("start", "an unknown verb", ["sevre"], where="sevre", whole=True)
    yield Case("start", "a verb without its server", ["events", "list", "--url", "http://127.0.0.1:9"], whole=True)
