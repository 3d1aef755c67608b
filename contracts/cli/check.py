"""The command ``sophiie-mock check [URL]`` with its options."""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import click
from rich.console import Console
from rich.text import Text

from contracts.cli import epilogue
from contracts.cli import replay as again
from contracts.cli.consent import permission
from contracts.cli.report_errors import exit_code_after
from contracts.errors import CannotRun
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.options.baseline_file import load_baseline
from contracts.options.options import Options
from contracts.real_host.run_plan import BURST
from contracts.report import escaping, json_report, terminal, writers
from contracts.report.har import HarRecorder
from contracts.report.progress import ProgressBar
from contracts.report.shapes_report import ShapeRecorder
from contracts.report.summary import RunReport
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.spec.document import Contract
from contracts.spec.overlaid import load_overlaid
from contracts.transport.api_keys import key_from, other_key_from
from contracts.transport.exchange import OTHER_VARIABLE, TOKEN_VARIABLE
from contracts.transport.redaction import ReportRedactor
from contracts.transport.signals import finishing, interruptible
from contracts.transport.target import Target, mock, named
from mock_server.config.settings import LOCAL_KEY
from mock_server.support.crash_report import describe_crash

_NOBODYS = "none"
"""Stands for the key if nothing is sent."""


def _pairs(values: Sequence[str], what: str) -> dict[str, str]:
    """``NAME=VALUE,NAME=VALUE`` as a table. Raises CannotRun."""
    parts = [part for value in values for part in value.split(",") if part]
    if any("=" not in part for part in parts):
        raise CannotRun(f"{what}: `{','.join(values)}` is no NAME=VALUE")
    return dict(part.split("=", 1) for part in parts)


@contextmanager
def _target(url: str, key: str, ids: Mapping[str, str], spec: str, overlay: str) -> Generator[Target, None, None]:
    other = other_key_from(os.environ)
    if url:
        target = named(url, key, other)
        yield Target(target.origin, target.key, target.other_key, target.is_mock, target.local, ids)
        return
    with mock(spec=spec, overlay=overlay) as target:
        yield Target(target.origin, target.key, other, is_mock=True, local=True, ids=ids)


@click.command("check")
@click.argument("url", required=False, default="")
@click.option("--mode", type=click.Choice(["full", "safe"]), help="What may be sent; any other host gets `safe`.")
@click.option("--spec", default="", metavar="FILE", help="Check against this document instead of the built-in ones.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the document by an OpenAPI Overlay first.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same requests.")
@click.option("--quick", is_flag=True, help="Generate valid requests only: no fuzzing, no random chains.")
@click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Stop after so many requests.")
@click.option("--max-time", type=click.FloatRange(0.1), metavar="SECONDS", help="Stop after so many seconds.")
@click.option("--only", multiple=True, metavar="WORD", help="An operation, tag, topic or rule. Repeatable.")
@click.option("--exclude", multiple=True, metavar="WORD", help="Leave this out. Repeatable.")
@click.option("--id", "ids", multiple=True, metavar="NAME=VALUE", help="An id that no operation supplies. Repeatable.")
@click.option("--key-file", default="", metavar="FILE", help=f"Read the key from a file instead of {TOKEN_VARIABLE}.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--plan", is_flag=True, help="Print every request that a safe run could send; send none.")
@click.option("--allow-writes", is_flag=True, help="On a real host: make, change and delete records of harmless kinds.")
@click.option("--organization", default="", metavar="ID", help="The organization to write to, instead of typing it.")
@click.option("--ledger", default="", metavar="FILE", help="Where to note each write; a new file.")
@click.option("--check-rate-limit", is_flag=True, help="On a real host: ask once more in a minute than it allows.")
@click.option("--baseline", default="", metavar="FILE", help="Findings that are accepted for a while.")
@click.option("--baseline-entries", is_flag=True, help="Print what a baseline would say to accept what is broken.")
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first broken rule.")
@click.option(
    "--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Also write {', '.join(writers.WRITERS)}."
)
@click.option("--replay", default="", metavar="FILE", help="Only ask again what a JSON report says was wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON report; the text goes to the error output.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding, and coverage by operation.")
def command(
    url: str, mode: str | None, spec: str, overlay: str, seed: int, quick: bool, max_requests: int | None,
    max_time: float | None, only: tuple[str, ...], exclude: tuple[str, ...], ids: tuple[str, ...], key_file: str,
    key_stdin: bool, plan: bool, allow_writes: bool, organization: str, ledger: str, check_rate_limit: bool,
    baseline: str, baseline_entries: bool, fail_fast: bool, reports: tuple[str, ...], replay: str, as_json: bool,
    verbose: bool,
) -> int:  # fmt: skip
    """Check that the mock, or the API at URL, keeps the contract.

    Without a URL the mock is started and checked in full. On any other host than this machine only documented
    reads are sent, with the given key, slowly; see --plan. Exit codes: 0 good, 1 broken, 2 proves nothing.
    """
    console, key = Console(highlight=False, stderr=as_json), ""
    try:
        leave = permission(allow_writes, organization, ledger, plan=plan, ask=not key_stdin)
        if plan and replay:
            raise CannotRun("--plan shows a whole run, and --replay asks again", "leave one of them out")
        if as_json and (plan or replay):
            raise CannotRun("--json prints the report of a run", "leave --plan and --replay out")
        wanted, contract = writers.parse_reports(reports), load_overlaid(spec, overlay)
        accepted = load_baseline(baseline, date.today(), contract)
        options = Options(mode or "", seed, quick, max_requests=max_requests, max_time=max_time, only=only,
                          without=exclude, fail_fast=fail_fast, permission=leave,
                          check_rate_limit=check_rate_limit, baseline=accepted)  # fmt: skip
        old = again.opened(replay, reports) if replay else None
        key = key_from(key_file, key_stdin, os.environ) or (_NOBODYS if plan else "")
        with _target(url, key, _pairs(ids, "--id"), spec, overlay) as target:
            if old is not None:
                plan_ = RunPlan.of(contract, target, replace(options, fail_fast=False))
                if check_rate_limit:
                    _announce(plan_, console)
                return again.replayed(RunSession(plan_, second_tenant=False), old, console)
            return _checked(contract, target, options, console, wanted, plan=plan, verbose=verbose,
                            entries=baseline_entries, as_json=as_json)  # fmt: skip
    except CannotRun as fault:
        click.echo(_bare(f"sophiie-mock: {fault}", key), err=True)
    except (click.Abort, click.ClickException):
        raise
    except Exception as error:  # a mistake of ours; what went wrong may quote an answer
        click.echo(f"sophiie-mock: {describe_crash(error, lambda text: _bare(text, key))}", err=True)
    return 2


