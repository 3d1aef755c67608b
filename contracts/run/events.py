"""The events of a run, in the order in which they happen. Reports and the progress bar subscribe to them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contracts.rules.rule import Finding
from contracts.run.outcome import RunResult
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import Skipped
from contracts.transport.exchange import Exchange


@dataclass(frozen=True, slots=True)
class ScenariosPlanned:
    """The target and the scenarios of the run are known. ``operations`` counts those of the documents."""

    scenarios: Sequence[Scenario]
    operations: int


@dataclass(frozen=True, slots=True)
class ScenarioStarted:
    """A scenario begins; for the generator, one ``phase`` of it."""

    name: str
    phase: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeMade:
    """A request was answered. The thread that made the request emits this event."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class FindingFound:
    """A rule was broken."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    """A scenario is over. If it did not reach its end, ``skipped`` says why."""

    name: str
    findings: int
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class RunPaused:
    """The run sends nothing for a while; the event says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over, however it ended."""

    result: RunResult


RunEvent = ScenariosPlanned | ScenarioStarted | ExchangeMade | FindingFound | ScenarioFinished | RunPaused | RunFinished
Subscriber = Callable[[RunEvent], None]


class EventStream:
    """Passes each event of a run on to its subscribers, in the order in which they subscribed."""

    def __init__(self, subscribers: Iterable[Subscriber] = ()) -> None:
        self._subscribers = list(subscribers)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Pass every event from now on to ``subscriber``."""
        self._subscribers.append(subscriber)

    def emit(self, event: RunEvent) -> None:
        """Pass an event on."""
        for subscriber in self._subscribers:
            subscriber(event)
