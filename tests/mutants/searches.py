"""Who looks for defects: this suite, the generator as this suite drives it, the generator as it comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from wrapper import Mutant

from contracts import schemathesis_engine
from contracts.errors import CannotRun, RunStopped
from contracts.options.generation_depth import USUAL
from contracts.options.options import Options
from contracts.rules.rule import Finding
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.scenario import Scenario
from contracts.spec.document import Contract
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target


@dataclass
class Looked:
    """What one search came to. ``fault`` says why it ended before its time; a budget that is used up is no fault."""

    findings: list[Finding] = field(default_factory=list)
    requests: int = 0
    fault: str = ""


Arm = Callable[[Contract, Target, int, int, Sequence[Mutant]], Looked]


def names(operation: str, mutant: Mutant) -> bool:
    """Whether ``operation`` is the mutant's; for one of a path with all its methods, one of the path."""
    same_path = operation.partition(" ")[2] == mutant.operation.partition(" ")[2]
    return operation == mutant.operation or (mutant.any_method and same_path)


def hits(findings: Sequence[Finding], mutant: Mutant) -> bool:
    return any(names(found.operation, mutant) for found in findings)


def about(mutant: Mutant) -> tuple[str, ...]:
    """The operation and its collection, if it has one: the subjects of the runs that concern it."""
    path = mutant.operation.partition(" ")[2]
    return (mutant.operation, path.removesuffix("/{}")) if path.startswith("/") else (mutant.operation,)


def ours(
    contract: Contract, target: Target, seed: int, budget: int, mutants: Sequence[Mutant], *, quick: bool = False
) -> Looked:
    """The suite, until it has named each mutant.

    Runs about the mutated operation come first: that changes what a kill costs, not whether it comes.
    """
    options = Options(seed=seed, max_requests=budget, quick=quick)
    session, looked = RunSession(RunPlan.of(contract, target, options)), Looked()
    near = {subject for mutant in mutants for subject in about(mutant)}

    def far(scenario: Scenario) -> bool:
        return scenario.subject not in near and not (scenario.subject == "*" and near & {*scenario.also})

    try:
        with session as run:
            for scenario in sorted(run.scenarios.values(), key=far) if mutants else run.scenarios.values():
                run.run_scenario(scenario)
                if mutants and all(hits(list(run.client.findings.values()), mutant) for mutant in mutants):
                    break
    except (CannotRun, RunStopped) as reason:
        looked.fault = "" if isinstance(reason, RunStopped) and reason.spent else str(reason)
    looked.findings, looked.requests = list(session.result.findings), session.result.requests
    return looked


def tuned(contract: Contract, target: Target, seed: int, budget: int, mutants: Sequence[Mutant]) -> Looked:
    """The generator with this suite's settings, schema tweaks and doubts."""
    return _engine(contract, target, budget, schemathesis_engine.configuration(target, USUAL, seed))


def plain(contract: Contract, target: Target, seed: int, budget: int, mutants: Sequence[Mutant]) -> Looked:
    """The generator with its own defaults: what ``schemathesis run`` does with a URL and a key."""
    config = {
        "base-url": target.origin,
        "seed": seed,
        "headers": {"Authorization": f"Bearer {target.key}"},
        "cache": {"enabled": False},
        "generation": {"database": "none"},
    }
    return _engine(contract, target, budget, config, plain=True)


def _engine(contract: Contract, target: Target, budget: int, config: dict[str, Any], *, plain: bool = False) -> Looked:
    """Each document gets its share of the requests, by the number of its operations."""
    looked = Looked()
    progress = schemathesis_engine.Progress(looked.findings.append, lambda note: None, lambda phase: None)
    for document in contract.documents:
        share = budget * len(document.operations) // len(contract.operations)
        guard = Guard(Policy(target.origin, Mode.FULL, target.key, contract, budget=share))
        try:
            schemathesis_engine.drive(document, contract, target, Transport(guard), progress, config, plain=plain)
        except (CannotRun, RunStopped) as reason:
            looked.fault = "" if guard.stopped is not None and guard.stopped.spent else str(reason)
        looked.requests += guard.sent
    return looked


ARMS: dict[str, Arm] = {"ours": ours, "quick": partial(ours, quick=True), "tuned": tuned, "plain": plain}
