"""Receivers whose program ends, and receivers that never come to an end because they answer themselves."""

from collections.abc import Mapping
from typing import Any

from contracts.receiver.bench import LOOP, Bench, Trial
from contracts.receiver.receiver_rules import IGNORES_ITSELF
from contracts.receiver.side_effects import Effects

_SHOWN = 3
"""Deliveries that a report shows of a receiver that has ended: it had got those before the last one."""
_NOT_THERE = ("connection refused", "the host is not known", "refused", "the certificate", "no TLS")
"""Reasons of a failed delivery that say nothing about a receiver, but that it is not there."""


def not_there(attempt: Mapping[str, Any]) -> bool:
    """Tell whether nobody has taken a request."""
    return attempt["status"] is None and str(attempt["error"]).startswith(_NOT_THERE)


def ended(bench: Bench) -> Trial | None:
    """An ordinary delivery that nobody takes, because the receiver's program has ended; None if it is there."""
    bench.driver.heal()
    records = bench.driver.records()
    bench.driver.drain()
    trial = Trial(records, bench.driver.deliveries(bench.subscription, _SHOWN), Effects())
    return trial if trial.attempts and not_there(trial.attempts[-1]) else None


def answers_itself(bench: Bench, trial: Trial) -> bool:
    """Note a finding if the receiver's own writes have caused one event after the other; tell whether they have."""
    caused = bench.driver.caused_by_receiver()
    if caused < LOOP:
        return False
    bench.found(
        IGNORES_ITSELF,
        trial,
        sent="an ordinary delivery",
        expected="the receiver rests after its work",
        got=f"its own writes caused {caused} further events or more, each of which it answered with another write",
    )
    return True
