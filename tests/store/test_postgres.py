"""State on PostgreSQL: what cannot be used is refused with words, and what was acknowledged is there, once."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from begun import begun
from messages import assert_message
from postgres import Postgres, own_postgres

from mock_server.errors import StateError, StateLost
from mock_server.store import postgres_connection, postgres_database, postgres_lease, postgres_schema
from mock_server.store.file_layout import checksum
from mock_server.store.open_log import open_log
from mock_server.store.postgres_database import PostgresDatabase
from mock_server.store.postgres_lease import LEASE_SECONDS
from mock_server.store.postgres_log import PostgresLog
from mock_server.store.postgres_owners import Owners
from mock_server.store.state import WorkspaceState

HOLDER = """
import sys
from mock_server.store.postgres_lease import LEASE_SECONDS
from mock_server.store.postgres_log import PostgresLog
from mock_server.store.postgres_owners import Owners
PostgresLog(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def opened(postgres_url: str) -> Iterator[Callable[[], PostgresLog]]:
    """Opens the state, beside others that have it perhaps; everything opened is closed in the end."""
    logs: list[PostgresLog] = []

    def open_one() -> PostgresLog:
        logs.append(PostgresLog(postgres_url))
        return logs[-1]

    yield open_one
    for log in logs:
        log.close()


def put(log: PostgresLog, state: WorkspaceState, *ids: int) -> None:
    with state.transaction(log, "w") as tx:
        for id in ids:
            tx.put("faqs", id, {"id": id})


def kept(log: PostgresLog) -> list[Any]:
    (saved,) = log.load()
    return sorted(row.id for row in WorkspaceState.restored(saved.layer).rows("faqs"))


def expire(url: str) -> None:
    """Let time pass for everybody: the lease is over, and whoever has it has not noticed."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE servers SET until = now() - interval '1 second'")


def cut(url: str) -> None:
    """End the connections of those who have the state."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'sophiie-mock' AND pid <> pg_backend_pid()"
        )


# --- what is refused --------------------------------------------------------------------------------------------------


def nowhere(url: str) -> str:
    return "postgresql://somebody@127.0.0.1:1/nothing"


def other_database(url: str) -> str:
    return url.replace("/postgres?", "/nothing?")


def other_user(url: str) -> str:
    return url.replace("postgres@", "somebody@")


def no_schema(url: str) -> str:
    return url.replace("search_path%3Dt", "search_path%3Dnothing")


def read_only(url: str) -> str:
    return f"{url}%20-c%20default_transaction_read_only%3Don"


def with_foreign_tables(url: str) -> str:
    with psycopg.connect(url) as db:
        db.execute("CREATE TABLE records (title text)")
    return url


def newer(url: str) -> str:
    PostgresLog(url).close()
    with psycopg.connect(url) as db:
        db.execute("UPDATE sophiie_mock SET version = 99")
    return url


def unreadable(url: str) -> str:
    return "postgresql://localhost?no_such_option=1"


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (nowhere, "refused.* → see that it runs"),
        (other_database, r'database "nothing" does not exist → make the database with `createdb NAME`'),
        (other_user, r'role "somebody" does not exist → check the user; the password comes from PGPASSWORD'),
        (no_schema, "no schema of its search_path is there → make it"),
        (read_only, "read-only transaction → give the address of the primary"),
        (with_foreign_tables, "tables of another program: records → give a database"),
        (newer, r"made by a newer version .* 99, this one knows \d.* → use that version"),
        (unreadable, "no_such_option.* → correct the URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused(postgres_url: str, make: Callable[[str], str], cause: str) -> None:
    url = make(postgres_url)
    if url == postgres_url and make not in (with_foreign_tables, newer):
        pytest.skip("the URL of the server that was given has another form")
    with pytest.raises(StateError, match=cause) as caught:
        PostgresLog(url)
    assert str(caught.value).startswith(url)


def test_a_server_that_is_too_old_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_connection, "OLDEST", 99)
    with pytest.raises(StateError, match=" 99 ") as refused:
        PostgresLog(postgres_url)
    assert_message(refused.value.problems[0].remedy)


