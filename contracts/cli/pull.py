"""``sophiie-mock spec pull [URL|FILE]``: store the published document, and say whether it has changed."""

import json

import click

from contracts.changes.pull import PUBLISHED, SIDE_SUFFIX, Outcome, pull
from contracts.errors import CannotRun, SuiteError
from contracts.report import escaping


@click.command("pull", short_help="Store the published document, and say whether it changed.")
@click.argument("source", default=PUBLISHED, metavar="[URL|FILE]")
@click.option("-o", "--output", default="", metavar="FILE", help="Where it is stored. Default: sophiie-openapi.json, "
              "or .yaml.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(source: str, output: str, as_json: bool) -> int:
    """Fetch a published OpenAPI document and store it, with its source, date and hash in a file beside it.

    Without an argument it is the vendor's document, https://api.sophiie.ai/openapi. It is fetched over https from one
    host, with one request without a key, within bounds of size and time. A stored document that you have changed is
    never overwritten. Exit codes: 0 unchanged or pulled for the first time, 1 changed, 2 nothing was stored.
    """
    try:
        done = pull(source, output)
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    except SuiteError as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {source}: {fault}"), err=True)
        return 2
    if as_json:
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
    else:
        what = {
            Outcome.FIRST: "stored for the first time",
            Outcome.CHANGED: "has changed",
            Outcome.UNCHANGED: "unchanged",
        }
        click.echo(escaping.terminal(f"{done.file}: {what[done.outcome]} (sha256 {done.short_hash}, {done.source})"))
        if done.outcome is not Outcome.UNCHANGED:
            click.echo(escaping.terminal(f"{done.file}{SIDE_SUFFIX}: where it comes from"))
    return int(done.outcome is Outcome.CHANGED)
