"""Print advice after the report: corrections of the document, and baseline entries that would accept the findings."""

from datetime import date

from rich.console import Console
from rich.text import Text

from contracts.options.baseline import entries_for
from contracts.report import escaping
from contracts.report.patch_proposal import propose
from contracts.run.outcome import RunResult
from contracts.spec.document import Contract
from contracts.transport.redaction import ReportRedactor

_MAX_FINDINGS = 10


def proposals(outcome: RunResult, contract: Contract, redactor: ReportRedactor, console: Console) -> None:
    """Print a patch of the document for each finding on a target that is no mock: the document may be wrong."""
    if outcome.target.is_mock:
        return
    for finding in outcome.findings[:_MAX_FINDINGS]:
        title = f"{finding.rule.name} in {finding.operation} [{finding.where}]"
        _say(title.replace("\n", "\\n"), redactor, console)  # names of a target, which are one line
        _say(propose(finding, contract).text, redactor, console)
    if len(outcome.findings) > _MAX_FINDINGS:
        more = len(outcome.findings) - _MAX_FINDINGS
        _say(f"… and {more} more findings: narrow the run down with --only", redactor, console)


def entries(outcome: RunResult, redactor: ReportRedactor, console: Console, *, wanted: bool) -> None:
    """Print a baseline entry for each cause that failed the run, if the user wants them."""
    for entry in entries_for(outcome.broken, date.today()) if wanted else ():
        _say(entry, redactor, console)


def _say(text: str, redactor: ReportRedactor, console: Console) -> None:
    for line in redactor.redact(text).split("\n"):  # lines of ours: what an answer holds is JSON in them
        console.print(Text(escaping.terminal(line)), soft_wrap=True)
