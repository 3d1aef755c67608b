"""The lease of a server on a database: the right to write, for some seconds, renewed for as long as it lives.

A server that has a lease is a row of ``servers`` with a number of its own. A server that takes over removes the row
of the one before. A transaction that does not find the row of its server ends with an error. So a server that was
paused or cut off can never write again, even if it believes that it still has the lease. Replicas have a lease each,
and each owns some of the workspaces (``postgres_owners``).
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from mock_server.errors import Problem, StateError, StateLost
from mock_server.store.postgres_connection import IDLE_SECONDS, PostgresConnection, explained, opened

LEASE_SECONDS = 3.0
_RENEWED_EVERY = 1.0
_TRIED_AGAIN_AFTER = 0.2
_DRIFT = 0.1  # seconds: the most by which two clocks may differ at the end of a lease
_STOP_IT = "stop it, or give another database"

_ALIVE = """
SELECT id, name, until::text FROM servers WHERE until > clock_timestamp() AND (? = '' OR url = '')
ORDER BY id DESC LIMIT 1
"""
"""The server that keeps another one away: replicas, which have URLs, serve beside each other."""
_REMOVE_DEAD = "DELETE FROM servers WHERE until <= clock_timestamp()"
"""Waits for a transaction of a dead server that may still be under way; from then on it cannot write any more."""
_END_STUCK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name = current_setting('application_name')
AND backend_xid IS NOT NULL AND wait_event_type = 'Client'
AND state_change < clock_timestamp() - make_interval(secs => ?)
"""
"""Ends transactions of a server that was paused in the middle of a batch. The database's own timeout for idle
transactions counts only between batches: without this nobody could take over before the server goes on."""
_CLAIM = """
INSERT INTO servers (name, url, until, load)
VALUES (?, ?, clock_timestamp() + make_interval(secs => ?), 'Infinity') RETURNING id
"""
RENEW = "UPDATE servers SET until = clock_timestamp() + make_interval(secs => ?), load = ? WHERE id = ?"


def lease_clock() -> float:
    """Read a clock, in seconds, that runs on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Lease:
    """The lease of this server, taken when it is made. Raises StateError if another living server has the database.

    ``address`` is the URL under which other servers reach this one, a replica; a server without one is alone.
    ``taken`` is called, in a thread, once another server has taken over. ``cut`` is called if the database has not
    answered for twice the time of a lease, so that no statement waits for it on an open connection.
    """

    def __init__(
        self,
        url: str,
        taken: Callable[[StateLost], object],
        cut: Callable[[], None],
        address: str = "",
        clock: Callable[[], float] = lease_clock,
    ) -> None:
        self._url = url
        self._taken = taken
        self._cut = cut
        self._address = address
        self._clock = clock
        self._over = threading.Event()
        self.load = float("inf")
        """How busy this server is; others see it with the next renewal, and send nothing new before it is finite."""
        self._db = opened(url)
        try:
            with explained(url):
                self.server, self._until = self._claimed()
        except BaseException:
            self._db.close()
            raise
        self._threads = [threading.Thread(target=run, name="lease", daemon=True) for run in (self._run, self._watch)]
        for thread in self._threads:
            thread.start()

    def is_held(self) -> bool:
        """Tell whether no other server can have the lease: then data that was read before this call was current."""
        return self._clock() < self._until

    def close(self) -> None:
        """Give the lease back, so that another server can take it at once."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._until = float("-inf")
        with suppress(psycopg.Error):
            self._db.execute("DELETE FROM servers WHERE id = ?", (self.server,))
        self._db.close()

    def _claimed(self) -> tuple[int, float]:
        """Take the lease, once that of a dead server has ended; return this server's number and the lease's end."""
        before: tuple[int, str, str] | None = None
        while True:
            asked = self._clock()
            alive, server = _claim(self._db, self._address)
            if server is not None:
                return server, asked + LEASE_SECONDS - _DRIFT
            if before is not None and alive != before:
                raise StateError(Problem(self._url, f"in use by {alive[1]}", _STOP_IT))
            before = alive
            time.sleep(_TRIED_AGAIN_AFTER)

    def _run(self) -> None:
        wait = _RENEWED_EVERY
        while not self._over.wait(wait):
            try:
                wait = _RENEWED_EVERY if self._renew() else _TRIED_AGAIN_AFTER
            except StateLost as lost:
                self._until = float("-inf")
                self._taken(lost)
                return

    def _watch(self) -> None:
        """Cut the connections to a database that does not answer, because statements on them would wait for ever."""
        while not self._over.wait(_RENEWED_EVERY):
            if self._clock() > self._until + LEASE_SECONDS:
                self._db.cut()
                self._cut()

    def _renew(self) -> bool:
        """Renew the lease; False if the database does not answer. Raises StateLost if another server has the lease."""
        try:
            if not self._db.is_open:
                self._db = opened(self._url)
            asked = self._clock()
            renewed = self._db.execute(RENEW, (LEASE_SECONDS, self.load, self.server)).rowcount
        except (StateError, psycopg.Error):
            return False
        if not renewed:
            raise taken_over(self._url)
        self._until = asked + LEASE_SECONDS - _DRIFT
        return True


def taken_over(url: str) -> StateLost:
    """Make the error of a server that was paused, or cut off, for so long that another one took its place."""
    what = "another server has taken over while this one did not answer"
    return StateLost(Problem(url, what, "see why it stood still, and start it again once the other one has ended"))


def end_stuck(db: PostgresConnection) -> None:
    """End transactions that have waited for their client for too long, whoever it is."""
    db.execute(_END_STUCK, (IDLE_SECONDS,))


def remove_dead(db: PostgresConnection) -> None:
    """Remove the servers whose lease has ended. Their transactions have ended on return."""
    end_stuck(db)
    db.execute(_REMOVE_DEAD)


def _claim(db: PostgresConnection, address: str) -> tuple[tuple[int, str, str], int | None]:
    """Return the server that has the lease, and the number of this one if it has the lease from now on."""
    end_stuck(db)
    db.execute("BEGIN")
    try:
        db.execute("LOCK TABLE servers IN EXCLUSIVE MODE")  # waits for transactions of the server before
        alive: tuple[int, str, str] | None = db.execute(_ALIVE, (address,)).fetchone()
        if alive is not None:
            db.execute("ROLLBACK")
            return alive, None
        db.execute(_REMOVE_DEAD)
        name = f"process {os.getpid()} on {socket.gethostname()}"
        (server,) = db.execute(_CLAIM, (name, address, LEASE_SECONDS)).fetchone() or (0,)
        db.execute("COMMIT")
        return (server, name, ""), server
    except BaseException:
        if db.is_open:
            db.execute("ROLLBACK")
        raise
