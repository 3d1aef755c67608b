"""Time: the only module of the program that reads a real clock (``ids`` reads the only real randomness).

Each workspace has one :class:`Clock`. It ticks with a monotonic source from a chosen start, so a test can freeze
it, set it, or move it, and nothing else in the program notices the difference. Everything is UTC; the wire form has
exactly three decimals (``2026-03-04T05:06:07.089Z``), so a clock never shows more than milliseconds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mock_server.support.text import short_repr

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = _EPOCH
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A clock shows times between these two, so that a world's past, its plans and a tick always have room beside it."""
_MILLISECOND = timedelta(milliseconds=1)
_LATEST_MS = (LATEST - _EPOCH) // _MILLISECOND
_REMEDY = "write it like 2026-03-04T05:06:07Z, 2026-03-04T16:06:07+11:00 or 2026-03-04"


def wall_time() -> datetime:
    """The real time, aware, UTC."""
    return datetime.now(UTC)


def epoch_ms(when: datetime) -> int:
    """Whole milliseconds since 1970, rounded down; exact (no floats)."""
    return (when - _EPOCH) // _MILLISECOND


def from_epoch_ms(ms: int) -> datetime:
    """The aware UTC time of ``epoch_ms``; OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def stamp(when: datetime) -> str:
    """The wire form: ``2026-03-04T05:06:07.089Z``. ``when`` must be aware."""
    utc = when if when.tzinfo is UTC else when.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def parse(text: str) -> datetime:
    """Read an ISO 8601 time; no offset means UTC, a plain date is its midnight. ValueError in plain words."""
    try:
        when = datetime.fromisoformat(text.strip())
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{short_repr(text)} is not a time; {_REMEDY}") from None


def clock_time(text: str) -> datetime:
    """Read a time that a clock may be set to. ValueError in plain words, also for one that no clock shows."""
    return bounded(parse(text))


def bounded(when: datetime) -> datetime:
    """``when`` itself where a clock can show it. ValueError before 1970 and after the year 8999."""
    if not EARLIEST <= when <= LATEST:
        raise ValueError(f"{when.isoformat()} is out of range; a clock shows times from 1970 to the end of 8999")
    return when


class Clock:
    """One workspace's time.

    ``start`` is what it shows first (default: the wall time). It ticks with ``monotonic`` (seconds) unless frozen.
    Moving it before ``EARLIEST`` or past ``LATEST`` is a ValueError, and it stays as it was.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        frozen: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = wall_time,
    ) -> None:
        self._monotonic = monotonic
        self._anchor = epoch_ms(_milliseconds(start if start is not None else wall()))
        self._since = None if frozen else monotonic()
        self._second, self._text = -1, ""

    @property
    def frozen(self) -> bool:
        """True while it does not tick."""
        return self._since is None

    def now(self) -> datetime:
        """The time it shows: aware, UTC, whole milliseconds. At ``LATEST`` it stands still."""
        return from_epoch_ms(self.now_ms())

    def now_ms(self) -> int:
        """The time it shows in milliseconds since 1970: every request asks, and a number is quicker to make."""
        if self._since is None:
            return self._anchor
        ticked = int((self._monotonic() - self._since) * 1000)
        return min(self._anchor + ticked, _LATEST_MS)

    def stamp(self) -> str:
        """``now`` in the wire form. The text of a second is kept, as every request has a stamp."""
        second, milliseconds = divmod(self.now_ms(), 1000)
        if second != self._second:
            self._second, self._text = second, stamp(from_epoch_ms(second * 1000))[:-4]
        return f"{self._text}{milliseconds:03}Z"

    def freeze(self) -> None:
        """Stop ticking, at the time it shows."""
        self._anchor, self._since = self.now_ms(), None

    def run(self) -> None:
        """Tick on from the time it shows; nothing happens when it ticks already."""
        if self._since is None:
            self._since = self._monotonic()

    @contextmanager
    def undone_by(self, *errors: type[Exception]) -> Iterator[None]:
        """Go on as before the block when one of these errors ends it."""
        before = self._anchor, self._since
        try:
            yield
        except errors:
            self._anchor, self._since = before
            raise

    def set(self, when: datetime) -> None:
        """Show ``when`` from here on; a frozen clock stays frozen."""
        self._anchor = epoch_ms(_milliseconds(when))
        if self._since is not None:
            self._since = self._monotonic()

    def advance(self, seconds: float) -> None:
        """Move forward. ValueError for a negative or impossible amount: going back is what ``set`` is for."""
        if not seconds >= 0:
            raise ValueError(f"cannot advance by {seconds} seconds; use set to go back in time")
        try:
            self.set(self.now() + timedelta(seconds=seconds))
        except OverflowError:
            raise ValueError(f"cannot advance by {seconds} seconds: that is past the year 8999") from None


def real_ms() -> float:
    """Real time in milliseconds since some fixed moment, to measure how long something took."""
    return time.perf_counter() * 1000


class Stopwatch:
    """Real time spent, for logs and the journal; never shown to a workspace."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def ms(self) -> float:
        """Milliseconds since it was made."""
        return (time.perf_counter() - self._start) * 1000


def is_asleep(native_thread: int) -> bool | None:
    """True while a thread of this process waits for something else than a processor; None where that is unknown."""
    try:
        with open(f"/proc/self/task/{native_thread}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"S", b"D")
    except (OSError, IndexError):
        return None


def wall_and_thread_time() -> tuple[float, float]:
    """Read the monotonic clock and the calling thread's processor time, in seconds; that costs next to nothing."""
    return time.monotonic(), time.thread_time()


class ThreadTime(NamedTuple):
    """How the calling thread and its process have spent their time until now, in seconds since some fixed moment.

    ``wall`` is the monotonic clock, ``thread`` this thread's processor time and ``process`` that of all threads.
    ``queued`` is how long this thread was ready to run and had no processor; None where the system does not tell.
    """

    wall: float
    thread: float
    process: float
    queued: float | None

    @classmethod
    def now(cls) -> "ThreadTime":
        """Read all four clocks."""
        return cls(time.monotonic(), time.thread_time(), time.process_time(), _queued())


def _queued() -> float | None:
    """Seconds that this thread waited for a processor, from Linux's scheduler; None on other systems."""
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def _milliseconds(when: datetime) -> datetime:
    """``when`` in UTC, rounded down to milliseconds, so that ``now`` and ``stamp`` say the same."""
    if when.tzinfo is None:
        raise ValueError(f"{when.isoformat()} has no time zone; {_REMEDY}")
    utc = bounded(when).astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
