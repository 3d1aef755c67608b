"""Run scenarios of the suite again, to see what they find now."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from contracts.run.runner import Run
from contracts.scenarios.scenario import Scenario
from contracts.spec.samples import Sampler
from contracts.transport.guard import Mode

Key = tuple[str, str, str]
"""The key of a finding: rule, operation, place."""

_FURTHER = 7_000  # values; about what a whole run uses
_TRIES = 4


@dataclass(frozen=True)
class RerunResult:
    """The findings of a repeated scenario. ``reason`` says why it did not reach its end; empty if it did."""

    keys: Set[Key]
    reason: str = ""


class Reruns:
    """The runs of one replay."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._serial = run.options.seed * 1000
        self._alone: dict[str, RerunResult] = {}
        self._after: dict[str, RerunResult] = {}
        self._further()

    def run_one(self, name: str) -> RerunResult | None:
        """Repeat the scenario with this name; None if there is none. Raises RunStopped."""
        scenario = self._run.scenarios.get(name)
        if scenario is None or scenario.topic == "engine":  # what the generator made up is not made up again
            return None
        self._run.create_second_tenant()
        if name not in self._alone:
            self._alone[name] = self._made(scenario)
        return self._alone[name]

    def after_others(self, name: str) -> RerunResult:
        """Repeat the scenario after earlier ones about the same collection, which may have left what it found."""
        if name not in self._after:
            for earlier in self._earlier(self._run.scenarios[name]):
                if earlier.name not in self._alone:
                    self._alone[earlier.name] = self._made(earlier)
            self._after[name] = self._made(self._run.scenarios[name])
        return self._after[name]

    def _earlier(self, scenario: Scenario) -> Iterator[Scenario]:
        for other in self._run.scenarios.values():
            if other.name == scenario.name:
                return
            writes = self._run.mode is Mode.FULL  # reads leave nothing behind
            if other.name in scenario.builds_on or (writes and _collection(other) == _collection(scenario)):
                yield other

    def _made(self, scenario: Scenario) -> RerunResult:
        """Run a scenario, again with other values if it is cut short: records of an earlier run may be in the way."""
        for _ in range(_TRIES if self._run.mode is Mode.FULL else 1):
            self._run.client.forget()
            self._run.run_scenario(scenario)
            reason = str(self._run.outcome.cut_short.get(scenario.name, ""))
            if not reason:
                break
            self._further()
        return RerunResult(set(self._run.client.findings), reason)

    def _further(self) -> None:
        """Skip to values that were not sent yet."""
        self._serial += _FURTHER
        self._run.client.sampler = Sampler(self._serial)


def _collection(scenario: Scenario) -> str:
    return scenario.subject.rpartition(" ")[2].partition("/{}")[0]
