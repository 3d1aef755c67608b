"""Copy a state file, complete and of one moment, also while a server writes to it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from mock_server.errors import Problem, StateError
from mock_server.store.file_layout import ITSELF, MAKER, unknown_version
from mock_server.store.file_ownership import unused
from mock_server.support.postgres_url import is_postgres_url

_PATIENCE = 5.0  # seconds that the copy waits for a writer


@dataclass(frozen=True)
class FileCopy:
    """A finished copy: its path, its size in bytes, and the number of its workspaces."""

    file: Path
    bytes: int
    workspaces: int


def copy_state(source: Path, target: Path, *, replace: bool = False) -> FileCopy:
    """Copy a state file with SQLite's own backup, which takes what still lies in the log beside it, too.

    The copy is checked before it takes its name, and ``source`` is only read. With ``replace`` it takes the place of a
    file that is there and that no server has. It is on the disk, and not only on its way there, when this returns.
    Raises StateError; nothing is left behind then, and ``target`` is as it was.
    """
    _check_target(source, target, replace=replace)
    with unused(target) if target.exists() else nullcontext():
        return _copied(source, target, replace=replace)


def _copied(source: Path, target: Path, *, replace: bool) -> FileCopy:
    _check_log(target)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _explained(source):
            workspaces = _backup(source, partial)
        with _explained(target):
            size = partial.stat().st_size
            _sync(partial, os.O_RDWR)  # Windows writes to the disk only what is open for writing
            if replace:
                os.replace(partial, target)
            else:
                os.link(partial, target)  # unlike a move, it never takes the place of a file that has come meanwhile
            with suppress(OSError):  # not every system opens a folder
                _sync(target.parent, os.O_RDONLY)
    finally:
        for name in (partial, *(partial.with_name(f"{partial.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            name.unlink(missing_ok=True)
    return FileCopy(target, size, workspaces)


def _sync(path: Path, flags: int) -> None:
    """Return when a file is on the disk; for a folder, when the names in it are."""
    opened = os.open(path, flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_target(source: Path, target: Path, *, replace: bool) -> None:
    if is_postgres_url(str(source).replace(":/", "://", 1)):  # a path has no two slashes
        what = "that is a database, and no file"
        raise StateError(Problem("state copy", what, "copy it with `pg_dump`, as any other database"))
    if not source.is_file():
        what = "no such file" if not source.exists() else "not a file"
        raise StateError(Problem(str(source), what, "name the file that --state names"))
    if os.path.lexists(target):
        if not target.is_file() or target.is_symlink():
            raise StateError(Problem(str(target), "not a file that could be replaced", "give another name"))
        if target.samefile(source):
            raise StateError(Problem(str(target), "the file that is to be copied", "give another name"))
        if not replace:
            raise StateError(Problem(str(target), "is there already", "give another name, or --force"))


def _check_log(target: Path) -> None:
    for end in ("-wal", "-journal"):  # SQLite would take it for the copy's own
        if os.path.lexists(f"{target}{end}"):
            raise StateError(Problem(f"{target}{end}", "the log of another file", "give another name"))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise StateError(Problem(str(path), "is there already", "give another name, or --force")) from None
    except (sqlite3.Error, OSError) as fault:
        what = str(getattr(fault, "strerror", None) or fault)
        raise StateError(Problem(str(path), what, "check the path, and whether there is room")) from None


def _backup(source: Path, partial: Path) -> int:
    """Copy all pages at once, so that all are of one moment; return the number of workspaces."""
    where = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(where, uri=True, timeout=_PATIENCE)) as original,
        closing(sqlite3.connect(partial)) as copy,
    ):
        if _pragma(original, "application_id") != MAKER:
            raise StateError(Problem(str(source), "not a state file of this program", "name one that --state made"))
        if found := unknown_version(_pragma(original, "user_version")):
            raise StateError(Problem(str(source), *found))
        original.backup(copy)
        if (damage := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise StateError(Problem(str(source), f"damaged: {damage}", "take an earlier copy"))
        (workspaces,) = copy.execute("SELECT COUNT(*) FROM heads WHERE snapshot = ?", (ITSELF,)).fetchone()
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, and no log beside it
    return int(workspaces)


def _pragma(database: sqlite3.Connection, name: str) -> int:
    (value,) = database.execute(f"PRAGMA {name}").fetchone()
    return int(value)
