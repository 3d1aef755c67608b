"""The log in a SQLite file: one writer, write-ahead, so what was acknowledged survives `kill -9`.

Every row has a checksum: SQLite notices a page that makes no sense, but not a letter that became another one.
"""

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mock_server.errors import Problem, StateError
from mock_server.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json
from mock_server.store.base import Change, Row, Saved
from mock_server.store.checkpoint import Checkpoints

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # a module, says mypy, which sees none other here

_ALONE = fcntl is None
"""Whether only SQLite's own lock keeps a second process away: then it keeps a second connection away, too."""
_MOVED_AFTER = 400  # rows
_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH
_MAKER = 0x50484945  # "PHIE": what SQLite calls the application id
_VERSION = 2
_SCHEMA = """
CREATE TABLE workspaces (id TEXT PRIMARY KEY, facts BLOB NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (
    workspace TEXT, kind TEXT, number INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (workspace, kind)
) WITHOUT ROWID;
CREATE TABLE records (
    workspace TEXT, kind TEXT, id TEXT, created TEXT NOT NULL, arrival INTEGER NOT NULL, body BLOB NOT NULL,
    sum INTEGER NOT NULL, PRIMARY KEY (workspace, kind, id)
) WITHOUT ROWID;
"""
_RECORDS = "SELECT sum, body, workspace, kind, id, created, arrival FROM records"
_COUNTERS = "SELECT sum, X'', workspace, kind, number FROM counters"
_WORKSPACES = "SELECT sum, facts, id FROM workspaces"
_PUT = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"
_REMOVE = "DELETE FROM records WHERE workspace = ? AND kind = ? AND id = ?"
_COUNT = "INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?)"
_REMEDY = "give a file that this program made"
_TAKE_A_COPY = "take a copy of it from before, or give another file with --state"


class SqliteLog:
    """Raises StateError, with the cause and the remedy, when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = _locked(path)
        self._unmoved = 0  # rows since the last checkpoint was asked for
        try:
            self._db = self._opened()
            self._checkpoints = Checkpoints(path)
        except BaseException:
            self._lock.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        with self._faults(_REMEDY):
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            try:
                if _ALONE:
                    db.execute("PRAGMA locking_mode = EXCLUSIVE")
                new = self._is_new(db)  # before anything is written: a file that is not ours stays as it is
                db.execute("PRAGMA journal_mode = WAL")
                # NORMAL survives the death of the process; only the death of the machine may cost the last moments.
                db.execute("PRAGMA synchronous = NORMAL")
                db.execute(f"PRAGMA wal_autocheckpoint = {200 if _ALONE else 0}")
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
        except (sqlite3.Error, UnicodeDecodeError) as fault:
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
        """Every workspace kept, whole. Raises StateError when one bit of the file is not what was written."""
        with self._faults(_TAKE_A_COPY):
            (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise self._damaged(found.replace("\n", " "))
            rows: dict[str, dict[str, list[Row]]] = {}
            for body, workspace, kind, id, created, arrival in self._sound(_RECORDS):
                row = Row(read_json(id), (created, arrival), read_json(body, _DEPTH))
                rows.setdefault(workspace, {}).setdefault(kind, []).append(row)
            counters: dict[str, dict[str, int]] = {}
            for _, workspace, kind, number in self._sound(_COUNTERS):
                counters.setdefault(workspace, {})[kind] = number
            facts = {id: read_json(text) for text, id in self._sound(_WORKSPACES)}
            if lost := {*rows, *counters} - {*facts}:
                raise self._damaged(f"of workspace {min(lost)!r:.60} only parts are left")
            return iter([Saved(id, facts[id], rows.get(id, {}), counters.get(id, {})) for id in sorted(facts)])

    def _sound(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a table without their checksum. Raises StateError for one that it does not fit."""
        for kept, body, *key in self._db.execute(query):
            if not isinstance(body, bytes) or kept != _sum(body, *key):
                raise self._damaged(f"the row of {', '.join(map(str, key))[:100]!r} is not what was written")
            yield body, *key

    def _damaged(self, what: str) -> StateError:
        return StateError(Problem(str(self._path), f"damaged: {what}", _TAKE_A_COPY))

    def create(self, saved: Saved) -> None:
        changes = [Change(kind, row.id, row) for kind, rows in saved.rows.items() for row in rows]
        with self._transaction() as db:
            self._clear(saved.id)
            db.execute("INSERT INTO workspaces VALUES (?, ?, ?)", _described(saved.id, saved.facts))
            self._write(saved.id, changes, saved.counters)

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        with self._transaction() as db:
            db.execute("REPLACE INTO workspaces VALUES (?, ?, ?)", _described(workspace, facts))

    def commit(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        with self._transaction():
            self._write(workspace, changes, counters)

    def remove(self, workspace: str) -> None:
        with self._transaction():
            self._clear(workspace)

    def close(self) -> None:
        self._checkpoints.close()
        self._db.close()
        self._lock.close()

    def _write(self, workspace: str, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        put, removed = [], []
        for change in changes:
            key = (workspace, change.kind, write_json(change.id).decode())
            if change.row is None:
                removed.append(key)
            else:
                body, place = write_json(change.row.record), (*key, *change.row.key)
                put.append((*place, body, _sum(body, *place)))
        self._db.executemany(_REMOVE, removed)
        self._db.executemany(_PUT, put)
        self._unmoved += len(put) + len(removed)
        counted = [(workspace, kind, number) for kind, number in counters.items()]
        self._db.executemany(_COUNT, [(*count, _sum(b"", *count)) for count in counted])

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
        if self._unmoved >= _MOVED_AFTER and not _ALONE:
            self._unmoved = 0
            self._checkpoints.ask()


def _described(workspace: str, facts: Mapping[str, Any]) -> tuple[str, bytes, int]:
    """A row of ``workspaces``."""
    body = write_json(dict(facts))
    return workspace, body, _sum(body, workspace)


def _sum(body: bytes, *key: str | int) -> int:
    """Over a row: its key by text, its body as it is."""
    return zlib.crc32(body, zlib.crc32("\0".join(map(str, key)).encode()))


def _locked(path: Path) -> IO[str]:
    """Hold ``<path>.lock`` for as long as the process lives; it names the holder, for the one who comes second."""
    if path.is_dir():
        raise StateError(Problem(str(path), "a folder", "name a file, in this folder say"))
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