def test_a_database_that_has_not_all_characters_is_refused(postgres_server: Postgres) -> None:
    postgres_server.execute("CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        with pytest.raises(StateError) as refused:
            PostgresLog(url := postgres_server.url.replace("/postgres?", "/old?"))
        assert_message(refused.value, URL=url)
    finally:
        postgres_server.execute("DROP DATABASE old")


def test_without_the_client_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("psycopg", "mock_server.store.postgres"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StateError) as refused:
        open_log("postgresql://localhost/x")
    assert_message(refused.value)


@pytest.mark.parametrize("change", ["UPDATE records SET created = 'x'", "DELETE FROM records", "DELETE FROM blocks"])
def test_a_row_that_somebody_changed_is_noticed(
    opened: Callable[[], PostgresLog], postgres_url: str, change: str
) -> None:
    log = opened()
    put(log, begun(log, "w", WorkspaceState.of({"faqs": [{"id": 7}]}, {})), 1)
    with psycopg.connect(postgres_url) as db:
        db.execute(f"ALTER TABLE {change.split()[1 + change.startswith('DELETE')]} DISABLE TRIGGER ALL")
        db.execute(change.encode())
    with pytest.raises(StateError) as refused:
        list(log.load())
    assert_message(refused.value, URL=postgres_url)


# --- one server at a time ---------------------------------------------------------------------------------------------


def test_a_second_server_is_told_who_is_the_first(opened: Callable[[], PostgresLog], postgres_url: str) -> None:
    opened()
    with pytest.raises(StateError) as refused:
        opened()
    assert_message(refused.value, "database in use", URL=postgres_url, PROCESS=os.getpid(), HOST=socket.gethostname())


def test_a_server_that_stopped_leaves_its_place_at_once(postgres_url: str) -> None:
    for _ in range(2):
        PostgresLog(postgres_url).close()


@pytest.mark.slow
def test_the_place_of_a_killed_server_is_free_after_its_lease(postgres_url: str) -> None:
    command = [sys.executable, "-c", HOLDER, postgres_url]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    PostgresLog(postgres_url).close()  # it waits for that


def test_a_server_that_was_taken_over_never_writes_again(opened: Callable[[], PostgresLog], postgres_url: str) -> None:
    told: list[StateError] = []
    first = opened()
    first.lost = told.append
    state = begun(first, "w", WorkspaceState())
    put(first, state, 1)
    expire(postgres_url)
    second = opened()
    for _ in range(2):
        with pytest.raises(StateLost) as refused:
            put(first, state, 2)
        assert_message(refused.value, "another server has taken over", URL=postgres_url)
        with pytest.raises(StateLost):
            first.remove("w")
    assert [row.id for row in state.rows("faqs")] == [1]
    assert kept(second) == [1]
    assert len(told) == 1


def claim(url: str) -> None:
    """Own a workspace, as a replica does when it is asked for one without an owner."""
    with closing(Owners(url, 0)) as owners:
        assert owners.claim("w") is not None


@pytest.mark.parametrize("takes_over", [claim, lambda url: PostgresLog(url).close()])
def test_a_server_paused_in_a_batch_keeps_nobody_away(
    opened: Callable[[], PostgresLog],
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    takes_over: Callable[[str], object],
) -> None:
    begun(opened(), "w", WorkspaceState())
    monkeypatch.setattr(postgres_lease, "IDLE_SECONDS", 0.0)
    expire(postgres_url)
    with closing(psycopg.connect(postgres_url, application_name="sophiie-mock")) as paused:
        paused.pgconn.enter_pipeline_mode()
        for statement in (b"BEGIN", b"UPDATE servers SET commits = 7"):
            paused.pgconn.send_query_params(statement, None)
        paused.pgconn.send_flush_request()
        paused.pgconn.flush()  # and no more comes: for the database this is no idle transaction

        takes_over(postgres_url)


def test_nothing_is_read_or_written_past_the_lease(opened: Callable[[], PostgresLog], postgres_url: str) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    now = log.lease._clock
    log.lease._clock = lambda: now() + LEASE_SECONDS
    assert not log.is_current()
    with pytest.raises(StateError) as refused:
        put(log, state, 1)
    assert_message(refused.value, "database that does not answer", URL=postgres_url)
    log.lease._clock = now
    put(log, state, 1)


# --- connections that break -------------------------------------------------------------------------------------------


def test_a_connection_that_was_ended_is_made_anew(opened: Callable[[], PostgresLog], postgres_url: str) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    for id in range(3):
        cut(postgres_url)
        put(log, state, id)
        cut(postgres_url)
        log.save("w", f"s{id}", {"now": "", "frozen": True})
    assert kept(log) == [0, 1, 2]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_in_doubt_is_kept_once(
    opened: Callable[[], PostgresLog], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    send = PostgresDatabase._send

    def breaking(self: PostgresDatabase, *what: Any) -> None:
        if when == "after":
            send(self, *what)
        self._db.close()
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(PostgresDatabase, "_send", breaking)
    put(log, state, 1)
    monkeypatch.undo()
    put(log, state, 2)
    assert kept(log) == [1, 2]


def test_what_nobody_can_tell_ends_the_server(
    opened: Callable[[], PostgresLog], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    monkeypatch.setattr(postgres_database, "_IN_DOUBT_SECONDS", 0)
    monkeypatch.setattr(PostgresDatabase, "_last_kept", lambda self: self._db.execute("SELECT wrong"))
    monkeypatch.setattr(PostgresDatabase, "_send", lambda self, *what: self._db.raw.close() or self._db.execute(""))
    with pytest.raises(StateLost) as refused:
        put(log, state, 1)
    assert_message(refused.value, URL=postgres_url)


@pytest.mark.slow
def test_a_database_that_stands_still_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read meanwhile; a write in doubt is kept or not, and the one who wrote knows which."""
    monkeypatch.setattr(postgres_lease, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(postgres_lease, "_RENEWED_EVERY", 0.2)
    with own_postgres() as server, server.schema("s") as url, ThreadPoolExecutor(1) as thread:
        log = PostgresLog(url)
        state = begun(log, "w", WorkspaceState())
        server.send(signal.SIGSTOP)
        writing = thread.submit(put, log, state, 1)
        while log.is_current():
            time.sleep(0.01)
        server.send(signal.SIGCONT)
        assert writing.exception() is None or isinstance(writing.exception(), StateError)
        while not log.is_current():
            time.sleep(0.01)
        put(log, state, 2)
        assert kept(log) == [row.id for row in state.rows("faqs")]
        log.close()


@pytest.mark.slow
def test_a_restart_of_the_database_loses_nothing() -> None:
    with own_postgres() as server, server.schema("s") as url:
        log = PostgresLog(url)
        state = begun(log, "w", WorkspaceState())
        for id, how in enumerate((signal.SIGINT, signal.SIGQUIT)):
            server.stop(how)
            with pytest.raises(StateError) as refused:
                put(log, state, 9)
            assert_message(refused.value.problems[0].remedy, "remedy for a database that does not answer")
            server.start()
            put(log, state, id)
        assert kept(log) == [0, 1]
        log.close()


def test_a_connection_is_made_anew_however_many_files_are_open(
    opened: Callable[[], PostgresLog], postgres_url: str
) -> None:
    """A number from 1,024 on is beyond what `select` knows of."""
    log = opened()
    state = begun(log, "w", WorkspaceState())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2048)), hard))
    with ExitStack() as held:
        for _ in range(1_030):
            held.enter_context(open(os.devnull))
        cut(postgres_url)
        put(log, state, 1)
        put(log, state, 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert kept(log) == [1, 2]


@pytest.mark.parametrize("version", range(1, len(postgres_schema.MIGRATIONS)))
def test_the_tables_of_each_earlier_version_are_brought_up_to_date(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(postgres_schema, "MIGRATIONS", postgres_schema.MIGRATIONS[:version])
    db = postgres_connection.opened(postgres_url)
    postgres_schema.prepare(db, postgres_url)
    facts = b"{}"
    for id, parent in ((1, None), (2, 1)):
        db.execute("INSERT INTO layers VALUES (?, ?, ?, ?)", (id, parent, facts, checksum(facts, "layer", id, parent)))
        db.execute("INSERT INTO contents VALUES (?, ?, 0, ?)", (id, facts, checksum(facts, "counters", id)))
    db.execute("INSERT INTO heads VALUES ('w', '', ?, 2, ?)", (facts, checksum(facts, "head", "w", "", 2)))
    db.close()
    monkeypatch.undo()
    log = PostgresLog(postgres_url)
    (saved,) = log.load()
    put(log, WorkspaceState.restored(saved.layer), 1)
    assert kept(log) == [1]
    log.close()


def test_a_large_state_is_read_for_as_long_as_it_takes(opened: Callable[[], PostgresLog]) -> None:
    """The database ends a connection that stands still in a transaction, except in this one."""
    data = opened()._data
    asked = "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('statement_timeout')"
    with data.reading() as db:
        assert db.execute(asked).fetchone() == ("0", "0")
    with data.transaction() as db:
        assert "0" not in (db.execute(asked).fetchone() or ("0",))
