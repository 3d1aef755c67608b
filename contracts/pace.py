"""How fast requests may follow each other: never more than 50 in any 60 s, evenly, shared by all runs on one token.

The vendor allows 60 a minute for each key. Ten of them are left to whoever else uses the key.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir

MOST = 50
WINDOW = 60.0
PATTERN = "sophiie-mock-pace-*.sqlite"
GAP = WINDOW / (MOST - 2)  # a little more than the even share, so that both ends of a window are inside it


class Pace:
    """Waits for the next slot. The slots of a token lie in one small database, which serialises several processes.

    The times are wall-clock seconds: they must mean the same in every process.
    """

    def __init__(
        self,
        token: str,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        name = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._file = (folder or Path(gettempdir())) / PATTERN.replace("*", name)
        self.clock, self.sleep = clock, sleep
        with self._open() as database:
            database.execute("CREATE TABLE IF NOT EXISTS next (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL)")
        self._file.chmod(0o600)

    def wait(self) -> None:
        """Return when a request may be sent."""
        slot = self._reserve()
        while (left := slot - self.clock()) > 0:
            self.sleep(left)

    def hold(self, seconds: float) -> None:
        """Send nothing for this long: the target said so."""
        self._move(lambda free: max(free, self.clock() + seconds))

    def _reserve(self) -> float:
        return self._move(lambda free: max(free, self.clock()), GAP)

    def _move(self, choose: Callable[[float], float], after: float = 0.0) -> float:
        with self._open() as database:
            database.execute("PRAGMA synchronous = OFF")  # processes must agree; a power cut may forget
            database.execute("BEGIN IMMEDIATE")
            row = database.execute("SELECT at FROM next").fetchone()
            slot = choose(row[0] if row else 0.0)
            database.execute("INSERT OR REPLACE INTO next VALUES (1, ?)", (slot + after,))
            database.execute("COMMIT")
        return slot

    def _open(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self._file, timeout=60, isolation_level=None))


def expected_seconds(requests: int) -> float:
    """How long this many requests take at this pace."""
    return max(0, requests - 1) * GAP
