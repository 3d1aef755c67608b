"""``sophiie-mock routes``: the operations, with how each is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from mock_server.app import load_contract
from mock_server.behaviours.registry import idle, idle_in
from mock_server.cli.main import setting_options, settings_from
from mock_server.cli.tables import print_json, print_table
from mock_server.spec.operation import Operation


@click.command("routes")
@setting_options("spec", "assume")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool, **flags: Any) -> None:
    """List the operations that `serve` would answer, with how each is known.

    documented: the vendor says so. example: read off a published example. third-party: from a client that others
    wrote. inferred: our guess; the ledger (`spec gaps`) has the reason.
    """
    contract = load_contract(settings_from(flags))
    operations = contract.operations.values()
    if as_json:
        print_json([_described(operation, idle(contract, operation)) for operation in operations])
        return
    print_table(
        ("method", "path", "known", "summary"), [(it.method, it.path, it.provenance, it.summary) for it in operations]
    )
    for name in idle_in(contract):
        click.echo(f"ignored: {name} names no field of the items", err=True)  # not in the table, which programs read


def _described(operation: Operation, unread: Sequence[str]) -> Mapping[str, Any]:
    """An operation as plain data; ``ignores`` has its query parameters that change nothing."""
    return {
        "method": operation.method,
        "path": operation.path,
        "provenance": operation.provenance,
        "summary": operation.summary,
        "ignores": list(unread),
    }
