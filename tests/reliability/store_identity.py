"""One state file by other names, and one that is lost while its server runs.

A second server is refused by whatever name it is given the file, and the first goes on. A server whose file is moved,
deleted, replaced or written to by another acknowledges nothing more, says what happened and ends with exit code 2;
all that it acknowledged is in the file, wherever that is now, and a file that was put in its place is left alone.
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from process import EMPTY, GONE, Caller, Process, refused, start
from store_writes import NAMES, Shop

from mock_server.store.base import at_once
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

END = 15.0  # seconds in which a server that lost its file ends


@dataclass
class Found:
    """``wrong`` is everything that broke the promise."""

    aliases: int = 0
    losses: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.aliases} second servers by another name refused, {self.losses} files lost while a server ran"


def symlink(path: Path) -> Path:
    link = path.with_name("link.db")
    link.symlink_to(path)
    return link


def linked_folder(path: Path) -> Path:
    link = path.parent.with_name("link")
    link.symlink_to(path.parent)
    return link / path.name


def roundabout(path: Path) -> Path:
    return path.parent / ".." / path.parent.name / "." / path.name


def without_lock(path: Path) -> Path:
    path.with_name(f"{path.name}.lock").unlink()
    return path


def with_new_lock(path: Path) -> Path:
    without_lock(path).with_name(f"{path.name}.lock").write_text("1")
    return path


def hard_link(path: Path) -> Path:
    link = path.with_name("other.db")
    os.link(path, link)
    return link


ALIASES = (symlink, linked_folder, roundabout, without_lock, with_new_lock, hard_link)
"""Each gives another name for the file, or takes its lock away. The hard link comes last: it stays refused."""

Loss = Callable[[Path], Path | None]
"""Returns where the file is now, if it is anywhere whole."""


def moved(path: Path) -> Path | None:
    return path.rename(path.with_name("moved.db"))


def folder_moved(path: Path) -> Path | None:
    return path.parent.rename(path.parent.with_name("elsewhere")) / path.name


def deleted(path: Path) -> Path | None:
    path.unlink()
    return None


def replaced(path: Path) -> Path | None:
    kept = path.rename(path.with_name("kept.db"))
    another(path.with_name("new.db")).rename(path)
    return kept


def replaced_by_itself(path: Path) -> Path | None:
    kept = path.rename(path.with_name("kept.db"))
    shutil.copyfile(kept, path)
    return kept


def copied_over(path: Path) -> Path | None:
    shutil.copyfile(another(path.with_name("new.db")), path)
    return None


def log_deleted(path: Path) -> Path | None:
    path.with_name(f"{path.name}-wal").unlink()
    return path


def log_replaced(path: Path) -> Path | None:
    log = path.with_name(f"{path.name}-wal")
    log.rename(path.with_name("log"))
    log.write_bytes(b"")
    return path


def written_to(path: Path) -> Path | None:
    database = sqlite3.connect(path, isolation_level=None)
    for step in (1, -1):
        database.execute("UPDATE file SET total = total + ?", [step])
    database.close()
    return path


def another(path: Path) -> Path:
    """A state file of another server that has stopped."""
    log = SqliteLog(path)
    log.begin("another", {}, at_once(log.keep({}, {}, {})))
    log.close()
    return path


LOSSES: tuple[Loss, ...] = (
    *(replaced, moved, folder_moved, deleted, replaced_by_itself),
    *(copied_over, log_deleted, log_replaced, written_to),
)


def identities(folder: Path, aliases: int, losses: int, rounds: int, seed: int = 1) -> Found:
    """So many of each, on a server for each loss; the first of them meets the aliases."""
    found, chance = Found(), random.Random(seed)
    for number in range(losses * rounds):
        home = folder / f"lost{number}" / "state"
        home.mkdir(parents=True)
        path = home / "state.db"
        process = start(folder, *EMPTY, "--state", str(path))
        shop = Shop(Caller(process.port), chance)
        try:
            if number == 0:
                _aliases(path, process, shop, aliases, found)
                path.with_name("other.db").unlink(missing_ok=True)
            for _ in range(chance.randint(1, 60)):
                shop.act()
            _loss(LOSSES[number % losses], path, process, shop, found)
        finally:
            shop.caller.close()
            process.kill()
        found.wrong += shop.wrong
    return found


def _aliases(path: Path, process: Process, shop: Shop, most: int, found: Found) -> None:
    for alias in ALIASES[:most]:
        shop.act()
        name = alias(path)
        code, said, _ = refused(*EMPTY, "--state", str(name))
        found.aliases += 1
        why = "hard links" if alias is hard_link else f"process {process.running.pid}"
        if code != 2 or why not in said or str(name) not in said or "→" not in said or "Traceback" in said:
            found.wrong.append(f"{alias.__name__}: exit code {code}: {said}")
        shop.act()
        shop.compare(f"after a second server by {alias.__name__}")


def _loss(loss: Loss, path: Path, process: Process, shop: Shop, found: Found) -> None:
    there = loss(path)
    stranger = path.read_bytes() if loss in (replaced, copied_over) else b""
    found.losses += 1
    last = _refused(shop)
    if not last:
        found.wrong.append(f"{loss.__name__}: a change was acknowledged that is in no file")
    code = process.running.wait(END)
    if code != 2 or "→ see who did that, and start again" not in process.said or "Traceback" in process.said:
        found.wrong.append(f"{loss.__name__}: exit code {code}: {process.said}")
    if stranger and path.read_bytes() != stranger:
        found.wrong.append(f"{loss.__name__}: the file in its place was written to")
    if there is not None:
        kept = leads(there)
        kept = {id: name for id, name in kept.items() if name != last}  # its loss was found as it was committed
        if kept != shop.leads:
            found.wrong.append(
                f"{loss.__name__}: {len(kept.items() ^ shop.leads.items())} leads are not as acknowledged"
            )


def _refused(shop: Shop) -> str:
    """The name of a lead that the server refused to make; nothing where it did make it."""
    name = f"n{next(NAMES)}"
    try:
        told = shop.caller.call("POST", "/v1/leads", {"firstName": name})
    except GONE:  # it ended before it was asked
        return name
    return name if told.status == 503 and told.body["success"] is False else ""


def leads(path: Path) -> Mapping[str, str]:
    """The leads of a state file, by id."""
    log = SqliteLog(path)
    try:
        saved = next(saved for saved in log.load() if saved.id == "default")
        return {str(row.id): row.record["firstName"] for row in WorkspaceState.restored(saved.layer).rows("leads")}
    finally:
        log.close()