def _bare(text: str, key: str) -> str:
    secrets = key, os.environ.get(OTHER_VARIABLE, "").strip()
    redactor = ReportRedactor((secret for secret in secrets if secret != LOCAL_KEY), people=True)
    return "\n".join(escaping.terminal(redactor.redact(line)) for line in text.split("\n"))


def _checked(
    contract: Contract, target: Target, options: Options, console: Console, reports: Mapping[str, str], *,
    plan: bool, verbose: bool, entries: bool, as_json: bool,
) -> int:  # fmt: skip
    with ProgressBar(console) as bar:
        planned = RunPlan.of(contract, target, options)
        if plan:
            _print_plan(planned, console)
            return 0
        if not target.local:
            _announce(planned, console)
        session = RunSession(planned, subscribers=[bar])
        if "har" in reports:
            session.subscribe(HarRecorder(session.result))
        if "shapes" in reports:
            session.subscribe(ShapeRecorder(session.result, asked_words(load_ledger())))
        with interruptible(session.interrupt):
            outcome = make_run(session)
    secrets = [key for key in (target.key, target.other_key) if key and key != LOCAL_KEY]
    redactor = ReportRedactor(secrets, people=not outcome.target.is_mock)
    report, wrong = RunReport(outcome, redactor), []
    try:
        with finishing(interrupted=outcome.interrupted):
            wrong = writers.write(report, reports)  # first: a pipeline that ended the run soon ends this too
            if as_json:
                click.echo(json_report.as_json(report), nl=False)
            terminal.write(report, console, verbose=verbose)
            epilogue.proposals(outcome, contract, redactor, console)
            epilogue.entries(outcome, redactor, console, wanted=entries)
    except KeyboardInterrupt:  # a second one: somebody cannot wait
        outcome.interrupted = True
    return exit_code_after(wrong, outcome)


def _announce(plan: RunPlan, console: Console) -> None:
    what = "reads and writes" if plan.writes is not None else "reads only"
    console.print(Text(f"{plan.target.origin} is not this machine: {what}, {plan.bounds()}."), soft_wrap=True)
    if plan.safe.burst:
        console.print(f"{BURST} come at once, one more than a minute allows: nobody else can use the key meanwhile.")


def _print_plan(plan: RunPlan, console: Console) -> None:
    for line in plan.describe():
        console.print(Text(escaping.terminal(line)), soft_wrap=True)
    console.print(f"{plan.bounds()}. Nothing was sent.", soft_wrap=True)
