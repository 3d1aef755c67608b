"""``sophiie-mock verdict``: is this integration done, and if not, what comes next?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from contracts.cli.lint import escaped
from contracts.cli.traffic_source import TrafficSource, load_source
from contracts.errors import CannotRun
from contracts.lint.client_run import client_run
from contracts.lint.lint import LINT_RULES, lint
from contracts.lint.lint_exceptions import load_exceptions
from contracts.report import escaping
from contracts.report.summary import redacted
from contracts.run.outcome import RunResult
from contracts.spec.document import Contract
from contracts.spec.overlaid import load_overlaid
from contracts.traffic.attribution import Attribution
from contracts.traffic.judge import TrafficOptions
from contracts.transport.redaction import ReportRedactor
from contracts.verdict.integration_verdict import Evidence, integration_verdict
from contracts.verdict.receiver_report import DEFAULT_FILE, ReceiverReport
from mock_server.cli.client import local_url
from mock_server.config.paths import RUN_FILE


@click.command("verdict")
@click.argument("source", metavar="[RUN|HAR|URL]", default="", envvar="SOPHIIE_MOCK_URL")
@click.option("--workspace", default="", metavar="ID", help="The workspace of a running mock. Default: the key's own.")
@click.option("--receiver", default="", metavar="FILE",
              help=f"The JSON report of receiver-check. Default: {DEFAULT_FILE}, if it is there.")  # fmt: skip
@click.option("--spec", default="", metavar="FILE", help="Judge by this document instead of the built-in ones.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the document by an OpenAPI Overlay first.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths in a HAR file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(source: str, workspace: str, receiver: str, spec: str, overlay: str, base: str, as_json: bool) -> int:
    """Say whether an integration is done, or the next five actions, each with its command.

    It joins the client lint, `check traffic`, the result of `receiver-check`, and what the client never met: statuses,
    events, values. The source is what `pytest --sophiie-lint` keeps (sophiie-mock.run.json, the default if it is
    there), another recording, or a running mock. Exit codes: 0 done, 1 not done, 2 nothing tested.
    """
    try:
        source = source or (RUN_FILE if Path(RUN_FILE).is_file() else local_url())
        read = load_source(source, workspace)
        settings = read.facts.get("settings", {})
        contract = load_overlaid(spec or settings.get("spec", ""), overlay or settings.get("overlay", ""))
        receiver = receiver or (DEFAULT_FILE if Path(DEFAULT_FILE).is_file() else "")
        evidence = _evidence(source, read, contract, base, ReceiverReport(receiver))
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    verdict = integration_verdict(evidence)
    facts = redacted(verdict.to_dict(), ReportRedactor(read.recording.secrets, people=True))
    click.echo(escaping.json_text(facts) if as_json else escaped("\n".join(_lines(facts))), nl=False)
    return verdict.exit_code


def _evidence(source: str, read: TrafficSource, contract: Contract, base: str, receiver: ReceiverReport) -> Evidence:
    """Everything that the verdict joins. Raises CannotRun."""
    exceptions = load_exceptions(Path.cwd(), [rule.id for rule in LINT_RULES], contract)
    run = client_run(contract, read.recording, base)
    url = source if source.startswith(("http://", "https://")) else local_url()
    return Evidence(
        lint(run, exceptions), _traffic(read, contract, base), receiver, exceptions, read.facts, source, url.rstrip("/")
    )


def _traffic(read: TrafficSource, contract: Contract, base: str) -> RunResult | None:
    """The requests, judged by the contract; None if none of them is for an operation."""
    try:
        return Attribution(contract, read.recording, TrafficOptions(base, requests_only=True)).outcome(read.name)
    except CannotRun:
        return None


def _lines(facts: Any) -> Iterator[str]:
    left = facts["actionsInAll"]
    yield f"{facts['verdict']}" + (f": {left} actions left" if left else "")
    for number, action in enumerate(facts["actions"], 1):
        yield ""
        yield f"{number}. {action['title']}"
        yield f"   {action['detail']}"
        yield f"   run: {action['command']}"
        if action["pytest"]:
            yield f"   or in a test: {action['pytest']}"
    used, receiver = facts["operations"], facts["receiver"]
    yield ""
    share = f"{used['used']} of {used['all']} operations used"
    yield f"{facts['requests']} requests, {share}, {facts['unmatched']} unmatched"
    lint, traffic = facts["lint"], facts["traffic"]
    yield f"lint: {lint['findings']} findings, {lint['excepted']} excepted; traffic: {traffic['findings']} findings"
    yield f"receiver: {receiver['verdict'] if receiver['checked'] else 'not checked'}"
