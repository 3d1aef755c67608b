"""``sophiie-mock lint SOURCE``: rules about clients, judged over a whole run; nothing is sent to the API."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from contracts.cli.traffic_source import load_source
from contracts.errors import CannotRun
from contracts.lint.client_run import client_run
from contracts.lint.lint import LINT_RULES, lint
from contracts.lint.lint_exceptions import load_exceptions
from contracts.report import escaping, writers
from contracts.report.lint_report import LINT_WRITERS, LintReport, as_json, as_text
from contracts.spec.overlaid import load_overlaid
from contracts.transport.redaction import ReportRedactor
from mock_server.cli.client import local_url


@click.command("lint")
@click.argument("source", metavar="[JOURNAL|HAR|URL]", default="", envvar="SOPHIIE_MOCK_URL")
@click.option("--workspace", default="", metavar="ID", help="The workspace of a running mock. Default: the key's own.")
@click.option("--spec", default="", metavar="FILE", help="Judge by this document instead of the built-in ones.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the document by an OpenAPI Overlay first.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths in a HAR file.")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Write {', '.join(LINT_WRITERS)}.")
@click.option("--rules", is_flag=True, help="Print the rules, and end.")
@click.option("-v", "--verbose", is_flag=True, help="Show every note.")
def command(
    source: str, workspace: str, spec: str, overlay: str, base: str, as_json_: bool, reports: tuple[str, ...],
    rules: bool, verbose: bool,
) -> int:  # fmt: skip
    """Judge how a client uses the API: paging, retries, limits, names, keys, and what it never met.

    The source is the journal of the mock (GET /__admin/requests), what `pytest --sophiie-lint` keeps, a HAR file, or
    the URL of a running mock (the default). `[[lint.except]]` in sophiie-mock.toml excepts a rule of an operation, with
    a reason. Exit codes: 0 good, 1 something was found, 2 unreadable, or nothing in it is for the API.
    """
    if rules:
        click.echo(_rules(as_json_))
        return 0
    try:
        wanted, contract = writers.parse_reports(reports, tuple(LINT_WRITERS)), load_overlaid(spec, overlay)
        exceptions = load_exceptions(Path.cwd(), [rule.id for rule in LINT_RULES], contract)
        read = load_source(source or local_url(), workspace)
        run = client_run(contract, read.recording, base)
        if not run.calls:
            what = f"{read.name}: no request in it is for a path of the contract"
            raise CannotRun(what, read.recording.remedy)
        result = lint(run, exceptions)
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    report = LintReport(result, ReportRedactor(read.recording.secrets, people=True), tuple(read.recording.notes))
    wrong = write_reports(report, wanted)
    click.echo(as_json(report) if as_json_ else escaped(as_text(report, verbose=verbose)), nl=False)
    return result.exit_code or (2 if wrong else 0)


def write_reports(report: LintReport, wanted: Mapping[str, str]) -> Sequence[str]:
    """Write the reports, and name on the error output those that could not be written."""
    wrong = [f"{path}: {why}" for kind, path in wanted.items()
             if (why := writers.write_file(Path(path), LINT_WRITERS[kind](report)))]  # fmt: skip
    for words in wrong:
        click.echo(f"sophiie-mock: {words} → give a writable place", err=True)
    return wrong


def escaped(text: str) -> str:
    """Lines for a terminal, which cannot act on it."""
    return "".join(f"{escaping.terminal(line)}\n" for line in text.splitlines())


def _rules(as_json_: bool) -> str:
    if as_json_:
        fields = ("id", "severity", "title", "why", "remedy")
        return escaping.json_text([{name: str(getattr(rule, name)) for name in fields} for rule in LINT_RULES]).rstrip()
    return "\n".join(f"{rule.id}\t{rule.severity}\t{rule.title}" for rule in LINT_RULES)
