"""Tests that mean something: every small change that mutmut knows is made to the gate, the redactor, the limiter,
authentication, the outbox and the body reader, and a test must notice it; a part of the suite runs in random orders.

Changes that nobody can notice stand in ``equivalent_mutants.toml`` beside this, each with its reason; they are left
out of the count. Needs mutmut: `make mutation` sets up an environment with it.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

from frame import Figure, NotShown, Size, alone
from mutation import ROOT, TOOL, Change, copied, functions_of, mutated

MINUTES = 90
AT_LEAST = 95  # per cent, of each module
ORDERS = 20
TABLE = Path(__file__).with_name("equivalent_mutants.toml")
# Each module with the tests that guard it.
GUARDED = {
    "mock_server/redaction.py": ["tests/test_redaction.py"],
    "mock_server/quota.py": ["tests/test_quota.py"],
    "mock_server/middleware/authentication.py": ["tests/middleware/test_authentication.py"],
    "mock_server/middleware/ratelimit.py": ["tests/middleware/test_ratelimit.py"],
    "mock_server/api/body.py": ["tests/api/test_answer_parts.py"],
    "mock_server/webhooks/address.py": ["tests/webhooks/test_egress.py"],
    "mock_server/webhooks/egress.py": ["tests/webhooks/test_egress.py", "tests/webhooks/test_attempt.py"],
    "mock_server/webhooks/outbox.py": ["tests/webhooks/test_outbox.py"],
}
# Ten thousand deliveries a mutant would take hours; smaller tests of the same stand beside them.
TOO_LONG = [
    f"tests/webhooks/test_outbox.py::{test}"
    for test in (
        "test_the_oldest_settled_deliveries_and_events_make_room",
        "test_what_is_still_owed_is_never_dropped_nor_is_its_event",
    )
]
SHUFFLED = ["tests/middleware", "tests/store", "tests/behaviours", "tests/webhooks/test_delivery.py"]


def equivalents() -> dict[str, Counter[Change]]:
    """The table: for each module, the changes that nobody can notice."""
    table: dict[str, Counter[Change]] = {module: Counter() for module in GUARDED}
    for row in tomllib.loads(TABLE.read_text("utf-8"))["mutant"]:
        if not row["why"].strip():
            raise ValueError(f"{TABLE.name}: no reason for {row}")
        table[row["module"]][Change(row["function"], row["was"], row["becomes"])] += 1
    return table


def stale(module: str, changes: Counter[Change]) -> list[Change]:
    """Rows about lines that are no longer in the module."""
    there = functions_of((ROOT / module).read_text("utf-8"))
    return [change for change in changes if not set(change.was.split(" ; ")) <= there.get(change.function, set())]


def flakes() -> tuple[int, int]:
    """How many tests there are in a run, and how many runs in random order had one that failed."""
    failed, tests = 0, 0
    for number in range(ORDERS):
        environment = {**os.environ, "SHUFFLE": str(number), "PYTHONPATH": os.pathsep.join([*_ways(), *sys.path[:1]])}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "shuffled", *SHUFFLED]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        print(f"order {number}: {last}", file=sys.stderr, flush=True)
        failed += done.returncode != 0
        tests = max(tests, int(last.split(" passed")[0].split()[-1]) if " passed" in last else 0)
    return tests, failed


def _ways() -> list[str]:
    return [way for way in os.environ.get("PYTHONPATH", "").split(os.pathsep) if way]


def main(size: Size) -> Figure:
    table = equivalents()
    old = [f"{module}: {change}" for module, changes in table.items() for change in stale(module, changes)]
    known = sum(changes.total() for changes in table.values())
    if old:
        return Figure(met=False, text=f"the table of equivalent mutants is stale: {old[0]}")
    if size == "small":
        return Figure(met=True, text=f"{known} equivalent mutants, each with its reason, none stale")
    if importlib.util.find_spec("mutmut") is None:
        raise NotShown(f"{TOOL} is not installed: `make mutation` does it in an environment of its own")
    shares = []
    with tempfile.TemporaryDirectory() as folder:
        copied(Path(folder))
        for module, tests in GUARDED.items():
            outcome = mutated(Path(folder), module, tests, TOO_LONG)
            unseen = Counter(outcome.left)
            left = unseen - table[module]
            killed, equal = outcome.killed + outcome.too_slow, (unseen & table[module]).total()
            shares.append((Path(module).stem, killed, killed + left.total(), equal, outcome.too_slow))
            print(f"{module}: {killed} of {killed + left.total()}, {equal} equivalent", file=sys.stderr, flush=True)
            for change in left:
                print(f"  survived: {change}", file=sys.stderr, flush=True)
    tests_run, failed = flakes()
    met = all(100 * killed >= AT_LEAST * every for _, killed, every, _, _ in shares) and not failed and tests_run > 0
    text = ", ".join(f"{name} {killed} of {every}" for name, killed, every, _, _ in shares)
    text += f" mutants killed ({100 * sum(it[1] for it in shares) / sum(it[2] for it in shares):.1f} %, "
    text += f"{sum(it[4] for it in shares)} of them by time); {sum(it[3] for it in shares)} more are equivalent; "
    return Figure(met, text + f"{tests_run} tests in {ORDERS} random orders: {failed} runs with a failure")


if __name__ == "__main__":
    alone(__file__, main)
