"""The command ``sophiie-mock check traffic FILE``: judge recorded requests and answers; nothing is sent."""

from datetime import date

import click
from rich.console import Console

from contracts.cli import epilogue
from contracts.cli.report_errors import exit_code_after
from contracts.cli.traffic_source import load_source
from contracts.errors import CannotRun
from contracts.options.baseline_file import load_baseline
from contracts.report import escaping, json_report, terminal, writers
from contracts.report.summary import RunReport
from contracts.run.verdict import accept
from contracts.spec.overlaid import load_overlaid
from contracts.traffic.attribution import Attribution
from contracts.traffic.judge import TrafficOptions
from contracts.transport.redaction import ReportRedactor

_KINDS = tuple(kind for kind in writers.WRITERS if kind not in ("har", "shapes"))  # what was read; `learn --record`


@click.command("traffic")
@click.argument("file", metavar="FILE")
@click.option("--spec", default="", metavar="FILE", help="Check against this document instead of the built-in ones.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the document by an OpenAPI Overlay first.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths, or the API's "
              "own URL. Default: found out.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Requests that were refused, as they should be, are findings too; so are "
              "members of a body that the document does not name.")  # fmt: skip
@click.option("--requests-only", is_flag=True, help="Leave the answers alone: do my requests fit this document?")
@click.option("--baseline", default="", metavar="FILE", help="Findings that are accepted for a while.")
@click.option("--baseline-entries", is_flag=True, help="Print what a baseline would say to accept what is broken.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Also write {', '.join(_KINDS)}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding and note, and coverage by operation.")
def command(
    file: str, spec: str, overlay: str, base: str, strict: bool, requests_only: bool, baseline: str,
    baseline_entries: bool, reports: tuple[str, ...], as_json: bool, verbose: bool,
) -> int:  # fmt: skip
    """Judge recorded traffic: a HAR file, or the journal of the mock (GET /__admin/requests). `-` is standard input.

    No value of the traffic is shown or written, only names, types and places. Exit codes: 0 good, 1 broken,
    2 unreadable, or nothing in it is for a path of the contract.
    """
    try:
        wanted, contract = writers.parse_reports(reports, _KINDS), load_overlaid(spec, overlay)
        accepted = load_baseline(baseline, date.today(), contract)
        source = load_source(file)
        traffic, name = source.recording, source.name
        outcome = Attribution(contract, traffic, TrafficOptions(base, strict, requests_only)).outcome(name)
        accept(outcome, accepted, whole=False)  # another recording may show what this one does not
        redactor = ReportRedactor(traffic.secrets, people=True)
        report = RunReport(outcome, redactor)
        wrong = writers.write(report, wanted)
        if as_json:
            click.echo(json_report.as_json(report), nl=False)
        else:
            terminal.write(report, Console(highlight=False), verbose=verbose)
        epilogue.entries(outcome, redactor, Console(highlight=False, stderr=as_json), wanted=baseline_entries)
        return exit_code_after(wrong, outcome)
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
