"""What the scripts of the goals share: one script for each goal, one line for each figure.

A script is a file ``gNN_name.py`` beside this one, found by its name. It has

- a docstring that says what is shown and how;
- ``MINUTES``, the longest that the full size may take;
- ``main(size) -> Figure``. ``"full"`` is what the goal says, ``"small"`` a version of about half a second that
  `make test` runs in its own process: no fixed ports, no fixed sleeps, nothing left open, temporary files by tempfile;
- and ends in ``if __name__ == "__main__": alone(__file__, main)``.

``main`` returns ``Figure(met, text)`` with what was measured, or raises ``NotShown`` with the reason when this machine
cannot show it. A script that runs for minutes says by ``progress`` how far it is. A goal without a script, or without a
figure, is printed as *not shown*.
"""

import argparse
import importlib
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, NoReturn

from mock_server.config.settings import variable
from mock_server.event_loop.stall_watchdog import MIN_STALL_SECONDS

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # for ``wire``, when a script runs by itself
GOALS: Mapping[int, str] = {
    1: "kill -9",
    2: "hostile input",
    3: "sockets",
    4: "browser",
    5: "tenants",
    6: "credentials",
    7: "egress",
    8: "model",
    9: "load",
    10: "stop",
    11: "store trouble",
    12: "files and starts",
    13: "clock",
    14: "tests that mean something",
    15: "supply chain",
    16: "receivers",
    17: "replicas",
}
MET, MISSED, SHOWN_NOT = "met", "not met", "not shown"

_STALLS_SHOWN = 20

Size = Literal["full", "small"]


@dataclass(frozen=True)
class Figure:
    """``text`` is what was counted and measured, in one line."""

    met: bool
    text: str


class NotShown(Exception):
    """The goal cannot be shown here; the message says what is missing."""


Main = Callable[[Size], Figure]


def scripts() -> dict[int, Path]:
    """Every goal that has a script."""
    return {int(path.name[1:3]): path for path in sorted(HERE.glob("g[0-9][0-9]_*.py"))}


def loaded(path: Path) -> ModuleType:
    """A script as a module, for a run in this process."""
    return importlib.import_module(path.stem)


def line(goal: int, verdict: str, text: str) -> str:
    return f"goal {goal:2} · {GOALS[goal]} · {verdict} · {text}"


def read(text: str) -> tuple[str, str] | None:
    """Verdict and figure of the last line that a script printed; None when it printed none."""
    found = re.findall(rf"^goal [ \d]\d · [^·]+ · ({MET}|{MISSED}|{SHOWN_NOT}) · (.+)$", text, re.MULTILINE)
    return found[-1] if found else None


class Stalls(logging.Handler):
    """Collects what the watchdog of the event loop reports, of servers in this process and of others' logs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())

    def read(self, log: str) -> None:
        """Take up what a server of another process wrote."""
        self.found += re.findall(rf"{STALLED}.*(?:\n .*)*", log)

    @property
    def figure(self) -> str:
        return f"stalls over {MIN_STALL_SECONDS * 1000:.0f} ms: {len(self.found)}"


STALLED = "the event loop stood still"
STALLS = Stalls()
WATCHED = (2, 5, 9, 10, 11, 13)
"""The goals that are missed, too, when the event loop of a server stood still."""


def progress(done: int, total: int, what: str) -> None:
    """Say on standard error how far a long script is, at each tenth of its way."""
    if done * 10 // total > (done - 1) * 10 // total:
        print(f"  {done} of {total} {what}", file=sys.stderr, flush=True)


def alone(file: str, main: Main) -> NoReturn:
    """Run one script from the command line: prints its line; exit code 0 when met, 1 when missed, 2 when not shown."""
    options = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    options.add_argument("--size", choices=("full", "small"), default="full")
    size: Size = options.parse_args().size
    goal = int(Path(file).name[1:3])
    if goal in WATCHED:
        os.environ[variable("debug_stalls")] = "true"
        logging.getLogger("mock_server.event_loop.stall_watchdog").addHandler(STALLS)
    try:
        figure = main(size)
    except NotShown as why:
        print(line(goal, SHOWN_NOT, str(why)), flush=True)
        sys.exit(2)
    if goal in WATCHED:
        print(*STALLS.found[:_STALLS_SHOWN], sep="\n", file=sys.stderr)
        figure = Figure(figure.met and not STALLS.found, f"{figure.text}; {STALLS.figure}")
    print(line(goal, MET if figure.met else MISSED, figure.text), flush=True)
    sys.exit(not figure.met)
