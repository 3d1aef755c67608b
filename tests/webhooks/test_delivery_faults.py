"""Each fault of deliveries does to the receiver what it says, once, and the attempt says which rule struck."""

import asyncio
from typing import Any

import pytest
from messages import assert_message
from receivers import OK, Got, Receiver, Setting, Stage, Writer, receiving, saying, status
from standardwebhooks import Webhook, WebhookVerificationError

from mock_server.stubbing.delivery_faults import DELIVERY_FAULTS, DeliveryFaultRule
from mock_server.webhooks import altered_bodies, altered_headers
from mock_server.workspaces.workspace import Workspaces

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def fault(it: Stage, name: str, **limits: Any) -> DeliveryFaultRule:
    return it.workspace.faults.deliveries.add(1, name, **limits)


def faults_of(it: Stage) -> list[str]:
    """The fault of each attempt, the oldest delivery first."""
    texts = [attempt["fault"] for delivery in it.deliveries[::-1] for attempt in delivery["attempts"]]
    return [text.rpartition("; ")[2] if text else "" for text in texts]


async def struck(it: Stage, receiver: Receiver, name: str, **limits: Any) -> list[Got]:
    """What a receiver got of one event that a fault struck."""
    it.subscribe(receiver.url)
    fault(it, name, count=1, **limits)
    it.emit()
    assert await it.drain()
    return receiver.got


