"""The kill matrix: which mutants are found, by whom, with how many requests.

    python tests/mutants/power.py [--arms ours,directed,tuned,plain] [--seeds 1] [--requests 6000]
                                  [--only NAME,GROUP] [--json FILE]

``plain`` is the engine with its own defaults, ``tuned`` the engine as this suite drives it, ``directed`` the suite
without the engine, ``ours`` the suite. Each gets the same number of requests. A mutant counts as killed only when a
finding names the operation it is about.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # a script, and no package: the suite's tests import nothing of it

import access_and_life
import crashes
import lists_and_time
import requests_and_shapes
import tenancy
import webhooks
from registry import MUTANTS
from wrapper import Mutant, broken

from contracts import engine
from contracts.document import Contract, load
from contracts.guard import Guard, Mode, Policy
from contracts.outcome import Options
from contracts.rule import Finding
from contracts.runner import Run
from contracts.target import Target
from contracts.transport import Transport

PARTS = (requests_and_shapes, crashes, access_and_life, tenancy, lists_and_time, webhooks)
Arm = Callable[[Contract, Target, int, int, Mutant | None], list[Finding]]


def hits(findings: Sequence[Finding], mutant: Mutant) -> bool:
    """Whether a finding names the operation; for a path with all its methods, the path."""
    path = mutant.operation.partition(" ")[2]
    return any(
        found.operation == mutant.operation or (mutant.any_method and found.operation.partition(" ")[2] == path)
        for found in findings
    )


def ours(contract: Contract, target: Target, seed: int, budget: int, mutant: Mutant | None) -> list[Finding]:
    return _suite(contract, target, Options(seed=seed, max_requests=budget), mutant)


def directed(contract: Contract, target: Target, seed: int, budget: int, mutant: Mutant | None) -> list[Finding]:
    return _suite(contract, target, Options(seed=seed, max_requests=budget, without=("engine",)), mutant)


def _suite(contract: Contract, target: Target, options: Options, mutant: Mutant | None) -> list[Finding]:
    run = Run(contract, target, options)
    try:
        run.greet()
        run.neighbour()
        for unit in run.units.values():
            run.unit(unit)
            if mutant is not None and hits(list(run.probe.findings.values()), mutant):
                break
    except Exception as reason:
        print(f"    {type(reason).__name__}: {reason}", file=sys.stderr)
    return list(run.probe.findings.values())


def tuned(contract: Contract, target: Target, seed: int, budget: int, mutant: Mutant | None) -> list[Finding]:
    return _engine(contract, target, seed, budget, engine.configuration(target, engine.USUAL, seed))


def plain(contract: Contract, target: Target, seed: int, budget: int, mutant: Mutant | None) -> list[Finding]:
    config = {
        "base-url": target.origin,
        "seed": seed,
        "headers": {"Authorization": f"Bearer {target.key}"},
        "cache": {"enabled": False},
        "generation": {"database": "none"},
    }
    return _engine(contract, target, seed, budget, config)


def _engine(contract: Contract, target: Target, seed: int, budget: int, config: dict[str, Any]) -> list[Finding]:
    found: list[Finding] = []
    transport = Transport(Guard(Policy(target.origin, Mode.FULL, target.key, contract, budget=budget)))
    progress = engine.Progress(found.append, lambda note: None, lambda phase: None)
    for document in contract.documents:
        engine.drive(document, contract, target, transport, progress, config)
    return found


ARMS: dict[str, Arm] = {"ours": ours, "directed": directed, "tuned": tuned, "plain": plain}


def trial(arm: Arm, contract: Contract, mutant: Mutant | None, seed: int, budget: int) -> dict[str, Any]:
    started = time.monotonic()
    with broken(mutant) as target:
        findings = arm(contract, target, seed, budget, mutant)
    killed = bool(findings) if mutant is None else hits(findings, mutant)
    rules = sorted({found.rule.name for found in findings})
    return {"killed": killed, "rules": rules, "seconds": round(time.monotonic() - started, 2)}


def matrix(arms: Sequence[str], seeds: Sequence[int], budget: int, only: str) -> Iterator[dict[str, Any]]:
    contract = load()
    words = set(only.split(",")) if only else set()
    chosen = [mutant for mutant in MUTANTS if not words or words & {mutant.name, mutant.group}]
    for name in arms:
        for seed in seeds:
            for mutant in [None, *chosen]:
                row = trial(ARMS[name], contract, mutant, seed, budget)
                label = {"mutant": mutant.name, "group": mutant.group} if mutant else {"mutant": "", "group": ""}
                yield {"arm": name, "seed": seed, **label, **row}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Killed of all, by group and arm; false alarms on the unbroken mock last."""
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    groups = [group for group in dict.fromkeys(row["group"] for row in rows) if group]
    lines = ["| group | " + " | ".join(arms) + " |", "| --- |" + " --- |" * len(arms)]

    def cell(arm: str, wanted: Callable[[str], bool]) -> str:
        cells = [row["killed"] for row in rows if row["arm"] == arm and wanted(row["group"])]
        return f"{sum(cells)}/{len(cells)}"

    lines += [f"| {group} | " + " | ".join(cell(arm, group.__eq__) for arm in arms) + " |" for group in groups]
    lines.append("| all | " + " | ".join(cell(arm, bool) for arm in arms) + " |")
    lines.append("| false alarms | " + " | ".join(cell(arm, lambda group: not group) for arm in arms) + " |")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--arms", default="ours,tuned,plain")
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--requests", type=int, default=6000)
    options.add_argument("--only", default="")
    options.add_argument("--json", default="")
    given = options.parse_args()
    rows = []
    for row in matrix(given.arms.split(","), range(1, given.seeds + 1), given.requests, given.only):
        rows.append(row)
        mark = ("killed" if row["killed"] else "MISSED") if row["mutant"] else ("ALARM" if row["killed"] else "quiet")
        what = f"{row['group']:12} {row['mutant'] or '(unbroken)':36}"
        print(f"{row['arm']:6} {row['seed']} {what} {mark} {row['seconds']:6} {','.join(row['rules'])}", flush=True)
    print(table(rows))
    if given.json:
        Path(given.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
