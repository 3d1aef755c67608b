"""Tests that mean something: every small change that mutmut knows is made to the gate, the redactor, the limiter,
authentication, tenancy, the outbox and the body reader, and a test must notice it; a part of the suite runs in random
orders. mutmut leaves functions with a decorator as they are.

Changes that nobody can notice stand in ``equivalent_mutants.toml`` beside this, each with its reason; they are left
out of the count. Needs mutmut: `make mutation` sets up an environment with it.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from frame import Figure, NotShown, Size, alone
from mutation import ROOT, TOOL, Change, copied, functions_of, mutated

MINUTES = 90
AT_LEAST = 95  # per cent, of each module
ORDERS = 20
TABLE = Path(__file__).with_name("equivalent_mutants.toml")
# Each module with the tests that guard it; the longest first, as several run at once.
GUARDED = {
    "mock_server/webhooks/egress_client.py": ["tests/webhooks/test_egress.py"],
    "mock_server/webhooks/failure_reasons.py": ["tests/webhooks/test_egress.py"],
    "mock_server/workspaces/workspace.py": [
        "tests/workspaces/test_tenancy.py",
        "tests/workspaces/test_workspace.py",
        "tests/workspaces/test_tenant_histories.py",
    ],
    "mock_server/workspaces/transaction.py": ["tests/workspaces/test_transaction.py"],
    "mock_server/support/redaction.py": ["tests/support/test_redaction.py"],
    "mock_server/workspaces/rate_limit.py": ["tests/workspaces/test_key_rate_limit.py"],
    "mock_server/middleware/authentication.py": [
        "tests/middleware/test_authentication.py",
        "tests/middleware/test_rate_limit_headers.py",
        "tests/middleware/test_security.py",
    ],
    "mock_server/middleware/credentials.py": [
        "tests/middleware/test_authentication.py",
        "tests/middleware/test_security.py",
    ],
    "mock_server/middleware/rate_limit.py": ["tests/middleware/test_rate_limit_headers.py"],
    "mock_server/api/request_body.py": ["tests/api/test_answer_parts.py"],
    "mock_server/webhooks/egress_policy.py": ["tests/webhooks/test_egress.py"],
    "mock_server/webhooks/outbox.py": ["tests/webhooks/test_outbox.py", "tests/webhooks/test_owed_endings.py"],
}
# Ten thousand deliveries a mutant would take hours; smaller tests of the same stand beside them.
TOO_LONG = [
    f"tests/webhooks/test_outbox.py::{test}"
    for test in (
        "test_the_oldest_settled_deliveries_and_events_make_room",
        "test_what_is_still_owed_is_never_dropped_nor_is_its_event",
    )
]
AT_ONCE = 4
# More than a thousand tests that take a quarter of a minute.
SHUFFLED = [
    "tests/middleware",
    "tests/store",
    "tests/support/test_redaction.py",
    "tests/workspaces/test_key_rate_limit.py",
    "tests/api/test_answer_parts.py",
    "tests/api/test_refusals.py",
    "tests/webhooks/test_egress.py",
    "tests/webhooks/test_delivery.py",
    "tests/webhooks/test_attempt.py",
]


class Share(NamedTuple):
    """Of ``every`` mutant that somebody could notice, how many were killed, and how many of these by time."""

    module: str
    killed: int
    every: int
    equal: int
    too_slow: int


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


def in_order(number: int) -> tuple[int, bool]:
    """How many tests passed in one random order, and whether that is all of them."""
    ways = [str(TABLE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "SHUFFLE": str(number), "PYTHONPATH": os.pathsep.join(ways)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "shuffled", *SHUFFLED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    passed = re.search(r"(\d+) passed", done.stdout)
    if done.returncode:
        said(f"order {number}: {done.stdout[-2000:]}")
    return int(passed[1]) if passed else 0, not done.returncode


def share(module: str) -> Share:
    """What became of the mutants of one module."""
    with tempfile.TemporaryDirectory() as folder:
        copied(Path(folder))
        outcome = mutated(Path(folder), module, GUARDED[module], TOO_LONG)
    unseen, known = Counter(outcome.left), equivalents()[module]
    left = unseen - known
    killed = outcome.killed + len(outcome.too_slow)
    result = Share(module, killed, killed + left.total(), (unseen & known).total(), len(outcome.too_slow))
    said(
        f"{module}: {result}",
        *(f"  survived: {change}" for change in left),
        *(f"  by time: {change}" for change in outcome.too_slow),
    )
    return result


def said(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)


def main(size: Size) -> Figure:
    table = equivalents()
    old = [f"{module}: {change}" for module, changes in table.items() for change in stale(module, changes)]
    if old:
        return Figure(met=False, text=f"the table of equivalent mutants is stale: {old[0]}")
    if size == "small":
        known = sum(changes.total() for changes in table.values())
        return Figure(met=True, text=f"{known} equivalent mutants, each with its reason, none stale")
    if importlib.util.find_spec("mutmut") is None:
        raise NotShown(f"{TOOL} is not installed: `make mutation` does it in an environment of its own")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = list(pool.map(share, GUARDED))
    with ThreadPoolExecutor(
        os.cpu_count()
    ) as pool:  # some of these tests wait for a clock, and more would only slow them
        orders = list(pool.map(in_order, range(ORDERS)))
    killed, every = sum(it.killed for it in shares), sum(it.every for it in shares)
    failed = sum(not good for _, good in orders)
    met = all(100 * it.killed >= AT_LEAST * it.every for it in shares) and not failed
    text = f"{killed} of {every} mutants killed ({100 * killed / every:.1f} %): "
    text += ", ".join(f"{Path(it.module).stem} {it.killed}/{it.every}" for it in shares)
    text += f"; {sum(it.too_slow for it in shares)} of them by time; {sum(it.equal for it in shares)} more are "
    text += f"equivalent; {max(count for count, _ in orders)} tests in {ORDERS} random orders: "
    return Figure(met, text + f"{failed} with a failure")


if __name__ == "__main__":
    alone(__file__, main)
