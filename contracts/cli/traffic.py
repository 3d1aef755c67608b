"""``sophiie-mock check traffic FILE``: recorded requests and answers under the contract; nothing is sent."""

import sys
from pathlib import Path

import click
from rich.console import Console

from contracts.document import load
from contracts.errors import CannotRun
from contracts.node import LARGEST, opened, parsed
from contracts.redaction import Sieve
from contracts.report import files, terminal
from contracts.traffic.judging import Judging
from contracts.traffic.opening import REMEDY, recording

_KINDS = tuple(kind for kind in files.WRITERS if kind != "har")  # that would be what was read


@click.command("traffic")
@click.argument("file", metavar="FILE")
@click.option("--spec", default="", metavar="FILE", help="Check against this document instead of the built-in ones.")
@click.option("--base", default="", metavar="PATH", help="What stands before the contract's paths. Default: found out.")
@click.option("--strict", is_flag=True, help="Requests that were refused, as they should be, are findings too.")
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Also write {', '.join(_KINDS)}.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding and note, and coverage by operation.")
def command(file: str, spec: str, base: str, strict: bool, reports: tuple[str, ...], verbose: bool) -> int:
    """Judge recorded traffic: a HAR file, or the journal of the mock (GET /__admin/requests). `-` is standard input.

    No value of the traffic is shown or written, only names, types and places. Exit codes: 0 good, 1 broken,
    2 unreadable, or nothing in it is for a path of the contract.
    """
    try:
        wanted, contract = files.wanted(reports, _KINDS), load(spec)
        if file == "-":
            whole, name = parsed(sys.stdin.buffer.read(LARGEST + 1), "standard input", REMEDY), "standard input"
        else:
            whole, name = opened(Path(file), REMEDY), Path(file).name
        traffic = recording(whole)
        outcome = Judging(contract, traffic, base=base, strict=strict).outcome(name)
        sieve = Sieve(traffic.secrets, people=True)
        terminal.write(outcome, sieve, Console(highlight=False), verbose=verbose)
        files.write(outcome, sieve, wanted)
        return outcome.exit_code
    except CannotRun as fault:
        click.echo(f"sophiie-mock: {fault}", err=True)
        return 2
