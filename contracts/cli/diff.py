"""``sophiie-mock spec diff OLD NEW``: what changed between two documents, and what of it breaks a client."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import click

from contracts.changes import diff_hosts, diff_texts
from contracts.changes.comparison import compare
from contracts.changes.diff_report import DiffReport, GradedChange, graded
from contracts.changes.grades import ClientKind, Grade
from contracts.changes.grading import UseGrading
from contracts.changes.use_sources import load_use
from contracts.changes.versions import Version, load_version
from contracts.errors import CannotRun
from contracts.report import escaping
from contracts.report.writers import parse_reports, write_file
from contracts.spec.document import Contract
from mock_server.config import paths

_WRITERS: Mapping[str, Callable[[DiffReport], str]] = MappingProxyType(
    {
        "json": lambda report: escaping.json_text(report.to_dict()),
        "markdown": diff_texts.as_markdown,
        "github": diff_hosts.as_github,
        "sarif": diff_hosts.as_sarif,
    }
)
_FAIL_ON: Mapping[str, Grade | None] = MappingProxyType(
    {"broken": Grade.BROKEN, "affected": Grade.AFFECTED, "none": None}
)


@click.command("diff", short_help="What changed between two documents, and what it breaks.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--used", multiple=True, metavar="SOURCE", help="Grade by what your client uses: a record of the pytest "
              "plugin, coverage, a journal, a HAR file, or a recording. Repeatable.")  # fmt: skip
@click.option("--client", type=click.Choice(["closed-enums", "open"]), help="Your client fails at a word that it does "
              "not know, or goes on. Without it, a new word is `potentially affected`.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(list(_FAIL_ON)), default="broken", show_default=True,
              help="The mildest grade for which the command exits with 1.")  # fmt: skip
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Also write {', '.join(_WRITERS)}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Also show changes that affect no client.")
def command(
    old: str, new: str, used: tuple[str, ...], client: str | None, fail_on: str, reports: tuple[str, ...],
    as_json: bool, verbose: bool,
) -> int:  # fmt: skip
    """Compare two OpenAPI documents: what changed, and what of it breaks a client.

    OLD and NEW are files; `v1` and `zapier` are the built-in documents. Each change is `broken`, `potentially
    affected` or `unaffected`, and has a fingerprint that stays. With --used, the grades are for your client, and your
    tests are named. How a document is spelled does not count: `allOf`,
    `$ref`, 3.0 or 3.1. Exit codes: 0 nothing is broken, 1 something is, 2 a document cannot be read.
    """
    try:
        files = parse_reports(reports, tuple(_WRITERS))
        kind = ClientKind(client) if client else ClientKind.UNKNOWN
        report = _compared(_loaded(old), _loaded(new), used, kind, _FAIL_ON[fail_on])
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    click.echo(_WRITERS["json"](report) if as_json else diff_texts.as_text(report, verbose=verbose), nl=not as_json)
    wrong = False
    for name, path in files.items():
        if reason := write_file(Path(path), _WRITERS[name](report)):
            wrong = True
            click.echo(escaping.terminal(f"sophiie-mock: {path}: {reason} → give a writable place"), err=True)
    return report.exit_code or (2 if wrong else 0)


def _compared(
    old: Version, new: Version, used: tuple[str, ...], client: ClientKind, fail_on: Grade | None
) -> DiffReport:
    """Compare two versions, and grade by use if the client's use is known. Raises CannotRun."""
    if not used:
        comparison = compare(old, new)
        found = graded(comparison, lambda change: GradedChange(change, change.grade(client)))
        return DiffReport(comparison, found, fail_on)
    use = load_use(used, Contract([old.document]))
    comparison = compare(old, new, use.places())
    return DiffReport(comparison, graded(comparison, UseGrading(use, client).grade), fail_on, use.describe(), use.notes)


def _loaded(name: str) -> Version:
    """The document in a file, or the built-in one of that name. Raises CannotRun."""
    built_in = paths.OPENAPI / f"{name}.yaml"
    return load_version(built_in if name in ("v1", "zapier") and not Path(name).exists() else Path(name))
