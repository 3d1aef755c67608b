"""A state file as a SQLite database: opened by its only writer, changed in transactions, ours after each of them."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from mock_server.errors import StateError, StateLost
from mock_server.store.base import LayerId
from mock_server.store.checkpoint import Checkpointer
from mock_server.store.file_layout import MAKER, SCHEMA, UPGRADED_VERSION, unknown_version
from mock_server.store.file_lock import ALONE
from mock_server.store.file_ownership import OwnedStateFile
from mock_server.store.file_reader import DamagedFile
from mock_server.store.file_upgrade import upgrade
from mock_server.store.sql import SqlConnection

_MOVED_AFTER = 400  # rows
_PATIENCE = 0.05  # seconds that a transaction waits for another program, which everybody else waits for as well
_REMEDY = "give a file that this program made"
_MAKE_ROOM = "make room, or give another file with --state"
_END_IT = "end the other program that writes to it"
_TAKE_A_COPY = "take a copy of it from before, made by `sophiie-mock state copy`, or give another file with --state"


class Database:
    """Raises StateError, with the cause and the remedy, when the file cannot be used."""

    beside: int | None = None  # a file has one server

    def __init__(self, path: Path, *, flushed: bool = False) -> None:
        self._flushed = flushed
        self.lost: Callable[[StateError], None] = lambda fault: None
        self._file = OwnedStateFile(path)
        self._over: StateLost | None = None
        self._unmoved = 0  # rows since the last checkpoint was asked for
        self._closed = False
        self._checkpoints: Checkpointer | None = None
        with ExitStack() as opened:
            opened.callback(self._file.close, unused=True)
            with self._faults(_REMEDY):
                self._db = self._opened()
                opened.callback(self._db.close)
                self._version = self._seen()
                if not ALONE:
                    self._checkpoints = Checkpointer(self._file.real, self._file.writing)
            opened.pop_all()

    def _opened(self) -> sqlite3.Connection:
        with self._file.writing():
            db = sqlite3.connect(self._file.real, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                if ALONE:
                    db.execute("PRAGMA locking_mode = EXCLUSIVE")
                new = self._is_new(db)  # before anything is written: a file that is not ours stays as it is
                db.execute("PRAGMA journal_mode = WAL")
                # NORMAL survives the death of the process; only the death of the machine may cost the last moments.
                db.execute(f"PRAGMA synchronous = {'FULL' if self._flushed else 'NORMAL'}")
                db.execute(f"PRAGMA wal_autocheckpoint = {200 if ALONE else 0}")
                if not new and self._version_of(db) == UPGRADED_VERSION:
                    upgrade(db)
                if new:
                    db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            except BaseException:
                db.close()
                raise
        return db

    @contextmanager
    def _faults(self, remedy: str) -> Iterator[None]:
        """Turn errors of SQLite, and damaged rows, into errors of ours."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as fault:
            busy = getattr(fault, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            raise self._file.fault(str(fault), _END_IT if busy else remedy) from None
        except DamagedFile as fault:
            raise self._file.fault(f"damaged: {fault}", _TAKE_A_COPY) from None

    def _is_new(self, db: sqlite3.Connection) -> bool:
        """Tell whether the file is empty. Raises StateError if another program, or version, made it."""
        (maker,) = db.execute("PRAGMA application_id").fetchone()
        version = self._version_of(db)
        if (maker, version) == (0, 0) and db.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            return True
        if maker != MAKER:
            raise self._file.fault("a database of another program", "give another file")
        if found := unknown_version(version):
            raise self._file.fault(*found)
        return False

    def _version_of(self, db: sqlite3.Connection) -> int:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _seen(self) -> int:
        """A number that changes when another connection writes to the file."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read rows of one moment; later writes of other connections will be noticed."""
        with self._faults(_TAKE_A_COPY):
            self._db.execute("BEGIN")
            try:
                yield self._db
                self._version = self._seen()
            finally:
                self._db.execute("ROLLBACK")

    def checked(self, db: SqlConnection) -> int:
        """The checksum over all heads and layers. Raises DamagedFile if SQLite cannot read the file."""
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise DamagedFile(found.replace("\n", " "))
        (total,) = db.execute("SELECT total FROM file").fetchone()
        return int(total)

    def new_layer(self, db: SqlConnection) -> LayerId:
        """A number that no layer has ever had."""
        (newest,) = db.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence").fetchone()
        return int(newest) + 1

    def batch(self, rows: int, owned: Collection[str] = ()) -> AbstractContextManager[sqlite3.Connection]:
        """Begin a transaction; a file needs no batching of statements."""
        return self.transaction(rows)

    @contextmanager
    def transaction(self, rows: int = 1, owned: Collection[str] = ()) -> Iterator[sqlite3.Connection]:
        """Write about so many rows. They are written, and the file is still ours, when it ends without an error."""
        if self._over is not None:
            raise self._over
        try:
            self._begin()
            if self._seen() != self._version:
                raise self._gone(self._file.lost("another server or program wrote to it while this one ran"))
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as fault:
            with self._faults(_MAKE_ROOM):
                if self._db.in_transaction:  # SQLite ends it itself on some errors
                    self._db.execute("ROLLBACK")
                raise fault from None
        self._check()
        self._unmoved += rows
        if self._unmoved >= _MOVED_AFTER and self._checkpoints is not None:
            self._unmoved = 0
            self._checkpoints.request()

    def _begin(self) -> None:
        """Begin to write. Wait for our own checkpoint, but not for another program."""
        restarts = self._checkpoints.restarts if self._checkpoints else 0
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if self._checkpoints is None or not self._checkpoints.is_done(since=restarts):
                raise
            self._db.execute("BEGIN IMMEDIATE")

    @property
    def is_busy(self) -> bool:
        """True while SQLite's log starts anew, which keeps writers away."""
        return self._checkpoints is not None and self._checkpoints.is_restarting

    def close(self) -> None:
        """Move all data into the file and close it; a file that is not ours any more is left as it is."""
        if self._closed:
            return
        self._closed = True
        if self._over is None:
            with suppress(StateLost):
                self._check()
        # As the last connection to a file is closed, SQLite removes its log by name, whosever that is by now.
        if self._checkpoints is not None and self._over is None:
            self._checkpoints.close()
        with self._file.writing():
            self._db.close()
        self._file.close()

    def _check(self) -> None:
        """Raises StateLost, and reports it, if the file is not ours any more."""
        try:
            self._file.check()
        except StateLost as fault:
            if self._over is None and self._file.is_intact():
                self._rescue()
            raise self._gone(fault) from None

    def _gone(self, fault: StateLost) -> StateLost:
        if self._over is None:
            self._over = fault
            self.lost(fault)
        return self._over

    def _rescue(self) -> None:
        """Wherever our file is now, it has all that was acknowledged; the one in its place is not given any of it."""
        with suppress(sqlite3.Error):
            with self._file.writing():
                busy, pages, moved = self._db.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
            if not busy and pages == moved:
                self._file.remove_log()
