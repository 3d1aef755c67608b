"""The config of a workspace, from which it is made and reset, and the way in which its keys are stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType, NoneType
from typing import Any

from mock_server.config.rates import RATE_LIMIT_PER_MINUTE
from mock_server.errors import WorldError
from mock_server.support.text import short_repr, shorten
from mock_server.workspaces.terms import NO_TERMS, TERMS, Terms, load_terms, terms_as_kept
from mock_server.world.clock import EARLIEST, LATEST, Clock, parse, stamp
from mock_server.world.recipe import Recipe, recipe_of


@dataclass(frozen=True)
class WorldPlan:
    """The recipe, seed and clock of a workspace; same plan and same start, same bytes."""

    recipe: Recipe
    seed: int = 1
    start: datetime | None = None
    limit: int = RATE_LIMIT_PER_MINUTE
    enforced: bool = False
    """True if a request over the limit is refused; otherwise it is only noted."""


@dataclass(frozen=True)
class WorkspaceConfig:
    """The plan of a workspace, from which it is made and reset. ``keys`` are digests.

    ``start`` is when its world starts. Its clock starts then too, unless the plan gives no time and the clock runs:
    then it shows the real time.
    """

    id: str
    plan: WorldPlan
    start: datetime
    frozen: bool
    keys: tuple[str, ...]
    terms: Terms = NO_TERMS

    @property
    def live(self) -> bool:
        """True if the clock shows the real time."""
        return self.plan.start is None and not self.frozen

    def clock(self) -> Clock:
        """A new clock in its first state."""
        return Clock() if self.live else Clock(self.start, frozen=self.frozen)


def facts(origin: WorkspaceConfig, clock: Clock) -> Mapping[str, Any]:
    """The facts that a log stores about a workspace beside its records; ``load_config`` reads them."""
    return {
        "world": origin.plan.recipe.to_dict(),
        "seed": origin.plan.seed,
        "start": stamp(origin.start),
        "live": origin.live,
        "limit": [origin.plan.limit, origin.plan.enforced],
        "ahead": (clock.now() - Clock().now()).total_seconds(),
        "stood": clock.stamp() if clock.frozen else None,
        "frozen": origin.frozen,
        "keys": list(origin.keys),
        **terms_as_kept(origin.terms),
    }


def load_config(id: str, kept: Mapping[str, Any]) -> tuple[WorkspaceConfig, Clock]:
    """Read a config, and a clock that is as far ahead of real time as it was, unless it stood still.

    Raises ValueError for facts that ``facts`` cannot have made.
    """
    for name, kinds in _FACTS.items():
        value = kept.get(name)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ValueError(f"its fact `{name}` is {short_repr(value, 40)}, which this program does not understand")
    if unknown := kept.keys() - _FACTS.keys() - TERMS:
        raise ValueError(f"it has the fact `{shorten(min(unknown), 40)}`, which this program does not know")
    start = _time(kept, "start")
    plan = WorldPlan(
        recipe_as_kept(kept["world"]), kept["seed"], None if kept["live"] else start, *_limit(kept["limit"])
    )
    origin = WorkspaceConfig(id, plan, start, kept["frozen"], _keys(kept["keys"]), load_terms(kept))
    if kept.get("stood"):
        return origin, Clock(_time(kept, "stood"), frozen=True)
    return origin, Clock(_ahead(kept["ahead"]))


_FACTS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "world": (dict,),
        "seed": (int,),
        "start": (str,),
        "live": (bool,),
        "limit": (list,),
        "ahead": (int, float),
        "stood": (str, NoneType),
        "frozen": (bool,),
        "keys": (list,),
    }
)


def recipe_as_kept(values: Mapping[str, Any]) -> Recipe:
    """The recipe of a stored world. Raises ValueError if it is no valid recipe."""
    usual = Recipe().to_dict()
    try:
        return recipe_of(
            {key: value for key, value in values.items() if key not in usual or key == "name" or value != usual[key]}
        )
    except WorldError as fault:
        what = fault.problems[0]
        raise ValueError(f"its fact `world`, at {shorten(what.where, 80)}: {shorten(what.what, 200)}") from None


def _limit(kept: Sequence[Any]) -> tuple[int, bool]:
    match kept:
        case [int(limit), bool(enforced)] if limit >= 0:
            return limit, enforced
    raise ValueError(f"its fact `limit` is {short_repr(kept, 40)}, and must be a number and whether it is enforced")


def _keys(kept: Sequence[Any]) -> tuple[str, ...]:
    if not all(isinstance(key, str) for key in kept):
        raise ValueError("its fact `keys` has a key that is no text")
    return tuple(kept)


def _time(kept: Mapping[str, Any], name: str) -> datetime:
    """Read a time that a clock can show. The file of an earlier version may have a time outside the bounds."""
    try:
        return min(max(parse(kept[name]), EARLIEST), LATEST)
    except ValueError as fault:
        raise ValueError(f"its fact `{name}`: {fault}") from None


def _ahead(seconds: float) -> datetime:
    """The time so far ahead of real time, or the nearest one that a clock can show: the file may be old."""
    try:
        return min(max(Clock().now() + timedelta(seconds=seconds), EARLIEST), LATEST)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST


def digest(key: str) -> str:
    """The stored form of a key: the key can be recognised by it, but not read from it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
