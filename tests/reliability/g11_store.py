"""Store trouble: a disk that is full, read-only or broken, damaged files, two servers on one file.

The n-th write of a server fails, for n up to 200, on a disk that fails on demand; every write fails until there is
room again, on a small disk of its own as well; files are cut and bits flipped; files of other programs and versions are
given; several servers start on one file at once, also by other names and without its lock; a file is moved, deleted,
replaced or written to under a server. Never is a change acknowledged that was not kept, nor one kept that was refused,
nor a clock moved; refusals are 503 in the vendor's envelope or as problem+json, or one clear line and exit code 2; and
the server goes on by itself, or ends where its file is lost.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from disk import failing_disk
from frame import Figure, NotShown, Size, alone
from process import TINY, command, refused, serving, start
from store_damage import bad_starts, damaged
from store_identity import ALIASES, LOSSES, identities
from store_writes import failing_starts, nth_writes, on_a_full_disk, until_healed

MINUTES = 15
QUICK = 2.0  # seconds in which a second server is refused


def main(size: Size) -> Figure:
    full = size == "full"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        damage = damaged(folder, "default" if full else "empty", *((200, 5_000) if full else (5, 20)))
        wrong = [f"taken: {what}" for what in damage.silent]
        with failing_disk(folder, ".db") as disk:
            most = 200 if full else 4
            shop = nth_writes(folder, disk, most)
            wrong += shop.wrong
            text = f"n-th write failed for n to {most}: {shop.good:,} changes kept, {shop.refused:,} refused"
            if full:
                held = until_healed(folder, disk, 20)
                wrong += held.wrong + failing_starts(folder, disk, range(1, 31))
                text += f"; disk full, read-only, broken until healed: {held.refused:,} refused, {held.good:,} kept"
        text += f"; {damage}"
        identity = identities(folder, *((len(ALIASES), len(LOSSES), 5) if full else (1, 1, 1)))
        wrong += identity.wrong
        text += f"; {identity}"
        if full:
            try:
                filled = on_a_full_disk(folder, 20)
                wrong += filled.wrong
                text += f"; a disk of 2 MB filled: {filled.refused:,} refused, {filled.good:,} kept"
            except NotShown as why:
                text += f"; a disk of 2 MB: not shown, {why}"
            wrong += bad_starts(folder)
            slowest, starts, faults = seconds(folder)
            wrong += faults
            text += f"; {starts} second servers refused by the pid of the first in at most {slowest:.1f} s"
    if wrong:
        print(*wrong[:50], sep="\n", file=sys.stderr)
    return Figure(not wrong, f"{text}; {len(wrong)} torn states, unclear refusals or other failures")


def seconds(folder: Path, alone_with: int = 10, rounds: int = 10, racers: int = 4) -> tuple[float, int, list[str]]:
    """Servers that come second: how long the slowest took to be refused, how many there were, and what was wrong."""
    path, faults, slowest = folder / "shared.db", [], 0.0
    with serving(folder, *TINY, "--state", str(path)) as first:
        for _ in range(alone_with):
            code, said, took = refused(*TINY, "--state", str(path))
            slowest = max(slowest, took)
            if code != 2 or f"process {first.running.pid} " not in said or took > QUICK:
                faults.append(f"a second server: exit code {code} after {took:.1f} s: {said}")
    for _ in range(rounds):
        faults += race(path, racers)
    start(folder, *TINY, "--state", str(path)).kill()
    return slowest, alone_with + rounds * (racers - 1), faults


def race(path: Path, racers: int) -> list[str]:
    """Several start at once on the file of a server that was killed: one has it, the others are refused."""
    full = command("--port", "0", *TINY, "--state", str(path))
    running = [subprocess.Popen(full, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(racers)]
    try:
        deadline = time.monotonic() + 30
        while sum(one.poll() is None for one in running) > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        ended = [one.returncode for one in running if one.poll() is not None]
    finally:
        for one in running:
            one.kill()
            one.communicate()
    return [] if ended == [2] * (racers - 1) else [f"{racers} servers at once on one file: exit codes {ended}"]


if __name__ == "__main__":
    alone(__file__, main)
