"""What writes that fail do to a server: refused in the envelope, nothing torn, well again without a restart."""

import itertools
import random
import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from disk import ANY_FILE, BROKEN, FROM_NOW, FULL, LOG_FILE, MAIN_FILE, ONCE, READ_ONLY, Disk
from frame import NotShown
from process import EMPTY, TINY, Caller, Process, Told, refused, serving, start
from store_damage import unclear

ERRORS = (BROKEN, FULL, READ_ONLY)
FILES = (ANY_FILE, LOG_FILE, MAIN_FILE)
TICKED = timedelta(minutes=1)  # what a clock that runs can have ticked within a call; the moves are longer
MAX_CALLS = 10_000  # until the n-th write must have come
NAMES = itertools.count()
CONTROL: Sequence[tuple[str, Any]] = (
    ("clock/set", {"now": "2031-01-01T00:00:00Z"}),
    ("clock/advance", {"seconds": 3600}),
    ("clock/run", {}),
    ("snapshots", {"name": "later"}),
    ("snapshots/before/restore", {}),
    ("snapshots/before/fork", {}),
    ("simulate", {"kind": "call"}),
    ("webhooks/secrets/rotate", {}),
    ("workspaces", {}),
    ("reset", {}),
)
"""Control routes that change something, and so are refused while nothing can be kept."""


@dataclass
class Shop:
    """Leads of one server, and what they must be; ``saved`` are those of its snapshot.

    ``wrong`` is everything that broke the promise.
    """

    caller: Caller
    chance: random.Random
    leads: dict[str, str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)
    good: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)

    def act(self) -> Told:
        """One change, noted when it was acknowledged."""
        name, kind = f"n{next(NAMES)}", self.chance.choice(("create", "update", "delete"))
        kind = "create" if len(self.leads) < 3 else "delete" if len(self.leads) > 30 else kind
        id = self.chance.choice(list(self.leads)) if self.leads else ""
        if kind == "create":
            told = self.caller.call("POST", "/v1/leads", {"firstName": name})
            if told.status in (200, 201):
                self.leads[told.body["lead"]["id"]] = name
        elif kind == "update":
            told = self.caller.call("PUT", f"/v1/leads/{id}", {"firstName": name})
            if told.status == 200:
                self.leads[id] = name
        else:
            told = self.caller.call("DELETE", f"/v1/leads/{id}")
            if told.status == 200:
                del self.leads[id]
        self._judge(told, f"{kind} of a lead")
        return told

    def control(self, path: str, body: Any) -> Told:
        """One control action. It may be acknowledged, and has happened then; refused, it leaves the clock alone."""
        before = self._clock()
        told = self.caller.call("POST", f"/__admin/{path}", body)
        self._judge(told, path)
        after = self._clock()
        if told.status < 300:
            self.leads = {"reset": {}, "snapshots/before/restore": dict(self.saved)}.get(path, self.leads)
        elif _has_moved(before, after):
            self.wrong.append(f"{path} was refused, and the clock has moved from {before} to {after}")
        return told

    def _clock(self) -> tuple[datetime, bool]:
        """What the clock shows, and whether it stands still."""
        told = self.caller.call("GET", "/__admin/clock").body
        return datetime.fromisoformat(told["now"]), told["frozen"]

    def _judge(self, told: Told, what: str) -> None:
        if told.status < 300:
            self.good += 1
        elif told.status in (503, 507) and (enveloped(told) or problem(told)):
            self.refused += 1
        else:
            self.wrong.append(f"{what}: {told.status} {told.body}")

    def compare(self, when: str) -> None:
        """Every lead is there as it was acknowledged, and no other."""
        there: dict[str, str] = {}
        for page in itertools.count(1):
            answer = self.caller.call("GET", f"/v1/leads?page={page}").body
            there |= {lead["id"]: lead["firstName"] for lead in answer["leads"]}
            if page >= answer["totalPages"]:
                break
        if there != self.leads:
            self.wrong.append(f"{when}: {len(there.items() ^ self.leads.items())} leads are not as acknowledged")


def _has_moved(before: tuple[datetime, bool], after: tuple[datetime, bool]) -> bool:
    """Tell whether somebody moved, stopped or started a clock; one that runs shows another time by itself."""
    (then, frozen), (now, still) = before, after
    return frozen != still or not then <= now <= (then if frozen else then + TICKED)


