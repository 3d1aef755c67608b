"""``sophiie-mock routes``: the operations, with how each is known."""

from typing import Any

import click

from mock_server.app import load_contract
from mock_server.cli import setting_options, settings_from
from mock_server.cli.output import print_json, print_table


@click.command("routes")
@setting_options("spec", "assume")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool, **flags: Any) -> None:
    """List the operations that `serve` would answer, with how each is known.

    documented: the vendor says so. example: read off a published example. third-party: from a client that others
    wrote. inferred: our guess; the ledger (`spec gaps`) has the reason.
    """
    contract = load_contract(settings_from(flags))
    rows = [
        (operation.method, operation.path, operation.provenance, operation.summary)
        for operation in contract.operations.values()
    ]
    if as_json:
        print_json([dict(zip(("method", "path", "provenance", "summary"), row, strict=True)) for row in rows])
    else:
        print_table(("method", "path", "known", "summary"), rows)
