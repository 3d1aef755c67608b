"""``make false-alarms``: the contract suite against sound mocks, where every finding is a false alarm.

    python tests/false_alarms.py [--only WORD] [--seeds 30] [--few 3] [--full 1] [--workers 2] [--table] [DOCUMENT …]

Each world, and a recipe of our own, is checked with ``--seeds`` seeds; a state file, a proxy that is slow and talks
another HTTP, and each document with ``--few``. All of these are quick runs; the first ``--full`` seeds of each are run
in full as well. Each run is a line of the file, and what the file has is not run again: it can be stopped, and go on.
The exit code is 1 when a run found anything.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE / "contracts")]

from slow_proxy import slow_proxy  # noqa: E402 - beside this file

from contracts.options.options import Options  # noqa: E402
from contracts.run.run_plan import RunPlan  # noqa: E402
from contracts.run.session import RunSession, make_run  # noqa: E402
from contracts.spec.document import load  # noqa: E402
from contracts.transport.target import Target, mock, named  # noqa: E402

ROWS = HERE / "false_alarms.jsonl"
RECIPE = "business: electrician\nleads: 31\ninquiries: 3\nbooking: 90\nunread: 5\ndays_back: 400\ngeneric: 9\n"
WORLDS = ("default", "small", "busy", "edge", "empty")
DOCUMENTS = HERE / "documents"


@contextmanager
def started(name: str, seed: int, folder: Path, document: str) -> Generator[Target, None, None]:
    """The target of a run: a mock of a world, with a state file, behind a proxy, or of a document."""
    kind, _, word = name.partition(" ")
    recipe, proxied = folder / "recipe.yaml", name == "slow proxy"
    recipe.write_text(RECIPE)
    settings: dict[str, Any] = (
        {"spec": document} if kind == "document" else {"world": word if kind == "world" else "small"}
    )
    if name == "own recipe":
        settings["world"] = str(recipe)
    if name == "state file":
        settings["state"] = str(folder / "state.db")
    with mock(seed=seed, **settings) as target:
        if proxied:
            with slow_proxy(target.origin) as url:
                yield named(url, target.key)
        else:
            yield target


def check(name: str, document: str, seed: int, depth: str) -> dict[str, Any]:
    """One run, as a row. It has a process of its own: what a library keeps for later is gone with it."""
    with tempfile.TemporaryDirectory() as folder, started(name, seed, Path(folder), document) as target:
        plan = RunPlan.of(load(document), target, Options(seed=seed, quick=depth == "quick"))
        outcome = make_run(RunSession(plan))
    found = sorted({f"{one.rule.name} {one.operation} {one.where}" for one in outcome.findings})
    figures = {"commit": commit(), "requests": outcome.requests, "seconds": round(outcome.seconds, 1)}
    row = {"target": name, "seed": seed, "depth": depth, **figures}
    return {**row, "exit": outcome.exit_code, "findings": found, "proved_nothing": outcome.vacuous}


def commit() -> str:
    """The commit that is checked; empty outside of a repository."""
    asked = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def due(given: argparse.Namespace) -> Iterator[tuple[str, str, int, str]]:
    """All runs that are due: first every seed once, so that a part of them is even, then those in full."""
    own = [str(DOCUMENTS / f"{name}.yaml") for name in ("widgets", "legacy")]
    many = [(f"world {world}", "") for world in WORLDS] + [("own recipe", "")]
    few = [("state file", ""), ("slow proxy", "")]
    few += [(f"document {Path(file).name}", file) for file in (*own, *given.documents)]
    for depth, most in (("quick", given.seeds), ("full", given.full)):
        for seed in range(1, most + 1):
            for name, document in (*many, *few) if seed <= given.few else many:
                if given.only in name:
                    yield name, document, seed, depth


def table(rows: Sequence[dict[str, Any]]) -> str:
    """A line for each target: how many runs, of them in full, how many with a finding, and the requests."""
    lines = ["| target | runs | in full | with a finding | requests |", "| --- | ---: | ---: | ---: | ---: |"]
    for name in dict.fromkeys(row["target"] for row in rows):
        of_it = [row for row in rows if row["target"] == name]
        full, bad = sum(row["depth"] == "full" for row in of_it), sum(bool(row["findings"]) for row in of_it)
        lines.append(f"| {name} | {len(of_it)} | {full} | {bad} | {sum(row['requests'] for row in of_it):,} |")
    return "\n".join(lines)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("documents", nargs="*", help="documents beside those of tests/documents")
    asked.add_argument("--only", default="", help="targets whose name has this word")
    asked.add_argument("--seeds", type=int, default=30, help="seeds of each world and of the recipe")
    asked.add_argument("--few", type=int, default=3, help="seeds of everything else")
    asked.add_argument("--full", type=int, default=1, help="how many seeds of each are run in full")
    asked.add_argument("--workers", type=int, default=2, help="runs at a time")
    asked.add_argument("--out", type=Path, default=ROWS, help="the file with a line for each run")
    asked.add_argument("--table", action="store_true", help="print what the file has, and run nothing")
    given = asked.parse_args()
    rows = [json.loads(line) for line in given.out.read_text().splitlines()] if given.out.exists() else []
    known = {(row["target"], row["seed"], row["depth"]) for row in rows}
    todo = [one for one in due(given) if (one[0], one[2], one[3]) not in known and not given.table]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.workers, mp_context=fresh, max_tasks_per_child=1) as pool:
        for done in as_completed([pool.submit(check, *one) for one in todo]):
            row = done.result()
            rows.append(row)
            with given.out.open("a") as file:
                file.write(json.dumps(row) + "\n")
            words = f"{row['target']:22} {row['seed']:3} {row['depth']:5} {row['seconds']:5.0f} s"
            print(f"{words}  {row['findings'] or row['proved_nothing'] or 'nothing'}", flush=True)
    print(table(rows))
    return int(any(row["findings"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
