"""What a damaged state file does: it is refused in one clear line, or everything in it is as it was."""

import random
import sqlite3
from pathlib import Path
from typing import Any

from process import TINY, refused

from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.server import MockServer
from mock_server.store.base import Layer
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState


class Damage:
    """``refusals`` and ``unchanged`` are good, ``silent`` is not: the file was taken, with something else in it."""

    def __init__(self, good: Path) -> None:
        self._good = good
        self._bytes = good.read_bytes()
        self._content = content(good)
        self.refusals = self.unchanged = 0
        self.silent: list[str] = []

    def __str__(self) -> str:
        tried = self.refusals + self.unchanged + len(self.silent)
        return f"{tried:,} files cut or with a bit flipped: {self.refusals:,} refused, {len(self.silent)} taken changed"

    def truncated(self, size: int) -> None:
        self._tried(self._bytes[:size], f"cut to {size} bytes")

    def flipped(self, bit: int) -> None:
        damaged = bytearray(self._bytes)
        damaged[bit // 8] ^= 1 << bit % 8
        self._tried(bytes(damaged), f"bit {bit % 8} of byte {bit // 8} flipped")

    @property
    def size(self) -> int:
        return len(self._bytes)

    def _tried(self, damaged: bytes, what: str) -> None:
        path = self._good.with_name("damaged.db")
        path.write_bytes(damaged)
        try:
            same = content(path) == self._content
        except StateError:
            self.refusals += 1
        else:
            if same:
                self.unchanged += 1
            else:
                self.silent.append(what)


def content(path: Path) -> Any:
    """All that a log gives back. Raises StateError."""
    log = SqliteLog(path)
    try:
        return [
            (
                saved.id,
                dict(saved.facts),
                *plain(saved.layer),
                {name: (facts, *plain(layer)) for name, (facts, layer) in saved.snapshots.items()},
            )
            for saved in log.load()
        ]
    finally:
        log.close()


def plain(layer: Layer) -> tuple[Any, Any]:
    """The rows and the counters of a state."""
    state = WorkspaceState.restored(layer)
    rows = {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in state.kinds}
    return rows, dict(state.counters)


def damaged(folder: Path, world: str, cuts: int, flips: int, seed: int = 1) -> Damage:
    """A file of a server that ended well, cut short and with one bit flipped, so many times."""
    path, chance = folder / "good.db", random.Random(seed)
    with MockServer(Settings(port=0, quiet=True, world=world, state=str(path))):
        pass
    damage = Damage(path)
    for _ in range(cuts):
        damage.truncated(chance.randrange(1, damage.size))
    for _ in range(flips):
        damage.flipped(chance.randrange(damage.size * 8))
    return damage


def bad_starts(folder: Path) -> list[str]:
    """What is wrong with how the program refuses files that it cannot use; nothing when each is one clear line."""
    good = folder / "start.db"
    SqliteLog(good).close()
    newer, letter = folder / "newer.db", folder / "letter.db"
    stranger = "INSERT INTO records VALUES ('w', '', '', '', 0, '', 0)"
    for copy, change in ((newer, "PRAGMA user_version = 99"), (letter, stranger)):
        copy.write_bytes(good.read_bytes())
        db = sqlite3.connect(copy, isolation_level=None)
        db.execute(change)
        db.close()
    cut, text, other = folder / "cut.db", folder / "text.db", folder / "other.db"
    cut.write_bytes(good.read_bytes()[:5000])
    text.write_text("this is no database. " * 100)
    sqlite3.connect(other).execute("CREATE TABLE bookmarks (url TEXT)").connection.close()
    faults = []
    for path in (newer, letter, cut, text, other, folder / "no" / "folder.db", folder, Path("/sys/state.db")):
        faults += unclear(str(path), *refused(*TINY, "--state", str(path)))
    return faults


def unclear(path: str, code: int, said: str, seconds: float) -> list[str]:
    """What is wrong with a refusal."""
    good = code == 2 and path in said and "→" in said and "Traceback" not in said and len(said.splitlines()) == 1
    return [] if good else [f"{path}: exit code {code}: {said}"]
