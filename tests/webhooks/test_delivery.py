"""The dispatcher delivers what is owed: in order, one at a time, until it is settled, and to nobody else."""

import asyncio

import pytest
from messages import assert_message
from receivers import OK, START, Gatekeeper, Got, Receiver, Setting, Stage, Writer, receiving, saying, status

from mock_server.errors import SettingsError
from mock_server.webhooks import outbox
from mock_server.world.clock import stamp


def test_a_change_reaches_its_subscriber_in_the_shape_of_the_recent_list(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            [event] = it.emit()
            assert await it.drain()

            [got] = receiver.got
            lead = it.workspace.state.rows("leads")[0].record
            assert got.json["originalId"] == lead["id"]
            assert got.json["id"].startswith(f"{lead['id']} - ")
            assert got.headers["content-type"] == "application/json"
            assert (got.id, got.headers["x-mock-attempt"]) == (event, "1")
            assert got.headers["x-mock-provenance"] == "inferred"
            assert not [name for name in got.headers if name.startswith("webhook-") or "signature" in name]
            [delivery] = it.deliveries
            assert (delivery["state"], delivery["reason"]) == ("delivered", None)
            assert delivery["attempts"][0]["status"] == 200

    asyncio.run(scenario())


def test_without_our_headers_nothing_but_the_vendors_is_sent(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage(mock_headers=False) as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()

            assert receiver.got[0].headers.keys() == {"host", "content-type", "content-length", "user-agent", "accept"}

    asyncio.run(scenario())


def test_nobody_is_told_of_what_he_did_not_subscribe_to(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url, "LEAD_DELETED")
            it.emit()
            assert await it.drain()

            assert (receiver.got, it.deliveries) == ([], [])

    asyncio.run(scenario())


def test_each_subscription_gets_its_own_delivery_even_to_the_same_url(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            for _ in range(3):
                it.subscribe(receiver.url)
            [event] = it.emit()
            assert await it.drain()

            assert receiver.ids == [event] * 3
            assert len({delivery["id"] for delivery in it.deliveries}) == 3

    asyncio.run(scenario())


def test_a_subscription_gets_everything_in_order_and_one_at_a_time(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            events = it.emit(30)
            assert await it.drain()

            assert receiver.ids == events
            assert receiver.most == 1

    asyncio.run(scenario())


def test_order_does_not_depend_on_where_the_clock_is_set(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            id = it.subscribe(receiver.url)
            it.pause(id, paused=True)
            first = it.emit()
            it.workspace.clock.set(START.replace(year=2020))
            second = it.emit()
            it.pause(id, paused=False)
            assert await it.drain()

            assert receiver.ids == first + second

    asyncio.run(scenario())


def test_a_subscription_that_hangs_keeps_nobody_waiting(stage: Setting) -> None:
    async def scenario() -> None:
        hung = Gatekeeper()
        async with receiving(hung) as slow, receiving() as quick, stage() as it:
            it.subscribe(slow.url)
            it.subscribe(quick.url)
            it.emit(5)
            await quick.arrival(5)
            await slow.arrival(1)

            assert len(slow.got) == 1
            hung.open()
            assert await it.drain()
            assert len(slow.got) == 5

    asyncio.run(scenario())


def test_by_default_one_attempt_is_made_and_the_failure_is_kept(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500))) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            await it.advance(400 * 24 * 3600)

            assert len(receiver.got) == 1
            assert (it.deliveries[0]["state"], it.deliveries[0]["reason"]) == ("failed", "status 500")

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(stage: Setting, code: int) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(code))) as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()

            assert it.states == ["delivered"]

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [101, 300, 304, 400, 404, 409, 429, 500, 503, 599, 999])
def test_every_other_status_is_a_failure(stage: Setting, code: int) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(code))) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()

            assert it.states == ["failed"]
            assert it.subscriptions == [1]

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(stage: Setting, code: int) -> None:
    async def scenario() -> None:
        async with receiving() as other:
            redirect = status(code, f"Location: {other.url}")
            async with receiving(saying(redirect)) as receiver, stage() as it:
                it.subscribe(receiver.url)
                it.emit()
                assert await it.drain()

                assert it.deliveries[0]["reason"] == f"status {code}"
                assert (len(receiver.got), other.got) == (1, [])

    asyncio.run(scenario())


# --- retries --------------------------------------------------------------------------------------------------------


def test_the_whole_ladder_runs_by_moving_the_clock(stage: Setting) -> None:
    """75 h 35 min 5 s of Standard Webhooks, and jitter of a fifth."""

    async def scenario() -> None:
        async with receiving(saying(status(500))) as receiver, stage(retries="standard") as it:
            it.subscribe(receiver.url)
            [event] = it.emit()
            assert await it.drain()
            for number in range(1, 10):
                assert len(receiver.got) == number
                await it.advance(24 * 3600 * 1.2)

            assert receiver.ids == [event] * 10
            assert [got.headers["x-mock-attempt"] for got in receiver.got] == [str(n) for n in range(1, 11)]
            assert it.states == ["failed"]

    asyncio.run(scenario())


