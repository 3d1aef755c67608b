"""Tell what a run with an evolution says of a client: does it break, or does its test only compare a value?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mock_server.cli.drill_run import DrillRun

THE_COMMAND = "the command"
"""The name of what fails where no single test is known."""

_RAISED = re.compile(r"([A-Za-z_][\w.]*)(?=:|$)")


class Outcome(StrEnum):
    """The verdict on one evolution. The value is its word in every report."""

    BROKEN = "broken"
    SURVIVED = "survived"
    UNDECIDED = "undecided"
    NOT_EXERCISED = "not exercised"


@dataclass(frozen=True)
class DrillVerdict:
    """``broken`` are the tests that an evolution breaks, each with its message.

    ``comparing`` are those that fail for a placebo too: they compare the very value, and say nothing of the client.
    """

    evolution: str
    about: str
    run: DrillRun
    broken: Mapping[str, str]
    comparing: Sequence[str]

    @property
    def answers(self) -> int:
        """How many answers had an evolution."""
        return sum(self.run.answers.values())

    @property
    def outcome(self) -> Outcome:
        """The verdict."""
        if self.broken:
            return Outcome.BROKEN
        if not self.answers:
            return Outcome.NOT_EXERCISED
        return Outcome.UNDECIDED if self.comparing else Outcome.SURVIVED

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {
            "evolution": self.evolution,
            "about": self.about,
            "outcome": self.outcome.value,
            "answers": self.answers,
            "exitCode": self.run.exit_code,
            "seconds": self.run.seconds,
            "broken": [{"test": test, "message": message} for test, message in self.broken.items()],
            "comparing": list(self.comparing),
        }


def judge(evolution: str, about: str, run: DrillRun, placebo: DrillRun | None) -> DrillVerdict:
    """Judge one run; ``placebo`` is the same run with ordinary values, where there is such."""
    failed = dict(run.failures)
    if not run.passed and not failed:
        failed = {THE_COMMAND: _ending(run)}
    comparing = [test for test in failed if placebo is not None and _fails_alike(test, failed[test], placebo)]
    broken = {test: message for test, message in failed.items() if test not in comparing}
    return DrillVerdict(evolution, about, run, {} if run.passed else broken, [] if run.passed else comparing)


def _fails_alike(test: str, message: str, placebo: DrillRun) -> bool:
    """Tell whether a test fails for a placebo in the same way: by the same exception."""
    if test == THE_COMMAND:
        return not placebo.passed
    return test in placebo.failures and _raised(placebo.failures[test]) == _raised(message)


def _raised(message: str) -> str:
    """The exception behind a message of pytest; what it says of a bare ``assert`` is an AssertionError."""
    match = _RAISED.match(message)
    return "AssertionError" if match is None or message.startswith("assert ") else match[1]


def _ending(run: DrillRun) -> str:
    """How a command ended, in its own last words."""
    how = f"took more than {run.seconds:.0f} s" if run.exit_code is None else f"ended with {run.exit_code}"
    last = run.tail.splitlines()[-1:]
    return ": ".join([how, *last])
