"""What is owed is kept until it is settled; what is settled is kept until there is too much of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from mock_server.store.base import NoLog
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.webhooks import outbox, subscriptions
from mock_server.webhooks.delivery_queue import DeliveryQueue
from mock_server.world.ids import Ids

NOW = "2026-03-04T05:06:07.000Z"
SUBSCRIBER: dict[str, Any] = {"id": 1, "hookUrl": "http://127.0.0.1/", "trigger": "LEAD_CREATED"}


def happen(tx: Transaction, number: int) -> None:
    event = {"id": f"evt_{number}", "type": "LEAD_CREATED", "createdAt": NOW, "cause": "req_1"}
    tx.put(outbox.EVENTS, event["id"], event)
    outbox.enqueue(tx, Ids(1), NOW, event)


def settle_all(tx: Transaction, state: str) -> None:
    for row in outbox.queued(tx, 1):
        outbox.finish_delivery(tx, row, state, None)


MANY = outbox.MAX_STORED + 250
BOUND = outbox.MAX_STORED + 100  # looking for what can go costs, so it is done now and then


def test_the_oldest_settled_deliveries_and_events_make_room() -> None:
    state = WorkspaceState()
    with state.transaction(NoLog(), "w") as tx:
        subscriptions.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], SUBSCRIBER["trigger"])
        for number in range(MANY):
            happen(tx, number)
            if number % 50 == 49:
                settle_all(tx, outbox.DELIVERED)

    kept = [row.record["eventId"] for row in state.rows(outbox.KIND)]
    assert outbox.MAX_STORED <= len(kept) <= BOUND
    assert kept == [f"evt_{number}" for number in range(MANY - len(kept), MANY)]
    assert outbox.MAX_STORED <= len(state.rows(outbox.EVENTS)) <= BOUND
    assert state.rows(outbox.EVENTS)[-1].id == f"evt_{MANY - 1}"
    assert state.counters[outbox.KIND] == MANY


@pytest.mark.slow
def test_what_is_still_owed_is_never_dropped_nor_is_its_event() -> None:
    state = WorkspaceState()
    with state.transaction(NoLog(), "w") as tx:
        subscriptions.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], SUBSCRIBER["trigger"])
        for number in range(MANY):
            happen(tx, number)
        assert len(state.rows(outbox.KIND)) == len(state.rows(outbox.EVENTS)) == MANY
        settle_all(tx, outbox.FAILED)
        subscriptions.unsubscribe(tx, 1)
        for number in range(MANY, MANY + 400):
            happen(tx, number)

    assert len(state.rows(outbox.EVENTS)) <= BOUND


# --- the same, small ------------------------------------------------------------------------------------------------


@pytest.fixture
def tx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Transaction]:
    """A workspace that keeps four and looks at every second one."""
    for name, value in (("MAX_STORED", 4), ("_BATCH", 2), ("_LOOKED_AT", 6)):
        monkeypatch.setattr(outbox, name, value)
    with WorkspaceState().transaction(NoLog(), "w") as transaction:
        yield transaction


def events(tx: Transaction) -> list[str]:
    return [str(row.id) for row in tx.find(outbox.EVENTS)]


def named(*numbers: int) -> list[str]:
    return [f"evt_{number}" for number in numbers]


def test_events_that_nobody_awaits_go_in_every_batch(tx: Transaction) -> None:
    for number, kept in enumerate([1, 2, 3, 4, 5, 4, 5, 4, 5]):
        happen(tx, number)
        assert events(tx) == named(*range(number + 1 - kept, number + 1))


def test_events_go_around_those_that_are_awaited(tx: Transaction) -> None:
    subscriptions.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], SUBSCRIBER["trigger"])
    for number in range(11):
        happen(tx, number)
    assert events(tx) == named(*range(11))
    for row in outbox.queued(tx, 1):
        if row.record["eventId"] not in named(0, 2, 7):
            outbox.finish_delivery(tx, row, outbox.DELIVERED, None)
    happen(tx, 11)  # the oldest six are looked at: 0 to 5
    assert events(tx) == named(0, 2, *range(6, 12))


@pytest.mark.parametrize("state", [outbox.DELIVERED, outbox.FAILED, outbox.CANCELLED])
def test_deliveries_of_each_final_state_go_in_every_batch(tx: Transaction, state: str) -> None:
    """Each state keeps four of its own; what is pending does not count."""
    kept = []
    other = outbox.FAILED if state == outbox.DELIVERED else outbox.DELIVERED
    for number in range(12):
        row = outbox.add(tx, Ids(1), NOW, {"id": f"evt_{number}", "type": "LEAD_CREATED"}, SUBSCRIBER)
        if number in (0, 3):
            outbox.finish_delivery(tx, row, other, None)
        elif number != 5:
            outbox.finish_delivery(tx, row, state, None)
        kept.append(len(tx.find(outbox.KIND)))
    assert [row.record["eventId"] for row in tx.find(outbox.KIND)] == named(0, 3, 5, 7, 8, 9, 10, 11)
    assert kept == [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 9, 8]


def test_a_delivery_is_written_whole() -> None:
    state = WorkspaceState()
    with state.transaction(NoLog(), "w") as tx:
        event = {"id": "evt_1", "type": "LEAD_CREATED"}
        rows = [outbox.add(tx, Ids(1), NOW, event, SUBSCRIBER, new_id=new_id) for new_id in (None, "evt_1-again")]
    assert state.counters[outbox.KIND] == 2
    for number, row in enumerate(rows):
        assert row.id == str(Ids(1).make("deliveries", number))
        assert row.record == {
            "id": row.id,
            "eventId": "evt_1",
            "messageId": ("evt_1", "evt_1-again")[number],
            "trigger": "LEAD_CREATED",
            "subscriptionId": 1,
            "url": "http://127.0.0.1/",
            "state": "pending",
            "queue": 1,
            "reason": None,
            "createdAt": NOW,
            "dueAt": NOW,
            "attempts": [],
        }


def test_an_event_is_owed_to_each_subscriber_to_its_type_and_to_no_other() -> None:
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        for trigger in ("LEAD_CREATED", "LEAD_CREATED", "LEAD_UPDATED"):
            subscriptions.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], trigger)
        happen(tx, 1)
        assert [[row.record["eventId"] for row in outbox.queued(tx, id)] for id in (1, 2, 3)] == [["evt_1"]] * 2 + [[]]
        assert {row.record["createdAt"] for row in tx.find(outbox.KIND)} == {NOW}
        assert [str(row.id) for row in tx.find(outbox.KIND)] == [str(Ids(1).make("deliveries", n)) for n in (0, 1)]


def test_what_is_cancelled_is_counted_and_says_why_and_another_subscription_keeps_its_own() -> None:
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        for id in (1, 1, 2):
            outbox.add(tx, Ids(1), NOW, {"id": "evt_1", "type": "LEAD_CREATED"}, {**SUBSCRIBER, "id": id})
        assert outbox.cancel_all(tx, 1, "unsubscribed") == 2
        told = [(row.record["state"], row.record["reason"], row.record["queue"]) for row in tx.find(outbox.KIND)]
        assert told == [("cancelled", "unsubscribed", None)] * 2 + [("pending", None, 2)]
        assert outbox.cancel_all(tx, 1, "again") == 0


def test_what_is_settled_keeps_the_rest_and_takes_the_changes() -> None:
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        row = outbox.add(tx, Ids(1), NOW, {"id": "evt_1", "type": "LEAD_CREATED"}, SUBSCRIBER)
        later = outbox.finish_delivery(tx, row, outbox.PENDING, "status 500", dueAt="later")
        final = outbox.finish_delivery(tx, later, outbox.FAILED, "gave up")
    assert later.record == {**row.record, "dueAt": "later", "reason": "status 500"}
    assert final.record == {**later.record, "state": "failed", "queue": None, "reason": "gave up"}


def test_the_log_has_a_line_for_each_attempt_and_one_for_how_it_stands() -> None:
    delivery = {"id": "dlv_1", "messageId": "evt_1", "trigger": "LEAD_CREATED", "subscriptionId": 7, "reason": None}
    attempts = [
        {"number": 1, "at": NOW, "status": 500, "error": None},
        {"number": 2, "at": NOW, "status": 0, "error": "connection refused"},
    ]
    start = "dlv_1 evt_1 LEAD_CREATED -> 7"
    assert outbox.to_dict({**delivery, "state": "pending", "attempts": attempts}) == [
        f"{start} #1 {NOW} 500",
        f"{start} #2 {NOW} - connection refused",
        f"{start} pending",
    ]
    assert outbox.to_dict({**delivery, "state": "failed", "reason": "gave up", "attempts": []}) == [
        f"{start} failed gave up"
    ]


def test_a_backlog_is_in_the_order_of_arrival_whatever_the_clock_said() -> None:
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        for number, now in enumerate(["2026-01-02", "2020-01-01", "2026-01-01"]):
            event = {"id": f"evt_{number}", "type": "LEAD_CREATED"}
            outbox.add(tx, Ids(1), f"{now}T00:00:00.000Z", event, SUBSCRIBER)
        backlog, order = DeliveryQueue(outbox.queued(tx, 1)), list[str]()
        while len(order) < 9 and (row := backlog.first(tx, "2020-01-01T00:00:00.000Z")):
            order.append(row.record["eventId"])
            outbox.finish_delivery(tx, row, outbox.DELIVERED, None)

    assert order == ["evt_0", "evt_1", "evt_2"]


def test_a_backlog_gives_a_retry_once_its_time_has_come_and_before_what_came_later() -> None:
    with WorkspaceState().transaction(NoLog(), "w") as tx:
        rows = [outbox.add(tx, Ids(1), NOW, {"id": f"evt_{n}", "type": "LEAD_CREATED"}, SUBSCRIBER) for n in range(3)]
        for row, due in ((rows[0], "2026-03-04T06:00:00.000Z"), (rows[1], "2026-03-04T05:30:00.000Z")):
            outbox.finish_delivery(tx, row, outbox.PENDING, "status 500", dueAt=due, attempts=[{}])
        backlog = DeliveryQueue(outbox.queued(tx, 1))

        def first(now: str) -> str | None:
            row = backlog.first(tx, f"2026-03-04T{now}:00.000Z")
            return row.record["eventId"] if row else None

        assert backlog.next_due() == "2026-03-04T05:30:00.000Z"
        assert first("05:10") == "evt_2"
        assert first("05:30") == "evt_1"
        assert first("06:30") == "evt_1"
        outbox.cancel_all(tx, 1, "unsubscribed")
        assert first("06:30") is None
        assert backlog.next_due() is None
