"""Options of a run, as a person or a pipeline gives them."""

from dataclasses import dataclass, field

from contracts.options.baseline import Baseline
from contracts.options.generation_depth import USUAL, GenerationDepth

REQUEST_BUDGET = 200
"""Requests of a run on a real host, unless asked otherwise."""


@dataclass(frozen=True)
class Permission:
    """To write to a real host. ``organization``: the id that a person typed. ``ledger``: the file, or empty."""

    organization: str
    ledger: str = ""


@dataclass(frozen=True)
class Options:
    """``only`` and ``without`` are words of ``Selection``."""

    mode: str = ""
    seed: int = 1
    quick: bool = False
    depth: GenerationDepth = USUAL
    max_requests: int | None = None
    max_time: float | None = None
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    fail_fast: bool = False
    permission: Permission | None = None
    """To write to a real host."""
    check_rate_limit: bool = False
    """On a real host, at the price of one request more than a minute allows."""
    baseline: Baseline = field(default_factory=Baseline)
