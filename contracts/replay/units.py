"""Runs of the suite made again, each once, to see what they find now."""

from collections.abc import Set
from dataclasses import dataclass, field

from contracts.runner import Run

Key = tuple[str, str, str]
"""That of a finding: rule, operation, place."""


@dataclass(frozen=True)
class Found:
    """What a run found. ``reason`` says why it was not made to its end; empty when it was."""

    keys: Set[Key]
    reason: str = ""


@dataclass
class Repeats:
    """The runs of one replay."""

    run: Run
    _known: dict[str, Found] = field(default_factory=dict)

    def of(self, name: str) -> Found | None:
        """What the run of this name finds now; None when there is none of this name here. Raises Stopped."""
        if name in self._known:
            return self._known[name]
        unit = self.run.units.get(name)
        if unit is None or unit.topic == "engine":  # what the generator made up is not made up again
            return None
        self.run.neighbour()
        for other in unit.builds_on:
            self.of(other)
        self.run.probe.forget()
        self.run.unit(unit)
        self._known[name] = Found(set(self.run.probe.findings), self.run.outcome.not_run.get(name, ""))
        return self._known[name]
