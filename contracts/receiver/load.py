"""The speed of answers, and a burst of events."""

from contracts.receiver.bench import Bench, Trial, accepted, answers
from contracts.receiver.receiver_rules import ACKNOWLEDGES_FAST, IS_IDEMPOTENT, SURVIVES_BURST

BURST = 200
_MAX_ANSWER_SECONDS = 2.0
"""The longest time for an answer. The vendor publishes none; senders give up after 3 to 30 seconds."""
_MAX_BURST_SECONDS = 40.0
_MIN_BURST = 50
"""The least number of events that show something: queues that drop what they have no room for are about as long."""
BUSY = (429, 503)
"""Answers by which a receiver says that it takes the delivery later."""


def acknowledges(bench: Bench, trial: Trial) -> None:
    """Judge the answer to an ordinary delivery."""
    [attempt] = trial.attempts[:1]
    sent = "an ordinary delivery"
    if not accepted(attempt):
        bench.found(ACKNOWLEDGES_FAST, trial, sent=sent, expected="2xx", got=f"answer {answers(trial)}")
    elif attempt["ms"] > _MAX_ANSWER_SECONDS * 1000:
        expected = f"an answer within {_MAX_ANSWER_SECONDS:g} s, before the work is done"
        bench.found(ACKNOWLEDGES_FAST, trial, sent=sent, expected=expected, got=f"{attempt['ms'] / 1000:.1f} s")


def burst(bench: Bench, first: Trial) -> None:
    """Let many events come in a row, and then the very first delivery again."""
    number = _burst_size(bench.milliseconds() / 1000)
    if number < _MIN_BURST:
        bench.skip([SURVIVES_BURST], f"{_MIN_BURST} answers would take longer than {_MAX_BURST_SECONDS:g} s")
        return
    trial = bench.trial(records=number)
    if bench.watch.was_answered(429):
        bench.skip([SURVIVES_BURST], "the mock's rate limit refused calls of the receiver: serve --rate-limit off")
        return
    sent = f"{number} events in a row"
    if waiting := sum(not delivery["attempts"] for delivery in trial.deliveries):
        got = f"{waiting} of them were still waiting for their turn, so slow were the answers"
        bench.found(SURVIVES_BURST, trial, sent=sent, expected="answers as fast as to a single event", got=got)
        return
    refused = [attempt for attempt in trial.attempts if not accepted(attempt)]
    if refused and all(attempt["status"] in BUSY for attempt in refused):
        bench.until_delivered(trial)  # a receiver may ask for patience, if it takes the repeats
        trial = bench.seen(trial.records, number)
        sent += ", and those again that it was too busy for"
        refused = [delivery["attempts"][-1] for delivery in trial.deliveries if delivery["state"] != "delivered"]
    if refused:
        got = f"{len(refused)} answers that are no success, as {refused[0]['status'] or refused[0]['error']}"
        bench.found(SURVIVES_BURST, trial, sent=sent, expected="2xx for each in the end", got=got)
    else:
        bench.judge_count(SURVIVES_BURST, trial, sent, number)
    if bench.watch.usual:
        bench.watch.mark(first.records)
        repeated = bench.again(first, expected=0)
        if excess := bench.watch.excess(repeated.effects, 0):
            sent = f"a delivery again after {number} others"
            bench.found(IS_IDEMPOTENT, repeated, sent=sent, expected="no further effect", got=excess)


def _burst_size(seconds: float) -> int:
    """The number of events of a burst: fewer for a receiver that takes so many seconds for each that all take long."""
    return min(BURST, int(_MAX_BURST_SECONDS / max(seconds, 0.001)))
