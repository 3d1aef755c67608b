"""Whether ``check --replay`` tells the truth: every mutant is found, and its report asked again.

    python tests/mutants/replays.py [--group ACCESS,…] [--mutant NAME,…] [--workers 2]

The same mock must still be broken, and so must one that was started anew with the same defect; one that was started
without it must be mended. A line for each finding of which a replay says something else, and the figures at the end.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # a script, and no package: the suite's tests import nothing of it

from power import BY_NAME
from registry import MUTANTS
from searches import about, hits
from wrapper import Mutant, broken

from contracts.options.options import Options
from contracts.replay.replay import ReplayStatus, load_findings, replay
from contracts.report.summary import RunReport
from contracts.report.writers import WRITERS
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.scenario import Scenario
from contracts.spec.document import Contract, load
from contracts.spec.json_file import JsonNode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

AGAIN, ANEW, WITHOUT = "the same mock", "a new mock with the defect", "a mock without it"
DUE = {AGAIN: ReplayStatus.BROKEN, ANEW: ReplayStatus.BROKEN, WITHOUT: ReplayStatus.MENDED}


@cache
def contract() -> Contract:
    return load()


def report(target: Target, mutant: Mutant, only: Sequence[str] = ()) -> str:
    """The JSON report of a run that ended when it had named the mutant; as in ``arms``, near runs come first."""
    session = RunSession(RunPlan.of(contract(), target, Options(only=tuple(only))))

    def far(scenario: Scenario) -> bool:
        return scenario.subject not in about(mutant)

    with session as run:
        for scenario in sorted(run.scenarios.values(), key=far):
            if hits(run.run_scenario(scenario), mutant):
                break
    return WRITERS["json"](RunReport(session.result, ReportRedactor([], people=False)))


def wrong(target: Target, text: str, due: ReplayStatus) -> list[str]:
    """The findings of a report of which a replay says something else, each in a line."""
    with RunSession(RunPlan.of(contract(), target, Options()), second_tenant=False) as run:
        said = list(replay(run, load_findings(JsonNode("report", json.loads(text)))))
    return [
        f"{verdict.finding.rule} {verdict.finding.operation} [{verdict.finding.where}]: {verdict.status}: {verdict.why}"
        for verdict in said
        if verdict.status is not due
    ]


def tried(name: str) -> tuple[str, int, int, dict[str, list[str]]]:
    """The mutant's name, its findings, those without a command, and by place what a replay gets wrong."""
    mutant, amiss = BY_NAME[name], {}
    with broken(mutant) as target:
        text = report(target, mutant)
        amiss[AGAIN] = wrong(target, text, DUE[AGAIN])
    for place, defects in ((ANEW, [mutant]), (WITHOUT, [])):
        with broken(*defects) as target:
            amiss[place] = wrong(target, text, DUE[place])
    found = json.loads(text)["findings"]
    return name, len(found), sum(not item["curl"] for item in found), amiss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", default="", help="only these groups of mutants")
    parser.add_argument("--mutant", default="", help="only these mutants")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    given = parser.parse_args()
    words = {*given.group.split(","), *given.mutant.split(",")} - {""}
    chosen = [mutant.name for mutant in MUTANTS if not words or words & {mutant.name, mutant.group}]
    right, clean, total, bare, unseen = Counter[str](), Counter[str](), 0, 0, []
    with ProcessPoolExecutor(given.workers) as pool:
        for name, count, without, amiss in pool.map(tried, chosen):
            total, bare = total + count, bare + without
            unseen += [] if count else [name]
            for place, lines in amiss.items():
                right[place] += count - len(lines)
                clean[place] += bool(count) and not lines
                for line in lines:
                    print(f"{name}: {place}: {line}", flush=True)
    print(f"{len(chosen)} mutants, {total} findings, {bare} of them without a command; not found: {unseen or 'none'}")
    for place, due in DUE.items():
        print(f"{place}: {right[place]} of {total} findings {due}, {clean[place]} of {len(chosen)} mutants all right")


if __name__ == "__main__":
    main()
