"""Tables for people, plain columns for pipes, JSON for programs."""

import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from mock_server.cli.terminal import coloured, on_terminal
from mock_server.support.exact_json import write_json


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    click.echo(write_json(value, orjson.OPT_INDENT_2))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of which only the last column is wrapped; for a pipe, tab-separated lines without a head."""
    if not on_terminal():
        for row in rows:
            click.echo("\t".join(row))
        return
    columns = [Column(name, no_wrap=name != head[-1]) for name in head]
    table = Table(*columns, box=None, pad_edge=False, header_style="bold" if coloured(sys.stdout) else "")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def print_field(name: str, text: str) -> None:
    """Print ``  name: text``, wrapped to the terminal; one line for a pipe."""
    line = f"  {name}: {text}"
    if on_terminal():
        width = shutil.get_terminal_size().columns
        line = textwrap.fill(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    click.echo(line)


def print_title(text: str) -> None:
    """Print a title, bold on a terminal with colours."""
    click.echo(click.style(text, bold=True) if coloured(sys.stdout) else text)
