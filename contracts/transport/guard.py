"""The guard decides what may be sent, how often, and when to stop. No engine and no option can go around it.

On a real host it lets through only reads of documented paths with the given token, and writes that the ledger allows.
Any other request raises an error before a socket opens.
"""

import math
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from contracts.errors import RequestRefused, RunStopped
from contracts.spec.document import Contract
from contracts.transport.exchange import Exchange
from contracts.transport.guarded_request import GuardedRequest, WritePolicy, body_of
from contracts.transport.pacing import APART, MAX_BURST_SECONDS, Burst, Pace
from contracts.transport.pause import MAX_HOLD_SECONDS, MAX_PAUSE_SECONDS, MAX_WAIT_SECONDS, requested_pause

_READS, BURSTS = ("GET", "HEAD"), 2
_SHORT = 5.0  # seconds of waiting that need no word
_DAY, _LATE = 86_400.0, "the time is used up"


class Mode(StrEnum):
    """The two modes of a run."""

    FULL = "full"
    """Everything: generation, writes, requests without a key. For the mock and other loopback targets."""
    SAFE = "safe"
    """Reads with the given token, slowly. Enforced for any other host."""


@dataclass(frozen=True)
class Policy:
    """The limits of a run: what may be sent, and how much. ``origin`` is, for example, ``https://api.sophiie.ai``."""

    origin: str
    mode: Mode
    token: str = field(repr=False)
    contract: Contract = field(repr=False)
    private: bool = False
    """True when answers hold somebody's real data."""
    budget: int | None = None
    deadline: float | None = None
    """Seconds of the monotonic clock."""
    write_policy: WritePolicy | None = field(default=None, repr=False)
    """Decides on writes to a real host; without one there are none."""
    burst: int = 0
    """Requests that may follow each other closely, to show the rate limit: at most ``BURSTS`` times in a run."""


