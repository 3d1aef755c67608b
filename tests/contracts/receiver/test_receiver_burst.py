"""A receiver may be too busy for a part of a burst, as long as it takes the events in the end."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from contracts.receiver.bench import Bench, Trial
from contracts.receiver.load import burst
from contracts.receiver.side_effects import Effects


def _trial(*statuses: int) -> Trial:
    """A trial of one delivery with an attempt for each status."""
    state = "delivered" if statuses[-1] == 200 else "failed"
    delivery: Mapping[str, Any] = {"state": state, "attempts": [{"status": status} for status in statuses]}
    return Trial([], [delivery], Effects())


class BusyBench:
    """A bench whose receiver answers an event with these statuses, one after the other."""

    def __init__(self, *statuses: int) -> None:
        self._statuses, self._sent = statuses, 1
        self.watch = self
        self.usual = Effects()
        self.findings: list[str] = []
        self.counted = 0
        self.ms = 1.0
        self.sent = 0
        self.skipped = False

    def milliseconds(self) -> float:
        return self.ms

    def skip(self, rules: Any, reason: str) -> None:
        self.skipped = True

    def trial(self, records: int) -> Trial:
        self.sent = records
        return _trial(self._statuses[0])

    def was_answered(self, status: int) -> bool:
        return False

    def until_delivered(self, trial: Trial) -> None:
        self._sent = len(self._statuses)

    def seen(self, records: Any, expected: int) -> Trial:
        return _trial(*self._statuses[: self._sent])

    def found(self, rule: Any, trial: Trial, *, got: str, **facts: str) -> None:
        self.findings.append(got)

    def judge_count(self, *arguments: Any) -> None:
        self.counted += 1


@pytest.mark.parametrize(
    ("statuses", "findings"),
    [
        ((200,), 0),
        ((429, 200), 0),
        ((503, 429, 200), 0),
        ((429, 429), 1),
        ((503, 500), 1),
        ((500, 200), 1),
        ((404,), 1),
    ],
)
def test_a_busy_receiver_is_asked_again_and_a_broken_one_is_not(statuses: tuple[int, ...], findings: int) -> None:
    bench = BusyBench(*statuses)
    burst(cast(Bench, bench), _trial(200))
    assert (len(bench.findings), bench.counted) == (findings, 1 - findings)


@pytest.mark.parametrize(("ms", "events"), [(0.0, 200), (200.0, 200), (300.0, 133), (800.0, 50), (801.0, 0)])
def test_a_slow_receiver_has_a_smaller_burst_and_a_very_slow_one_none(ms: float, events: int) -> None:
    bench = BusyBench(200)
    bench.ms = ms
    burst(cast(Bench, bench), _trial(200))
    assert (bench.sent, bench.skipped) == (events, events == 0)
