"""The guard decides what may be sent, how often, and when to stop: below every engine and every option.

On a real host only reads of documented paths with the given token pass, and writes that the ledger lets through.
Anything else raises before a socket opens.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from contracts.errors import RequestRefused, RunStopped
from contracts.spec.document import Contract
from contracts.transport.exchange import Exchange
from contracts.transport.pacing import APART, LONGEST, Burst, Pace


class GuardedRequest(Protocol):
    """The request that is to go out, as far as the guard looks at it."""

    method: str | None
    url: str | None

    @property
    def headers(self) -> Mapping[str, str | bytes]:
        """The headers that will be sent."""

    @property
    def body(self) -> object:
        """The body that will be sent: bytes, a text, None or a stream."""


class WritePolicy(Protocol):
    """Decides on each write to a real host, and keeps account of it."""

    def check(self, method: str, path: str, body: bytes) -> None:
        """Raises RequestRefused for a write that may not be sent."""

    def sending(self, method: str, path: str, body: bytes) -> None:
        """The write goes out next. What is to be known of it must be on disk when this returns."""

    def answered(self, exchange: Exchange) -> None:
        """The write was answered."""


_READS = ("GET", "HEAD")
BURSTS = 2


class Mode(StrEnum):
    """The two modes of a run."""

    FULL = "full"
    """Everything: generation, writes, requests without a key. For the mock and other loopback targets."""
    SAFE = "safe"
    """Reads with the given token, slowly. Enforced for any other host."""


@dataclass(frozen=True)
class Policy:
    """The limits of a run: what may be sent, and how much. ``origin`` is ``https://api.sophiie.ai``."""

    origin: str
    mode: Mode
    token: str = field(repr=False)
    contract: Contract = field(repr=False)
    private: bool = False
    """Whether answers hold somebody's real data."""
    budget: int | None = None
    deadline: float | None = None
    """Seconds of the monotonic clock."""
    write_policy: WritePolicy | None = field(default=None, repr=False)
    """Decides on writes to a real host; without one there are none."""
    burst: int = 0
    """Requests that may follow each other closely, to show the rate limit: at most ``BURSTS`` times in a run."""


class Guard:
    """Lets requests through, counts them, and ends the run when the target asks for it. Used by several threads."""

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

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Tell ``listener`` of every exchange."""
        self._listeners.append(listener)

    def interrupt(self) -> None:
        """Let nothing more through. Called from the handler of a signal: it waits for nothing."""
        self.interrupted = True
        self.stopped = self.stopped or RunStopped("interrupted")

    def admit(self, request: GuardedRequest) -> None:
        """Raises RequestRefused or RunStopped; returns when the request may go out."""
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
            self.pace.wait_until(moment)
            self._in_time()
        if self._writes(request.method or ""):
            self._write_policy.sending(request.method or "", urlsplit(request.url or "").path, body_of(request))

    @contextmanager
    def burst(self) -> Generator[None, None, None]:
        """While this lasts, requests follow each other closely, in a window of the key's own, until the first 429.

        Raises RequestRefused when none is allowed, or when a limit of the run would cut it short: a part shows nothing.
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
        seconds = self.pace.until_burst() + (left - 1) * APART + LONGEST
        if self.policy.deadline is not None and self._clock() + seconds > self.policy.deadline:
            raise RequestRefused(f"it takes up to {seconds:.0f} s, and there is less time left")
        self._bursts += 1
        return self.pace.burst(most)

    def _in_time(self) -> None:
        """Raises RunStopped when a request waited for so long that it comes too late; it is not sent."""
        with self._lock:
            if self.policy.deadline is not None and self._clock() >= self.policy.deadline:
                self.sent -= 1
                self._stop("the time is used up", spent=True)

    def _admit(self, request: GuardedRequest) -> None:
        if self.stopped is not None:
            raise self.stopped
        if self._burst is not None and self._burst.over:
            raise RequestRefused(f"a burst is over after {self.policy.burst} requests, or after {LONGEST:.0f} s")
        url = urlsplit(request.url or "")
        method = request.method or ""
        if f"{url.scheme}://{url.netloc}".lower() != self.policy.origin.lower():
            raise RequestRefused(f"{url.scheme}://{url.hostname} is not the target")
        if self.policy.mode is Mode.SAFE:
            self._admit_safely(method, url.path, request)
        if self.policy.budget is not None and self.sent >= self.policy.budget:
            self._stop(f"the budget of {self.policy.budget} requests is used up", spent=True)
        if self.policy.deadline is not None and self._clock() >= self.policy.deadline:
            self._stop("the time is used up", spent=True)

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
        """Take note of an answer. Raises RunStopped when it was one too many."""
        for listener in self._listeners:
            listener(exchange)
        if self.policy.mode is not Mode.SAFE:
            return
        if self._writes(exchange.method):
            self._write_policy.answered(exchange)
        with self._lock:
            self._count(exchange)

    def _count(self, exchange: Exchange) -> None:
        status = exchange.status
        self._failed = self._failed + 1 if status >= 500 else 0
        self._denied += status in (401, 403)
        if status == 429 and self._burst is not None:
            self._burst.end()  # what it was for
        else:
            self._throttled += status == 429
        if status == 429 and self.pace is not None:
            self.pace.hold(_retry_after(exchange.headers))
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


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the target wants to be left alone; a minute when it does not say."""
    for name in ("retry-after", "x-ratelimit-reset"):
        value = headers.get(name, "")
        if value.isascii() and value.isdigit():
            return min(float(value), 600.0)
    return 60.0


def body_of(request: GuardedRequest) -> bytes:
    """The bytes of a request's body. A stream, which only its sending would show, counts as nothing."""
    if isinstance(request.body, str):
        return request.body.encode()
    return request.body if isinstance(request.body, bytes) else b""
