"""How many requests each key has made in the last minute. A key is known by a digest that is never shown."""

import hashlib
import secrets
import threading
from collections import deque
from collections.abc import Callable

MAX_REQUESTS_PER_MINUTE = 60
WINDOW_SECONDS = 60.0


class KeyWindows:
    """Counts requests in a window that slides, for each key of its own."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._salt = secrets.token_bytes(16)
        self._times: dict[bytes, deque[float]] = {}

    def seconds_until_free(self, credential: str) -> float:
        """Count a request with a credential; 0 when it may go out, else the seconds until one may."""
        key = hashlib.blake2b(credential.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).digest()
        with self._lock:
            now, times = self._clock(), self._times.setdefault(key, deque())
            while times and times[0] <= now - WINDOW_SECONDS:
                times.popleft()
            if len(times) >= MAX_REQUESTS_PER_MINUTE:
                return times[0] + WINDOW_SECONDS - now
            times.append(now)
            return 0.0
