"""The speed of answers, and a burst of events."""

from contracts.receiver.bench import Bench, Trial, accepted, answers
from contracts.receiver.receiver_rules import ACKNOWLEDGES_FAST, IS_IDEMPOTENT, SURVIVES_BURST

BURST = 200
_MAX_ANSWER_SECONDS = 2.0
"""The longest time for an answer. The vendor publishes none; senders give up after 3 to 30 seconds."""
_MAX_BURST_SECONDS = 40.0
_BUSY = (429, 503)
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
    needed = BURST * bench.milliseconds() / 1000
    if needed > _MAX_BURST_SECONDS:
        bench.skip([SURVIVES_BURST], f"{BURST} answers would take {needed:.0f} s")
        return
    trial = bench.trial(leads=BURST)
    if bench.watch.was_answered(429):
        bench.skip([SURVIVES_BURST], "the mock's rate limit refused calls of the receiver: serve --rate-limit off")
        return
    sent = f"{BURST} events in a row"
    refused = [attempt for attempt in trial.attempts if not accepted(attempt)]
    if refused and all(attempt["status"] in _BUSY for attempt in refused):
        bench.until_delivered(trial)  # a receiver may ask for patience, if it takes the repeats
        trial = bench.seen(trial.leads, BURST)
        sent += ", and those again that it was too busy for"
        refused = [delivery["attempts"][-1] for delivery in trial.deliveries if delivery["state"] != "delivered"]
    if refused:
        got = f"{len(refused)} answers that are no success, as {refused[0]['status'] or refused[0]['error']}"
        bench.found(SURVIVES_BURST, trial, sent=sent, expected="2xx for each in the end", got=got)
    else:
        bench.judge_count(SURVIVES_BURST, trial, sent, BURST)
    if bench.watch.usual:
        bench.watch.mark(first.leads)
        repeated = bench.again(first, expected=0)
        if excess := bench.watch.excess(repeated.effects, 0):
            sent = f"a delivery again after {BURST} others"
            bench.found(IS_IDEMPOTENT, repeated, sent=sent, expected="no further effect", got=excess)
