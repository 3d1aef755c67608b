"""Events of different records that come at the same moment, as senders deliver them that work in parallel."""

from collections.abc import Sequence

from contracts.receiver.bench import Bench, Trial, accepted
from contracts.receiver.load import BUSY
from contracts.receiver.receiver_rules import SURVIVES_BURST

_EVENTS = 40
_AT_ONCE = 4
_HELD_SECONDS = 60
_MAX_ANSWER_MS = 1_000


def parallel_events(bench: Bench) -> None:
    """Deliver events of different records, several at the same moment: each must have its effect."""
    if bench.milliseconds() > _MAX_ANSWER_MS:  # it would take a minute, and the receiver has a finding already
        return
    trial = _trial(bench)
    refused = [attempt for attempt in trial.attempts if not accepted(attempt)]
    if bench.watch.was_answered(429) or (refused and all(attempt["status"] in BUSY for attempt in refused)):
        return
    sent = f"{_EVENTS} events of different records, {_AT_ONCE} at the same moment"
    if refused:
        got = f"{len(refused)} answers that are no success, as {refused[0]['status'] or refused[0]['error']}"
        bench.found(SURVIVES_BURST, trial, sent=sent, expected="2xx for each", got=got)
    else:
        bench.judge_count(SURVIVES_BURST, trial, sent, _EVENTS)


def _trial(bench: Bench) -> Trial:
    """The deliveries of one subscription come one after the other. So the receiver has several for a while."""
    driver = bench.driver
    bench.begin()
    more = [driver.subscribe_again(bench.url) for _ in range(_AT_ONCE - 1)]
    try:
        subscriptions = [bench.subscription, *more]
        for subscription in subscriptions:
            driver.fault("LATE", subscription, seconds=_HELD_SECONDS, count=_EVENTS)
        made = driver.records(_EVENTS)
        driver.drain()
        _share(bench, subscriptions)
        driver.advance(_HELD_SECONDS)
        driver.drain()
        effects = bench.seen(made, _EVENTS).effects
        sent = [one for it in subscriptions for one in driver.deliveries(it, _EVENTS) if one["attempts"]]
        return Trial(made, sent, effects)
    finally:
        driver.heal()
        for subscription in more:
            driver.unsubscribe(subscription)


def _share(bench: Bench, subscriptions: Sequence[int]) -> None:
    """Leave each held event to one subscription: it comes once."""
    for place, subscription in enumerate(subscriptions):
        for number, delivery in enumerate(bench.driver.waiting(subscription)):
            if number % len(subscriptions) != place:
                bench.driver.cancel(delivery)
