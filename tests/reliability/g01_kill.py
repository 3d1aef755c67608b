"""kill -9 under 50 writers: what was acknowledged is there, what is there was asked for, nothing is half applied.

Each life of a server ends by SIGKILL: at a random moment, at a named step (before and after a commit, between its
statements, in the middle of a reset, of a snapshot that is saved, imported, forked, returned to or forgotten, after a
delivery was sent and before that was recorded) or in the middle of a write to the log or the main file, half of which
then reaches the disk. What a writer was not told is *unknown*: it may be there or not. After each death a copy of the
files is checked, made by hand; in the end each event was delivered or failed visibly.
"""

import asyncio
import itertools
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client import Connection
from disk import KILL, LOG_FILE, MAIN_FILE, Disk, failing_disk
from frame import HERE, Figure, Size, alone
from moments import Album, Keeper, begun, wrong
from process import EMPTY, HOOK, Caller, Process, start
from webhooks_crash import Receiver

from mock_server.store.base import SavedWorkspace
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

MINUTES = 60
SLOWEST_START = 3.0  # seconds
STEPS = (
    *("before-commit", "after-commit", "mid-commit", "after-send", "before-record"),
    *("mid-begin", "mid-save", "mid-keep", "mid-forget", "mid-remove", "mid-tidy"),
)
WRITES = ("log write", "main file write")
LONGEST_LIFE = 20.0  # seconds; a step that did not come by then, or after
MAX_CHANGES = 350  # of one life, is a random moment: the outbox keeps 10,000 events
NUMBERS = itertools.count()
RANDOM, RESET = "random", "reset"


@dataclass
class Book:
    """What writers know: a lead's names that are possible; None is *not there*."""

    possible: dict[str, set[str | None]] = field(default_factory=dict)
    acknowledged: int = 0


@dataclass
class Verdict:
    kills: int = 0
    named: int = 0
    acknowledged: int = 0
    lost: int = 0
    invented: int = 0
    half: int = 0
    broken: int = 0
    slowest: float = 0.0
    worked: float = 0.0
    owed: int = 0
    undelivered: int = 0
    kept: int = 0
    moments: int = 0
    noise: list[str] = field(default_factory=list)


async def writer(port: int, book: Book, chance: random.Random) -> None:
    """Create, change and delete leads of its own until the server is gone. A lead is known by its mail address."""
    connection, mine = Connection(port), dict[str, str]()
    try:
        while True:
            mail = chance.choice([*mine, ""]) if len(mine) < 5 else chance.choice(list(mine))
            name: str | None = f"n{next(NUMBERS)}"
            deed = chance.choice(("PUT", "PUT", "DELETE"))
            if not mail:
                mail = f"kill{next(NUMBERS)}@example.com"
                book.possible[mail] = {None, name}
                made = await connection.ask("POST", "/v1/leads", {"firstName": name, "email": mail})
                mine[mail] = made.json["lead"]["id"]
            elif deed == "DELETE":
                name = None
                book.possible[mail].add(None)
                made = await connection.ask(deed, f"/v1/leads/{mine.pop(mail)}")
            else:
                book.possible[mail].add(name)
                made = await connection.ask(deed, f"/v1/leads/{mine[mail]}", {"firstName": name})
            assert made.status in (200, 201), made
            book.possible[mail] = {name}
            book.acknowledged += 1
    except (OSError, EOFError):
        connection.close()


async def resetter(port: int) -> None:
    """A workspace that is written to and reset, again and again."""
    connection, header = Connection(port), f"X-Mock-Workspace: {RESET}"
    try:
        while True:
            await connection.ask("POST", "/__admin/reset", {}, header)
            await connection.ask("POST", "/__admin/simulate", {"kind": "call"}, header)
    except (OSError, EOFError):
        connection.close()


