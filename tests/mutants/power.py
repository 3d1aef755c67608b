"""The kill matrix: which mutants are found, by whom, at equal numbers of requests. ``make power`` runs it.

    python tests/mutants/power.py [--arm ours,quick,tuned,plain] [--seeds 10] [--alarm-seeds 30] [--group ACCESS,…]
                                  [--mutant NAME,…] [--requests 12000] [--workers 2] [--out FILE] [--table]

A mutant counts as killed only when a finding names the operation it is about, and the same rule does not find fault
with the same operation of the unbroken mock. The suite looks for one mutant at a time, and stops when it has named it.
The generators cannot stop early, so they look for several at once, no two of them about one operation; if that changes
anything, it is to their advantage, as one mutant may cause a finding about another's operation.

Each trial is a line of the file, and what the file has is not run again: a run can be cut into parts, or go on.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))  # a script, and no package: the suite's tests import nothing of it

import access_and_life
import agreement
import awkward
import change_and_filters
import crashes
import foreign_names
import limits_and_transport
import lists_and_time
import many_deliveries
import once_more
import order_and_keys
import quiet_defects
import rare_cases
import requests_and_shapes
import second_look
import single_liars
import stranger_agreement
import stranger_changes
import stranger_crashes
import stranger_manners
import stranger_strictness
import stranger_texts
import stranger_webhooks
import strictness
import tenancy
import texts
import unheard_cases
import webhook_mutants
from registry import MUTANTS
from searches import ARMS, hits, names
from wrapper import Mutant, broken

from contracts.rules.rule import Finding
from contracts.spec.document import Contract, load

PARTS = (
    requests_and_shapes,
    crashes,
    access_and_life,
    tenancy,
    lists_and_time,
    webhook_mutants,
    texts,
    strictness,
    change_and_filters,
    many_deliveries,
    awkward,
    limits_and_transport,
    agreement,
    second_look,
    once_more,
    order_and_keys,
    quiet_defects,
    foreign_names,
    rare_cases,
    single_liars,
    stranger_agreement,
    stranger_changes,
    stranger_crashes,
    stranger_manners,
    stranger_strictness,
    stranger_texts,
    stranger_webhooks,
    unheard_cases,
)
RESULTS = Path(__file__).parent / "results.jsonl"
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
ALONE = ("ours", "quick")
"""Searches that look for one mutant at a time."""
Row = dict[str, Any]


class Trial(NamedTuple):
    """``mutants`` are names; none of them is a search on the unbroken mock, as long as it takes."""

    arm: str
    seed: int
    budget: int
    mutants: tuple[str, ...]


@cache
def contract() -> Contract:
    return load()


def ran(trial: Trial) -> list[Row]:
    """A row for each mutant of the trial, or one for the unbroken mock."""
    started, chosen = time.monotonic(), [BY_NAME[name] for name in trial.mutants]
    with broken(*chosen, seed=trial.seed) as target:
        budget = trial.budget if chosen or trial.arm not in ALONE else 1_000_000
        looked = ARMS[trial.arm](contract(), target, trial.seed, budget, chosen)
    row: Row = {
        "arm": trial.arm,
        "seed": trial.seed,
        "budget": budget,
        "requests": looked.requests,
        "seconds": round(time.monotonic() - started, 2),
        "fault": looked.fault,
    }
    if not chosen:
        return [{**row, "mutant": "", "group": "", "found": _named(looked.findings)}]
    return [
        {**row, "mutant": mutant.name, "group": mutant.group, "found": _named(looked.findings, mutant)}
        for mutant in chosen
    ]


def _named(findings: Sequence[Finding], mutant: Mutant | None = None) -> list[str]:
    """``rule operation`` of each finding, or of those that name the mutant's operation."""
    wanted = [finding for finding in findings if mutant is None or hits([finding], mutant)]
    return sorted({f"{finding.rule.name} {finding.operation}" for finding in wanted})


def trials(arms: Sequence[str], seeds: Sequence[int], alarms: int, chosen: Sequence[Mutant], budget: int,
           known: set[tuple[str, int, str]]) -> Iterator[Trial]:  # fmt: skip
    """What is still to be run; by seed, so that a run that is cut short is even."""
    for seed in range(1, max([alarms, *seeds]) + 1):
        for arm in arms:
            if (arm, seed, "") not in known and (seed in seeds or (arm == "ours" and seed <= alarms)):
                yield Trial(arm, seed, budget, ())
            if seed in seeds:
                left = [mutant for mutant in chosen if (arm, seed, mutant.name) not in known]
                for names in batches(left) if arm not in ALONE else [(mutant.name,) for mutant in left]:
                    yield Trial(arm, seed, budget, names)


