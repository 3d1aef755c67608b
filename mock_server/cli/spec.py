"""``sophiie-mock spec …``: what is known of the contract, and what we chose where it is silent."""

from dataclasses import asdict
from typing import Any

import click
import orjson

from mock_server.app import ledger, load_contract
from mock_server.cli import setting_options, settings_from
from mock_server.cli.output import print_json, print_table


@click.group("spec")
def command() -> None:
    """The contract: its gaps, its documents."""


@command.command("gaps")
@click.argument("ids", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gaps(ids: tuple[str, ...], as_json: bool) -> None:
    """Print the ledger: what is unknown, what we chose, whether it can be switched. With IDS, those in full."""
    found = [gap for gap in ledger() if not ids or gap.id in ids]
    unknown = set(ids) - {gap.id for gap in found}
    if unknown:
        raise click.ClickException(f"no such gap: {', '.join(sorted(unknown))}; `spec gaps` lists them")
    if as_json:
        print_json([asdict(gap) | {"switchable": gap.switchable} for gap in found])
    elif ids:
        for gap in found:
            _in_full(gap.id, asdict(gap))
    else:
        rows = [(gap.id, gap.choice, ", ".join(gap.switch) or "-", gap.unknown) for gap in found]
        print_table(("id", "chosen", "switch to", "unknown"), rows)


@command.command("show")
@setting_options("spec", "assume")
@click.argument("document", default="v1", type=click.Choice(["v1", "zapier"]))
def show(document: str, **flags: Any) -> None:
    """Print a document as it is served, assumptions applied, as JSON."""
    contract = load_contract(settings_from(flags))
    chosen = contract.documents[0 if document == "v1" else 1]
    click.echo(orjson.dumps(chosen.published, option=orjson.OPT_INDENT_2))


@command.command("lint")
@click.argument("file", type=click.Path(dir_okay=False))
def lint(file: str) -> None:
    """Say whether FILE can be served, and what is wrong with it where it cannot (exit code 2)."""
    contract = load_contract(settings_from({"spec": file}))
    own = [op for op in contract.operations.values() if op.document is contract.documents[0]]
    families = {contract.bindings[op.key].family.kind for op in own if op.key in contract.bindings}
    click.echo(f"{file}: {len(own)} operations, {len(families)} resource families: {', '.join(sorted(families))}")


def _in_full(id: str, fields: dict[str, Any]) -> None:
    click.secho(id, bold=True)
    for name, value in fields.items():
        if name not in ("id", "switch"):
            text = ", ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())
            click.echo(f"  {name}: {text}")
    if fields["switch"]:
        click.echo(f"  switch: --assume {id}={'|'.join(fields['switch'])}")
    click.echo()
