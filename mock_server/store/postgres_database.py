"""A state on PostgreSQL: changed in transactions that a server makes only while it has the lease.

A connection may break at any moment. Statements that were not sent are sent again on a new one. If it is not known
whether the last transaction was kept, the database can tell: each transaction writes its number into its server's row.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from mock_server.errors import Problem, StateError, StateLost
from mock_server.store.base import LayerId
from mock_server.store.file_reader import DamagedFile
from mock_server.store.postgres_connection import PostgresConnection, opened
from mock_server.store.postgres_errors import described
from mock_server.store.postgres_lease import Lease, taken_over
from mock_server.store.postgres_schema import FENCED, MOVED, prepare
from mock_server.store.sql import SqlConnection

_IN_DOUBT_SECONDS = 10.0
"""How long to wait for the database to say whether a transaction was kept."""
_PAUSE_SECONDS = 0.1
_AS_LONG_AS_IT_TAKES = "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"
"""A large state is read in one transaction, in which the database waits while we unpack the rows."""
_FENCE = "SELECT sophiie_fence(?, ?)"
_FENCE_OF_OWNER = "SELECT sophiie_fence(?, ?, ?::text[], ?::bigint[])"
_TAKE_A_BACKUP = "restore the database from a backup, or give another one"


class PostgresDatabase:
    """The state in a database. Raises StateError, with the cause and the remedy, when the database cannot be used."""

    is_busy = False  # PostgreSQL cleans up by itself, and does not block writers

    def __init__(self, url: str, address: str = "") -> None:
        self.lost: Callable[[StateError], None] = lambda fault: None
        self._url = url
        self._over: StateLost | None = None
        self._number = 0  # of the last transaction that was kept
        self.epochs: dict[str, int] = {}
        """The workspaces that this server owns as one of several, and since which change of owners."""
        self._db = opened(url)
        try:
            prepare(self._db, url)
            self.lease = Lease(url, self._gone, lambda: self._db.cut(), address)
            self.beside = self.lease.server if address else None
        except BaseException:
            self._db.close()
            raise

    def checked(self, db: SqlConnection) -> None:
        """Return None: a database shows one moment, and checks its pages itself."""

    def new_layer(self, db: SqlConnection) -> LayerId:
        """Make a number that no layer ever had."""
        (number,) = db.execute("SELECT nextval('layer_numbers')").fetchone()
        return int(number)

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Read rows as they were at one moment."""
        try:
            self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._db.script(_AS_LONG_AS_IT_TAKES)
            try:
                yield self._db
            finally:
                self._roll_back()
        except psycopg.Error as fault:
            raise StateError(described(self._url, fault)) from None
        except DamagedFile as fault:
            raise StateError(Problem(self._url, f"damaged: {fault}", _TAKE_A_BACKUP)) from None

    @contextmanager
    def transaction(self, rows: int = 1, owned: Collection[str] = ()) -> Iterator[PostgresConnection]:
        """Write rows of these workspaces. They are kept if the block ends without an error."""
        number = self._number + 1
        try:
            self._begin("BEGIN")
            self._fence(self._db, number, owned)
            yield self._db
            self._db.execute("COMMIT")
        except psycopg.Error as fault:
            self._settle(number, fault)
        except BaseException:
            self._roll_back()
            raise
        self._number = number

    @contextmanager
    def batch(self, rows: int, owned: Collection[str] = ()) -> Iterator["Batch"]:
        """Write rows, with statements that are sent together at the end of the block; then the rows are kept."""
        batch = Batch()
        yield batch
        number = self._number + 1
        self._connect()
        try:
            self._send(batch, number, owned)
        except psycopg.Error as fault:
            if self._db.is_open:
                self._settle(number, fault)
            elif not self._is_kept(number):  # the connection broke, and nothing of the batch was kept
                with self.transaction(rows, owned) as db:
                    batch.run(db)
        self._number = number

    def close(self) -> None:
        """Close the connection, and give the lease back."""
        self.lease.close()
        self._db.close()

    def _send(self, batch: "Batch", number: int, owned: Collection[str]) -> None:
        with self._db.raw.pipeline():
            self._db.execute("BEGIN")
            self._fence(self._db, number, owned)
            batch.run(self._db)
            self._db.execute("COMMIT")

    def _begin(self, statement: str) -> None:
        """Begin a transaction, on a new connection if this one was closed meanwhile."""
        self._connect()
        self._db.execute(statement)

    def _fence(self, db: PostgresConnection, number: int, owned: Collection[str]) -> None:
        """End the transaction with an error if this server may not write, or not into these workspaces."""
        if self.beside is not None and owned:
            epochs = [self.epochs.get(workspace, 0) for workspace in owned]
            db.execute(_FENCE_OF_OWNER, (self.lease.server, number, list(owned), epochs))
        else:
            db.execute(_FENCE, (self.lease.server, number))

    def _connect(self) -> None:
        """Open a new connection if this one was closed meanwhile."""
        self._check()
        if not self._db.is_usable():
            self._db.close()
            self._db = opened(self._url)

    def _check(self) -> None:
        """Check that this server may write now. Raises StateError."""
        if self._over is not None:
            raise self._over
        if not self.lease.is_held():
            what = "it has not answered for some seconds"
            raise StateError(
                Problem(self._url, what, "see that it runs and can be reached; then this goes on by itself")
            )

    def _settle(self, number: int, fault: psycopg.Error) -> None:
        """After an error, return if the transaction was kept all the same; else raise a StateError with the cause."""
        if fault.sqlstate == FENCED:
            self._roll_back()
            raise self._gone(taken_over(self._url)) from None
        if self._db.is_open:
            self._roll_back()
        elif self._is_kept(number):
            return
        if fault.sqlstate == MOVED:
            what = "another replica owns a workspace that was to be changed"
            raise StateError(Problem(self._url, what, "ask again: the request then goes to that one")) from None
        raise StateError(described(self._url, fault)) from None

    def _is_kept(self, number: int) -> bool:
        """Ask the database whether it kept a transaction. Ask again while the database is away, for some seconds."""
        last = time.monotonic() + _IN_DOUBT_SECONDS
        while True:
            try:
                kept = self._last_kept()
                break
            except (StateError, psycopg.Error):
                if time.monotonic() > last:
                    what = "it is gone, and nobody knows whether the last change was kept"
                    raise self._gone(StateLost(Problem(self._url, what, "start again once it runs"))) from None
                time.sleep(_PAUSE_SECONDS)
        if kept is None:
            raise self._gone(taken_over(self._url))
        return kept == number

    def _last_kept(self) -> int | None:
        """The number of the last transaction; None if another server has taken over."""
        if not self._db.is_open:
            self._db = opened(self._url)
        # The row stays locked while the transaction of the broken connection may still be running.
        found = self._db.execute("SELECT commits FROM servers WHERE id = ? FOR UPDATE", (self.lease.server,))
        row = found.fetchone()
        return None if row is None else int(row[0])

    def _gone(self, fault: StateLost) -> StateLost:
        if self._over is None:
            self._over = fault
            self.lost(fault)
        return self._over

    def _roll_back(self) -> None:
        """End the transaction; if the connection is gone, the database has ended the transaction by itself."""
        with suppress(psycopg.Error):
            if self._db.is_open:
                self._db.execute("ROLLBACK")


class Batch:
    """Statements that are sent together, and once more if the connection was closed before."""

    def __init__(self) -> None:
        self._statements: list[tuple[str, Sequence[Any], bool]] = []

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Note one statement."""
        self._statements.append((statement, values, False))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Note one statement with its rows."""
        self._statements.append((statement, tuple(rows), True))

    def run(self, db: PostgresConnection) -> None:
        """Run the statements in their order."""
        for statement, values, many in self._statements:
            (db.executemany if many else db.execute)(statement, values)