def test_a_retry_is_made_when_its_time_comes_and_not_before(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), OK)) as receiver, stage(retries="100s") as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            assert (it.states, it.deliveries[0]["reason"]) == (["pending"], "status 500")
            await it.advance(79)
            assert len(receiver.got) == 1
            await it.advance(42)

            assert len(receiver.got) == 2
            assert it.states == ["delivered"]

    asyncio.run(scenario())


def test_a_retry_that_waits_lets_others_pass(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), OK)) as receiver, stage(retries="1h") as it:
            it.subscribe(receiver.url)
            first, second, third = it.emit(3)
            assert await it.drain()
            await it.advance(2 * 3600)

            assert receiver.ids == [first, second, third, first]
            assert it.states == ["delivered"] * 3

    asyncio.run(scenario())


def test_time_that_passes_by_itself_brings_the_retry(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), OK)) as receiver, stage(retries="1s") as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            it.workspace.clock.run()
            it.workspace.clock.advance(1.15)
            it.dispatcher.wake(it.workspace)
            await asyncio.wait_for(receiver.arrival(2), 2)
            assert await it.drain()

            assert it.states == ["delivered"]

    asyncio.run(scenario())


def test_retry_after_is_honoured_when_retrying(stage: Setting) -> None:
    async def scenario() -> None:
        busy = status(429, "Retry-After: 3600")
        async with receiving(saying(busy, OK)) as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()
            await it.advance(3599)
            assert len(receiver.got) == 1
            await it.advance(1)

            assert it.states == ["delivered"]

    asyncio.run(scenario())


def test_jitter_is_the_same_at_every_run_and_differs_between_deliveries(stage: Setting) -> None:
    async def scenario() -> list[str]:
        async with receiving(saying(status(500))) as receiver, stage(retries="1h") as it:
            it.subscribe(receiver.url)
            it.emit(5)
            assert await it.drain()
            return [delivery["dueAt"] for delivery in it.deliveries]

    once = asyncio.run(scenario())
    assert len(set(once)) == 5
    assert all("05:54" <= due[11:16] <= "06:18" for due in once)


# --- the end of a subscription --------------------------------------------------------------------------------------


def test_410_ends_the_subscription_at_once_with_all_that_it_was_owed(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(OK, status(410))) as gone, receiving() as stays, stage(retries="5s") as it:
            it.subscribe(gone.url)
            it.subscribe(stays.url)
            it.emit(5)
            assert await it.drain()
            it.emit()
            assert await it.drain()
            await it.advance(3600)

            assert len(gone.got) == 2
            assert len(stays.got) == 6
            assert it.subscriptions == [2]
            ended = [delivery for delivery in it.deliveries if delivery["subscriptionId"] == 1]
            assert [delivery["state"] for delivery in ended] == ["delivered", "failed"] + ["cancelled"] * 3
            assert_message(ended[1]["reason"])
            assert_message(ended[2]["reason"])

    asyncio.run(scenario())


def test_a_retry_that_waits_ends_with_a_410_too(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), status(410))) as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            it.emit(2)
            assert await it.drain()
            await it.advance(60)

            assert len(receiver.got) == 2
            assert it.states == ["cancelled", "failed"]

    asyncio.run(scenario())


@pytest.mark.parametrize(("answer", "state"), [(OK, "delivered"), (status(500), "cancelled")])
def test_what_is_on_the_wire_while_its_subscription_ends_is_the_last_one(
    stage: Setting, answer: bytes, state: str
) -> None:
    async def scenario() -> None:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
            arrived.set()
            await go_on.wait()
            writer.write(answer)

        async with receiving(handler) as receiver, stage(retries="5s") as it:
            id = it.subscribe(receiver.url)
            it.emit(2)
            await arrived.wait()
            it.unsubscribe(id)
            go_on.set()
            assert await it.drain()
            await it.advance(60)

            assert len(receiver.got) == 1
            assert it.states == [state, "cancelled"]
            assert len(it.deliveries[0]["attempts"]) == 1

    asyncio.run(scenario())