class Guard:
    """Lets requests through, counts them, and ends the run when the target asks for it. Several threads may use it."""

    def __init__(self, policy: Policy, pace: Pace | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self.pace = pace
        self.sent = 0
        self.refused = 0
        self.stopped: RunStopped | None = None
        self.interrupted = False
        """True once a person, or a pipeline, has ended the run."""
        self._clock = clock
        self._lock = threading.Lock()
        self._denied = self._throttled = self._failed = 0
        self._burst: Burst | None = None
        self._bursts = 0
        self._listeners: list[Callable[[Exchange], None]] = []
        self._announce: Callable[[str], None] = lambda text: None

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Call ``listener`` with every exchange."""
        self._listeners.append(listener)

    def announce_with(self, announce: Callable[[str], None]) -> None:
        """Call ``announce`` with the reason each time that nothing is sent for a while."""
        self._announce = announce

    def interrupt(self) -> None:
        """Let no more requests through. A signal handler calls this, so it never waits."""
        self.interrupted = True
        self.stopped = self.stopped or RunStopped("interrupted")

    def expire(self) -> bool:
        """Tell whether the run's time is used up; if so, let no more requests through. A signal handler calls this."""
        if self._left() <= 0:
            self.stopped = self.stopped or RunStopped(_LATE, spent=True)
        return self._left() <= 0

    def admit(self, request: GuardedRequest) -> None:
        """Wait until the request may go out, then return. Raises RequestRefused or RunStopped."""
        with self._lock:
            try:
                self._admit(request)
            except RequestRefused:
                self.refused += 1
                raise
            self.sent += 1
            pace = self._burst or self.pace
            moment = pace.slot() if pace is not None else None
        if moment is not None and self.pace is not None:
            self._wait(self.pace, moment)
        if self._writes(request.method or ""):
            self._write_policy.sending(request.method or "", urlsplit(request.url or "").path, body_of(request))

    @contextmanager
    def burst(self) -> Generator[None, None, None]:
        """Let requests follow each other quickly until the block ends or the first 429 comes, in a window of their own.

        Raises RequestRefused when no burst is allowed, or when a limit of the run would end it too early.
        """
        with self._lock:
            self._burst = self._begun()
        try:
            yield
        finally:
            self._burst = None

    def _begun(self) -> Burst:
        most, left = self.policy.burst, BURSTS - self._bursts
        if not most or self.pace is None or not left or self._burst is not None:
            raise RequestRefused("no burst of requests is allowed here")
        if self._throttled:
            raise RequestRefused("the target has asked for fewer requests (429)")
        spare = None if self.policy.budget is None else self.policy.budget - self.sent
        if spare is not None and left * most > spare:
            raise RequestRefused(f"it takes up to {left * most} requests, and the budget has {spare} left")
        seconds = self.pace.until_burst() + (left - 1) * APART + MAX_BURST_SECONDS
        if seconds > self._left():
            raise RequestRefused(f"it takes up to {seconds:.0f} s, and there is less time left")
        self._bursts += 1
        return self.pace.burst(most)

    def _wait(self, pace: Pace, moment: float) -> None:
        """Wait for a moment of the pace. Raises RunStopped, and sends nothing, when the wait would be too long."""
        seconds = moment - pace.clock()
        if seconds > MAX_WAIT_SECONDS:
            self._give_up(f"nothing may be sent with this key for {seconds:.0f} s: the target, or another run, said so")
        if seconds > self._left():
            self._give_up(_LATE, spent=True)
        if seconds > _SHORT:
            self._announce(f"nothing is sent for {seconds:.0f} s: the target, or another run on this key, asked for it")
        pace.wait_until(moment)
        if self._left() <= 0:
            self._give_up(_LATE, spent=True)

    def _give_up(self, reason: str, *, spent: bool = False) -> None:
        with self._lock:
            self.sent -= 1
            self._stop(reason, spent=spent)

    def _left(self) -> float:
        return math.inf if self.policy.deadline is None else self.policy.deadline - self._clock()

    def seconds_left(self, method: str) -> float:
        """The seconds until the run must end. A write is never cut off, because nobody would know its effect."""
        return math.inf if self._writes(method) else max(0.0, self._left())

    def check_time(self, method: str) -> None:
        """Raises RunStopped when a request got no answer because the run's time was used up."""
        with self._lock:
            if self.seconds_left(method) <= 0:
                self._stop(_LATE, spent=True)

    def _admit(self, request: GuardedRequest) -> None:
        if self.stopped is not None:
            raise self.stopped
        if self._burst is not None and self._burst.over:
            raise RequestRefused(f"a burst is over after {self.policy.burst} requests, or {MAX_BURST_SECONDS:.0f} s")
        url = urlsplit(request.url or "")
        method = request.method or ""
        if f"{url.scheme}://{url.netloc}".lower() != self.policy.origin.lower():
            raise RequestRefused(f"{url.scheme}://{url.hostname} is not the target")
        if self.policy.mode is Mode.SAFE:
            self._admit_safely(method, url.path, request)
        if self.policy.budget is not None and self.sent >= self.policy.budget:
            self._stop(f"the budget of {self.policy.budget} requests is used up", spent=True)
        if self._left() <= 0:
            self._stop(_LATE, spent=True)

    def _admit_safely(self, method: str, path: str, request: GuardedRequest) -> None:
        credential = request.headers.get("Authorization")
        if isinstance(credential, bytes):
            credential = credential.decode("latin-1")
        if credential != f"Bearer {self.policy.token}":
            raise RequestRefused(f"{method} {path}: without the given token")
        if self._writes(method):
            if urlsplit(request.url or "").query:
                raise RequestRefused(f"{method} {path}: a write has no query")
            self._write_policy.check(method, path, body_of(request))
        elif method not in _READS or self.policy.contract.find("GET", path) is None:
            raise RequestRefused(f"{method} {path}: only documented reads are sent to a real host")

    def _writes(self, method: str) -> bool:
        """Tell whether the write policy decides on this method."""
        return self.policy.mode is Mode.SAFE and self.policy.write_policy is not None and method not in _READS

    @property
    def _write_policy(self) -> WritePolicy:
        if self.policy.write_policy is None:
            raise RequestRefused("nothing may be written here")
        return self.policy.write_policy

    def _stop(self, reason: str, *, spent: bool = False) -> None:
        self.stopped = self.stopped or RunStopped(reason, spent=spent)
        raise self.stopped

    def seen(self, exchange: Exchange) -> None:
        """Record an answer. Raises RunStopped when the run must end because of it."""
        for listener in self._listeners:
            listener(exchange)
        if self.policy.mode is not Mode.SAFE:
            return
        if self._writes(exchange.method):
            self._write_policy.answered(exchange)
        with self._lock:
            self._count(exchange)

    def _pause(self, pace: Pace, headers: Mapping[str, str]) -> None:
        """Send nothing for as long as the target asks, or end the run when that is too long."""
        seconds = requested_pause(headers, pace.clock())
        pace.hold(min(seconds, MAX_HOLD_SECONDS))
        if seconds > MAX_PAUSE_SECONDS:
            words = f"{seconds:.0f} s" if seconds < _DAY else "over a day"
            self._stop(f"the target asks for a pause of {words} (429), longer than a run waits")

    def _count(self, exchange: Exchange) -> None:
        status = exchange.status
        self._failed = self._failed + 1 if status >= 500 else 0
        self._denied += status in (401, 403)
        if status == 429 and self._burst is not None:
            self._burst.end()  # what it was for
        else:
            self._throttled += status == 429
        if status == 429 and self.pace is not None:
            self._pause(self.pace, exchange.headers)
        if 300 <= status < 400:
            self._stop(f"the target redirects ({status}): this is not the API itself")
        if exchange.media_type in ("text/html", "application/xhtml+xml"):
            self._stop("the target answers HTML: this is not the API itself")
        if self._denied >= 2:
            self._stop(f"the target refused the key twice ({status})")
        if self._throttled >= 2:
            self._stop("the target asked twice for fewer requests (429)")
        if self._failed >= 3:
            self._stop(f"the target failed three times in a row ({status})")
