"""The ledger of a run that writes to a real host: a line on disk before each write, and a line after it.

From the lines alone another process can tell what may still exist: records with a known id, and creations without an
answer. The only vendor data in it are the ids of records that the run made.
"""

import json
import os
import secrets
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any

import orjson

from contracts.errors import CannotRun
from contracts.spec.text_file import content

PATTERN = "sophiie-mock-writes-*.jsonl"
_VERSION = 1
_MAX_FILE_BYTES = 16 * 1024 * 1024
_MEMBERS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = MappingProxyType(
    {
        "run": {"version": int, "run": str, "origin": str, "owner": str},
        "before": {"step": int, "method": str, "path": str, "at": (int, float)},
        "after": {"step": int, "status": int, "id": (str, int, NoneType)},
        "found": {"step": int, "id": (str, int)},
        "absent": {"step": int},
        "end": {},
    }
)
"""For each kind of line, the members that it must have."""


class LedgerState(StrEnum):
    """The state of a record that a run made, as far as its ledger knows."""

    SENT = "sent"
    """The record may exist: there was no answer."""
    ALIVE = "alive"
    GONE = "gone"
    """The record was deleted, or never made."""


@dataclass
class MadeRecord:
    """A record that a run made, or may have made."""

    step: int
    path: str
    mark: str
    at: float
    id: str | int | None = None
    state: LedgerState = LedgerState.SENT


@dataclass
class Ledger:
    """A ledger; make one with ``begin`` or ``resume``.

    ``owner`` identifies an organization on a host without its name.
    """

    file: Path
    run: str
    origin: str
    owner: str
    steps: int = 0
    ended: bool = False
    made: list[MadeRecord] = field(default_factory=list)
    _about: dict[int, tuple[str, MadeRecord]] = field(default_factory=dict, repr=False)
    _by_step: dict[int, MadeRecord] = field(default_factory=dict, repr=False)
    _descriptor: int = field(default=-1, repr=False)

    @classmethod
    def begin(cls, name: str, origin: str, organization: str, at: float) -> "Ledger":
        """Begin a new ledger, in this folder if it has no name. Raises CannotRun if the file exists."""
        run = secrets.token_hex(6)
        file = Path(name or PATTERN.replace("*", run))
        ledger = cls(file, run, origin, owner_of(origin, organization))
        try:
            ledger._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            ledger._write({"line": "run", "version": _VERSION, "run": ledger.run, "origin": origin,
                           "owner": ledger.owner, "at": at})  # fmt: skip
            _sync_folder(file)
        except OSError as fault:
            raise CannotRun(f"{file}: {fault.strerror}", "name another place with --ledger FILE") from None
        return ledger

    @classmethod
    def resume(cls, file: Path) -> "Ledger":
        """Open the ledger of an earlier run to continue it. Raises CannotRun."""
        ledger, whole = load_ledger(file)
        try:
            ledger._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
            os.ftruncate(ledger._descriptor, whole)  # half a line: its write never took place, or its answer is unknown
        except OSError as fault:
            raise CannotRun(f"{file}: {fault.strerror}", "cleaning up writes to the ledger too") from None
        return ledger

    @property
    def next_mark(self) -> str:
        """The mark of the next record. ``before`` uses it up, so no two records have the same."""
        return f"sophiie-check-{self.run}-{len(self.made) + 1:02d}"

    @property
    def left(self) -> list[MadeRecord]:
        """Records that exist, or may exist."""
        return [made for made in self.made if made.state is not LedgerState.GONE]

    def alive(self, path: str, id: str) -> MadeRecord | None:
        """The record of this run with this id."""
        fitting = (m for m in self.made if m.path == path and str(m.id) == id and m.state is LedgerState.ALIVE)
        return next(fitting, None)

    def before(self, method: str, path: str, made: MadeRecord | None, at: float) -> None:
        """Write down that a write is sent next; without ``made`` it is a creation at ``path``."""
        line = {"line": "before", "step": self.steps + 1, "method": method, "path": path, "at": at}
        self._add(line | ({"mark": self.next_mark} if made is None else {"of": made.step}))

    def after(self, status: int, id: str | int | None = None) -> None:
        """Write down the answer to the last write; ``id`` is that of the record if the answer shows it to be ours."""
        self._add({"line": "after", "step": self.steps, "status": status, "id": id})

    def found(self, made: MadeRecord, id: str | int) -> None:
        """Write down that a record exists whose creation got no answer, with its id."""
        self._add({"line": "found", "step": made.step, "id": id})

    def absent(self, made: MadeRecord) -> None:
        """Write down that a creation without an answer never happened."""
        self._add({"line": "absent", "step": made.step})

    def end(self) -> None:
        """Write down that nothing is left."""
        if not self.ended:
            self._add({"line": "end"})

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _add(self, line: Mapping[str, Any]) -> None:
        self._write(line)
        self.apply(line)

    def _write(self, line: Mapping[str, Any]) -> None:
        os.write(self._descriptor, json.dumps(line).encode() + b"\n")
        os.fsync(self._descriptor)

    def apply(self, line: Mapping[str, Any]) -> None:
        """Change the state by one line, which is written now or read from the file."""
        match line["line"]:
            case "before":
                self.steps = line["step"]
                if "mark" in line:
                    made = MadeRecord(line["step"], line["path"], line["mark"], line["at"])
                    self.made.append(made)
                    self._by_step.setdefault(made.step, made)
                self._about[self.steps] = line["method"], self._of(line.get("of", self.steps))
            case "after":
                _answered(*self._about[line["step"]], line["status"], line["id"])
            case "found":
                made = self._of(line["step"])
                made.id, made.state = line["id"], LedgerState.ALIVE
            case "absent":
                self._of(line["step"]).state = LedgerState.GONE
            case "end":
                self.ended = True
            case other:
                raise ValueError(f"a line of kind {other!r}")

    def _of(self, step: int) -> MadeRecord:
        return self._by_step[step]


