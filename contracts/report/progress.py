"""The progress of a run on a terminal or in a log."""

import time
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.text import Text

from contracts.report.escaping import terminal, visible
from contracts.rules.rule import Finding
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunObserver
from contracts.scenarios.scenario import Scenario
from contracts.schemathesis_engine import BEGINS
from contracts.transport.guard import Guard


class ProgressBar(RunObserver):
    """On a terminal: how far the run is, and what came of it by now. Elsewhere nothing, so that a log stays short."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        columns = BarColumn(12), _Facts(self._facts)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._clock = clock
        self._began = 0.0
        self._starts: Mapping[str, float] = {}
        """How much lies before each scenario."""
        self._sizes: Mapping[str, float] = {}
        self._total = 0.0
        self._end: float | None = None
        """When the run will be over, as far as its last step tells."""
        self._findings = 0
        self._name = ""
        self._guard: Guard | None = None
        self._coverage: Coverage | None = None

    def __enter__(self) -> "ProgressBar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, scenarios: Sequence[Scenario], guard: Guard, coverage: Coverage) -> None:
        """Start the clock when the scenarios of the run are known."""
        self._guard, self._coverage, self._began = guard, coverage, self._clock()
        self._sizes = {scenario.name: scenario.size for scenario in scenarios}
        self._starts = {
            scenario.name: sum(other.size for other in scenarios[:place]) for place, scenario in enumerate(scenarios)
        }
        self._total = sum(self._sizes.values())
        self._progress.add_task("", total=self._total)

    def step(self, name: str, phase: str = "") -> None:
        """Show the scenario that starts now, and guess anew when the run will end."""
        self._name, now = f"{name} {phase}".rstrip(), self._clock()
        done = self._starts.get(name, 0.0) + BEGINS.get(phase, 0.0) * self._sizes.get(name, 0.0)
        if done:
            self._end = now + (now - self._began) * (self._total - done) / done
        for task in self._progress.task_ids:
            self._progress.update(task, completed=done)

    def found(self, finding: Finding) -> None:
        """Count a finding."""
        self._findings += 1

    def announce(self, text: str) -> None:
        """Say why nothing happens for a while."""
        self._progress.console.print(Text(terminal(text), style="yellow"), soft_wrap=True)

    def _facts(self) -> str:
        if self._guard is None or self._coverage is None:
            return ""
        now, known = self._clock(), self._coverage.statuses
        seen, pace = sum(map(self._coverage.succeeded, known)), self._guard.sent / max(now - self._began, 0.1)
        facts = [
            f"{self._guard.sent} requests",
            f"{seen}/{len(known)} operations",
            f"{self._findings} findings",
            f"{pace:.0f}/s" if pace >= 10 else f"{pace:.1f}/s",
        ]
        if self._end is not None:
            left = round(max(0.0, self._end - now))
            facts.append(f"{left // 60}:{left % 60:02} left")
        return f"{' · '.join(facts)}\n{self._name}"


class _Facts(ProgressColumn):
    """A text that is asked for whenever the screen is drawn."""

    def __init__(self, describe: Callable[[], str]) -> None:
        super().__init__()
        self._describe = describe

    def render(self, task: Task) -> Text:
        return Text(visible(self._describe()), no_wrap=True, overflow="ellipsis")
