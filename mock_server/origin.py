"""What a workspace is made from, and made again by a reset; and how its keys are kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from mock_server.world.clock import Clock
from mock_server.world.recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """What a workspace is made from; same plan and same start, same bytes."""

    recipe: Recipe
    seed: int = 1
    start: datetime | None = None
    limit: int = 60
    enforced: bool = False
    """Whether a request over the limit (a minute; 0 for none) is refused, or only noted."""


@dataclass(frozen=True)
class Origin:
    """How a workspace was made, and is made again by a reset. ``keys`` are digests.

    ``start`` is when its world starts. Its clock starts then too, unless the plan says no time and the clock runs:
    then it shows the real time.
    """

    id: str
    plan: Plan
    start: datetime
    frozen: bool
    keys: tuple[str, ...]

    @property
    def live(self) -> bool:
        """Whether its clock shows the real time."""
        return self.plan.start is None and not self.frozen

    def clock(self) -> Clock:
        """A clock as the workspace has at first."""
        return Clock() if self.live else Clock(self.start, frozen=self.frozen)


def digest(key: str) -> str:
    """How a key is kept: it can be recognised, and not read back."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
