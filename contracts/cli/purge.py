"""The command ``sophiie-mock check purge``: remove the files that runs leave on this machine."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir

import click

from contracts.errors import CannotRun
from contracts.real_host.ledger import PATTERN as LEDGERS
from contracts.real_host.ledger import load_ledger
from contracts.report.escaping import json_text
from contracts.transport.pacing import PATTERN as PACES
from contracts.transport.pacing import WINDOW_SECONDS
from mock_server.support.readable_file import open_readable

_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Bytes that an editor may put before a ledger: byte order marks and blank lines."""
_TABLES = frozenset({".gitignore", "unicode_data"})


@click.command("purge")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(files: tuple[str, ...], as_json: bool) -> int:
    """Remove the files of the pace, the ledgers in this folder that are finished, and each FILE, a report say.

    Of the generator it removes the tables of letters that it leaves in this folder; found examples it keeps nowhere.
    A ledger that is not finished stays, and so does a pace that a run may be keeping. Exit codes: 0 all is gone,
    2 something stays.
    """
    removed: list[str] = []
    kept: list[dict[str, str]] = []
    for path, reason in _found(files):
        if not reason:
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed.append(str(path))
                if not as_json:
                    click.echo(f"removed {path}")
                continue
            except OSError as fault:
                reason = str(fault.strerror)
        kept.append({"file": str(path), "reason": reason})
        click.echo(f"kept {path}: {reason}", err=True)
    if as_json:
        click.echo(json_text({"removed": removed, "kept": kept}), nl=False)
    else:
        click.echo(f"{len(kept)} kept." if kept else "Nothing else is kept.")
    return 2 if kept else 0


def _user() -> int:
    """The user's number; 0 on Windows, where files have none, and each user has a folder for temporary files."""
    return os.getuid() if hasattr(os, "getuid") else 0


def _found(files: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Pairs of a file and the reason why it must stay."""
    paces = [path for path in Path(gettempdir()).glob(PACES) if path.stat().st_uid == _user()]
    ledgers = list(Path().glob(LEDGERS))
    for path in sorted(paces):
        yield path, _of_pace(path)
    for path in sorted(ledgers):
        yield path, _of_ledger(path)
    tables = Path(".hypothesis")
    if tables.is_dir() and {path.name for path in tables.iterdir()} <= _TABLES:  # else it is also somebody else's
        yield tables, ""
    for path in dict.fromkeys(map(Path, files)):
        if path.is_dir():
            yield path, "a folder: name files"
        elif path not in ledgers:
            yield path, _of_ledger(path) if _looks_like_ledger(path) else ""


def _of_pace(path: Path) -> str:
    """Why a pace file must stay: a slot in the last minute, or later, belongs to a run or to a requested pause."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT at FROM next").fetchone()
    except sqlite3.Error as fault:
        return f"not read: {fault}"
    return "in use within the last minute" if row and row[0] > time.time() - WINDOW_SECONDS else ""


def _looks_like_ledger(path: Path) -> bool:
    try:
        with open_readable(path) as file:
            beginning = file.read(64).replace(b"\0", b"").lstrip(_BEFORE)
        return beginning.startswith(b'{"line": "run",')
    except OSError:
        return False


def _of_ledger(path: Path) -> str:
    try:
        ledger, _ = load_ledger(path)
    except CannotRun as reason:
        return str(reason)
    return "" if ledger.ended else f"records may be left → sophiie-mock check cleanup {path}"
