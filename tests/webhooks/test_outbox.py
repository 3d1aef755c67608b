"""What is owed is kept until it is settled; what is settled is kept until there is too much of it."""

from mock_server.store.base import NoLog
from mock_server.store.image import Image, Transaction
from mock_server.webhooks import outbox, subscription
from mock_server.webhooks.backlog import Backlog
from mock_server.world.ids import Ids

NOW = "2026-03-04T05:06:07.000Z"
SUBSCRIBER = {"id": 1, "hookUrl": "http://127.0.0.1/", "trigger": "LEAD_CREATED"}


def happen(tx: Transaction, number: int) -> None:
    event = {"id": f"evt_{number}", "type": "LEAD_CREATED", "createdAt": NOW, "cause": "req_1"}
    tx.put(outbox.EVENTS, event["id"], event)
    outbox.owe(tx, Ids(1), NOW, event)


def settle_all(tx: Transaction, state: str) -> None:
    for row in outbox.queued(tx, 1):
        outbox.settle(tx, row, state, None)


MANY = outbox.KEPT + 250
BOUND = outbox.KEPT + 100  # looking for what can go costs, so it is done now and then


def test_the_oldest_settled_deliveries_and_events_make_room() -> None:
    image = Image()
    with image.transaction(NoLog(), "w") as tx:
        subscription.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], SUBSCRIBER["trigger"])
        for number in range(MANY):
            happen(tx, number)
            if number % 50 == 49:
                settle_all(tx, outbox.DELIVERED)

    kept = [row.record["eventId"] for row in image.rows(outbox.KIND)]
    assert outbox.KEPT <= len(kept) <= BOUND
    assert kept == [f"evt_{number}" for number in range(MANY - len(kept), MANY)]
    assert outbox.KEPT <= len(image.rows(outbox.EVENTS)) <= BOUND
    assert image.rows(outbox.EVENTS)[-1].id == f"evt_{MANY - 1}"
    assert image.counters[outbox.KIND] == MANY


def test_what_is_still_owed_is_never_dropped_nor_is_its_event() -> None:
    image = Image()
    with image.transaction(NoLog(), "w") as tx:
        subscription.subscribe(tx, NOW, SUBSCRIBER["hookUrl"], SUBSCRIBER["trigger"])
        for number in range(MANY):
            happen(tx, number)
        assert len(image.rows(outbox.KIND)) == len(image.rows(outbox.EVENTS)) == MANY
        settle_all(tx, outbox.FAILED)
        subscription.unsubscribe(tx, 1)
        for number in range(MANY, MANY + 400):
            happen(tx, number)

    assert len(image.rows(outbox.EVENTS)) <= BOUND


def test_a_backlog_is_in_the_order_of_arrival_whatever_the_clock_said() -> None:
    with Image().transaction(NoLog(), "w") as tx:
        for number, now in enumerate(["2026-01-02", "2020-01-01", "2026-01-01"]):
            event = {"id": f"evt_{number}", "type": "LEAD_CREATED"}
            outbox.add(tx, Ids(1), f"{now}T00:00:00.000Z", event, SUBSCRIBER)
        backlog, order = Backlog(outbox.queued(tx, 1)), []
        while row := backlog.first(tx, "2020-01-01T00:00:00.000Z"):
            order.append(row.record["eventId"])
            outbox.settle(tx, row, outbox.DELIVERED, None)

    assert order == ["evt_0", "evt_1", "evt_2"]


def test_a_backlog_gives_a_retry_once_its_time_has_come_and_before_what_came_later() -> None:
    with Image().transaction(NoLog(), "w") as tx:
        rows = [outbox.add(tx, Ids(1), NOW, {"id": f"evt_{n}", "type": "LEAD_CREATED"}, SUBSCRIBER) for n in range(3)]
        for row, due in ((rows[0], "2026-03-04T06:00:00.000Z"), (rows[1], "2026-03-04T05:30:00.000Z")):
            outbox.settle(tx, row, outbox.PENDING, "status 500", dueAt=due, attempts=[{}])
        backlog = Backlog(outbox.queued(tx, 1))

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
