"""Events that come late, or in another order than they happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.receiver.bench import Bench, Trial
from contracts.receiver.receiver_calls import ReceiverCall
from contracts.receiver.receiver_rules import IS_ORDER_SAFE
from contracts.receiver.subjects import CheckedRecord

_HOURS = 6
_CANCELLED = "cancel"
"""Receivers show a cancelled appointment by a word that holds this."""


def other_order(bench: Bench) -> None:
    """Let one record's event come behind another's, and hours late."""
    trial = bench.trial(("REORDER", {"nth": 1}), records=2, apart=True)
    bench.judge_count(IS_ORDER_SAFE, trial, "the events of two records, the older one last", 2)
    trial = bench.trial(("LATE", {"seconds": _HOURS * 3_600, "nth": 1}), records=2, expected=1, apart=True)
    bench.driver.advance(_HOURS * 3_600)
    bench.driver.drain()
    late = bench.seen(trial.records, 2)
    bench.judge_count(IS_ORDER_SAFE, late, f"an event {_HOURS} hours late, and one of another record before it", 2)


def stale_updates(bench: Bench) -> None:
    """Deliver two events of one record in order and then, for another record, the newer one first."""
    subject = bench.driver.subject
    if not subject.updated or subject.removes:  # no other event of the record could come to the same place
        return
    bench.begin()
    bench.driver.unsubscribe(bench.subscription)
    others: list[int] = []
    try:
        makers = {_new_and_update: "an update before the event of the new record"}
        makers[_two_updates] = "two updates of a record, the newer one first"
        if subject.ended:
            makers[_update_and_end] = "a cancellation before an older update"
        pairs = [(make(bench), make(bench), sent) for make, sent in makers.items()]
        bench.subscription = bench.driver.subscribe(bench.url)
        triggers = {subject.created, subject.updated, subject.ended} - {"", subject.trigger}
        others = [bench.driver.subscribe(bench.url, one) for one in sorted(triggers)]
        for forward, backward, sent in pairs:
            _judge(bench, [bench.subscription, *others], forward, backward, sent)
    finally:
        bench.driver.heal()
        for other in others:
            bench.driver.unsubscribe(other)
        bench.subscription = bench.driver.subscribe(bench.url)


Pair = tuple[CheckedRecord, Sequence[str], str, str]
"""A record, its two events in order, and a text that the receiver has of it after each."""


def _changed(bench: Bench, *, emit: bool = False) -> tuple[CheckedRecord, str]:
    """A new record whose text was changed to a word of its own."""
    [record] = bench.driver.unheard(emit=emit)
    word = bench.driver.word()
    bench.driver.change(record, {bench.driver.subject.text: word})
    return record, word


def _new_and_update(bench: Bench) -> Pair:
    subject, driver = bench.driver.subject, bench.driver
    record, word = _changed(bench, emit=True)
    return record, [driver.event(record, subject.created), driver.event(record, subject.updated)], "", word


def _two_updates(bench: Bench) -> Pair:
    updated, driver = bench.driver.subject.updated, bench.driver
    record, older = _changed(bench)
    newer = driver.word()
    driver.change(record, {driver.subject.text: newer})
    return record, [driver.event(record, updated, 1), driver.event(record, updated)], older, newer


def _update_and_end(bench: Bench) -> Pair:
    subject, driver = bench.driver.subject, bench.driver
    record, _ = _changed(bench)
    driver.change(record, {"status": "CANCELLED"})
    return record, [driver.event(record, subject.updated), driver.event(record, subject.ended)], "", _CANCELLED


def _judge(bench: Bench, subscriptions: Sequence[int], forward: Pair, backward: Pair, sent: str) -> None:
    """Compare what is left after both orders. A receiver that does not show these texts cannot be judged by them."""
    record, events, older, newer = forward
    _deliver(bench, subscriptions, record, events)
    if not _ends_well(_left(bench, record), older, newer):
        return
    record, events, older, newer = backward
    _deliver(bench, subscriptions, record, events[::-1])
    left = _left(bench, record)
    if _ends_well(left, older, newer):
        return
    trial = Trial([record], _delivered(bench, events), bench.watch.seen([record]))
    got = "both are there" if newer in left else "the older one was written over it"
    bench.found(IS_ORDER_SAFE, trial, sent=sent, expected="the newer state in the end", got=got)


def _ends_well(left: str, older: str, newer: str) -> bool:
    """Tell whether the newer state is left, and the older one is not."""
    if newer == _CANCELLED:  # receivers have words of their own for it
        return newer in left.lower()
    return newer in left and not (older and older in left)


def _deliver(bench: Bench, subscriptions: Sequence[int], record: CheckedRecord, events: Sequence[str]) -> None:
    """Deliver events of a record one after the other. Events that the receiver's own writes cause are lost: it would
    answer them with further writes, without end.
    """
    bench.watch.mark()
    for event in events:
        bench.driver.heal()
        for subscription in subscriptions:
            bench.driver.fault("LOST", subscription, after=1)
        bench.driver.resend(event)
        bench.watch.settled([record], bench.watch.seen([record]))


def _delivered(bench: Bench, events: Sequence[str]) -> list[Mapping[str, Any]]:
    """The deliveries of some events, in the order in which they were made."""
    return [
        delivery
        for event in reversed(events)
        for delivery in bench.driver.control("GET", f"/webhooks/deliveries?eventId={event}")["items"]
    ]


def _left(bench: Bench, record: CheckedRecord) -> str:
    """The end of the receiver's work: what the probe shows, and the last thing that it has written over others."""
    written = [call for call in bench.watch.calls([record]) if _overwrites(call)]
    return "\n".join([bench.watch.shown(record), *(call.text for call in written[-1:])])


def _overwrites(call: ReceiverCall) -> bool:
    return call.method in ("PUT", "PATCH")
