"""The pace of requests: at most 50 in any 60 s, evenly spread, shared by all runs with the same token.

The vendor allows 60 a minute for each key. Ten of them stay free for other users of the key. Only a burst, which tests
that limit, takes all 60, and it has a time window for itself.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import gettempdir

MAX_REQUESTS_PER_WINDOW = 50
WINDOW_SECONDS = 60.0
PATTERN = "sophiie-mock-pace-*.sqlite"
# A little more than the even share, so that both ends of a window are inside it.
GAP = WINDOW_SECONDS / (MAX_REQUESTS_PER_WINDOW - 2)
BRISK = 0.2
"""Seconds between the requests of a burst: well inside a window, and no load to speak of."""
MAX_BURST_SECONDS = WINDOW_SECONDS / 2
"""Seconds that a burst may take."""
APART = MAX_BURST_SECONDS + 2 * WINDOW_SECONDS
"""Seconds from the beginning of one burst to that of the next."""


class Pace:
    """Waits for the next slot. The slots of a token are in one small database, which several processes share.

    Times are seconds of the wall clock, because they must mean the same in every process.
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

    def wait(self) -> None:
        """Wait until a request may be sent."""
        self.wait_until(self.slot())

    def slot(self) -> float:
        """Take the next moment at which a request may be sent."""
        return self._move(lambda free: max(free, self.clock()), GAP)

    def wait_until(self, moment: float) -> None:
        """Sleep until a moment of the wall clock, in seconds."""
        while (left := moment - self.clock()) > 0:
            self.sleep(left)

    def burst(self, most: int) -> "Burst":
        """Take a burst. It begins when nothing was sent for one window, and no other run sends until one window after
        it.

        The next burst begins half a window out of step, for a host that counts by the minute.
        """
        return Burst(self.clock, self._move(self._quiet, MAX_BURST_SECONDS + WINDOW_SECONDS + GAP), most)

    def until_burst(self) -> float:
        """The seconds until a burst could begin."""
        with self._open() as database:
            return self._quiet(_free(database)) - self.clock()

    def _quiet(self, free: float) -> float:
        return max(free - GAP + WINDOW_SECONDS, self.clock())

    def hold(self, seconds: float) -> None:
        """Send nothing for so many seconds, because the target asked for it."""
        self._move(lambda free: max(free, self.clock() + seconds))

    def _move(self, choose: Callable[[float], float], after: float = 0.0) -> float:
        with self._open() as database:
            database.execute("PRAGMA synchronous = OFF")  # processes must agree; a power cut may forget
            database.execute("BEGIN IMMEDIATE")
            slot = choose(_free(database))
            database.execute("INSERT OR REPLACE INTO next VALUES (1, ?)", (slot + after,))
            database.execute("COMMIT")
        return slot

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection, None, None]:
        with closing(sqlite3.connect(self._file, timeout=60, isolation_level=None)) as database:
            database.execute("CREATE TABLE IF NOT EXISTS next (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL)")
            self._file.chmod(0o600)
            yield database


def _free(database: sqlite3.Connection) -> float:
    row = database.execute("SELECT at FROM next").fetchone()
    return float(row[0]) if row else 0.0


class Burst:
    """Requests that follow each other quickly, ``most`` of them from ``start`` on."""

    def __init__(self, clock: Callable[[], float], start: float, most: int) -> None:
        self._clock, self._start, self._most = clock, start, most
        self._taken = 0

    def slot(self) -> float:
        """Take the moment for the next request."""
        self._taken += 1
        return self._start + (self._taken - 1) * BRISK

    def end(self) -> None:
        """End the burst: the next request is at the ordinary pace."""
        self._most = 0

    @property
    def over(self) -> bool:
        """True when all requests of the burst are sent, or its time is up."""
        return self._taken >= self._most or self._clock() > self._start + MAX_BURST_SECONDS


def expected_seconds(requests: int, burst: int = 0) -> float:
    """The seconds that so many requests take at this pace, followed by a burst."""
    return max(0, requests - 1) * GAP + (WINDOW_SECONDS + (burst - 1) * BRISK if burst else 0.0)
