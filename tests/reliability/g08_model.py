"""Any sequence of calls does what plain dictionaries do: 10,000 runs of up to 50 steps, on each engine a third.

The state machine is that of ``tests/behaviours/test_api_model.py``: after each step the workspace holds what the model
says, in the end the lists show it, and the log gives back what memory has. Each portion of runs has a seed of its own.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from frame import HERE, Figure, Size, alone

MINUTES = 35
ENOUGH = 0.9 * MINUTES * 60  # seconds after which no more portions are begun
RUNS, STEPS, PORTION = 10_000, 50, 100
STORES = ("memory", "file", "postgres")
Result = tuple[int, int, str]
"""Runs, steps, and the difference that was found, if one was."""
Portion = tuple[str, int, int, int, float]
"""Store, seed, runs, steps, when it is too late to begin."""


def ran(portion: Portion) -> Result:
    """Runs, steps, and the difference that was found, if one was."""
    # Here and not above: these are the suite's own modules, and they take a while to load.
    sys.path[:0] = [str(HERE.parent / "behaviours"), str(HERE.parent)]
    from hypothesis import HealthCheck, seed, settings
    from hypothesis.stateful import run_state_machine_as_test
    from test_api_model import Calls

    from mock_server.app import create_app
    from mock_server.config.settings import Settings
    from mock_server.store.open_log import open_log

    store, number, runs, steps, deadline = portion
    if time.time() > deadline:
        return 0, 0, ""
    done = [0, 0]

    class Counted(Calls):
        def check_invariants(self, *arguments: Any) -> None:
            super().check_invariants(*arguments)
            done[1] += 1

        def teardown(self) -> None:
            super().teardown()
            done[0] += 1

    quiet = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    with place(store) as where, closing(open_log(where)) as log, asyncio.Runner() as runner:
        try:
            app = create_app(Settings(world="empty", rate_limit="off", self_check="all"), log)
            make: Any = partial(Counted, app, runner.get_loop(), log)
            run_state_machine_as_test(seed(number)(make), settings=quiet)
        except Exception:
            return done[0], done[1], traceback.format_exc()
    return done[0], done[1], ""


@contextmanager
def place(store: str) -> Iterator[str]:
    """A place for a state, as `--state` takes it."""
    sys.path[:0] = [str(HERE.parent)]
    from postgres import postgres_server

    if store == "memory":
        yield ""
    elif store == "file":
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "state.db")
    else:
        with postgres_server() as server, server.schema(f"model_{os.getpid()}") as url:
            yield url


def portions(runs: int, most: int, steps: int) -> Iterator[Portion]:
    deadline = time.time() + ENOUGH
    for number in range(runs // most):
        yield STORES[number % len(STORES)], number, most, steps, deadline


def main(size: Size) -> Figure:
    if size == "small":  # the test of the model itself runs in memory too
        results = [ran(("file", 1, 5, 10, time.time() + 60))]
    else:
        workers, spawn = os.cpu_count() or 1, multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
            results = list(pool.map(ran, portions(RUNS, PORTION, STEPS)))
    differences = [found for _, _, found in results if found]
    for found in differences[:3]:
        print(found, file=sys.stderr)
    runs, steps = sum(result[0] for result in results), sum(result[1] for result in results)
    wanted = RUNS if size == "full" else 5
    text = f"{runs:,} runs of up to {STEPS} steps, {steps:,} in all, in memory, in a file, on PostgreSQL: "
    text += f"differences {len(differences)}"
    if runs < wanted:
        text += f"; {wanted:,} were wanted, time was up"
    return Figure(not differences and runs >= wanted, text)


if __name__ == "__main__":
    alone(__file__, main)
