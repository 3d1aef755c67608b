"""Events that come late, or in another order than they happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.receiver.bench import Bench, Trial
from contracts.receiver.mock_driver import CREATED, UPDATED, CheckedLead, ReceiverCall
from contracts.receiver.receiver_rules import IS_ORDER_SAFE

_HOURS = 6


def other_order(bench: Bench) -> None:
    """Let one lead's event come behind another's, and hours late."""
    trial = bench.trial(("REORDER", {"nth": 1}), leads=2, apart=True)
    bench.judge_count(IS_ORDER_SAFE, trial, "the events of two leads, the older one last", 2)
    trial = bench.trial(("LATE", {"seconds": _HOURS * 3_600, "nth": 1}), leads=2, expected=1, apart=True)
    bench.driver.advance(_HOURS * 3_600)
    bench.driver.drain()
    late = bench.seen(trial.leads, 2)
    bench.judge_count(IS_ORDER_SAFE, late, f"an event {_HOURS} hours late, and one of another lead before it", 2)


def stale_updates(bench: Bench) -> None:
    """Deliver two events of one lead, in order and then, for another lead, the newer one first."""
    bench.begin()
    bench.driver.unsubscribe(bench.subscription)
    created = 0
    try:
        old, new = _two_versions(bench), _two_versions(bench)
        both_new, both_old = _two_updates(bench), _two_updates(bench)
        created = bench.driver.subscribe(bench.url, CREATED)
        updates = bench.driver.subscribe(bench.url, UPDATED)
        _judge(bench, [created, updates], old, new, "an update before the event of the new lead")
        _judge(bench, [created, updates], both_old, both_new, "two updates of a lead, the newer one first")
        bench.driver.unsubscribe(updates)
    finally:
        bench.driver.heal()
        bench.subscription = created or bench.driver.subscribe(bench.url, CREATED)


Pair = tuple[CheckedLead, Sequence[str], str, str]
"""A lead, its two events in order, and the name that it has in each."""


def _two_versions(bench: Bench) -> Pair:
    """A new lead that was renamed."""
    [lead] = bench.driver.leads()
    name = bench.driver.word()
    bench.driver.rename(lead, name)
    return lead, [bench.driver.event(lead, CREATED), bench.driver.event(lead, UPDATED)], "", name


def _two_updates(bench: Bench) -> Pair:
    """A lead that was renamed twice."""
    [lead] = bench.driver.leads()
    older, newer = bench.driver.word(), bench.driver.word()
    bench.driver.rename(lead, older)
    bench.driver.rename(lead, newer)
    return lead, [bench.driver.event(lead, UPDATED, 1), bench.driver.event(lead, UPDATED)], older, newer


def _judge(bench: Bench, subscriptions: Sequence[int], forward: Pair, backward: Pair, sent: str) -> None:
    """Compare what is left after both orders. A receiver that shows no names cannot be judged by them."""
    lead, events, older, newer = forward
    _deliver(bench, subscriptions, lead, events)
    left = _left(bench, lead)
    if newer not in left or (older and older in left):
        return
    lead, events, older, newer = backward
    _deliver(bench, subscriptions, lead, events[::-1])
    left = _left(bench, lead)
    if newer in left and not (older and older in left):
        return
    trial = Trial([lead], _delivered(bench, events), bench.watch.seen([lead]))
    got = "the older one was written over it" if newer not in left else "both are there"
    bench.found(IS_ORDER_SAFE, trial, sent=sent, expected="the newer state in the end", got=got)


def _deliver(bench: Bench, subscriptions: Sequence[int], lead: CheckedLead, events: Sequence[str]) -> None:
    """Deliver events of a lead one after the other. Events that the receiver's own writes cause are lost: it would
    answer them with further writes, without end.
    """
    bench.watch.mark()
    for event in events:
        bench.driver.heal()
        for subscription in subscriptions:
            bench.driver.fault("LOST", subscription, after=1)
        bench.driver.resend(event)
        bench.watch.settled([lead], bench.watch.seen([lead]))


def _delivered(bench: Bench, events: Sequence[str]) -> list[Mapping[str, Any]]:
    """The deliveries of some events, in the order in which they were made."""
    return [
        delivery
        for event in reversed(events)
        for delivery in bench.driver.control("GET", f"/webhooks/deliveries?eventId={event}")["items"]
    ]


def _left(bench: Bench, lead: CheckedLead) -> str:
    """The end of the receiver's work: what the probe shows, and the last thing that it has written over others."""
    written = [call for call in bench.watch.calls([lead]) if _overwrites(call)]
    return "\n".join([bench.watch.shown(lead), *(call.text for call in written[-1:])])


def _overwrites(call: ReceiverCall) -> bool:
    return call.method in ("PUT", "PATCH")
