"""Judge whether a run proves anything: name what should have been seen to work, and was not."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb

from contracts.options.baseline import Baseline
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.run.outcome import RunResult
from contracts.scenarios import rate_limit
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import Contract
from contracts.spec.path_ids import USUAL_METHODS
from contracts.transport.guard import Mode


def unreadable(fault: Exception) -> Skipped:
    """Why a run gave up: an answer is so odd that it could not go on. What is odd about it is a finding of its own.

    Without such a finding the run itself is wrong, and the place says where. No value of the answer is told.
    """
    place = extract_tb(fault.__traceback__)[-1]
    detail = f"{type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return Skipped(SkipReason.UNREADABLE, f"{SkipReason.UNREADABLE} ({detail})")


def shortcomings(
    outcome: RunResult, contract: Contract, selection: Selection, options: Options, *, whole: bool
) -> Sequence[str]:
    """Why green would mean nothing; empty when it means something. ``whole``: nothing was left out on the way."""
    faulty = {finding.operation for finding in outcome.findings}
    due = _due(outcome, contract, selection, options) if whole else []
    excused = _excused(outcome.not_run, contract) | _unknown_records(outcome, contract)
    reasons = list(outcome.coverage.vacuous(due, excused, faulty))
    if whole and not (outcome.passed or outcome.failed):
        reasons.append("nothing of what was chosen could be run here")
    if whole and options.check_rate_limit and not _limited(outcome):
        reasons.append("the rate limit was not seen")
    lost = [name for name, skipped in outcome.cut_short.items() if skipped.reason is SkipReason.LOST]
    if lost:
        reasons.append(f"{SkipReason.LOST} in {len(lost)} runs, {lost[0]} the first")
    odd = [f"{name}: {skipped}" for name, skipped in outcome.not_run.items() if skipped.reason is SkipReason.UNREADABLE]
    if odd:
        reasons.append(f"{odd[0]}; {len(odd)} such runs in all")
    return reasons


def accept(outcome: RunResult, baseline: Baseline, *, whole: bool) -> None:
    """Set aside what the baseline accepts. ``whole``: nothing was left out, so what was not found is not there."""
    outcome.expired = list(baseline.expired)
    outcome.notes[:0] = outcome.expired
    if whole and not outcome.stopped:
        outcome.notes += baseline.unused(outcome.findings, but=() if _limited(outcome) else rate_limit.RULES)
    outcome.accepted = [finding for finding in outcome.findings if baseline.accepts(finding)]
    outcome.findings = [finding for finding in outcome.findings if not baseline.accepts(finding)]
    if outcome.accepted:
        outcome.notes.append(f"{len(outcome.accepted)} findings accepted by {baseline.file}")


def _limited(outcome: RunResult) -> bool:
    """Tell whether the rate limit was looked at."""
    return any(name.startswith(f"{rate_limit.TOPIC}[") for name in (*outcome.passed, *outcome.failed))


def _due(outcome: RunResult, contract: Contract, selection: Selection, options: Options) -> Sequence[str]:
    """Operations that this run should have seen succeed."""
    if not selection.everything or options.max_requests or options.max_time or options.fail_fast:
        return []
    sent = USUAL_METHODS if outcome.mode == Mode.FULL else {"GET"}
    return [o.key for o in contract.operations.values() if o.method in sent]


def _excused(not_run: Mapping[str, Skipped], contract: Contract) -> set[str]:
    """Operations that could not succeed, because no operation supplies the id they need, or no body can be made."""
    without_id = [name for name, skipped in not_run.items() if skipped.reason is SkipReason.NO_ID]
    without_value = {name for name, skipped in not_run.items() if skipped.reason is SkipReason.NO_VALUE}
    unmade = {name.partition("[")[2].removesuffix("]") or name for name in without_value}
    excused = {key for key in contract.operations if any(key in name for name in without_id)}
    return excused | {key for key in unmade & contract.operations.keys() if contract.operations[key].body_types}


def _unknown_records(outcome: RunResult, contract: Contract) -> set[str]:
    """Operations on records of another API than our vendor's, where valid requests found no such record.

    Nobody knows where such an API shows ids. If no operation on a record succeeds, the run proves nothing all the same.
    """
    named = [it for it in contract.operations.values() if it.parameters_in("path") and not it.document.vendors]
    if not any(outcome.coverage.succeeded(it.key) for it in named):
        return set()
    answers = {it.key: outcome.coverage.statuses[it.key].keys() for it in named}
    refused = {key: some for key, some in answers.items() if all(400 <= status < 500 for status in some)}
    return {key for key, some in refused.items() if HTTPStatus.NOT_FOUND in some}