async def life(process: Process, book: Book, album: Album, writers: int, seconds: float, chance: random.Random) -> bool:
    """Until it died by itself, or for so long; whether it did."""
    some = [asyncio.create_task(writer(process.port, book, random.Random(chance.random()))) for _ in range(writers)]
    some.append(asyncio.create_task(resetter(process.port)))
    some.append(asyncio.create_task(Keeper(process.port, album, random.Random(chance.random())).keep()))
    end, most = time.monotonic() + seconds, book.acknowledged + MAX_CHANGES
    while process.running.poll() is None and time.monotonic() < end and book.acknowledged < most:
        await asyncio.sleep(0.002)
    by_itself = process.running.poll() is not None
    process.kill()
    await asyncio.gather(*some)
    return by_itself


def saved_in(folder: Path, aside: Path, verdict: Verdict) -> dict[str, SavedWorkspace]:
    """What a copy of the files holds; the server finds its own as it left them."""
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for file in folder.glob("state.db*"):
        shutil.copy(file, aside)
    database = sqlite3.connect(aside / "state.db")
    verdict.broken += database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    database.close()
    log = SqliteLog(aside / "state.db")
    found = {saved.id: saved for saved in log.load()}
    log.close()
    return found


def check(found: dict[str, SavedWorkspace], seed: dict[str, int], book: Book, verdict: Verdict) -> None:
    """The set test with unknowns. Afterwards the unknown is known."""
    kinds = records(found["default"])
    there = {str(lead["email"]): str(lead["firstName"]) for lead in kinds.get("leads", [])}
    for mail, names in book.possible.items():
        now = there.get(mail)
        if now not in names:
            verdict.lost += 1
            verdict.noise.append(f"{mail} is {now}, possible {names}")
        book.possible[mail] = {now}
    verdict.invented += len(there.keys() - book.possible.keys())
    verdict.half += halves(kinds)
    reset = {kind: len(rows) for kind, rows in records(found[RESET]).items() if not kind.startswith("$")}
    more = {kind: number - seed.get(kind, 0) for kind, number in reset.items()}
    if any(number not in (0, 1, 2) for number in more.values()) or seed.keys() - reset.keys():
        verdict.half += 1
        verdict.noise.append(f"the workspace that is reset has {more} more than its seed")


def records(saved: SavedWorkspace) -> dict[str, list[Any]]:
    state = WorkspaceState.restored(saved.layer)
    return {kind: [row.record for row in state.rows(kind)] for kind in state.kinds}


def halves(kinds: dict[str, list[Any]]) -> int:
    """Each creation is an event, and each event is owed to the one who subscribed: these are one transaction."""
    created = [event for event in kinds.get("$events", []) if event["type"] == "LEAD_CREATED"]
    told = {event["recordId"] for event in created}
    owed = [delivery["eventId"] for delivery in kinds.get("$deliveries", [])]
    untold = sum(lead["id"] not in told for lead in kinds.get("leads", []))
    return untold + len({event["id"] for event in created} ^ {*owed}) + len(owed) - len({*owed})


def seeded(process: Process, url: str) -> dict[str, int]:
    """The subscription, and the workspace that will be reset: how many records of each kind it has."""
    caller = Caller(process.port)
    assert caller.call("POST", HOOK, {"hookUrl": f"{url}/0", "trigger": "LEAD_CREATED"}).status == 201
    assert caller.call("POST", "/__admin/workspaces", {"id": RESET, "world": "small"}).status == 201
    records = caller.call("GET", "/__admin/records", workspace=RESET).body["records"]
    caller.close()
    return dict(records)


def born(folder: Path, step: str, disk: Disk, chance: random.Random) -> Process:
    """A server that will die at ``step``. One that died of a delivery that it took up is born again, to live."""
    disk.heal()
    state = ("--state", str(folder / "state.db"))
    program = (
        sys.executable,
        str(HERE / "killed_server.py"),
        step,
        str(chance.randint(1, 60 if "commit" in step else 6)),
        "--",
        "serve",
    )
    try:
        process = start(folder, *EMPTY, *state, env=disk.env, program=program)
    except RuntimeError as fault:
        if f"exit code {-signal.SIGKILL}" not in str(fault):
            raise
        process = start(folder, *EMPTY, *state, env=disk.env)
    if step in WRITES:
        log = step == "log write"
        disk.order(KILL, chance.randint(1, 400 if log else 30), file=LOG_FILE if log else MAIN_FILE)
    return process