def test_a_delivery_cancelled_on_the_wire_is_not_tried_again(stage: Setting) -> None:
    async def scenario() -> None:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
            arrived.set()
            await go_on.wait()
            writer.write(status(500))

        async with receiving(handler) as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            it.emit()
            await arrived.wait()
            with it.workspaces.transaction(it.workspace) as tx:
                outbox.finish_delivery(tx, tx.find(outbox.KIND)[0], outbox.CANCELLED, "cancelled by hand")
            go_on.set()
            assert await it.drain()
            await it.advance(60)

            assert (len(receiver.got), it.states) == (1, ["cancelled"])
            assert_message(it.deliveries[0]["reason"])

    asyncio.run(scenario())


# --- pausing, stopping, resetting -----------------------------------------------------------------------------------


def test_a_paused_subscription_gets_nothing_until_it_goes_on(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            id = it.subscribe(receiver.url)
            it.pause(id, paused=True)
            events = it.emit(3)
            assert await it.drain()
            assert (receiver.got, it.states) == ([], ["pending"] * 3)
            it.pause(id, paused=False)
            assert await it.drain()

            assert receiver.ids == events

    asyncio.run(scenario())


def test_what_is_not_finished_when_the_server_stops_is_handed_back(stage: Setting) -> None:
    async def scenario() -> Stage:
        async with receiving(Gatekeeper()) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit(2)
            await receiver.arrival(1)
            it.dispatcher.grace = 0
            await it.dispatcher.close()
            it.emit()

            assert it.states == ["pending"] * 3
            assert len(receiver.got) == 1
            return it

    it = asyncio.run(scenario())
    assert all(delivery["attempts"] == [] for delivery in it.deliveries)


def test_what_is_on_the_wire_when_the_server_stops_may_end(stage: Setting) -> None:
    async def scenario() -> None:
        held = Gatekeeper()
        async with receiving(held) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit(2)
            await receiver.arrival(1)
            closing = asyncio.ensure_future(it.dispatcher.close())
            await asyncio.sleep(0)
            held.open()
            await closing

            assert it.states == ["delivered", "pending"]

    asyncio.run(scenario())


def test_a_workspace_that_was_reset_owes_nothing_of_before(stage: Setting) -> None:
    async def scenario() -> None:
        held = Gatekeeper()
        async with receiving(held) as receiver, stage() as it:
            before = it.workspace.state.fork()
            it.subscribe(receiver.url)
            it.emit(3)
            await receiver.arrival(1)
            it.workspace.state = before
            held.open()
            assert await it.drain()
            assert (len(receiver.got), it.deliveries) == (1, [])
            it.subscribe(receiver.url)
            events = it.emit(5)
            assert await it.drain()

            assert receiver.ids[1:] == events
            assert it.states == ["delivered"] * 5

    asyncio.run(scenario())


def test_drain_says_when_something_is_still_on_its_way(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(Gatekeeper()) as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit()

            assert not await it.drain(timeout=0.02)

    asyncio.run(scenario())


def test_a_body_that_breaks_the_contract_is_not_sent_and_is_an_error(
    stage: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            [id] = it.emit()
            with it.workspaces.transaction(it.workspace) as tx:
                event = tx.get(outbox.EVENTS, id)
                assert event is not None
                tx.put(outbox.EVENTS, id, {**event.record, "body": {**event.record["body"], "createdAt": 7}})
            assert await it.drain()

            assert receiver.got == []
            assert it.states == ["failed"]
            assert_message(it.deliveries[0]["reason"])

    asyncio.run(scenario())
    assert "breaks the contract" in caplog.text


def test_settings_that_cannot_be_followed_stop_the_start(stage: Setting) -> None:
    async def scenario(**settings: object) -> None:
        async with stage(**settings):
            raise AssertionError

    for wrong in ({"retries": "soon"}, {"allow_egress": ("https://x",)}):
        with pytest.raises(SettingsError):
            asyncio.run(scenario(**wrong))


def test_the_news_are_told_to_those_who_wait(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            news = it.dispatcher.news
            waiting = asyncio.ensure_future(news.wait_after(it.workspace, 0, 5))
            other = it.workspaces.create(f"{it.workspace.id}b", it.workspace.plan, [], frozen=True)
            elsewhere = asyncio.ensure_future(news.wait_after(other, 0, 0.01))
            await asyncio.sleep(0)
            it.subscribe(receiver.url)
            it.emit()
            [told] = await waiting

            assert (told["trigger"], told["status"], told["number"]) == ("LEAD_CREATED", 200, 1)
            assert await elsewhere == []
            assert await news.wait_after(it.workspace, told["sequence"], 0) == []
            last = asyncio.ensure_future(news.wait_after(it.workspace, told["sequence"], 60))
            await asyncio.sleep(0)
            news.end()
            assert await last == []

    asyncio.run(scenario())


def test_times_of_attempts_are_the_workspaces(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            it.emit()
            assert await it.drain()

            assert it.deliveries[0]["attempts"][0]["at"] == stamp(START)

    asyncio.run(scenario())
