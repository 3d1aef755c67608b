"""A small part of the kill matrix, quick enough for every run; ``make power`` measures all of it."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from itertools import permutations

import power
import pytest
from registry import MUTANTS
from resetting import reset
from searches import about, hits, names
from wrapper import Defects, Mutant

from contracts import schemathesis_engine
from contracts.options.generation_depth import QUICK
from contracts.options.options import Options
from contracts.rules.rule import Finding
from contracts.run.run_plan import RunPlan
from contracts.run.runner import Run
from contracts.run.session import RunSession
from contracts.spec.document import Contract
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target

LEAST = 8
SAMPLE = [next(m for m in MUTANTS if m.group == group) for group in dict.fromkeys(m.group for m in MUTANTS)]
"""The first of each group."""

pytestmark = pytest.mark.slow


@contextmanager
def running(contract: Contract, target: Target, *only: str) -> Generator[Run, None, None]:
    """A run on the mock as it was at the start."""
    reset(target)
    with RunSession(RunPlan.of(contract, target, Options(only=only, without=("engine", "grown")))) as made:
        yield made


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: f"{mutant.group}-{mutant.name}")
def test_directed_runs_find(mutant: Mutant, contract: Contract, target: Target, defects: Defects) -> None:
    with running(contract, target, *about(mutant)) as run:
        defects.change(mutant)
        assert any(hits(run.run_scenario(scenario), mutant) for scenario in run.scenarios.values())


def test_the_engine_finds(contract: Contract, target: Target, defects: Defects) -> None:
    """Through the adapter, so that a change of the engine's interface is noticed."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "subscribing_needs_no_key")
    defects.change(mutant)
    settings = schemathesis_engine.configuration(target, QUICK, 1)
    settings["phases"]["coverage"]["enabled"] = False
    guard = Guard(Policy(target.origin, Mode.FULL, target.key, contract))
    found: list[Finding] = []
    progress = schemathesis_engine.Progress(found.append, lambda note: None, lambda phase: None)
    document = contract.operations[mutant.operation].document
    schemathesis_engine.drive(document, contract, target, Transport(guard), progress, settings, {mutant.operation})
    assert hits(found, mutant)


def test_an_unbroken_mock_breaks_no_rule(contract: Contract, target: Target, defects: Defects) -> None:
    defects.change()
    with running(contract, target, "filters", "expansion", "creation", "webhooks-refused") as run:
        found = [finding.as_dict() for scenario in run.scenarios.values() for finding in run.run_scenario(scenario)]
    assert found == []


def test_there_are_enough_mutants_of_each_kind(contract: Contract) -> None:
    groups = Counter(mutant.group for mutant in MUTANTS)
    assert not {group: count for group, count in groups.items() if count < LEAST}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.operation for mutant in MUTANTS} <= {*contract.operations, *contract.webhooks}


def test_a_finding_that_the_unbroken_mock_shows_too_is_no_kill() -> None:
    row = {"arm": "plain", "seed": 1, "found": ["rule GET /v1/leads"]}
    assert power.killed(row, {})
    assert not power.killed(row, {("plain", 1): {"rule GET /v1/leads"}})


def test_no_batch_breaks_one_operation_twice() -> None:
    made = power.batches(MUTANTS)
    for batch in made:
        for one, other in permutations(map(power.BY_NAME.__getitem__, batch), 2):
            assert not names(one.operation, other), f"a finding about {one.name} is taken for {other.name}"
    assert sorted(name for batch in made for name in batch) == sorted(mutant.name for mutant in MUTANTS)
