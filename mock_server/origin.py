"""What a workspace is made from, and made again by a reset; and how its keys are kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mock_server.world.clock import EARLIEST, LATEST, Clock, parse, stamp
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


def facts(origin: Origin, clock: Clock) -> Mapping[str, Any]:
    """What is kept of a workspace beside its records; ``read`` understands it."""
    return {
        "world": asdict(origin.plan.recipe),
        "seed": origin.plan.seed,
        "start": stamp(origin.start),
        "live": origin.live,
        "limit": [origin.plan.limit, origin.plan.enforced],
        "ahead": (clock.now() - Clock().now()).total_seconds(),
        "stood": clock.stamp() if clock.frozen else None,
        "frozen": origin.frozen,
        "keys": origin.keys,
    }


def read(id: str, kept: Mapping[str, Any]) -> tuple[Origin, Clock]:
    """The origin, and a clock that is as far ahead of the real one as it was, unless it stood still."""
    start = parse(kept["start"])
    plan = Plan(Recipe(**kept["world"]), kept["seed"], None if kept["live"] else start, *kept["limit"])
    origin = Origin(id, plan, start, kept["frozen"], tuple(kept["keys"]))
    stood = kept.get("stood", kept["start"] if kept["frozen"] else None)  # files of before have no "stood"
    if stood:
        return origin, Clock(parse(stood), frozen=True)
    return origin, Clock(_ahead(kept["ahead"]))


def _ahead(seconds: float) -> datetime:
    """So far ahead of the real time, or the nearest time that a clock can show: a file may come from another day."""
    try:
        return min(max(Clock().now() + timedelta(seconds=seconds), EARLIEST), LATEST)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST


def digest(key: str) -> str:
    """How a key is kept: it can be recognised, and not read back."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
