"""``sophiie-mock learn SOURCE…``: what recordings of the real API say of the contract; nothing is sent."""

import json
from pathlib import Path

import click

from contracts.errors import CannotRun
from contracts.learn.gap_answers import Verdict
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.learn.observed_file import DEFAULT_FILE, Learned, learn, save_observed
from contracts.learn.sources import load_source
from contracts.report import escaping
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.recording_file import save
from contracts.spec.document import load


@click.command("learn")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--spec", default="", metavar="FILE", help="Another OpenAPI document; the gaps are about ours only.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths in a HAR file.")
@click.option(
    "-o", "--output", default=DEFAULT_FILE, show_default=True, metavar="FILE", help="The file that is written."
)
@click.option("--record", default="", metavar="FILE", help="Also keep the shapes of the traffic as a recording.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Show gaps that stay open, with the reason.")
def command(
    sources: tuple[str, ...], spec: str, base: str, output: str, record: str, as_json: bool, verbose: bool
) -> int:
    """Answer the open questions of the contract from traffic with the real API.

    A SOURCE is a recording of `sophiie-mock proxy`, a HAR file, or the journal of the mock. What differs from the
    contract is written as assumptions and as an OpenAPI Overlay, for `serve --overlay` and `check --overlay`.
    No value of the traffic is shown or written. Exit codes: 0 done, 2 unreadable, or nothing in it is for the contract.
    """
    try:
        contract, gaps = load(spec), () if spec else load_ledger()
        asked = asked_words(gaps)
        recordings = [load_source(Path(source), contract, asked, base) for source in sources]
        learned = learn(contract, gaps, recordings)
        save_observed(learned, Path(output))
        if record:
            save(_joined(recordings), Path(record))
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    if as_json:
        click.echo(json.dumps(_as_dict(learned, recordings), ensure_ascii=False, indent=2))
    else:
        _show(learned, recordings, output, verbose=verbose)
    return 0


def _joined(recordings: list[ShapeRecording]) -> ShapeRecording:
    """One recording of several, with the day of the first."""
    exchanges = [exchange for recording in recordings for exchange in recording.exchanges]
    day = min(recording.day for recording in recordings)
    return ShapeRecording(day, recordings[0].digests, exchanges, sum(it.left_out for it in recordings))


def _as_dict(learned: Learned, recordings: list[ShapeRecording]) -> dict[str, object]:
    return {
        "exchanges": learned.exchanges,
        "left_out": sum(recording.left_out for recording in recordings),
        "assumptions": learned.assumptions,
        "gaps": [answer.to_dict() for answer in learned.answers],
        "differences": [one.to_dict() for one in learned.differences],
    }


def _show(learned: Learned, recordings: list[ShapeRecording], output: str, *, verbose: bool) -> None:
    left_out = sum(recording.left_out for recording in recordings)
    more = f", {left_out} entries left out" if left_out else ""
    click.echo(f"{learned.exchanges} exchanges{more}")
    click.echo(f"\n{len(learned.differences)} differences from the contract")
    for one in learned.differences:
        click.echo(f"  {one.describe()}")
    for verdict in Verdict:
        found = [answer for answer in learned.answers if answer.verdict is verdict]
        click.echo(f"\n{len(found)} gaps {verdict}")
        for answer in found if verdict is not Verdict.OPEN or verbose else ():
            days = f" ({answer.first} to {answer.last})" if answer.first else ""
            click.echo(f"  {answer.gap.id}: {answer.describe()}{days}")
            if answer.assumption:
                click.echo(f"    --assume {answer.assumption}")
    click.echo(f"\nwritten: {escaping.terminal(output)}")