def batches(mutants: Sequence[Mutant]) -> list[tuple[str, ...]]:
    """Few groups in which no operation is mutated twice."""
    found: list[list[Mutant]] = []
    for mutant in mutants:
        for batch in found:
            if not any(_mixed(mutant, other) for other in batch):
                batch.append(mutant)
                break
        else:
            found.append([mutant])
    return [tuple(mutant.name for mutant in batch) for batch in found]


def _mixed(one: Mutant, other: Mutant) -> bool:
    """Whether a finding about the one could be taken for the other's."""
    return names(one.operation, other) or names(other.operation, one)


def killed(row: Row, alarms: dict[tuple[str, int], set[str]]) -> bool:
    return bool(set(row["found"]) - alarms.get((row["arm"], row["seed"]), set()))


def table(rows: Sequence[Row]) -> str:
    """Killed of all, by group and arm, over all seeds; then false alarms, requests and seeds."""
    rows = [row for row in rows if row["mutant"] in BY_NAME or not row["mutant"]]
    alarms = {(row["arm"], row["seed"]): set(row["found"]) for row in rows if not row["mutant"]}
    arms = [arm for arm in ARMS if any(row["arm"] == arm for row in rows)]
    lines = ["| mutants killed | " + " | ".join(arms) + " |", "| --- |" + " ---: |" * len(arms)]

    def share(arm: str, group: str) -> str:
        cells = [killed(row, alarms) for row in rows if row["arm"] == arm and row["mutant"] and
                 group in ("", row["group"])]  # fmt: skip
        return f"{sum(cells)} of {len(cells)}, {100 * sum(cells) / len(cells):.1f} %" if cells else "–"

    groups = list(dict.fromkeys(mutant.group for mutant in MUTANTS))
    lines += [f"| {group} | " + " | ".join(share(arm, group) for arm in arms) + " |" for group in groups]
    lines.append("| **all** | " + " | ".join(f"**{share(arm, '')}**" for arm in arms) + " |")
    quiet = {arm: [found for (one, _), found in alarms.items() if one == arm] for arm in arms}
    cells = [f"{sum(map(bool, quiet[arm]))} of {len(quiet[arm])}" for arm in arms]
    lines.append("| seeds with a false alarm on the unbroken mock | " + " | ".join(cells) + " |")
    seeds = [len({row["seed"] for row in rows if row["arm"] == arm and row["mutant"]}) for arm in arms]
    lines.append("| seeds of the mutants | " + " | ".join(map(str, seeds)) + " |")
    return "\n".join(lines)


def survivors(rows: Sequence[Row]) -> list[str]:
    """Mutants that the suite did not find with every seed."""
    alarms = {(row["arm"], row["seed"]): set(row["found"]) for row in rows if not row["mutant"]}
    own = [row for row in rows if row["arm"] == "ours" and row["mutant"]]
    missed = Counter(row["mutant"] for row in own if not killed(row, alarms))
    return [f"{name} with {count} seeds" for name, count in missed.items()]


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arm", default=",".join(ARMS), help="who looks, of ours, quick, tuned, plain")
    parser.add_argument("--seeds", type=int, default=10, help="seeds for the mutants")
    parser.add_argument("--alarm-seeds", type=int, default=30, help="seeds of the suite on the unbroken mock")
    parser.add_argument("--group", default="", help="only these groups of mutants")
    parser.add_argument("--mutant", default="", help="only these mutants")
    parser.add_argument("--requests", type=int, default=12_000, help="how many each search may send")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file of rows, added to")
    parser.add_argument("--table", action="store_true", help="run nothing, print what the file holds")
    return parser.parse_args()


def main() -> None:
    given = options()
    rows, words = read(given.out), {*given.group.split(","), *given.mutant.split(",")} - {""}
    chosen = [mutant for mutant in MUTANTS if not words or words & {mutant.name, mutant.group}]
    known = {(row["arm"], row["seed"], row["mutant"]) for row in rows}
    seeds = range(1, given.seeds + 1)
    todo = list(trials(given.arm.split(","), seeds, given.alarm_seeds, chosen, given.requests, known))
    if todo and not given.table:
        print(f"{len(todo)} trials, {len(rows)} rows known", flush=True)
        with ProcessPoolExecutor(given.workers) as pool, given.out.open("a", encoding="utf-8") as file:
            for made in pool.map(ran, todo):
                rows += made
                for row in made:
                    file.write(json.dumps(row) + "\n")
                    what = f"{row['arm']:5} {row['seed']:2} {row['group']:11} {row['mutant'] or '(unbroken)':34}"
                    print(f"{what} {row['seconds']:6} s {', '.join(row['found'])[:90] or '–'}", flush=True)
                file.flush()
    print("\n" + table(rows))
    print("\n".join(["", *(f"ours does not find {line}" for line in survivors(rows))]))


if __name__ == "__main__":
    main()