def generation(folder: Path, steps: list[str], writers: int, chance: random.Random, verdict: Verdict) -> None:
    """Several lives on one state file, and the deliveries that are owed in the end."""
    book, receiver = Book(), Receiver()
    with failing_disk(folder, "state.db") as disk, receiver.listening() as url:
        first = start(folder, *EMPTY, "--state", str(folder / "state.db"))
        seed, album = seeded(first, url), begun(first)
        first.kill()
        for step in steps:
            process = born(folder, step, disk, chance)
            verdict.slowest, verdict.worked = max(verdict.slowest, process.ready), max(verdict.worked, process.worked)
            seconds = chance.uniform(0.02, 1.0) if step == RANDOM else LONGEST_LIFE
            verdict.named += asyncio.run(life(process, book, album, writers, seconds, chance))
            verdict.kills += 1
            disk.heal()
            found = saved_in(folder, folder / "copy", verdict)
            check(found, seed, book, verdict)
            moments = wrong(album, found)
            verdict.moments += len(moments)
            verdict.noise += moments
        last = start(folder, *EMPTY, "--state", str(folder / "state.db"))
        caller = Caller(last.port, 200)
        drained = caller.call("POST", "/__admin/webhooks/drain", {"timeout": 120}).status == 200
        told = "/__admin/webhooks/"
        failed = {it["eventId"] for it in admin_pages(caller, f"{told}deliveries?state=failed")}
        events = {it["id"] for it in admin_pages(caller, f"{told}events?type=LEAD_CREATED")}
        caller.close()
        last.kill()
    verdict.owed += len(events)
    verdict.undelivered += len(events - failed - receiver.got["/0"].keys()) + (not drained)
    verdict.acknowledged += book.acknowledged
    verdict.kept += album.acknowledged


def admin_pages(caller: Caller, path: str) -> Iterator[dict[str, Any]]:
    offset = 0
    while items := caller.call("GET", f"{path}&limit=1000&offset={offset}").body["items"]:
        yield from items
        offset += len(items)


def main(size: Size) -> Figure:
    kills, writers = (200, 50) if size == "full" else (1, 5)
    chance, verdict = random.Random(1), Verdict()
    points = [*STEPS, *WRITES]
    plan = [RANDOM] * (kills // 2 or 1) + [points[number % len(points)] for number in range(kills // 2)]
    chance.shuffle(plan)
    for begin in range(0, kills, 25):  # lives of one state file
        with tempfile.TemporaryDirectory() as folder:
            generation(Path(folder), plan[begin : begin + 25], writers, chance, verdict)
    for noise in verdict.noise[:20]:
        print(noise, file=sys.stderr)
    good = not (verdict.lost or verdict.invented or verdict.half or verdict.broken or verdict.undelivered)
    good = good and not verdict.moments
    text = (
        f"{verdict.kills} SIGKILLs under {writers} writers, {verdict.named} of them at named points: "
        f"{verdict.acknowledged:,} changes acknowledged, lost {verdict.lost}, invented {verdict.invented}, "
        f"half applied {verdict.half}, integrity_check failed {verdict.broken}; {verdict.kept:,} snapshots, forks, "
        f"imports and restores acknowledged, lost or half applied {verdict.moments}; "
        f"ready again in {verdict.slowest:.1f} s at most, {verdict.worked:.1f} s of a processor; "
        f"{verdict.owed:,} webhooks owed, lost {verdict.undelivered}"
    )
    return Figure(good and (verdict.slowest <= SLOWEST_START or size == "small"), text)


if __name__ == "__main__":
    alone(__file__, main)
