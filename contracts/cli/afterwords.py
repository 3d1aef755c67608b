"""What is said after the report: how the document could be mended, and what a baseline would have to say."""

from datetime import date

from rich.console import Console

from contracts.baseline import entries_for
from contracts.document import Contract
from contracts.outcome import Outcome
from contracts.proposal import propose
from contracts.redaction import Sieve, visible

_MOST = 10


def write(outcome: Outcome, contract: Contract, sieve: Sieve, console: Console, *, entries: bool) -> None:
    def say(text: str) -> None:
        console.print(visible(sieve.redact(text)), soft_wrap=True, markup=False)

    if not outcome.target.is_mock:
        for finding in outcome.findings[:_MOST]:
            say(f"{finding.rule.name} in {finding.operation} [{finding.where}]")
            say(propose(finding, contract).text)
        if len(outcome.findings) > _MOST:
            say(f"… and {len(outcome.findings) - _MOST} more findings: narrow the run down with --only")
    for entry in entries_for(outcome.broken, date.today()) if entries else ():
        say(entry)
