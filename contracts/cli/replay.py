"""The option ``sophiie-mock check --replay FILE``: check the findings of a JSON report again."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from contracts.errors import CannotRun, RunStopped
from contracts.replay.replay import ReplayResult, ReplayStatus, StoredFinding, exit_code, load_findings, replay
from contracts.report import escaping
from contracts.run.outcome import RunResult
from contracts.run.session import RunSession
from contracts.spec.json_file import opened as opened_file
from contracts.transport.redaction import ReportRedactor
from mock_server.config.settings import LOCAL_KEY

_REMEDY = "give what `check --report json=FILE` wrote"
_STYLES = {ReplayStatus.BROKEN: "bold red", ReplayStatus.MENDED: "bold green", ReplayStatus.UNKNOWN: "bold yellow"}


def opened(file: str, reports: Sequence[str]) -> list[StoredFinding]:
    """The findings of a report. Raises CannotRun, also if there are none."""
    if reports:
        raise CannotRun("--replay writes no reports", "leave --report out")
    stored = load_findings(opened_file(Path(file), _REMEDY))
    if not stored:
        raise CannotRun(f"{file}: no findings in it, so there is nothing to repeat", _REMEDY)
    return stored


def replayed(session: RunSession, stored: Sequence[StoredFinding], console: Console) -> int:
    """Check each finding again and print the results. Raises CannotRun."""
    verdicts: list[ReplayResult] = []
    try:
        with session as run:
            for verdict in replay(run, stored):
                verdicts.append(verdict)
                _say(session.result, verdict, console)
    except RunStopped as reason:
        rest = [ReplayResult(finding, ReplayStatus.UNKNOWN, reason.reason) for finding in stored[len(verdicts) :]]
        for verdict in rest:
            _say(session.result, verdict, console)
        verdicts += rest
    counts = (f"{sum(v.status is status for v in verdicts)} {status}" for status in ReplayStatus)
    console.print(f"{', '.join(counts)} · {session.result.requests} requests")
    return exit_code(verdicts)


def _say(result: RunResult, verdict: ReplayResult, console: Console) -> None:
    key = result.target.key
    redactor = ReportRedactor([key] if key != LOCAL_KEY else [], people=not result.target.is_mock)
    finding = verdict.finding
    where = f" [{finding.where}]" if finding.where else ""
    for text, style in (
        (f"{verdict.status}: {finding.title}", _STYLES[verdict.status]),
        (f"  {finding.operation}{where} · {finding.rule}", "dim"),
        (f"  {verdict.why}", ""),
    ):
        console.print(Text(escaping.terminal(redactor.redact(text)), style=style), soft_wrap=True)
