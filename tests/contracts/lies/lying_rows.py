"""A table of lies: which scenario is told which lie, and what it must accuse of it.

``Row.findings`` runs a row once, and notes from which lines of ``contracts`` its accusations came:
``test_every_accusation`` compares these with all the lines there are.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from in_memory import CONTRACT, ORIGIN, RECIPE, Call, memory, neighbour, standing, workspace
from lie_kinds import Lie, honest

import contracts
from contracts.rules.location import NOWHERE, Location
from contracts.rules.rule import Finding, Rule, Violation
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.plan import all_scenarios
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.target import Target

HOME = Path(contracts.__file__).parent
READS: tuple[str, ...] = (
    "pages",
    "filters",
    "expansion",
    "catalogue",
    "single",
    "agreement",
    "agreement-last",
    "agreement-calls",
)
READS += ("agreement-recent", "queries", "methods", "unknown-paths", "foreign-lists", "foreign-filters")


class LyingTransport:
    """Takes the place of the transport: every request of a scenario, and the lie between it and the mock."""

    def __init__(self, guard: Guard, lie: Lie, key: str) -> None:
        self.guard, self._lie, self._key = guard, lie, key

    def request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, query: Mapping[str, str]
    ) -> Exchange:
        whole = f"{url}?{urlencode(query)}" if query else url
        return self._lie(Call(method, whole, headers, content or b"", self._key), memory().ask)


class NoSecondJudge:
    """openapi-core is asked in rows of its own: it takes longer than all the rest."""

    notes = ()

    def judge(self, *given: Any, **options: Any) -> Iterator[Finding]:
        return iter(())


def client_of(lie: Lie = honest, *, key: str = "", other: str = "") -> ScenarioClient:
    """A client with the keys of two organizations: without any, of those that no row changes."""
    key = key or standing()
    target = Target(ORIGIN, key, other or neighbour(), is_mock=True, local=True)
    guard = Guard(Policy(ORIGIN, Mode.FULL, key, CONTRACT))
    client = ScenarioClient(CONTRACT, target, LyingTransport(guard, lie, key))  # type: ignore[arg-type]
    client._second = NoSecondJudge()  # type: ignore[assignment]
    return client


@cache
def scenarios() -> Mapping[str, Scenario]:
    return {scenario.name: scenario for scenario in all_scenarios(CONTRACT, on_mock=True)}


UNSEEN = "no exchange"
"""In place of the operation of an exchange: a recording is somebody's data, and is never evidence."""


@dataclass(frozen=True)
class Accusation:
    """What a finding says: the rule, the operation to blame, the place, and the operations that its evidence shows."""

    rule: Rule
    operation: str
    location: Location = NOWHERE
    shown: str | None = None
    """The operation of the offending exchange, where it is not the one to blame."""

    def fits(self, finding: Finding) -> bool:
        said = finding.rule, finding.operation, finding.location
        return said == (self.rule, self.operation, self.location)


@dataclass(frozen=True, eq=False)
class Row:
    """``run`` makes the findings; ``due`` are those that it must make, and nobody else may be blamed."""

    name: str
    run: Callable[[], Sequence[Finding]] = field(repr=False)
    due: Sequence[Accusation]

    @property
    def findings(self) -> Sequence[Finding]:
        return _ran(self)[0]

    @property
    def lines(self) -> frozenset[tuple[str, int]]:
        """File and line in ``contracts`` of every call on the way to an accusation."""
        return _ran(self)[1]

    def __str__(self) -> str:
        return self.name


@cache
def _ran(row: Row) -> tuple[Sequence[Finding], frozenset[tuple[str, int]]]:
    with noted() as lines:
        findings = row.run()
    return findings, frozenset(lines)


@contextmanager
def noted() -> Iterator[set[tuple[str, int]]]:
    """Note who makes violations and findings meanwhile: each line of ``contracts`` on the stack."""
    lines: set[tuple[str, int]] = set()
    makers = [(one, one.__init__) for one in (Violation, Finding)]

    def noting(init: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *given: Any, **named: Any) -> None:
            init(self, *given, **named)
            frame = sys._getframe(1)
            while frame is not None:
                lines.add((frame.f_code.co_filename, frame.f_lineno))
                frame = frame.f_back  # type: ignore[assignment]

        return made

    for one, init in makers:
        one.__init__ = noting(init)  # type: ignore[method-assign]
    try:
        yield lines
    finally:
        for one, init in makers:
            one.__init__ = init  # type: ignore[method-assign]


def told(name: str, scenario: str, lie: Lie, *due: Accusation) -> Row:
    """A row: the scenario of this name is told a lie. One that writes gets an organization of its own."""

    def run() -> Sequence[Finding]:
        chosen = scenarios()[scenario]
        client = client_of(lie, key="" if chosen.topic in READS else workspace(RECIPE))
        try:
            chosen.run(client)
        except ScenarioSkipped:
            if not client.findings:
                raise
        return list(client.findings.values())

    return Row(f"{scenario}: {name}", run, due)


# --- lies -------------------------------------------------------------------------------------------------------


def assert_accused(row: Row) -> None:
    """What is due is found, with rule, blamed operation, place, violation and evidence; and nobody else is blamed."""
    found = {(one.rule, one.operation, one.location): one for one in row.findings}
    for due in row.due:
        finding = found.get((due.rule, due.operation, due.location))
        assert finding is not None, [(one[0].name, *one[1:]) for one in found]
        assert isinstance(finding.expected, str)
        assert isinstance(finding.got, str)
        assert all(isinstance(exchange, Exchange) for exchange in finding.evidence)
        shown = [exchange.operation for exchange in finding.evidence] or [UNSEEN]
        assert shown[-1] == (due.operation if due.shown is None else due.shown)
    blamed = {one.operation for one in row.findings}
    assert blamed == {one.operation for one in row.due}
