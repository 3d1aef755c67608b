"""Runs of ``check --allow-writes`` killed at random moments, then cleaned up: nothing left, nothing else touched.

``python tests/reliability/check_writes.py [RUNS]`` (30 runs) prints a line for each run and one for all. Exit code 1
when a record is left or a foreign one was touched. The suite runs a small version in ``test_writes.py``.

The mock stands behind the name of a production host. Each run is a process of its own and is killed with SIGKILL when
the host has received a chosen request, has acted on it, or has answered it; or while none is under way. What the
client sent may thus arrive after its death, or be answered to nobody.
"""

import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "contracts"))

from production import CONTRACT, KEY, Production, production  # noqa: E402
from recording import HOST, FakeClock, Seen  # noqa: E402

from contracts.cli.cleanup import finish  # noqa: E402
from contracts.errors import CannotRun  # noqa: E402
from contracts.options.options import Options, Permission  # noqa: E402
from contracts.real_host.ledger import Ledger  # noqa: E402
from contracts.run.run_plan import RunPlan  # noqa: E402
from contracts.run.session import RunSession, make_run  # noqa: E402
from contracts.transport.pacing import Pace  # noqa: E402
from contracts.transport.target import named  # noqa: E402

_PROCESSES = multiprocessing.get_context("forkserver")  # each run is forked from one that has loaded everything
_PROCESSES.set_forkserver_preload(["contracts.cli.cleanup", "contracts.run.runner"])
MOMENTS = ("received", "acted on", "answered", "in between")
REQUESTS, WRITES = 22, 9  # of an undisturbed run of the writes alone, and two more: some live


@dataclass
class Doom:
    """When the run dies: at its ``number``-th request, or its ``number``-th write, in this moment of it."""

    number: int
    moment: str
    of_writes: bool = False
    process: BaseProcess | None = None
    count: int = 0
    killed: str = ""

    def hook(self, seen: Seen, before: bool) -> None:
        if self.of_writes and seen.method == "GET":
            return
        self.count += before
        if self.process is None or self.count != self.number:
            return
        if (before, self.moment) in ((True, "received"), (False, "acted on")):
            self._kill(seen)
        elif not before:
            delay = 0.0005 if self.moment == "answered" else random.random() * 0.02
            threading.Timer(delay, self._kill, [seen]).start()

    def _kill(self, seen: Seen) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.killed = f"{seen.method} {seen.path.partition('?')[0]}"


def one(stand_in: Production, folder: Path, doom: Doom) -> str:
    """One run and its death, and the cleaning up: a line that tells it."""
    ledger = folder / f"{random.getrandbits(64):x}.jsonl"
    stand_in.hook = doom.hook
    arguments = stand_in.host.url, str(ledger), stand_in.organization, str(folder)
    doom.process = _PROCESSES.Process(target=child, args=arguments)
    doom.process.start()
    doom.process.join()
    time.sleep(0.02)  # what it sent last may still be on its way through the host
    stand_in.hook = lambda seen, before: None
    died = f"died when {doom.killed} was {doom.moment}" if doom.killed else "lived"
    return f"{died}; {cleaned(stand_in, ledger, folder)}"


def cleaned(stand_in: Production, ledger: Path, folder: Path) -> str:
    if not ledger.exists():
        return "nothing had been written"
    clock = FakeClock()
    pace = Pace(KEY, folder=folder, clock=clock, sleep=clock.sleep)
    try:
        account = Ledger.resume(ledger)
    except CannotRun as reason:
        return "nothing had been written" if not ledger.read_bytes() else str(reason)
    before = len(account.left)
    reasons = finish(CONTRACT, account, KEY, pace, stand_in.host.reroutes) if before else []
    account.close()
    return f"{before} of {len(account.made)} left by the run, {len(account.left)} after cleaning up {reasons or ''}"


def child(url: str, ledger: str, organization: str, folder: str) -> None:
    clock = FakeClock()
    pace = Pace(KEY, folder=Path(folder), clock=clock, sleep=clock.sleep)
    options = Options(only=("writes",), permission=Permission(organization, ledger))
    make_run(RunSession(RunPlan.of(CONTRACT, named(HOST, KEY), options), pace=pace, reroutes={HOST: url}))


def run(runs: int, seed: int, say: bool = True) -> tuple[int, int, int]:
    """(runs that were killed, records left, foreign records touched)."""
    random.seed(seed)
    killed = 0
    with tempfile.TemporaryDirectory() as name, production() as stand_in:
        # A record of another run, and one that looks like ours: neither is in a ledger of these.
        for text in ("sophiie-check-0123456789ab-01@example.com", "contract.check@example.com"):
            stand_in.ask("POST", "/v1/leads", b'{"firstName": "Contract check", "email": "%b"}' % text.encode())
        before = stand_in.holds()
        for number in range(1, runs + 1):
            at_write = number % 2 == 0
            doom = Doom(random.randint(1, WRITES if at_write else REQUESTS), random.choice(MOMENTS), at_write)
            line = one(stand_in, Path(name), doom)
            killed += bool(doom.killed)
            if say:
                print(f"run {number}: {line}", flush=True)
        after = stand_in.holds()
    left = len(after.keys() - before.keys())
    touched = len(stand_in.foreign) + sum(after.get(path) != record for path, record in before.items())
    return killed, left, touched


if __name__ == "__main__":
    asked = int(sys.argv[1]) if sys.argv[1:] else 30
    seed = int(os.environ.get("SEED", "1"))
    killed, left, touched = run(asked, seed)
    print(f"{asked} runs, {killed} killed: {left} records left, {touched} foreign records touched (seed {seed})")
    sys.exit(1 if left or touched or not killed else 0)
