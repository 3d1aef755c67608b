"""``sophiie-mock spec evidence``: what is known of each operation, from where, and since when."""

import json
from pathlib import Path

import click

from contracts.errors import CannotRun
from contracts.evidence import writers
from contracts.evidence.collect import collect
from contracts.evidence.last_run import RunEvidence
from contracts.evidence.packed import PackedEvidence
from contracts.evidence.recorded import RecordedEvidence
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.learn.sources import load_source
from contracts.report import escaping
from contracts.spec.overlaid import load_overlaid


@click.command("evidence", short_help="What is known of each operation, since when.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--run", default="", metavar="FILE", help="The JSON report of the last `check`.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the documents by an OpenAPI Overlay first.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths in a HAR file.")
@click.option("--markdown", "as_table", is_flag=True, help="Print a Markdown table.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(sources: tuple[str, ...], run: str, overlay: str, base: str, as_table: bool, as_json: bool) -> int:
    """Print what is known of each operation: its provenance, and six axes, each with its date.

    A SOURCE is what `learn` takes: a recording, a HAR file, or a journal. The axes are never added up, because none
    can stand in for another; one without evidence says why. Exit codes: 0 done, 2 a file cannot be read.
    """
    try:
        contract, gaps = load_overlaid("", overlay), load_ledger()
        recordings = [load_source(Path(source), contract, asked_words(gaps), base) for source in sources]
        recorded = RecordedEvidence(contract, gaps, recordings)
        found = collect(contract, PackedEvidence(), recorded, RunEvidence(run))
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    if as_json:
        click.echo(json.dumps({"operations": [one.to_dict() for one in found]}, ensure_ascii=False, indent=2))
    else:
        click.echo(writers.as_markdown(found) if as_table else writers.as_text(found))
    return 0
