"""Deliveries that come again: one after the other, at once, after a lost answer, much later, in other bytes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts.receiver.bench import Bench, Trial, accepted, answers
from contracts.receiver.receiver_rules import IS_IDEMPOTENT

_COPIES = 7
_RACES = 3
"""Trials of deliveries that come at once: a race is not lost every time."""
_DAY = 86_400
_REPEATS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "one delivery three times, one after the other": ("DUPLICATE", {"copies": 2}),
        "a delivery again beside its slow answer": ("SLOW_ANSWER", {"seconds": 0.02}),
        "a delivery that was answered, and again after its answer was taken for a 500": ("ANSWER_LOST", {}),
    }
)


def repeats(bench: Bench) -> None:
    """Send one event several times, in each way in which senders do it."""
    for sent, fault in _REPEATS.items():
        trial = bench.trial(fault)
        bench.until_delivered(trial)
        _judge(bench, bench.seen(trial.records, 1), sent)
    for _ in range(_RACES):
        trial = bench.trial(("CONCURRENT_DUPLICATE", {"copies": _COPIES}))
        if not _judge(bench, trial, f"one delivery {_COPIES + 1} times at the same moment"):
            break


def late_repeats(bench: Bench) -> None:
    """Send an event again much later, and in other bytes of the same JSON."""
    trial = bench.trial()
    bench.driver.advance(_DAY)
    _judge(bench, bench.again(trial), "a delivery again a day later")
    trial = bench.trial()
    _judge(bench, bench.again(trial, ("OTHER_BYTES", {})), "a delivery again in other bytes of the same JSON")


def refused_repeats(bench: Bench) -> None:
    """Look at the answers to repeats: a repeat that is refused is sent again and again, for days."""
    trial = bench.trial(("DUPLICATE", {"copies": 1}))
    first, second = trial.attempts[0], trial.attempts[-1]
    if accepted(first) and not accepted(second):
        bench.found(
            IS_IDEMPOTENT,
            trial,
            sent="one delivery twice",
            expected="2xx for the repeat too: anything else makes the sender try again for days",
            got=f"answers {answers(trial)}",
        )


def _judge(bench: Bench, trial: Trial, sent: str) -> bool:
    return bench.judge_count(IS_IDEMPOTENT, trial, sent)
