"""How many requests a key may still make: a fixed window of a minute on the workspace's clock.

The figures are the vendor's (page rate-limits); that the window is fixed and starts with the first request is gap
``rate-limit-window``.
"""

import math
from dataclasses import dataclass

from mock_server.world.clock import Clock

WINDOW = 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request: ``reset`` in whole seconds, a delta as the vendor documents it."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class Quota:
    """One key's requests. ``limit`` is for a minute."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._began = -math.inf
        self._used = 0

    def take(self) -> Allowance:
        """Count one request."""
        now = self._clock.now().timestamp()
        if not 0 <= now - self._began < WINDOW:  # also when the clock was set back
            self._began, self._used = now, 0
        self._used += 1
        reset = max(1, math.ceil(self._began + WINDOW - now))
        return Allowance(self._used <= self.limit, self.limit, max(0, self.limit - self._used), reset)
