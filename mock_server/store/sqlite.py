"""The log in a SQLite file: one writer, write-ahead, so what was acknowledged survives `kill -9`."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from mock_server.errors import Problem, StateError
from mock_server.store.base import Change, Row, Saved

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_MAKER = 0x50484945  # "PHIE": what SQLite calls the application id
_VERSION = 1
_SCHEMA = """
CREATE TABLE workspaces (id TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (workspace TEXT, kind TEXT, number INTEGER NOT NULL, PRIMARY KEY (workspace, kind)) WITHOUT ROWID;
CREATE TABLE records (
    workspace TEXT, kind TEXT, id TEXT, created TEXT NOT NULL, arrival INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (workspace, kind, id)
) WITHOUT ROWID;
"""
_RECORDS = "SELECT kind, id, created, arrival, body FROM records WHERE workspace = ? ORDER BY kind"
_PUT = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)"
_REMOVE = "DELETE FROM records WHERE workspace = ? AND kind = ? AND id = ?"
_COUNT = "INSERT OR REPLACE INTO counters VALUES (?, ?, ?)"
_REMEDY = "give a file that this program made"


class SqliteLog:
    """Raises StateError, with the cause and the remedy, when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = _locked(path)
        try:
            self._db = self._opened()
        except BaseException:
            self._lock.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        with self._faults(_REMEDY):
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            try:
                db.execute("PRAGMA locking_mode = EXCLUSIVE")
                new = self._is_new(db)  # before anything is written: a file that is not ours stays as it is
                db.execute("PRAGMA journal_mode = WAL")
                # NORMAL survives the death of the process; only the death of the machine may cost the last moments.
                db.execute("PRAGMA synchronous = NORMAL")
                if new:
                    marks = f"PRAGMA application_id = {_MAKER}; PRAGMA user_version = {_VERSION};"
                    db.executescript(f"BEGIN; {_SCHEMA} {marks} COMMIT;")
            except BaseException:
                db.close()
                raise
        return db

    @contextmanager
    def _faults(self, remedy: str) -> Iterator[None]:
        """What SQLite, or a damaged row, complains of, in our words."""
        try:
            yield
        except (sqlite3.Error, orjson.JSONDecodeError) as fault:
            raise StateError(Problem(str(self._path), str(fault), remedy)) from None

    def _is_new(self, db: sqlite3.Connection) -> bool:
        """Whether the file is empty. Raises StateError when it holds what another program, or version, made."""
        if db.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            return True
        (maker,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if maker != _MAKER:
            raise StateError(Problem(str(self._path), "a database of another program", "give another file"))
        if version != _VERSION:
            what = f"made by another version of the program (format {version}, this one knows {_VERSION})"
            raise StateError(Problem(str(self._path), what, "use that version, or give another file"))
        return False

    def load(self) -> Iterator[Saved]:
        with self._faults(_REMEDY):
            workspaces = self._db.execute("SELECT id, facts FROM workspaces ORDER BY id").fetchall()
            return iter([self._saved(id, facts) for id, facts in workspaces])

    def _saved(self, workspace: str, facts: str) -> Saved:
        rows: dict[str, list[Row]] = {}
        for kind, id, created, arrival, body in self._db.execute(_RECORDS, (workspace,)):
            rows.setdefault(kind, []).append(Row(orjson.loads(id), (created, arrival), orjson.loads(body)))
        counters = self._db.execute("SELECT kind, number FROM counters WHERE workspace = ?", (workspace,))
        return Saved(workspace, orjson.loads(facts), rows, dict(counters.fetchall()))

    def create(self, saved: Saved) -> None:
        changes = [Change(kind, row.id, row) for kind, rows in saved.rows.items() for row in rows]
        with self._transaction() as db:
            self._clear(saved.id)
            db.execute("INSERT INTO workspaces VALUES (?, ?)", (saved.id, orjson.dumps(dict(saved.facts)).decode()))
            self._write(saved.id, changes, saved.counters)

    def commit(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        with self._transaction():
            self._write(workspace, changes, counters)

    def remove(self, workspace: str) -> None:
        with self._transaction():
            self._clear(workspace)

    def close(self) -> None:
        self._db.close()
        self._lock.close()

    def _write(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        put, removed = [], []
        for change in changes:
            key = (workspace, change.kind, orjson.dumps(change.id).decode())
            if change.row is None:
                removed.append(key)
            else:
                put.append((*key, *change.row.key, orjson.dumps(change.row.record)))
        self._db.executemany(_REMOVE, removed)
        self._db.executemany(_PUT, put)
        self._db.executemany(_COUNT, [(workspace, kind, number) for kind, number in counters.items()])

    def _clear(self, workspace: str) -> None:
        for table, column in (("records", "workspace"), ("counters", "workspace"), ("workspaces", "id")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (workspace,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._faults("make room, or give another file with --state"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite ends it itself on some errors
                    self._db.execute("ROLLBACK")
                raise


def _locked(path: Path) -> IO[str]:
    """Hold ``<path>.lock`` for as long as the process lives; it names the holder, for the one who comes second."""
    try:
        lock = Path(f"{path}.lock").open("a+")  # noqa: SIM115 - held until close()
    except OSError as fault:
        raise StateError(Problem(str(path), fault.strerror or str(fault), "give a file in a writable folder")) from None
    if fcntl is None:
        return lock  # SQLite's own exclusive lock still refuses the second process, without naming the first
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        what = f"in use by process {holder}"
        raise StateError(Problem(str(path), what, "stop it, or give another file with --state")) from None
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
