"""The progress of a run on a terminal or in a log."""

import time
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.text import Text

from contracts.report.escaping import terminal, visible
from contracts.run.events import ExchangeMade, FindingFound, RunEvent, RunPaused, ScenariosPlanned, ScenarioStarted
from contracts.schemathesis_engine import BEGINS


class ProgressBar:
    """Shows on a terminal how far the run is and what it has found. Elsewhere it shows nothing, so that a log stays
    short.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        columns = BarColumn(12), _Facts(self._facts)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._clock = clock
        self._began = 0.0
        self._starts: Mapping[str, float] = {}
        """For each scenario, the amount of work before it."""
        self._sizes: Mapping[str, float] = {}
        self._total = 0.0
        self._end: float | None = None
        """The estimated end of the run, from its last step."""
        self._findings = self._requests = self._operations = 0
        self._succeeded: set[str] = set()
        """Operations that were seen to succeed."""
        self._name = ""

    def __enter__(self) -> "ProgressBar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def __call__(self, event: RunEvent) -> None:
        """Update the display with an event of the run."""
        match event:
            case ScenariosPlanned():
                self._begin(event)
            case ScenarioStarted():
                self._step(event.name, event.phase)
            case FindingFound():
                self._findings += 1
            case ExchangeMade(exchange):
                self._requests += 1
                if exchange.operation and exchange.succeeded:
                    self._succeeded.add(exchange.operation)
            case RunPaused(reason):
                self._progress.console.print(Text(terminal(reason), style="yellow"), soft_wrap=True)

    def _begin(self, plan: ScenariosPlanned) -> None:
        """Start the clock when the scenarios of the run are known."""
        self._began, self._operations = self._clock(), plan.operations
        self._sizes = {scenario.name: scenario.size for scenario in plan.scenarios}
        self._starts = {
            scenario.name: sum(other.size for other in plan.scenarios[:place])
            for place, scenario in enumerate(plan.scenarios)
        }
        self._total = sum(self._sizes.values())
        self._progress.add_task("", total=self._total)

    def _step(self, name: str, phase: str) -> None:
        """Show the scenario that starts now, and estimate again when the run will end."""
        self._name, now = f"{name} {phase}".rstrip(), self._clock()
        done = self._starts.get(name, 0.0) + BEGINS.get(phase, 0.0) * self._sizes.get(name, 0.0)
        if done:
            self._end = now + (now - self._began) * (self._total - done) / done
        for task in self._progress.task_ids:
            self._progress.update(task, completed=done)

    def _facts(self) -> str:
        if not self._sizes:
            return ""
        now = self._clock()
        pace = self._requests / max(now - self._began, 0.1)
        facts = [
            f"{self._requests} requests",
            f"{len(self._succeeded)}/{self._operations} operations",
            f"{self._findings} findings",
            f"{pace:.0f}/s" if pace >= 10 else f"{pace:.1f}/s",
        ]
        if self._end is not None:
            left = round(max(0.0, self._end - now))
            facts.append(f"{left // 60}:{left % 60:02} left")
        return f"{' · '.join(facts)}\n{self._name}"


class _Facts(ProgressColumn):
    """A text that is computed whenever the screen is drawn."""

    def __init__(self, describe: Callable[[], str]) -> None:
        super().__init__()
        self._describe = describe

    def render(self, task: Task) -> Text:
        return Text(visible(self._describe()), no_wrap=True, overflow="ellipsis")
