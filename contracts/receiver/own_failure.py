"""A delivery whose work fails, because the API that the receiver calls is down for a while."""

from contracts.receiver.bench import Bench, accepted, answers
from contracts.receiver.receiver_rules import RECOVERS

_PATIENCE = 20.0
"""Seconds that a receiver has to try its own calls again, which it may do later and later."""
_OUTAGE = 2.0
"""Real seconds in which the receiver's calls are refused."""
_NO_CALLS = "the receiver makes no call into the mock that could be made to fail"


def own_failure(bench: Bench) -> None:
    """Refuse the receiver's calls during one delivery, and let it come again afterwards."""
    if not bench.watch.usual.calls:
        bench.skip([RECOVERS], _NO_CALLS)
        return
    _fail(bench, "", "every call of the receiver was")


def half_done(bench: Bench) -> None:
    """Refuse only the last of several writes: what was done before it must not be done twice."""
    if len(bench.watch.operations) > 1 and RECOVERS not in {finding.rule for finding in bench.findings}:
        last = bench.watch.operations[-1]
        _fail(bench, last, f"its last call ({last}) was, after others had gone well,")


def _fail(bench: Bench, operation: str, which: str) -> None:
    """Deliver an event while calls are refused, and again afterwards; judge the effects of both."""
    rule = bench.driver.refuse_calls(operation)
    try:
        trial = bench.trial(expected=0)
        called = bench.watch.await_answer(503)  # a receiver may work after it has answered
        if called:
            bench.watch.wait(_OUTAGE)  # a few quick retries are over by then
    finally:
        bench.driver.accept_calls(rule)
    if not called and operation:  # it may have given up at an earlier call
        return
    if not called:
        bench.skip([RECOVERS], "the receiver has made no call for a delivery while its calls were refused")
        return
    acknowledged = accepted(trial.attempts[0])
    if not acknowledged:
        bench.until_delivered(trial)
        if not any(accepted(attempt) for attempt in bench.seen(trial.records, 0).attempts):
            bench.again(trial)  # a sender that never tries again: by hand, as a person would
    whole = bench.seen(trial.records, 1, patience=_PATIENCE)
    excess, lack = bench.watch.excess(whole.effects), bench.watch.lack(whole.effects)
    if excess or lack:
        why = "it answered 2xx although its work had failed" if acknowledged and lack else f"answers {answers(whole)}"
        sent = f"a delivery while {which} answered 503, and again after that"
        bench.found(RECOVERS, whole, sent=sent, expected=bench.watch.expectation(), got=f"{excess or lack}; {why}")
