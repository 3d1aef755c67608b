"""``sophiie-mock spec …``: what is known of the contract, and what we chose where it is silent."""

from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import orjson
import yaml

from mock_server.app import ledger, load_contract
from mock_server.behaviours.registry import idle_in
from mock_server.cli.command_group import CommandGroup
from mock_server.cli.main import setting_options, settings_from
from mock_server.cli.suite_verb import load_verb
from mock_server.cli.tables import print_field, print_json, print_table, print_title
from mock_server.cli.terminal import on_terminal
from mock_server.errors import Problem, SettingsError, SpecError
from mock_server.spec.gaps import Gap
from mock_server.support.exact_json import write_json
from mock_server.support.overlay import load_overlay

OBSERVED = "sophiie-mock.observed.yaml"
_OF_THE_SUITE: Mapping[str, str] = MappingProxyType(
    {
        "evidence": "What is known of each operation, since when.",
        "pull": "Store the published document, and say whether it changed.",
        "diff": "What changed between two documents, and what it breaks.",
    }
)


class SpecCommands(CommandGroup):
    """Loads the verbs that the contract suite has on their first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs, those of the suite last."""
        return [*super().list_commands(ctx), *_OF_THE_SUITE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a verb; one of the suite says what is missing where the suite is not installed."""
        if cmd_name in _OF_THE_SUITE:
            return load_verb(cmd_name, f"contracts.cli.{cmd_name}", _OF_THE_SUITE[cmd_name])
        return super().get_command(ctx, cmd_name)


@click.group("spec", cls=SpecCommands)
def command() -> None:
    """The contract: its gaps, its documents."""


@command.command("gaps", short_help="What is unknown, and what we chose.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gaps(ids: tuple[str, ...], as_json: bool) -> None:
    """Print the ledger: what is unknown, what we chose, whether `serve --assume ID=CHOICE` switches it.

    With an ID, that entry in full: the evidence and the alternatives.
    """
    found = _chosen(ledger(), ids)
    if as_json:
        print_json([asdict(gap) | {"switchable": gap.switchable} for gap in found])
    elif ids:
        for gap in found:
            _in_full(gap)
    elif on_terminal():
        print_table(("id", "unknown → chosen"), [(gap.id, f"{gap.unknown} → {_choice(gap)}") for gap in found])
    else:
        print_table((), [(gap.id, gap.choice, ", ".join(gap.switch) or "-", gap.unknown) for gap in found])


@command.command("show", short_help="A document as it is served.")
@setting_options("spec", "assume", "overlay")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as it always does.")
@click.argument("document", default="v1", type=click.Choice(["v1", "zapier"]))
def show(document: str, as_json: bool, **flags: Any) -> None:
    """Print a document as it is served, assumptions applied, as JSON."""
    contract = load_contract(settings_from(flags))
    chosen = contract.documents[0 if document == "v1" else 1]
    click.echo(write_json(chosen.published, orjson.OPT_INDENT_2))


@command.command("overlay", short_help="What corrects the documents, as `learn` wrote it.")
@click.argument("file", default=OBSERVED, type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def overlay(file: str, as_json: bool) -> None:
    """Print the Overlay in FILE (sophiie-mock.observed.yaml), checked: each action with its evidence.

    Places that are not in our documents are named on the error output: an action for one does nothing.
    """
    found = load_overlay(file, SpecError)
    assumed = load_contract(settings_from({"assume": tuple(found.assumptions)}))
    roots = {Path(document.name).stem: document.published for document in assumed.documents}
    if as_json:
        print_json(dict(found.raw))
    else:
        click.echo(yaml.safe_dump(dict(found.raw), sort_keys=False, allow_unicode=True, width=110), nl=False)
    for target in found.unmatched(roots):
        click.echo(f"sophiie-mock: {file}: nothing is at {target}", err=True)


@command.command("lint", short_help="Whether a document of yours can be served.")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint(file: str, as_json: bool) -> None:
    """Say whether FILE can be served, and what is wrong with it where it cannot (exit code 2)."""
    contract = load_contract(settings_from({"spec": file}))
    own = [op for op in contract.operations.values() if op.document is contract.documents[0]]
    families = sorted({contract.bindings[op.key].family.kind for op in own if op.key in contract.bindings})
    unread = idle_in(contract)
    if as_json:
        print_json({"file": file, "operations": len(own), "kinds": families, "ignores": list(unread)})
        return
    click.echo(f"{file} can be served")
    print_field("operations", str(len(own)))
    print_field("kinds of records", ", ".join(families) or "none")
    if unread:
        print_field("ignores", f"{', '.join(unread)}: these query parameters name no field of the items")


def _chosen(found: list[Gap], ids: tuple[str, ...]) -> list[Gap]:
    """The gaps with these ids, or all when there are none. Raises SettingsError for an unknown id."""
    by_id = {gap.id: gap for gap in found}
    unknown = [Problem(id, "no such gap", _near(id, by_id)) for id in ids if id not in by_id]
    if unknown:
        raise SettingsError(*unknown)
    return [by_id[id] for id in ids] or found


def _near(id: str, by_id: dict[str, Gap]) -> str:
    near = get_close_matches(id, by_id, 1)
    return f"did you mean `{near[0]}`?" if near else "`sophiie-mock spec gaps` lists them"


def _choice(gap: Gap) -> str:
    return f"{gap.choice} (or {', '.join(gap.switch)})" if gap.switch else gap.choice


def _in_full(gap: Gap) -> None:
    print_title(gap.id)
    print_field("unknown", " ".join(gap.unknown.split()))
    print_field("chosen", gap.choice)
    print_field("evidence", " ".join(gap.evidence.split()))
    print_field("alternatives", ", ".join(gap.alternatives))
    print_field("where", ", ".join(gap.where))
    for choice in gap.switch:
        print_field("switch", f"--assume {gap.id}={choice}")
    click.echo()
