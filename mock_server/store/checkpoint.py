"""Moves what was committed from SQLite's log into its file, in a thread: it waits for the disk, which no caller should.

What was committed is safe in the log already; a move that fails is tried again, and who commits next is told of a disk
that is broken or full.
"""

import contextlib
import sqlite3
import threading
from pathlib import Path

_LARGEST = 10_000
"""Pages of the log (40 MB) up to which writers go on meanwhile; then they wait, so that it can start anew."""


class Checkpoints:
    """Of one file, whose writer asks for them from time to time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._asked = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Soon, once however often it is asked for meanwhile. Cannot fail: what was committed is committed."""
        self._asked.set()

    def close(self) -> None:
        """When the one under way has ended; the writer's own connection moves the rest as it closes."""
        self._closing = True
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        while self._asked.wait() and not self._closing:
            self._asked.clear()
            with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self._path)) as db:
                _, pages, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if pages > _LARGEST:
                    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