def enveloped(told: Told) -> bool:
    """The vendor's error body and nothing else in it."""
    return set(told.body) == {"success", "message", "error"} and told.body["error"]["status"] == told.status


def problem(told: Told) -> bool:
    return told.headers["content-type"] == "application/problem+json" and "→" in told.body["detail"]


def nth_writes(folder: Path, disk: Disk, most: int) -> Shop:
    """The n-th write of a change fails once, for each n; every tenth time the server is killed after it."""
    process = start(folder, *EMPTY, "--state", str(folder / "state.db"), env=disk.env)
    shop = Shop(Caller(process.port), random.Random(1))
    try:
        for number in range(1, most + 1):
            disk.order(ONCE, number, ERRORS[number % 3], FILES[number // 3 % 3])
            for _ in range(MAX_CALLS):
                shop.act()
                if disk.struck:
                    break
            else:
                shop.wrong.append(f"write {number} never came")
            disk.heal()
            shop.compare(f"after write {number} failed")
            if number % 10 == 0:
                process.kill()
                shop.caller.close()
                process = start(folder, *EMPTY, "--state", str(folder / "state.db"), env=disk.env)
                shop.caller = Caller(process.port)
                shop.compare(f"after write {number} failed and the server was killed")
    finally:
        shop.caller.close()
        process.kill()
    return shop


def until_healed(folder: Path, disk: Disk, each: int) -> Shop:
    """Every write fails until there is room again: changes and control actions are refused, reads answered."""
    with serving(folder, *EMPTY, "--state", str(folder / "full.db"), env=disk.env) as process:
        shop = begun(process)
        for error in ERRORS:
            disk.order(FROM_NOW, 1, error)
            trouble(shop, each)
            disk.heal()
            recovered(shop)
        with limited(process, folder / "full.db-wal"):
            trouble(shop, each, some=True)
        recovered(shop)
        shop.caller.close()
    return shop


def begun(process: Process) -> Shop:
    """What is to be refused has all that it needs; its clock stands still."""
    shop = Shop(Caller(process.port), random.Random(2))
    shop.act()
    shop.control("clock/freeze", {})
    shop.control("snapshots", {"name": "before"})
    shop.saved = dict(shop.leads)
    return shop


def on_a_full_disk(folder: Path, each: int) -> Shop:
    """A file system of 2 MB that somebody else fills. Raises NotShown where this process may mount none."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        raise NotShown("needs to mount a small disk")
    try:
        with serving(folder, *EMPTY, "--state", str(place / "state.db")) as process:
            shop, fill = begun(process), place / "fill"
            for _ in range(3):
                with suppress(OSError), fill.open("wb", 0) as file:
                    while True:
                        file.write(bytes(4096))
                while shop.act().status < 300:  # what still fits into a page
                    pass
                trouble(shop, each)
                fill.unlink()
                recovered(shop)
            shop.caller.close()
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    return shop


def trouble(shop: Shop, each: int, *, some: bool = False) -> None:
    """``some``: changes may fit until the file has reached its limit."""
    before = shop.good
    for _ in range(each * (20 if some else 1)):
        shop.act()
    for path, body in CONTROL:
        shop.control(path, body)
    shop.compare("while nothing can be written")
    if shop.good != before and not some:
        shop.wrong.append("a change was acknowledged that cannot have been kept")


def recovered(shop: Shop) -> None:
    if shop.act().status >= 300:
        shop.wrong.append("it did not recover by itself")
    shop.compare("after there was room again")


@contextmanager
def limited(process: Process, file: Path) -> Iterator[None]:
    """The system itself lets no file grow much beyond the size of this one."""
    pid, (soft, hard) = process.running.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    size = file.stat().st_size if file.exists() else 0
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 64 * 1024, hard))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def failing_starts(folder: Path, disk: Disk, numbers: range) -> list[str]:
    """The n-th write of a start fails: one clear line, and the next start does well."""
    faults = []
    for number in numbers:
        path = folder / f"new{number}.db"
        disk.order(FROM_NOW, number, ERRORS[number % 3])
        faults += unclear(str(path), *refused(*TINY, "--state", str(path), env=disk.env))
        disk.heal()
        with serving(folder, *TINY, "--state", str(path), env=disk.env):
            pass
    return faults
