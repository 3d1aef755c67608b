"""The rules that a run has checked, and why it has not checked the others, so that a reader does not trust green too
much.
"""

from collections.abc import Collection, Mapping

from contracts.options.selection import Selection
from contracts.rules.registry import RULES
from contracts.run.outcome import RunResult
from contracts.scenarios.rule_scenarios import ANSWERS, EVERYWHERE, RUNS, TRAFFIC
from contracts.transport.guard import Mode

_OF_TRAFFIC = "it is about recorded traffic"
_LEFT_OUT = "left out by --only or --exclude"
_ENDED = "the run ended before it"
_NOT_SAFE = "a safe run does not send what would show it"
_NOTHING = "the document has nothing that it is about"


def unchecked_by_run(known: Collection[str], outcome: RunResult, selection: Selection) -> Mapping[str, str]:
    """Every rule with the reason why the run did not check it; empty when it did. ``known`` names the scenarios of the
    run.
    """
    finished = [*outcome.passed, *outcome.failed]

    def reason(rule: str) -> str:
        runs = RUNS.get(rule, ())
        if rule in TRAFFIC:
            return _OF_TRAFFIC
        if not selection.finding(rule, ""):
            return _LEFT_OUT
        if rule in EVERYWHERE:
            return "" if outcome.coverage.requests else _ENDED
        if _among(runs, finished):
            return ""
        if hindered := _among(runs, outcome.not_run):
            return str(outcome.not_run[hindered])
        if _among(runs, known):
            return _ENDED
        return _LEFT_OUT if not selection.everything else _NOT_SAFE if outcome.mode == Mode.SAFE else _NOTHING

    return {rule: reason(rule) for rule in RULES}


def unchecked_by_traffic(*, requests_only: bool) -> Mapping[str, str]:
    """Every rule with the reason why recorded traffic cannot check it; empty when it can."""

    def reason(rule: str) -> str:
        if rule in ANSWERS:
            return "left out by --requests-only" if requests_only else ""
        return "" if rule in TRAFFIC else "recorded traffic does not show it"

    return {rule: reason(rule) for rule in RULES}


def _among(runs: Collection[str], names: Collection[str]) -> str:
    """The first of the names that is one of these runs, or of these topics."""
    return next((name for name in names if name in runs or name.partition("[")[0] in runs), "")
