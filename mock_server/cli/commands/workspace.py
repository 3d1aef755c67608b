"""``sophiie-mock workspace …``: make, list and remove the workspaces of a running server."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mock_server.cli.client import Client, RequestFailed, segment, server_option
from mock_server.cli.command_group import CommandGroup
from mock_server.cli.record_files import RecordFile, read_record_file
from mock_server.cli.tables import print_json, print_table
from mock_server.errors import Problem, SettingsError
from mock_server.support.text import printable, shorten


@click.group("workspace", cls=CommandGroup)
def command() -> None:
    """Workspaces of a running server: each has an organization, a key, records, a clock and a journal of its own."""


@command.command("create", short_help="Make a workspace, and print its key.")
@click.option("--id", metavar="ID", help="Its id. Without it the server chooses one.")
@click.option("--world", metavar="NAME", help="A built-in world; the server's own without it.")
@click.option("--seed", type=int, metavar="N", help="Same seed and same --now, same bytes.")
@click.option("--now", metavar="TIME", help="When its clock starts, as 2026-03-04T05:06:07Z.")
@click.option("--frozen", is_flag=True, default=None, help="Its clock stands still until it is moved.")
@click.option("--rate-limit", "rateLimit", metavar="observe|off|N", help="Requests a minute for each key.")
@click.option("--ttl", metavar="8h", help="Remove it after this real time, as 90s, 30m, 8h or 2d. Else it stays.")
@click.option("--label", "label", multiple=True, metavar="NAME=VALUE", help="What it is for. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def create(url: str, as_json: bool, label: Sequence[str], **plan: Any) -> None:
    """Make a workspace. What you leave out is as in the server's default workspace. Its key is shown only now.

    \b
      eval "$(SOPHIIE_API_KEY=$(sophiie-mock workspace create --world small) sophiie-mock env)"
      sophiie-mock workspace create --ttl 8h --label pr=12
    """
    plan["labels"] = _labels(label) or None
    made = Client(url).control("POST", "/workspaces", {name: it for name, it in plan.items() if it is not None})
    if as_json:
        print_json(made)
    else:
        click.echo(made["key"])


def _labels(given: Sequence[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for label in given:
        name, sign, value = label.partition("=")
        if not sign or name in labels:
            what = "is named twice" if sign else "has no value"
            raise SettingsError(Problem("--label", f"`{printable(shorten(name, 60))}` {what}", "write it as pr=12"))
        labels[name] = value
    return labels


@command.command("import", short_help="Write the records of a file into a workspace.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--kind", metavar="KIND", default="", help="The kind of the records; the file's name without it.")
@click.option("--emit", is_flag=True, help="Let events tell of them; without it no webhook is sent.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: all records that were written.")
@server_option
def load(file: Path, url: str, kind: str, emit: bool, as_json: bool) -> None:
    """Write the records in FILE (.csv or .json): all of them, or none where one is wrong.

    The columns of a table are fields of the kind, or the shorter words of recipes; `address.suburb` leads into an
    object. A JSON file holds a list of records, or an object with a list for each kind. SOPHIIE_API_KEY picks the
    workspace.

    \b
      sophiie-mock workspace import leads.csv
      sophiie-mock workspace import team.json --kind members
    """
    found = read_record_file(file, kind)
    body = {"records": found.records, "emit": emit, "texts": found.texts}
    try:
        made = Client(url).control("POST", "/records", body)["records"]
    except RequestFailed as fault:
        raise SettingsError(*_placed(str(fault.detail), str(file), found)) from None
    if as_json:
        print_json({"records": made})
    else:
        asked = ", ".join(f"{len(some):,} {name}" for name, some in found.records.items())
        every = ", ".join(f"{len(some):,} {name}" for name, some in sorted(made.items()))
        follows = f"; with what follows from them: {every}" if every else ""
        click.echo(f"{asked or 'nothing'} written from {file}{follows}")


def _placed(detail: str, file: str, found: RecordFile) -> list[Problem]:
    """The problems that a server reports, each with the line of its record."""
    problems = []
    for line in detail.splitlines():
        part = re.match(r"/records/([^/:]+)/(\d+)(\S*?): ", line)
        lines = found.lines.get(part[1].replace("~1", "/").replace("~0", "~"), []) if part else []
        if part and int(part[2]) < len(lines):
            field = f"{part[3].lstrip('/')}: " if part[3] else ""
            problems.append(Problem(f"{file}:{lines[int(part[2])]}", field + line[part.end() :]))
        else:
            problems.append(Problem(file, line))
    return problems


@command.command("list", short_help="List the workspaces.")
@click.option("--label", "label", multiple=True, metavar="NAME[=VALUE]", help="Only those with this label. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def listed(url: str, as_json: bool, label: Sequence[str]) -> None:
    """List the workspaces of the server. Keys are not kept, so they are not shown."""
    found = Client(url).control("GET", _path(label))["workspaces"]
    if as_json:
        print_json({"workspaces": found})
        return
    rows = [
        (
            one["id"],
            one["world"],
            str(one["seed"]),
            str(one["requests"]),
            one["now"],
            one["expires"] or "never",
            " ".join(f"{name}={value}" for name, value in one["labels"].items()),
            (one["organization"] or {})["name"],
        )
        for one in found
    ]
    print_table(("id", "world", "seed", "requests", "now", "expires", "labels", "organization"), rows)


def _path(label: Sequence[str]) -> str:
    return "/workspaces" + ("?" + "&".join(f"label={segment(one)}" for one in label) if label else "")


@command.command("remove", short_help="Remove a workspace.")
@click.argument("id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def remove(id: str, url: str, as_json: bool) -> None:
    """Remove the workspace ID with all that is in it. The default one stays."""
    removed = Client(url).control("DELETE", f"/workspaces/{segment(id)}")
    if as_json:
        print_json(removed)
    else:
        click.echo(f"{removed['removed']} is removed")
