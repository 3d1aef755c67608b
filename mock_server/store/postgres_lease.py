"""The lease of a server on a database: the right to write, for some seconds, renewed for as long as it lives.

Each server that has it is a row of ``servers`` with a number of its own. Who takes over removes the row of the one
before, and each transaction ends with an error that does not find the row of its server: whoever was paused or cut off
can never write again, whatever it believes.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from mock_server.errors import Problem, StateError, StateLost
from mock_server.store.postgres_connection import PostgresConnection, explained, opened

LEASE_SECONDS = 3.0
_RENEWED_EVERY = 1.0
_TRIED_AGAIN_AFTER = 0.2
_DRIFT = 0.1  # seconds that two clocks may differ after a lease
_STOP_IT = "stop it, or give another database"

_ALIVE = "SELECT id, name, until::text FROM servers WHERE until > clock_timestamp() ORDER BY id DESC LIMIT 1"
_CLAIM = """
INSERT INTO servers (name, url, until) VALUES (?, ?, clock_timestamp() + make_interval(secs => ?)) RETURNING id
"""
_RENEW = "UPDATE servers SET until = clock_timestamp() + make_interval(secs => ?) WHERE id = ?"


def lease_clock() -> float:
    """Read a clock, in seconds, that runs on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Lease:
    """Held from the start. Raises StateError where another server has the database and lives.

    ``address`` is the URL under which other servers reach this one. ``taken`` is called, in a thread, once another one
    has the lease. ``cut`` is called where the database has not answered for longer than that, so that nobody waits for
    it on a connection that is open.
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
        """Tell whether nobody else can have the database: then data that was read before this call was current."""
        return self._clock() < self._until

    def close(self) -> None:
        """Give the lease back, so that another server can take it at once."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        with suppress(psycopg.Error):
            self._db.execute("DELETE FROM servers WHERE id = ?", (self.server,))
        self._db.close()

    def _claimed(self) -> tuple[int, float]:
        """The number of this server, and until when it has the lease. A dead one's is waited for."""
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
        """Cut the connections of a database that stands still: who waits for an answer would wait for ever."""
        while not self._over.wait(_RENEWED_EVERY):
            if self._clock() > self._until + LEASE_SECONDS:
                self._db.cut()
                self._cut()

    def _renew(self) -> bool:
        """Renew it; False where the database cannot be asked. Raises StateLost when another server has it."""
        try:
            if not self._db.is_open:
                self._db = opened(self._url)
            asked = self._clock()
            renewed = self._db.execute(_RENEW, (LEASE_SECONDS, self.server)).rowcount
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


def _claim(db: PostgresConnection, address: str) -> tuple[tuple[int, str, str], int | None]:
    """The server that has the database, and the number of this one where it has it from now on."""
    db.execute("BEGIN")
    try:
        db.execute("LOCK TABLE servers IN EXCLUSIVE MODE")  # waits for transactions of the one before
        alive: tuple[int, str, str] | None = db.execute(_ALIVE).fetchone()
        if alive is not None:
            db.execute("ROLLBACK")
            return alive, None
        db.execute("DELETE FROM servers")
        name = f"process {os.getpid()} on {socket.gethostname()}"
        (server,) = db.execute(_CLAIM, (name, address, LEASE_SECONDS)).fetchone() or (0,)
        db.execute("COMMIT")
        return (server, name, ""), server
    except BaseException:
        if db.is_open:
            db.execute("ROLLBACK")
        raise
