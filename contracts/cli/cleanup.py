"""``sophiie-mock check cleanup LEDGER``: finish what an interrupted run with ``--allow-writes`` left."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import click

from contracts.errors import CannotRun, RunStopped
from contracts.real_host.cleanup import Cleaner, organization_of
from contracts.real_host.ledger import Ledger, owner_of
from contracts.real_host.safe_records import offers
from contracts.real_host.write_gate import WriteGate
from contracts.report.escaping import json_text, terminal
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.spec.document import Contract, load
from contracts.transport.api_keys import key_from
from contracts.transport.exchange import TOKEN_VARIABLE
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words
from contracts.transport.pacing import Pace
from contracts.transport.signals import interruptible
from contracts.transport.target import named


@click.command("cleanup")
@click.argument("file", metavar="LEDGER")
@click.option("--spec", default="", metavar="FILE", help="The document of that run, if it was not the built-in ones.")
@click.option("--key-file", default="", metavar="FILE", help=f"Read the key from a file instead of {TOKEN_VARIABLE}.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: str, spec: str, key_file: str, key_stdin: bool, as_json: bool) -> int:
    """Delete the records that LEDGER says are left, and nothing else.

    A record whose creation was never answered is looked for by its mark. The host is the one in the ledger. Exit
    codes: 0 nothing is left, 2 something may be, 130 interrupted; then it can be run again.
    """
    try:
        contract, key = load(spec), key_from(key_file, key_stdin, os.environ)
        ledger = Ledger.resume(Path(file))
        left = len(ledger.left)
        try:
            with interruptible():
                reasons = finish(contract, ledger, key) if left else []
        except KeyboardInterrupt:
            taken = left - len(ledger.left)
            click.echo(f"{file}: interrupted, {taken} of {left} taken away → run it again", err=True)
            return 130
        if not ledger.left:
            ledger.end()
        for reason in reasons:
            click.echo(terminal(f"left: {reason}"), err=True)
        taken = left - len(ledger.left)
        if as_json:
            click.echo(json_text({"ledger": file, "left": len(ledger.left), "takenAway": taken}), nl=False)
        else:
            click.echo(f"{file}: {f'{taken} of {left} taken away' if left else 'nothing was left'}.")
        return 2 if ledger.left else 0
    except CannotRun as fault:
        click.echo(terminal(f"sophiie-mock: {fault}"), err=True)
        return 2


def finish(
    contract: Contract, ledger: Ledger, key: str, pace: Pace | None = None, reroutes: Mapping[str, str] | None = None
) -> list[str]:
    """Delete the records that a ledger says are left, and return a reason for each that stays.

    Raises CannotRun if the key belongs to another organization.
    """
    target = named(ledger.origin, key)
    pace = pace or (None if target.local else Pace(target.key))
    clock, sleep = (pace.clock, pace.sleep) if pace else (time.time, time.sleep)
    gate = WriteGate(offers(Catalogue(contract)), ledger, deletes_only=True, clock=clock)
    policy = Policy(target.origin, Mode.SAFE, target.key, contract, private=not target.local, write_policy=gate)
    client = ScenarioClient(contract, target, Transport(Guard(policy, pace), reroutes))
    try:
        if owner_of(ledger.origin, organization_of(client)) != ledger.owner:
            raise CannotRun("the key opens another organization than that of the ledger", "nothing was touched")
        return Cleaner(client, gate, ledger, clock, sleep).clean()
    except RunStopped as stop:
        return [stop.reason]
    except NETWORK_ERRORS as fault:
        raise CannotRun(f"{target.origin}: {in_words(fault)}", "try again later") from None
