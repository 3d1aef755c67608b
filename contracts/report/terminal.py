"""The report that a person reads on a terminal."""

from typing import Protocol

from rich.console import Console
from rich.text import Text

from contracts.report import escaping, summary
from contracts.rules.rule import Finding
from contracts.run.outcome import OFFLINE, RunResult
from contracts.transport.redaction import ReportRedactor


class Say(Protocol):
    """Writes a line."""

    def __call__(self, text: str = "", style: str = "") -> None:
        """Print a line of the report."""


_LONGEST = 3  # findings of one rule that are shown in full


def write(outcome: RunResult, redactor: ReportRedactor, console: Console, *, verbose: bool = False) -> None:
    """Findings by rule, what was not run, coverage, and one sentence at the end."""

    def say(text: str = "", style: str = "") -> None:
        console.print(Text(escaping.terminal(redactor.redact(text)), style=style), soft_wrap=True)

    for name, group in summary.by_rule(summary.in_order(outcome)):
        first = group[0]
        broken = first.breaks(outcome.target.is_mock)
        mark, style = ("✗", "bold red") if broken else ("?", "bold yellow")
        say(f"{mark} {first.rule.title}", style)
        origin = f", {first.rule.source}" if first.rule.source else ""
        doubt = "" if broken else f" — {first.doubt(outcome.target.is_mock)}"
        say(f"  {name} · {first.provenance.value}{origin}{doubt}", "dim")
        for item in group if verbose else group[:_LONGEST]:
            _finding(item, outcome, say)
        if not verbose and len(group) > _LONGEST:
            say(f"  … and {len(group) - _LONGEST} more (--verbose)", "dim")
        say()
    _not_run(outcome, say, verbose)
    _coverage(outcome, say, verbose)
    style = {0: "bold green", 1: "bold red"}.get(outcome.exit_code, "bold yellow")
    say(f"{summary.verdict(outcome)}.", style)
    if outcome.mode != OFFLINE:
        pace = outcome.requests / outcome.seconds if outcome.seconds else 0
        again = f" · {outcome.mode} · seed {outcome.seed}"
        say(f"{outcome.requests} requests in {outcome.seconds:.1f} s ({pace:.0f}/s){again}", "dim")


def _finding(item: Finding, outcome: RunResult, say: Say) -> None:
    say(f"  {item.operation}" + (f"  [{item.where}]" if item.where else ""), "bold")
    say(f"    expected  {item.expected}")
    say(f"    got       {item.got}")
    if reason := summary.reason_of(item, outcome):
        say(f"    reason    {reason}")
    for exchange in item.evidence[-summary.MOST_COMMANDS :]:
        say(f"    {exchange.curl(outcome.target.variables)}", "cyan")


def _not_run(outcome: RunResult, say: Say, verbose: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for name, skipped in outcome.not_run.items():
        reasons.setdefault(str(skipped), []).append(name)
    for reason, names in reasons.items():
        shown = ", ".join(names if verbose else names[:3]) + ("" if verbose or len(names) < 4 else " …")
        say(f"not run: {len(names)} · {reason} · {shown}", "yellow")
    for note in outcome.notes if verbose else outcome.notes[:5]:
        say(f"note: {note}", "yellow")


def _coverage(outcome: RunResult, say: Say, verbose: bool) -> None:
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
