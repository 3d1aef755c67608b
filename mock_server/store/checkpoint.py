"""Moves what was committed from SQLite's log into its file, in a thread: it waits for the disk, which no caller should.

What was committed is safe in the log already; a move that fails is tried again, and who commits next is told of a disk
that is broken or full.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

_MAX_LOG_PAGES = 10_000
"""Pages of the log (40 MB) up to which writers go on meanwhile; then they wait, so that it can start anew."""

_NOTICE = 0.02  # seconds that writers have to end what they are at, once they are asked to wait
_PATIENCE = 10.0  # seconds that a writer waits for the disk, at most


class Checkpointer:
    """Makes the checkpoints of one file, when its writer asks for them. ``writing`` is entered while one is made.

    Has a connection of its own to the end. Raises sqlite3.Error when it cannot have that.
    """

    def __init__(
        self, path: Path, writing: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    ) -> None:
        self._writing = writing
        self._asked = threading.Event()
        self._restarting = threading.Lock()
        self._closing = threading.Event()
        self.is_restarting = False
        """True while whoever can wait should not write: SQLite would keep him away, and wait for the disk meanwhile."""
        self.restarts = 0
        """The number of times that writers were kept away."""
        self._db = sqlite3.connect(path, check_same_thread=False)
        try:
            self._db.execute("PRAGMA data_version").fetchone()  # opens the file, now
        except sqlite3.Error:
            self._db.close()
            raise
        self._thread = threading.Thread(target=self._run, args=[self._db], name="checkpoints", daemon=True)
        self._thread.start()

    def request(self) -> None:
        """Soon, once however often it is asked for meanwhile. Cannot fail: what was committed is committed."""
        self._asked.set()

    def is_done(self, since: int) -> bool:
        """Wait for one that keeps writers away; True when it has ended, or one has since that number of restarts."""
        if not self._restarting.locked():
            return self.restarts != since
        if not self._restarting.acquire(timeout=_PATIENCE):
            return False
        self._restarting.release()
        return True

    def close(self) -> None:
        """When the one under way has ended; the writer's own connection moves the rest as it closes."""
        self._closing.set()
        self._asked.set()
        self._thread.join()
        self._db.close()

    def _run(self, db: sqlite3.Connection) -> None:
        """For ever where nobody closes: then SQLite does not take the writer's connection for the last one."""
        while self._asked.wait() and not self._closing.is_set():
            self._asked.clear()
            with contextlib.suppress(sqlite3.Error), self._writing():
                _, pages, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if pages > _MAX_LOG_PAGES:
                    self._restart(db)

    def _restart(self, db: sqlite3.Connection) -> None:
        """Let the log start anew. SQLite keeps writers away meanwhile, so everything is moved before.

        Those who can wait do so from the notice on; whoever must write before the end is kept away for a moment only.
        """
        self.is_restarting = True
        try:
            self._closing.wait(_NOTICE)
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            with self._restarting:
                try:
                    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
                finally:
                    self.restarts += 1
        finally:
            self.is_restarting = False