def test_a_duplicate_comes_again_with_its_id_and_is_told(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            got = await struck(it, receiver, "DUPLICATE", copies=2)

            assert len(got) == 3
            assert len({one.id for one in got}) == 1
            assert receiver.most == 1
            [delivery] = it.deliveries
            assert [one.get("copy", False) for one in delivery["attempts"]] == [False, True, True]
            assert delivery["attempts"][0]["fault"] == "wfl_1; seed=1; draw=1; DUPLICATE"
            assert [entry["fault"] is not None for entry in it.workspace.attempts] == [True] * 3

    asyncio.run(scenario())


def test_concurrent_duplicates_are_in_hand_at_once(stage: Setting) -> None:
    async def all_together(receiver: Receiver, writer: Writer, got: Got) -> None:
        await receiver.arrival(3)
        writer.write(OK)

    async def scenario() -> None:
        async with receiving(all_together) as receiver, stage() as it:
            await struck(it, receiver, "CONCURRENT_DUPLICATE", copies=2)

            assert (receiver.most, it.states) == (3, ["delivered"])

    asyncio.run(scenario())


def test_a_lost_answer_is_a_failure_and_the_delivery_comes_again(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            got = await struck(it, receiver, "ANSWER_LOST", seconds=60)
            assert (len(got), it.states) == (1, ["pending"])
            assert_message(it.deliveries[0]["reason"])

            await it.advance(59)
            assert len(got) == 1
            await it.advance(1)
            assert (len(got), it.states, faults_of(it)) == (2, ["delivered"], ["ANSWER_LOST", ""])
            assert got[0].id == got[1].id

    asyncio.run(scenario())


def test_a_reordered_delivery_comes_behind_the_next_one(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            fault(it, "REORDER", nth=2)
            first, second, third = it.emit(3)
            assert await it.drain()

            assert receiver.ids == [first, third, second]
            assert it.states == ["delivered"] * 3
            assert faults_of(it) == ["", "REORDER", ""]

    asyncio.run(scenario())


def test_without_a_next_delivery_a_reordered_one_comes_after_its_time(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            assert await struck(it, receiver, "REORDER") == []
            await it.advance(3_600)

            assert (len(receiver.got), it.states) == (1, ["delivered"])

    asyncio.run(scenario())


def test_a_late_delivery_waits_for_the_clock_and_holds_up_nobody(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            fault(it, "LATE", count=1)
            late, punctual = it.emit(2)
            assert await it.drain()
            assert receiver.ids == [punctual]

            await it.advance(6 * 3_600)
            assert receiver.ids == [punctual, late]

    asyncio.run(scenario())


def test_a_lost_delivery_is_never_sent(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage(retries="5s") as it:
            assert await struck(it, receiver, "LOST") == []
            assert it.states == ["failed"]
            assert_message(it.deliveries[0]["reason"])

    asyncio.run(scenario())


def test_after_a_410_the_delivery_comes_again_and_the_subscription_ends(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(410), OK)) as receiver, stage() as it:
            assert len(await struck(it, receiver, "REPEATED_AFTER_410")) == 2
            assert (it.states, it.subscriptions) == (["failed"], [])

    asyncio.run(scenario())


def test_a_slow_answer_is_overtaken_and_counts_late(stage: Setting) -> None:
    async def slow_at_first(receiver: Receiver, writer: Writer, got: Got) -> None:
        if len(receiver.got) == 1:
            await receiver.arrival(2)
            writer.write(OK)
        else:
            writer.write(status(500))

    async def scenario() -> None:
        async with receiving(slow_at_first) as receiver, stage() as it:
            assert len(await struck(it, receiver, "SLOW_ANSWER", seconds=0.01)) == 2
            assert it.states == ["delivered"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("place", "ends"), [("/moved", "delivered"), ("http://127.0.0.2:1/", "failed"), ("//[", "failed")]
)
def test_a_redirect_is_followed_on_the_same_server_only(place: str, ends: str, stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(307, f"Location: {place}"), OK)) as receiver, stage() as it:
            got = await struck(it, receiver, "FOLLOWED_REDIRECT")
            assert it.states == [ends]
            assert [one.target for one in got] == ["/hook", "/moved"][: 2 if ends == "delivered" else 1]

    asyncio.run(scenario())


def test_an_unknown_event_comes_first_with_an_id_of_its_own(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            stranger, real = await struck(it, receiver, "UNKNOWN_EVENT")
            assert stranger.json["type"] == "SOMETHING_NEW"
            assert stranger.id == f"{real.id}_unknown"
            assert "type" not in real.json

    asyncio.run(scenario())


def test_other_bytes_and_unknown_fields_keep_what_was_there(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, stage() as it:
            it.subscribe(receiver.url)
            fault(it, "OTHER_BYTES", nth=2)
            fault(it, "UNKNOWN_FIELDS", nth=3)
            it.emit(3)
            assert await it.drain()
            plain, other, more = receiver.got

            assert plain.body != other.body
            assert plain.json == other.json
            assert plain.json.items() <= more.json.items()
            assert "addedLater" in more.json

    asyncio.run(scenario())


def test_other_headers_are_the_same_fields_in_capitals() -> None:
    given = {"webhook-id": "evt_1", "content-type": "application/json"}
    assert altered_headers.other_headers(given) == {
        "Webhook-Id": "evt_1",
        "Content-Type": "application/json; charset=utf-8",
    }


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("FORGED_SIGNATURE", False),
        ("ALTERED_SIGNATURE", False),
        ("CUT_SIGNATURE", False),
        ("UNREADABLE_SIGNATURE", False),
        ("EMPTY_SIGNATURE", False),
        ("MISSING_SIGNATURE", False),
        ("OLD_SIGNATURE", False),
        ("TAMPERED_BODY", False),
        ("ROTATED_SECRET", True),
        ("OTHER_BYTES", True),
        ("OTHER_HEADERS", True),
        ("UNKNOWN_FIELDS", True),
    ],
)
def test_a_verifier_refuses_what_is_wrong_and_takes_what_is_good(
    name: str, good: bool, stage: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_MOCK_WEBHOOK_SECRET", SECRET)

    async def scenario() -> None:
        async with receiving() as receiver, stage(sign="standard") as it:
            [got] = await struck(it, receiver, name)
            if good:
                Webhook(SECRET).verify(got.body, dict(got.headers))
            else:
                with pytest.raises(WebhookVerificationError):
                    Webhook(SECRET).verify(got.body, dict(got.headers))

    asyncio.run(scenario())


def test_a_rule_strikes_the_same_deliveries_in_every_run(stage: Setting, workspaces: Workspaces) -> None:
    def drawn(seed: int) -> list[bool]:
        rule = DeliveryFaultRule("wfl_1", seed, "LOST", probability=0.5)
        return [bool(rule.draw({"id": f"dlv_{n}", "subscriptionId": n % 3}, 1)) for n in range(40)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 5 < sum(drawn(1)) < 35


def test_limits_are_counted_for_each_subscription(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving() as receiver, receiving() as other, stage() as it:
            for url in (receiver.url, other.url):
                it.subscribe(url)
            fault(it, "LOST", after=1, count=2)
            events = it.emit(5)
            assert await it.drain()

            assert receiver.ids == other.ids == [events[0], *events[3:]]

    asyncio.run(scenario())


def test_a_rule_is_about_its_trigger_and_its_attempt(stage: Setting) -> None:
    async def scenario() -> None:
        async with receiving(saying(status(500), OK)) as receiver, stage(retries="5s") as it:
            it.subscribe(receiver.url)
            fault(it, "LOST", trigger="LEAD_DELETED")
            fault(it, "LOST", subscription=99)
            fault(it, "DUPLICATE", attempt=2)
            it.emit()
            assert await it.drain()
            await it.advance(7)

            assert faults_of(it) == ["", "DUPLICATE", "DUPLICATE"]

    asyncio.run(scenario())


@pytest.mark.parametrize("body", [b"no JSON", b"", b"5", b'"text"', b"[]"])
def test_a_body_that_cannot_be_altered_is_sent_as_it_is(body: bytes) -> None:
    assert altered_bodies.unknown_fields(body) == body
    assert altered_bodies.other_bytes(b"no JSON") == b"no JSON"
    assert b"SOMETHING_NEW" in altered_bodies.unknown_event(body, "evt_1")


def test_an_event_that_names_its_kind_names_another(stage: Setting) -> None:
    assert altered_bodies.unknown_event(b'{"type":"a","id":1}', "x") == b'{"type":"SOMETHING_NEW","id":1}'


def test_every_fault_says_what_it_does() -> None:
    assert all(text.endswith(".") for text in DELIVERY_FAULTS.values())
