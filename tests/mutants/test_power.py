"""A small part of the kill matrix, quick enough for every run; ``power.py`` measures all of it."""

from collections import Counter

import power
import pytest
from registry import MUTANTS
from wrapper import Mutant, broken

from contracts.document import Contract, load
from contracts.engine import QUICK
from contracts.outcome import Options
from contracts.rule import Finding
from contracts.runner import Run

CONTRACT: Contract = load()
LEAST = 8

# One of each group, chosen by its place in the list.
SAMPLE = [next(m for m in MUTANTS if m.group == group) for group in dict.fromkeys(m.group for m in MUTANTS)]
BY_ENGINE = "first_name_may_be_missing"
SLOW = (
    *("engine", "grown", "bounds", "bounds-of-updates", "keys", "limits", "queries", "methods"),
    *("aftermath", "aftermath-last", "aftermath-calls", "aftermath-recent", "moments"),
)
LEFT_TO_THE_ENGINE = ("bodies", "keys", "methods")


def findings(mutant: Mutant | None, options: Options) -> list[Finding]:
    with broken(mutant) as target:
        return Run(CONTRACT, target, options).go().findings


def about(mutant: Mutant) -> tuple[str, ...]:
    """The operation and its collection."""
    path = mutant.operation.partition(" ")[2]
    return mutant.operation, path.removesuffix("/{}")


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: f"{mutant.group}-{mutant.name}")
def test_directed_runs_find(mutant: Mutant) -> None:
    assert power.hits(findings(mutant, Options(only=about(mutant), without=("engine",))), mutant)


def test_the_engine_finds() -> None:
    """Through the adapter, so that a change of the engine's interface is noticed."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == BY_ENGINE)
    found = findings(mutant, Options(only=("engine", mutant.operation), depth=QUICK, without=LEFT_TO_THE_ENGINE))
    assert power.hits(found, mutant)


def test_an_unbroken_mock_breaks_no_rule() -> None:
    assert [finding.as_dict() for finding in findings(None, Options(without=SLOW))] == []


def test_there_are_enough_mutants_of_each_kind() -> None:
    groups = Counter(mutant.group for mutant in MUTANTS)
    assert not {group: count for group, count in groups.items() if count < LEAST}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_mutant_is_of_an_operation_that_there_is() -> None:
    assert {mutant.operation for mutant in MUTANTS} <= set(CONTRACT.operations)
