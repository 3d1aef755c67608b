"""How many requests a key may still make: a fixed window of a minute on the workspace's clock.

The numbers are the vendor's (page rate-limits). That the window is fixed and starts with the first request is gap
``rate-limit-window``.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mock_server.world.clock import Clock

WINDOW_MILLISECONDS = 60_000
"""The length of a window."""


class RemainingRequests(NamedTuple):
    """The requests that are left after one.

    ``over`` numbers the requests of the window beyond the limit; it is 0 within the limit. ``reset`` is the time to the
    next window in whole seconds, as the vendor documents it.
    """

    over: int
    limit: int
    remaining: int
    reset: int


class KeyRateLimit:
    """One key's requests. ``limit`` is for a minute."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._began: int | None = None
        self._used = 0

    @property
    def ends(self) -> int | None:
        """When its window ends (epoch milliseconds); None before the first request."""
        return None if self._began is None else self._began + WINDOW_MILLISECONDS

    @property
    def window(self) -> Sequence[int | None]:
        """The beginning of its window, and the number of its requests; another server can go on from there."""
        return [self._began, self._used]

    @window.setter
    def window(self, stored: Sequence[int | None]) -> None:
        self._began, self._used = stored[0], stored[1] or 0

    def take(self) -> RemainingRequests:
        """Count one request."""
        now = self._clock.now_ms()
        if self._began is None or not 0 <= now - self._began < WINDOW_MILLISECONDS:  # also when the clock was set back
            self._began, self._used = now, 0
        self._used += 1
        left = self.limit - self._used
        return RemainingRequests(
            max(0, -left), self.limit, max(0, left), -((now - self._began - WINDOW_MILLISECONDS) // 1000)
        )
