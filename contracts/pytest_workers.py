"""Join the results of several workers of one pytest session: each of them alone proves little."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.rules.registry import RULES
from contracts.rules.rule import Finding, Group, Rule
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.run.runner import Run
from contracts.run.verdict import shortcomings
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import Contract
from contracts.spec.provenance import Provenance
from contracts.transport.guard import Mode
from contracts.transport.target import Target

Part = Mapping[str, Any]
"""The part of a run that one worker did, in types that any channel carries."""


def part(run: Run) -> Part:
    """The result of one worker, in types that any channel can carry."""
    found = run.client.findings.values()
    return {
        "scenarios": list(run.scenarios),
        "done": sorted(run.done),
        "passed": run.outcome.passed,
        "failed": run.outcome.failed,
        "not_run": {name: (one.reason.value, one.detail) for name, one in run.outcome.not_run.items()},
        "found": [(finding.rule.name, finding.operation, finding.provenance.value) for finding in found],
        "counts": run.coverage.counts(),
        "mock": run.target.is_mock,
    }


def together(parts: Sequence[Part], contract: Contract, options: Options) -> RunResult:
    """The joined result, as far as it says whether the run proved anything."""
    target = Target("", "", is_mock=all(part["mock"] for part in parts))
    outcome = RunResult(target, Mode.FULL, options.seed, Coverage(contract, ""))
    for part in parts:
        outcome.coverage.add(part["counts"])
        outcome.passed += part["passed"]
        outcome.failed += part["failed"]
        outcome.not_run |= {n: Skipped(SkipReason(reason), detail) for n, (reason, detail) in part["not_run"].items()}
        outcome.findings += [_finding(*found) for found in part["found"]]
    every, done = ({name for part in parts for name in part[word]} for word in ("scenarios", "done"))
    nothing_left_out = Selection(contract, (), (), ())
    outcome.vacuous = list(shortcomings(outcome, contract, nothing_left_out, options, whole=every <= done))
    return outcome


def _finding(rule: str, operation: str, provenance: str) -> Finding:
    known = RULES.get(rule) or Rule(rule, Group.SHAPE, rule)
    return Finding(known, operation, Provenance(provenance), expected="", got="")
