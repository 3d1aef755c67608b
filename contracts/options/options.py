"""Options of a run, as a person or a pipeline gives them."""

from dataclasses import dataclass, field

from contracts.options.baseline import Baseline
from contracts.options.generation_depth import USUAL, GenerationDepth

REQUEST_BUDGET = 200
"""Most requests of a run on a real host, unless the user gives another number."""


@dataclass(frozen=True)
class Permission:
    """The permission to write to a real host. ``organization``: the id that a person typed. ``ledger``:

    the file, or empty.
    """

    organization: str
    ledger: str = ""


@dataclass(frozen=True)
class Options:
    """The options of a run. ``only`` and ``without`` are words of ``Selection``."""

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
    """The permission to write to a real host."""
    check_rate_limit: bool = False
    """Check the rate limit of a real host, which takes one request more than a minute allows."""
    baseline: Baseline = field(default_factory=Baseline)
