"""The report that a person reads on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from contracts.report import escaping, summary
from contracts.report.summary import Cause, RunReport
from contracts.run.outcome import OFFLINE, RunResult


class WriteLine(Protocol):
    """Writes a line."""

    def __call__(self, text: str = "", style: str = "") -> None:
        """Print a line of the report."""


_MAX_CAUSES = 3
"""Operations of one rule that are shown; of each, one finding in full."""


def write(report: RunReport, console: Console, *, verbose: bool = False) -> None:
    """Print the findings by rule and cause, the scenarios that did not run, the coverage, and the result in one
    sentence.
    """
    outcome = report.outcome

    def say(text: str = "", style: str = "") -> None:
        console.print(Text(escaping.terminal(report.redactor.redact(text)), style=style), soft_wrap=True)

    for causes in summary.by_rule(report.facts["findings"]):
        _rule(causes, say, verbose)
    if outcome.accepted:
        say(f"accepted by the baseline: {', '.join(_name(cause) for cause in report.accepted_causes)}", "dim")
    _not_run(outcome, say, verbose)
    _coverage(outcome, say, verbose)
    style = {0: "bold green", 1: "bold red"}.get(outcome.exit_code, "bold yellow")
    say(f"{report.verdict}.", style)
    if outcome.mode != OFFLINE:
        pace = outcome.requests / outcome.seconds if outcome.seconds else 0
        again = f" · {outcome.mode} · seed {outcome.seed}"
        say(f"{outcome.requests} requests in {outcome.seconds:.1f} s ({pace:.0f}/s){again}", "dim")


def _name(cause: Cause) -> str:
    count = f" ×{len(cause)}" if len(cause) > 1 else ""
    return f"{cause[0]['rule']} in {cause[0]['operation']}{count}"


def _rule(causes: Sequence[Cause], say: WriteLine, verbose: bool) -> None:
    first = causes[0][0]
    mark, style = ("✗", "bold red") if first["breaks"] else ("?", "bold yellow")
    say(f"{mark} {first['title']}", style)
    origin = f", {first['source']}" if first["source"] else ""
    doubt = f" — {first['doubt']}" if first["doubt"] else ""
    say(f"  {first['rule']} · {first['provenance']}{origin}{doubt}", "dim")
    for cause in causes if verbose else causes[:_MAX_CAUSES]:
        for item in cause if verbose else cause[:1]:
            _finding(item, say)
        if not verbose and len(cause) > 1:
            say(f"    … and {summary.places_like_it(cause)} (--verbose)", "dim")
    if not verbose and len(causes) > _MAX_CAUSES:
        rest = len(causes) - _MAX_CAUSES
        say(f"  … and {rest} more operation{'s' if rest > 1 else ''} (--verbose)", "dim")
    say()


def _finding(item: Mapping[str, Any], say: WriteLine) -> None:
    say(f"  {item['operation']}" + (f"  [{item['where']}]" if item["where"] else ""), "bold")
    say(f"    expected  {item['expected']}")
    say(f"    got       {item['got']}")
    if item["reason"]:
        say(f"    reason    {item['reason']}")
    for command in item["curl"]:
        say(f"    {command}", "cyan")


def _not_run(outcome: RunResult, say: WriteLine, verbose: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for name, skipped in outcome.not_run.items():
        reasons.setdefault(str(skipped), []).append(name)
    for reason, names in reasons.items():
        shown = ", ".join(names if verbose else names[:3]) + ("" if verbose or len(names) < 4 else " …")
        say(f"not run: {len(names)} · {reason} · {shown}", "yellow")
    for note in outcome.notes if verbose else outcome.notes[:5]:
        say(f"note: {note}", "yellow")


def _coverage(outcome: RunResult, say: WriteLine, verbose: bool) -> None:
    coverage = outcome.coverage
    good = sum(map(coverage.succeeded, coverage.statuses))
    documented = {key: counts for key, counts in coverage.statuses.items() if counts}
    pairs = sum(len(counts) for counts in documented.values())
    sent, known = map(sum, zip(*map(coverage.known_parameters, coverage.statuses), strict=True))
    say(
        f"{len(outcome.passed)} runs without a finding, {len(outcome.failed)} with, {len(outcome.not_run)} not run · "
        f"{good} of {len(coverage.statuses)} operations succeeded · {pairs} statuses · {sent} of {known} parameters"
    )
    for key, counts in coverage.statuses.items() if verbose else ():
        say(f"  {key:44} " + " ".join(f"{status}×{count}" for status, count in sorted(counts.items())), "dim")
