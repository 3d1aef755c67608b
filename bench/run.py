"""`make bench`: our server beside its peers and beside the limit. Writes ``bench/RESULTS.md`` and prints it.

The server has one core, the load generator the other; each round starts every server anew, one after the other, so
that a bad minute of the machine strikes all of them. Everything is on, as a user runs it: validation, keys, rate
accounting, journal, answer validation. PostgreSQL is the one of the tests, on the load's core. Needs Linux with two
cores; root may put `nice -n -15` in front.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import arms
import results
import scenes as all_scenes
from load import Outcome

sys.path.append(str(arms.HERE.parent / "tests"))
from postgres import Postgres, postgres_server

CONNECTIONS = 16
REQUESTS = 100_000
"""Requests between the two looks at the memory."""

Figures = dict[tuple[str, str], list[Outcome]]
"""Scene and arm → an outcome for each round."""


def measure(server: arms.Running, scene: all_scenes.Scene, seconds: float, count: int = 0) -> Outcome:
    """One window of one scene, by a load generator in a process of its own. Raises RuntimeError for a wrong answer."""
    head, target = scene.head(server.port), scene.target
    if server.arm.name in ("bare", "starlette"):
        target = all_scenes.plain_target(scene)
        head = head.replace(scene.target, target, 1)
    status, body = server.ask(scene.method, target, scene.sample(), scene.key)
    if status == 409:  # asked for once more in another process on the same state
        status, body = server.ask(scene.method, target, scene.sample(time.time_ns() % 100_000_000), scene.key)
    if server.arm.name == "limited":
        status, body = server.ask(scene.method, target)
    plan: dict[str, Any] = {"port": server.port, "pid": server.pid, "head": head, "body": scene.body}
    plan |= {"status": scene.status, "length": len(body), "connections": CONNECTIONS}
    plan |= {"seconds": seconds, "warm": server.arm.warm, "count": count}
    command = ["taskset", "-c", str(arms.CLIENT_CORE), sys.executable, str(arms.HERE / "load.py")]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{server.arm.title}, {scene.title}: {(done.stderr or done.stdout)[-300:]}")
    outcome = Outcome(**json.loads(done.stdout))
    if outcome.wrong or status != scene.status or not outcome.good:
        seen = outcome.example or f"{status} {body[:200]!r}"
        raise RuntimeError(f"{server.arm.title}, {scene.title}: {outcome.wrong} wrong answers: {seen}")
    return outcome


class Run:
    """One whole run; ``notes`` tell what was skipped, and why."""

    def __init__(self, chosen: argparse.Namespace, folder: Path, postgres: Postgres) -> None:
        self.chosen = chosen
        self.postgres = postgres
        self.figures: Figures = {}
        self.ready: dict[str, list[float]] = {}
        self.memory: dict[str, float] = {}
        self.notes: dict[str, str] = {}
        missing = arms.installed()
        wanted = chosen.arms.split(",") if chosen.arms else [arm.name for arm in arms.arms()]
        self.arms = [arm for arm in arms.arms() if arm.name in wanted]
        for arm in [arm for arm in self.arms if arm.needs in missing]:
            self.notes[arm.title] = missing[arm.needs]
            self.arms.remove(arm)
        self.scenes, self.files = all_scenes.prepare(folder)
        self.names = set(chosen.scenes.split(",")) if chosen.scenes else set(self.scenes)

    def rounds(self) -> None:
        for number in range(self.chosen.rounds):
            began = time.perf_counter()
            for arm in self.arms:
                if not self.names.isdisjoint(arm.scenes):
                    self._one(arm)
            print(f"round {number + 1} of {self.chosen.rounds}: {time.perf_counter() - began:.0f} s", flush=True)

    def _one(self, arm: arms.Arm) -> None:
        for file in Path(self.files["state"]).parent.glob("state*"):
            file.unlink()
        try:
            with self.postgres.schema("bench") as url, arms.running(arm, {**self.files, "postgres": url}) as server:
                self.ready.setdefault(arm.name, []).append(server.ready)
                if arm.name == "busy":  # most of its world is made after the first page: it is not left out
                    server.ask("GET", "/v1/inquiries?limit=1")
                self.memory.setdefault(arm.name, server.memory())
                for name in arm.scenes:
                    if name in self.names:
                        outcome = measure(server, self.scenes[name], self.chosen.seconds)
                        self.figures.setdefault((name, arm.name), []).append(outcome)
        except RuntimeError as fault:
            if arm.name in (*results.OURS, "bare"):
                raise
            self.notes[arm.title] = str(fault)[:300]
            self.arms.remove(arm)

    def grown(self) -> tuple[float, float]:
        """MB after the start and after many requests: reads of all sorts, the journal full."""
        ours = next(arm for arm in arms.arms() if arm.name == "ours")
        with arms.running(ours, self.files) as server:
            before = server.memory()
            reads = ("list-50", "one", "transcript", "401")
            for name in reads:
                measure(server, self.scenes[name], 0, REQUESTS // len(reads))
            return before, server.memory()


def beside() -> dict[str, str]:
    """What other scripts measure: the last words of each."""
    told = {}
    scripts: Mapping[str, Sequence[str]] = {
        "workspaces": (str(arms.HERE / "workspaces.py"),),
        "webhooks": (str(arms.HERE / "webhooks.py"), "--leads", "1000", "--seconds", "4", "--rounds", "2"),
    }
    for name, command in scripts.items():
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        told[name] = done.stdout.strip() or f"failed: {done.stderr.strip()[-300:]}"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "mock_server", "check"], capture_output=True, text=True)
    took = time.perf_counter() - began
    last: Iterable[str] = (line for line in reversed(done.stdout.splitlines()) if line.strip())
    told["check"] = f"{took:.1f} s, exit code {done.returncode}: {next(iter(last), '')}"
    return told


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.6, help="of each window")
    parser.add_argument("--scenes", default="", help="some only, by name, with commas between")
    parser.add_argument("--arms", default="", help="some servers only, by name, with commas between")
    parser.add_argument("--no-beside", action="store_true", help="without memory, workspaces, webhooks and check")
    parser.add_argument("--keep", action="store_true", help="print only, leave RESULTS.md as it is")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    if (os.cpu_count() or 1) < 2 or not hasattr(os, "sched_setaffinity"):
        raise SystemExit("make bench needs Linux and two cores: one for the server, one for the load")
    os.sched_setaffinity(0, {arms.CLIENT_CORE})
    loads: list[float] = [os.getloadavg()[0]]
    began = time.time()
    with tempfile.TemporaryDirectory() as folder, postgres_server() as postgres:
        run = Run(chosen, Path(folder), postgres)
        run.rounds()
        loads.append(os.getloadavg()[0])
        facts: dict[str, Any] = {"loads": loads, "rounds": chosen.rounds, "seconds": chosen.seconds}
        if not chosen.no_beside:
            facts["grown"] = run.grown()
            os.sched_setaffinity(0, range(os.cpu_count() or 1))
            facts["beside"] = beside()
    facts["minutes"] = (time.time() - began) / 60
    text = results.page(run, facts)
    print(text)
    if not chosen.keep:
        (arms.HERE / "RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
