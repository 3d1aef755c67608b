"""The plan of a run in mode ``safe``: reads, permitted writes, and a burst, all known before the first request."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from contracts.errors import CannotRun
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.real_host.read_plan import ReadRun, ReadStep, plan, required_steps, unreachable
from contracts.real_host.safe_records import SafeOperations
from contracts.real_host.write_session import TOPIC, WriteSession, describe
from contracts.scenarios import rate_limit
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.scenario import Scenario
from contracts.transport.guard import BURSTS, Guard, Mode
from contracts.transport.pacing import APART, BRISK, GAP, WINDOW_SECONDS, expected_seconds
from mock_server.config.rates import RATE_LIMIT_PER_MINUTE

TOPICS = ("read", "filter", "expand", "item", TOPIC, rate_limit.TOPIC)
BURST = RATE_LIMIT_PER_MINUTE + 1
"""Requests that show the rate limit: as many as may pass, and one more."""


class SafeRunPlan:
    """The plan of one run on a host that is not ours. ``limited``: the user wants to test the rate limit."""

    def __init__(
        self,
        catalogue: Catalogue,
        ids: Mapping[str, str],
        selection: Selection,
        writes: Sequence[SafeOperations] | None = None,
        *,
        limited: bool = False,
    ) -> None:
        every = plan(catalogue, ids)
        self.greeting = next((step for step in every if not step.needs), None)
        """The first request, which shows whether the API answers; None if every request needs an id."""
        self.unreached = unreachable(catalogue, every)
        self._catalogue, self._writes = catalogue, writes
        self.burst = _smallest(every, selection) if limited else None
        self._steps = [step for step in every if selection.includes(step.topic, step.operation.key)]

    def describe(self) -> list[str]:
        """Every request that may be sent, one line each; a burst is one line."""
        first = [f"{self.greeting.describe()}   (is it the API?)"] if self.greeting else []
        lines = [
            *first,
            *(step.describe() for step in self._steps),
            *(describe(self._writes) if self._writes is not None else []),
        ]
        if self.burst:
            span = f"×{BURST} in {(BURST - 1) * BRISK:.0f} s, after {WINDOW_SECONDS:.0f} s without any"
            lines.append(f"{self.burst.describe()}   ({span}; at most {BURSTS} times)")
        return lines

    @property
    def requests(self) -> int:
        """The number of requests. If the first burst is unclear, ``BURST`` more follow ``APART`` seconds later."""
        return len(self.describe()) + (BURST - 1 if self.burst else 0)

    @property
    def seconds(self) -> float:
        """The duration of the run."""
        burst = BURST if self.burst else 0
        return expected_seconds(self.requests - burst, burst)

    def bounds(self) -> str:
        """The number of requests and the duration in words, with their maximum."""
        minutes = f"in about {self.seconds / 60:.1f} minutes"
        if not self.burst:
            return f"{self.requests} requests at most, {minutes}"
        return (
            f"{self.requests} requests {minutes}, at most {self.requests + BURST} in {(self.seconds + APART) / 60:.1f}"
        )

    def scenarios(
        self, client: ScenarioClient, guard: Guard, writing: WriteSession | None = None
    ) -> Iterator[Scenario]:
        """The scenarios of the run, in order; each names those whose answers it needs."""
        reading = ReadRun(client, self._catalogue)
        for step in self._steps:
            needed = [_name(other) for other in required_steps(step, self._steps)]
            yield Scenario(step.topic, step.describe(), reading.making(step), needed)
        yield from writing.scenarios() if writing else ()
        if self.burst:
            sent = partial(
                rate_limit.on_host, operation=self.burst.operation, query=self.burst.query, burst=guard.burst
            )
            yield Scenario(self.burst.topic, self.burst.describe(), sent, size=expected_seconds(0, BURST) / GAP)

    def names(self) -> list[str]:
        """Names of the reads, and of the burst, before there is a target."""
        return [_name(step) for step in (*self._steps, *([self.burst] if self.burst else []))]


def _name(step: ReadStep) -> str:
    return f"{step.topic}[{step.describe()}]"


def _smallest(steps: Sequence[ReadStep], selection: Selection) -> ReadStep:
    """A request without preconditions that has the smallest possible answer. Raises CannotRun."""
    for step in steps:
        if not step.needs and selection.includes(rate_limit.TOPIC, step.operation.key):
            size = step.listing.size if step.listing else None
            asked = {size.name: max(1, int(size.schema.get("minimum", 1)))} if size else step.query
            return ReadStep(step.operation, step.listing, query=asked, topic=rate_limit.TOPIC)
    raise CannotRun("--check-rate-limit: what it could ask for is excluded", "exclude less, or leave it out")


def selected_names(options: Options, mode: Mode) -> tuple[str, ...]:
    """The words of ``--only``; the option for the rate limit adds its name. Raises CannotRun."""
    about = {word.lower() for word in options.only} & {rate_limit.TOPIC, *rate_limit.RULES}
    if options.check_rate_limit and mode is Mode.FULL:
        raise CannotRun("a rate limit is shown in mode `safe`; `full` checks that of a mock anyway", "leave that out")
    if about and mode is Mode.SAFE and not options.check_rate_limit:
        raise CannotRun(f"`{min(about)}` would take more requests than a safe run makes", "add --check-rate-limit")
    return (*options.only, rate_limit.TOPIC) if options.only and options.check_rate_limit else options.only
