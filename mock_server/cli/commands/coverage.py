"""``sophiie-mock coverage``: the parts of the contract that the clients of a running server have exercised."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from mock_server.cli.client import Client, server_option
from mock_server.cli.tables import print_json, print_table


@click.command("coverage")
@click.option("--workspace", default="", metavar="ID", help="Of one workspace. Without it: of the whole server.")
@click.option("--missing", is_flag=True, help="Only operations that were never asked for, or not in every way.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def command(workspace: str, missing: bool, as_json: bool, url: str) -> None:
    """Show which operations, parameters, statuses, values and events your clients have exercised.

    Parameters and values are counted however the request ended; `query limit` and `body email` say where they stand.
    """
    scope = "workspace" if workspace else "server"
    report = Client(url).control("GET", f"/coverage?scope={scope}", workspace=workspace)
    if as_json:
        print_json(report)
        return
    rows = list(_rows(report))
    print_table(("what", "requests", "statuses", "never"), [row for row in rows if row[3] or not missing])


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for key, operation in report["operations"].items():
        seen = [f"{status}×{count}" for status, count in operation["statuses"].items() if count]
        yield key, str(operation["requests"]), " ".join(seen), ", ".join(_never(operation))
    never = ", ".join(name for name, count in report["events"].items() if not count)
    caused = [f"{name}×{count}" for name, count in report["events"].items() if count]
    yield "events", str(sum(report["events"].values())), " ".join(caused), never
    totals = [f"{name} {total['exercised']} of {total['all']}" for name, total in report["totals"].items()]
    yield "in all", "", ", ".join(totals), ""


def _never(operation: Mapping[str, Any]) -> Iterator[str]:
    """The parts of an operation that were never exercised: all parts if it was never used."""
    if not operation["requests"]:
        yield "everything"
        return
    for kind in ("statuses", "parameters"):
        yield from (name for name, count in operation[kind].items() if not count)
    for name, values in operation["values"].items():
        yield from (f"{name}={value}" for value, count in values.items() if not count)
