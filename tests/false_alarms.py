"""``make false-alarms``: the contract suite against sound mocks, where every finding is a false alarm.

    python tests/false_alarms.py [--only WORD] [--seeds 30] [--full 3] [--few 3] [--out FILE] [--table] [DOCUMENT …]

Each world, and a recipe of our own, is checked with ``--seeds`` seeds; a state file, a proxy that is slow and talks
another HTTP, and each document with ``--few``. All of these are quick runs; the first ``--full`` seeds of each are run
in full as well. Each run is a line of the file, and what the file has is not run again: it can be stopped, and go on.
The exit code is 1 when a run found anything, or proved nothing.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE / "contracts")]

from slow_proxy import slow_proxy  # noqa: E402 - beside this file

from contracts.options.options import Options  # noqa: E402
from contracts.run.run_plan import RunPlan  # noqa: E402
from contracts.run.session import RunSession, make_run  # noqa: E402
from contracts.spec.document import Contract, load  # noqa: E402
from contracts.transport.target import Target, mock, named  # noqa: E402

ROWS = HERE / "false_alarms.jsonl"
RECIPE = "business: electrician\nleads: 31\ninquiries: 3\nbooking: 90\nunread: 5\ndays_back: 400\ngeneric: 9\n"
WORLDS = ("default", "small", "busy", "edge", "empty")
DOCUMENTS = HERE / "documents"
Start = Callable[[int, Path], Any]


def of_world(world: str) -> Start:
    return lambda seed, folder: mock(world=world, seed=seed)


@contextmanager
def own_recipe(seed: int, folder: Path) -> Generator[Target, None, None]:
    file = folder / "recipe.yaml"
    file.write_text(RECIPE)
    with mock(world=str(file), seed=seed) as target:
        yield target


@contextmanager
def state_file(seed: int, folder: Path) -> Generator[Target, None, None]:
    with mock(world="small", seed=seed, state=str(folder / "state.db")) as target:
        yield target


@contextmanager
def proxied(seed: int, folder: Path) -> Generator[Target, None, None]:
    with mock(world="small", seed=seed) as target, slow_proxy(target.origin) as url:
        yield named(url, target.key)


def of_document(file: str) -> Start:
    return lambda seed, folder: mock(spec=file, seed=seed)


@cache
def contract(spec: str = "") -> Contract:
    return load(spec)


def check(start: Start, spec: str, seed: int, *, quick: bool) -> dict[str, Any]:
    """One run, as a row."""
    with tempfile.TemporaryDirectory() as folder, start(seed, Path(folder)) as target:
        plan = RunPlan.of(contract(spec), target, Options(seed=seed, quick=quick))
        outcome = make_run(RunSession(plan))
    found = sorted({f"{one.rule.name} {one.operation} {one.where}" for one in outcome.findings})
    figures = {"requests": outcome.requests, "seconds": round(outcome.seconds, 1)}
    return {**figures, "exit": outcome.exit_code, "findings": found, "vacuous": outcome.vacuous}


def targets(documents: Sequence[str]) -> Iterator[tuple[str, Start, str, bool]]:
    """Name, how to start it, the document it is checked against, and whether many seeds are due."""
    for world in WORLDS:
        yield f"world {world}", of_world(world), "", True
    yield "own recipe", own_recipe, "", True
    yield "state file", state_file, "", False
    yield "slow proxy", proxied, "", False
    for file in documents:
        yield f"document {Path(file).name}", of_document(file), file, False


def table(rows: Sequence[dict[str, Any]]) -> str:
    """A line for each target: how many runs, of them in full, how many with a finding, and the requests."""
    lines = ["| target | runs | in full | with a finding | requests |", "| --- | ---: | ---: | ---: | ---: |"]
    for name in dict.fromkeys(row["target"] for row in rows):
        of_it = [row for row in rows if row["target"] == name]
        full, bad = sum(row["depth"] == "full" for row in of_it), sum(bool(row["findings"]) for row in of_it)
        lines.append(f"| {name} | {len(of_it)} | {full} | {bad} | {sum(row['requests'] for row in of_it):,} |")
    return "\n".join(lines)


def plan(given: argparse.Namespace) -> Iterator[tuple[str, Start, str, int, str]]:
    """All runs that are due: first every seed once, so that a part of them is even, then those in full."""
    own = [str(DOCUMENTS / f"{name}.yaml") for name in ("widgets", "legacy")]
    every = list(targets([*own, *given.documents]))
    for depth, most in (("quick", given.seeds), ("full", given.full)):
        for seed in range(1, most + 1):
            for name, start, spec, many in every:
                if many or seed <= given.few:
                    yield name, start, spec, seed, depth


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("documents", nargs="*", help="documents beside those of tests/documents")
    asked.add_argument("--only", default="", help="targets whose name has this word")
    asked.add_argument("--seeds", type=int, default=30, help="seeds of each world and of the recipe")
    asked.add_argument("--few", type=int, default=3, help="seeds of everything else")
    asked.add_argument("--full", type=int, default=1, help="how many seeds of each are run in full")
    asked.add_argument("--out", type=Path, default=ROWS, help="the file with a line for each run")
    asked.add_argument("--table", action="store_true", help="print what the file has, and run nothing")
    given = asked.parse_args()
    rows = [json.loads(line) for line in given.out.read_text().splitlines()] if given.out.exists() else []
    known = {(row["target"], row["seed"], row["depth"]) for row in rows}
    for name, start, spec, seed, depth in () if given.table else plan(given):
        if (name, seed, depth) in known or given.only not in name:
            continue
        began = time.monotonic()
        row = {"target": name, "seed": seed, "depth": depth, **check(start, spec, seed, quick=depth == "quick")}
        rows.append(row)
        with given.out.open("a") as file:
            file.write(json.dumps(row) + "\n")
        said = row["findings"] or row["vacuous"] or "nothing"
        print(f"{name:16} {seed:3} {depth:5} {time.monotonic() - began:4.0f} s  {said}", flush=True)
    print(table(rows))
    return int(any(row["findings"] or row["exit"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
