"""Move committed data from SQLite's log into its file, in a thread, because nobody should wait for the disk.

Committed data is safe in the log already. A move that fails is tried again, and the next commit reports a broken or
full disk.
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
    """Makes the checkpoints of one file on request. ``writing`` is entered while one is made.

    It has a connection of its own. Raises sqlite3.Error if it cannot get one.
    """

    def __init__(
        self, path: Path, writing: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    ) -> None:
        self._writing = writing
        self._asked = threading.Event()
        self._restarting = threading.Lock()
        self._closing = threading.Event()
        self.is_restarting = False
        """True while writers should wait: SQLite would block them, and they would wait for the disk."""
        self.restarts = 0
        """How often writers had to wait."""
        self._db = sqlite3.connect(path, check_same_thread=False)
        try:
            self._db.execute("PRAGMA data_version").fetchone()  # opens the file, now
        except sqlite3.Error:
            self._db.close()
            raise
        self._thread = threading.Thread(target=self._run, args=[self._db], name="checkpoints", daemon=True)
        self._thread.start()

    def request(self) -> None:
        """Ask for a checkpoint soon; several requests may lead to one. It cannot fail."""
        self._asked.set()

    def is_done(self, since: int) -> bool:
        """Wait for a checkpoint that blocks writers; True if it has ended, or one has since that number of restarts."""
        if not self._restarting.locked():
            return self.restarts != since
        if not self._restarting.acquire(timeout=_PATIENCE):
            return False
        self._restarting.release()
        return True

    def close(self) -> None:
        """Wait for the present checkpoint. The writer's own connection moves the rest when it closes."""
        self._closing.set()
        self._asked.set()
        self._thread.join()
        self._db.close()

    def _run(self, db: sqlite3.Connection) -> None:
        """Make the requested checkpoints in a thread.

        Its connection stays open, so the writer's is never the last one.
        """
        while self._asked.wait() and not self._closing.is_set():
            self._asked.clear()
            with contextlib.suppress(sqlite3.Error), self._writing():
                _, pages, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if pages > _MAX_LOG_PAGES:
                    self._restart(db)

    def _restart(self, db: sqlite3.Connection) -> None:
        """Empty the log. SQLite blocks writers meanwhile, so all data is moved before.

        Writers that can wait do so from the notice on; others are blocked for a moment only.
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
