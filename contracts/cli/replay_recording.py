"""``sophiie-mock replay RECORDING``: a recording asked again of the mock; the mock must answer as the real API did."""

import json
from pathlib import Path

import click

from contracts.errors import CannotRun
from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.learn.recording_replay import ReplayResult, replay_recording
from contracts.learn.sources import load_source
from contracts.report import escaping
from contracts.spec.overlaid import load_overlaid
from contracts.transport.target import mock


@click.command("replay")
@click.argument("recording", metavar="RECORDING")
@click.option("--spec", default="", metavar="FILE", help="Another OpenAPI document.")
@click.option("--overlay", default="", metavar="FILE", help="Correct the mock's documents by an OpenAPI Overlay first.")
@click.option("--base", default="", metavar="PATH|URL", help="What stands before the contract's paths in a HAR file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(recording: str, spec: str, overlay: str, base: str, as_json: bool) -> int:
    """Ask the mock what a recording asked, and compare: statuses, types, nulls, fields, words, order.

    The mock is started for it, and nothing is sent to any other host. Bodies are made anew from shapes, and ids stand
    for records of the mock. Exit codes: 0 the mock agrees, 1 it does not, 2 nothing could be asked.
    """
    try:
        contract, asked = load_overlaid(spec, overlay), asked_words(() if spec else load_ledger())
        shapes = load_source(Path(recording), contract, asked, base)
        with mock(spec=spec, overlay=overlay) as target:
            found = replay_recording(shapes, contract, target, asked)
        if not found.asked:
            raise CannotRun(f"{recording}: nothing in it can be asked again", "record requests that succeed")
    except CannotRun as fault:
        click.echo(escaping.terminal(f"sophiie-mock: {fault}"), err=True)
        return 2
    click.echo(json.dumps(_as_dict(found), ensure_ascii=False, indent=2) if as_json else _text(found))
    return 1 if found.differences or found.findings else 0


def _as_dict(found: ReplayResult) -> dict[str, object]:
    return {
        "asked": found.asked,
        "left_out": dict(found.left_out),
        "differences": [one.to_dict() for one in found.differences],
        "findings": [{**one.to_dict(), "count": count} for one, count in found.findings],
    }


def _text(found: ReplayResult) -> str:
    lines = [f"{found.asked} requests asked again"]
    lines += [f"{count} left out: {reason}" for reason, count in found.left_out.items()]
    lines += ["", f"{len(found.differences)} differences between the recording and the contract"]
    lines += [f"  {one.describe()}" for one in found.differences]
    lines += ["", f"{len(found.findings)} differences between the recording and the mock's answers"]
    lines += [f"  {one.describe()} ({count} times)" for one, count in found.findings]
    return "\n".join(lines)