def _answered(method: str, made: MadeRecord, status: int, id: str | int | None) -> None:
    if method == "DELETE" and (200 <= status < 300 or status in (404, 410)):
        made.state = LedgerState.GONE
    elif method == "POST" and id is not None:
        made.id, made.state = id, LedgerState.ALIVE
    elif method == "POST" and 400 <= status < 500 and status != 408:
        made.state = LedgerState.GONE  # refused; after any other answer it may be there


def owner_of(origin: str, organization: str) -> str:
    """A digest that identifies an organization on a host without naming it."""
    return sha256(f"{origin} {organization}".encode()).hexdigest()[:32]


def load_ledger(file: Path) -> tuple[Ledger, int]:
    """Read the state in a file, and how many bytes of it are complete lines. Raises CannotRun."""
    raw = content(file, _MAX_FILE_BYTES, "name the ledger of a run")
    whole = raw.rfind(b"\n") + 1
    lines = [line for line in enumerate(raw[:whole].removeprefix(BOM_UTF8).splitlines(), 1) if line[1].strip()]
    try:
        first = _sound(lines[0][1])
        if first["line"] != "run" or first["version"] != _VERSION:
            raise ValueError("another kind of file")
        ledger = Ledger(file, first["run"], first["origin"], first["owner"])
    except (ValueError, KeyError, IndexError):
        raise CannotRun(f"{file}: no ledger of this version", f"they are called {PATTERN}") from None
    for number, line in lines[1:]:
        try:
            ledger.apply(_sound(line))
        except (ValueError, KeyError):
            raise CannotRun(f"{file}:{number}: not a line of a ledger", "look for the records by hand") from None
    return ledger, whole


def _sound(raw: bytes) -> Mapping[str, Any]:
    """A line whose members have the right types. Raises ValueError or KeyError."""
    line = orjson.loads(raw)
    if not isinstance(line, dict) or str(line.get("line")) not in _MEMBERS:
        raise ValueError("no line of a ledger")
    for name, kinds in _MEMBERS[line["line"]].items():
        if isinstance(line[name], bool) or not isinstance(line[name], kinds):
            raise ValueError(f"{name} is of another type")
    if line["line"] == "before":
        new = isinstance(line.get("mark"), str)
        if not new and not isinstance(line["of"], int):
            raise ValueError("it is about no record")
    return line


def _sync_folder(file: Path) -> None:
    """Write the folder to disk, because the name of the file must survive too."""
    if os.name == "nt":  # Windows opens no folder, and writes names by itself
        return
    descriptor = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
