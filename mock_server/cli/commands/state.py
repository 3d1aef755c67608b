"""``sophiie-mock state …``: what can be done with a state file from outside."""

from pathlib import Path

import click

from mock_server.cli.command_group import CommandGroup
from mock_server.cli.tables import print_json
from mock_server.store.file_copy import copy_state


@click.group("state", cls=CommandGroup)
def command() -> None:
    """State files, which `serve --state FILE` keeps."""


@command.command("copy", short_help="Copy a state file, also one in use.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("target", metavar="COPY", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace COPY if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def copy(file: Path, target: Path, force: bool, as_json: bool) -> None:
    """Copy the state file FILE to COPY, whole and of one moment, also while a server writes to it.

    Copying the files by hand can miss what still lies in FILE-wal. `serve --state COPY` starts from the copy.
    """
    made = copy_state(file, target, replace=force)
    if as_json:
        print_json({"file": str(made.file), "bytes": made.bytes, "workspaces": made.workspaces})
    else:
        click.echo(f"{made.file}: {made.workspaces} workspaces, {made.bytes:,} bytes")
