"""What the control plane shows of webhooks, and what can be done with them; a wrong request changes nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hooks_desk import UNSUBSCRIBE, HooksDesk
from messages import assert_message

from mock_server.server import MockServer
from mock_server.webhooks import events, outbox

# --- subscriptions --------------------------------------------------------------------------------------------------


def test_a_subscription_has_a_flat_numeric_id_that_unsubscribing_takes(hooks: HooksDesk) -> None:
    id = hooks.subscribe()
    [shown] = hooks.done("GET", "/webhooks/subscriptions")["items"]

    assert (shown["id"], shown["trigger"], shown["hookUrl"]) == (id, "LEAD_CREATED", hooks.hook())
    assert hooks.api("DELETE", UNSUBSCRIBE, {"hookId": id}) == {"success": True}
    assert hooks.done("GET", "/webhooks/subscriptions")["items"] == []


def test_removing_a_subscription_cancels_what_it_is_owed(hooks: HooksDesk) -> None:
    id = hooks.subscribe()
    hooks.done("POST", f"/webhooks/subscriptions/{id}/pause")
    hooks.lead()
    hooks.lead()

    assert hooks.done("DELETE", f"/webhooks/subscriptions/{id}") == {"removed": id, "cancelled": 2}
    (ending,) = {(it["state"], it["reason"]) for it in hooks.deliveries()}
    assert ending[0] == "cancelled"
    assert_message(ending[1])
    assert hooks.ask("GET", f"/webhooks/subscriptions/{id}").status_code == 404


def test_pausing_holds_back_and_resuming_and_healing_let_go(hooks: HooksDesk) -> None:
    id = hooks.subscribe()
    for go_on in (f"/webhooks/subscriptions/{id}/resume", "/webhooks/heal"):
        assert hooks.done("POST", f"/webhooks/subscriptions/{id}/pause")["paused"]
        before = len(hooks.received())
        hooks.lead()
        assert hooks.drain() == {"drained": True, "waiting": 1}
        assert len(hooks.received()) == before
        hooks.done("POST", go_on)
        assert hooks.drain() == {"drained": True, "waiting": 0}
        assert len(hooks.received()) == before + 1


def test_a_trigger_of_ours_is_accepted_and_said_to_be_ours(hooks: HooksDesk) -> None:
    triggers = hooks.done("GET", "/webhooks/triggers")

    assert triggers["documented"] == ["LEAD_CREATED"]
    assert set(triggers["triggers"]) >= {"LEAD_CREATED", "LEAD_UPDATED", "LEAD_DELETED", "INQUIRY_CREATED"}
    for trigger in triggers["triggers"]:
        assert hooks.subscribe(trigger=trigger)


# --- events and deliveries ------------------------------------------------------------------------------------------


def test_an_event_and_its_delivery_show_everything(hooks: HooksDesk) -> None:
    id = hooks.subscribe()
    lead = hooks.lead()
    hooks.drain()
    [event] = hooks.done("GET", "/webhooks/events")["items"]
    [delivery] = hooks.deliveries()

    assert (event["type"], event["recordId"], event["cause"][:4]) == ("LEAD_CREATED", lead, "req_")
    assert event["body"]["originalId"] == lead
    assert hooks.done("GET", f"/webhooks/events/{event['id']}") == {**event, "workspace": hooks.id}
    assert hooks.done("GET", f"/webhooks/deliveries/{delivery['id']}") == {**delivery, "workspace": hooks.id}
    assert (delivery["eventId"], delivery["subscriptionId"], delivery["state"]) == (event["id"], id, "delivered")
    [attempt] = delivery["attempts"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 200, None)
    assert attempt["requestHeaders"]["X-Mock-Event-Id"] == event["id"]
    assert attempt["ms"] > 0
    assert [entry["body"] for entry in hooks.received()] == [event["body"]]


def test_a_refused_call_emits_nothing(hooks: HooksDesk) -> None:
    hooks.subscribe()
    hooks.lead(email="taken@example.com")
    hooks.drain()
    with pytest.raises(AssertionError):
        hooks.lead(email="taken@example.com")
    with pytest.raises(AssertionError):
        hooks.lead(firstName=7)

    assert hooks.drain()["waiting"] == 0
    assert len(hooks.received()) == hooks.done("GET", "/webhooks/events")["total"] == 1


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/webhooks/deliveries?state=failed", 0),
        ("/webhooks/deliveries?state=delivered", 3),
        ("/webhooks/deliveries?trigger=LEAD_UPDATED", 1),
        ("/webhooks/deliveries?subscriptionId=1", 2),
        ("/webhooks/deliveries?subscriptionId=1&state=delivered", 2),
        ("/webhooks/deliveries?subscriptionId=99", 0),
        ("/webhooks/events?type=LEAD_UPDATED", 1),
        ("/webhooks/events?recordId=nobody", 0),
        ("/webhooks/subscriptions?trigger=LEAD_UPDATED", 1),
    ],
)
def test_lists_are_narrowed_by_their_fields(hooks: HooksDesk, path: str, count: int) -> None:
    hooks.subscribe()
    hooks.subscribe(trigger="LEAD_UPDATED")
    lead = hooks.lead()
    hooks.lead()
    hooks.api("PUT", f"/v1/leads/{lead}", {"suburb": "Enmore"})
    hooks.drain()
    listed = hooks.done("GET", path)

    assert (len(listed["items"]), listed["total"]) == (count, count)


def test_lists_are_newest_first_and_paged(hooks: HooksDesk) -> None:
    hooks.subscribe()
    leads = [hooks.lead() for _ in range(5)]
    listed = hooks.done("GET", "/webhooks/events?limit=2&offset=1")

    assert [event["recordId"] for event in listed["items"]] == [leads[3], leads[2]]
    assert (listed["total"], listed["dropped"]) == (5, 0)


# --- again, and no more ---------------------------------------------------------------------------------------------


@pytest.fixture
def failed(hooks: HooksDesk) -> HooksDesk:
    """Three deliveries that failed for good, and a receiver that is well again."""
    hooks.subscribe()
    hooks.answering(500)
    for _ in range(3):
        hooks.lead()
    hooks.drain()
    hooks.done("POST", "/clock/advance", {"seconds": 3600})
    hooks.drain()
    assert [it["state"] for it in hooks.deliveries()] == ["failed"] * 3
    hooks.answering(200)
    hooks.done("DELETE", f"/inbox/{hooks.id}/hooks")
    return hooks


def ids(received: list[Any]) -> list[str]:
    return [entry["headers"]["x-mock-event-id"] for entry in received]


@pytest.mark.parametrize("new", [False, True])
def test_one_delivery_is_made_again_with_the_same_id_or_a_new_one(failed: HooksDesk, new: bool) -> None:
    first = failed.deliveries()[0]
    [made] = failed.done("POST", f"/webhooks/deliveries/{first['id']}/redeliver", {"newId": new})["deliveries"]
    failed.drain()

    assert (made["messageId"] == first["eventId"]) is not new
    assert ids(failed.received()) == [made["messageId"]]
    assert made["id"] != first["id"]


def test_all_that_failed_is_made_again_in_order(failed: HooksDesk) -> None:
    answer = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": False})
    failed.drain()

    assert (len(answer["deliveries"]), answer["skipped"]) == (3, [])
    assert ids(failed.received()) == [it["eventId"] for it in failed.deliveries()[:3]]


def test_a_range_of_time_is_made_again_whatever_the_offset_it_is_written_with(failed: HooksDesk) -> None:
    hour_later = failed.done("GET", "/clock")["now"]
    failed.answering(500)
    failed.lead()
    failed.drain()
    failed.done("POST", "/clock/advance", {"seconds": 3600})
    since = datetime.fromisoformat(hour_later).astimezone(timezone(timedelta(hours=11))).isoformat()
    chosen = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": False, "since": since})
    none = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": False, "until": "2001-01-01T00:00:00Z"})

    assert (len(chosen["deliveries"]), len(none["deliveries"])) == (1, 0)


def test_deliveries_of_another_state_subscription_or_id_can_be_chosen(failed: HooksDesk) -> None:
    def chosen(**asked: Any) -> int:
        answer = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": True, **asked})
        failed.drain()
        return len(answer["deliveries"])

    first, second, _ = failed.deliveries()
    assert chosen(state="delivered") == 0
    assert chosen(subscriptionId=99) == 0
    assert chosen(ids=[first["id"], second["id"]]) == 2
    assert chosen(ids=[first["id"]], state="delivered") == 0
    assert chosen(state="delivered") == 2


def test_many_are_made_again_in_slices(failed: HooksDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SLICE", 2)
    answer = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": False})
    failed.drain()

    assert len(answer["deliveries"]) == 3
    assert [it["state"] for it in failed.deliveries()] == ["failed"] * 3 + ["delivered"] * 3


def test_what_cannot_be_made_again_is_named_and_stops_nothing(failed: HooksDesk) -> None:
    other = failed.subscribe()
    failed.answering(500)
    failed.lead()
    failed.drain()
    failed.done("POST", "/clock/advance", {"seconds": 3600})
    failed.done("DELETE", f"/webhooks/subscriptions/{other}")
    gone = next(it for it in failed.deliveries() if it["subscriptionId"] == other)
    answer = failed.done("POST", "/webhooks/deliveries/redeliver", {"newId": False})

    (skipped,) = answer["skipped"]
    assert skipped["id"] == gone["id"]
    assert_message(skipped["reason"], "delivery without its subscription")
    assert len(answer["deliveries"]) == 4
    failed.drain()
    problem = failed.refused("POST", f"/webhooks/deliveries/{gone['id']}/redeliver", {"newId": False}, status=409)
    assert_message(problem["detail"].partition(": ")[2], "delivery without its subscription")


def test_redelivering_what_waits_for_its_retry_makes_it_now_instead(hooks: HooksDesk) -> None:
    hooks.subscribe()
    hooks.answering(500)
    hooks.lead()
    assert hooks.drain()["waiting"] == 1
    hooks.answering(200)
    [waiting] = hooks.deliveries()
    hooks.done("POST", f"/webhooks/deliveries/{waiting['id']}/redeliver", {"newId": False})
    hooks.drain()
    hooks.done("POST", "/clock/advance", {"seconds": 3600})

    assert [(it["state"], it["reason"]) for it in hooks.deliveries()] == [
        ("cancelled", "redelivered by hand"),
        ("delivered", None),
    ]
    assert len(hooks.received()) == 2


def test_an_event_is_sent_again_to_those_who_subscribe_now(hooks: HooksDesk) -> None:
    hooks.lead()
    [event] = hooks.done("GET", "/webhooks/events")["items"]
    nobody = hooks.done("POST", f"/webhooks/events/{event['id']}/resend", {"newId": False})
    hooks.subscribe()
    hooks.subscribe()
    both = hooks.done("POST", f"/webhooks/events/{event['id']}/resend", {"newId": False})
    hooks.drain()

    assert (nobody["deliveries"], len(both["deliveries"])) == ([], 2)
    assert ids(hooks.received()) == [event["id"]] * 2


def test_a_cancelled_delivery_is_not_made(hooks: HooksDesk) -> None:
    id = hooks.subscribe()
    hooks.done("POST", f"/webhooks/subscriptions/{id}/pause")
    hooks.lead()
    [delivery] = hooks.deliveries()
    assert hooks.done("POST", f"/webhooks/deliveries/{delivery['id']}/cancel")["reason"] == "cancelled by hand"
    hooks.done("POST", "/webhooks/heal")
    hooks.drain()

    assert hooks.received() == []
    problem = hooks.refused("POST", f"/webhooks/deliveries/{delivery['id']}/cancel", status=409)
    assert "cancelled already" in problem["detail"]


def test_a_body_of_ones_own_reaches_the_subscribers_as_it_is(hooks: HooksDesk) -> None:
    hooks.subscribe()
    body = {"anything": [1, None, "é"]}
    made = hooks.done("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": body})
    hooks.drain()
    [got] = hooks.received()

    assert (made["subscribers"], got["body"]) == (1, body)
    assert (got["headers"]["x-mock-provenance"], got["headers"]["x-mock-event-id"]) == ("raw", made["id"])
    assert hooks.api("GET", "/v1/leads?limit=1")["leads"] != body


def test_bodies_of_ones_own_are_bounded_in_bytes_as_they_are_kept(
    hooks: HooksDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_RAW_BYTES", 1_000)
    body: list[Any] = [[]] * 100  # as Python's values some six thousand bytes, as a text three hundred and more
    for _ in range(4):
        hooks.done("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": body})

    kept = hooks.done("GET", "/webhooks/events")
    assert [event["body"] for event in kept["items"]] == [body, body]
    assert kept["dropped"] == 2


def test_a_body_of_ones_own_is_refused_where_those_that_are_owed_fill_the_room(
    hooks: HooksDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_RAW_BYTES", 1_000)
    id = hooks.subscribe()
    hooks.done("POST", f"/webhooks/subscriptions/{id}/pause")
    event = {"type": "LEAD_CREATED", "body": "x" * 700}
    hooks.done("POST", "/webhooks/events", event)

    assert "still owed" in hooks.refused("POST", "/webhooks/events", event, status=409)["detail"]
    assert hooks.done("GET", "/webhooks/events")["total"] == 1
    hooks.done("POST", f"/webhooks/subscriptions/{id}/resume")
    hooks.drain()
    hooks.done("POST", "/webhooks/events", event)


# --- waiting and watching -------------------------------------------------------------------------------------------


def test_drain_says_when_a_receiver_is_too_slow(hooks: HooksDesk) -> None:
    hooks.subscribe()
    hooks.answering(200, delay=0.2)
    hooks.lead()
    answer = hooks.ask("POST", "/webhooks/drain", {"timeout": 0.05})

    assert (answer.status_code, answer.json()["waiting"]) == (504, 1)
    [owed] = hooks.deliveries()
    assert answer.json()["deliveries"] == [f"{owed['id']} {owed['eventId']} LEAD_CREATED -> 1 pending"]
    assert hooks.drain() == {"drained": True, "waiting": 0}


def test_attempts_are_told_as_they_are_made(hooks: HooksDesk) -> None:
    hooks.subscribe()
    last = hooks.done("GET", "/webhooks/attempts")["last"]
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(hooks.done, "GET", f"/webhooks/attempts?after={last}&wait=10")
        desk = HooksDesk(hooks.url)  # another workspace's are not told here
        desk.subscribe()
        desk.lead()
        desk.close()
        lead = hooks.lead()
        told = watching.result(10)

    [item] = told["items"]
    assert (item["trigger"], item["status"], item["workspace"]) == ("LEAD_CREATED", 200, hooks.id)
    assert hooks.done("GET", f"/webhooks/attempts?after={told['last']}")["items"] == []
    assert lead


def test_the_log_has_a_line_for_each_attempt_and_each_end(failed: HooksDesk) -> None:
    log = failed.ask("GET", "/webhooks/log").text.splitlines()

    assert len(log) == 9
    assert log[0].split()[-2:] == [failed.deliveries()[0]["attempts"][0]["at"], "500"]
    assert log[2].endswith("LEAD_CREATED -> 1 failed status 500")


# --- secrets --------------------------------------------------------------------------------------------------------


def test_a_rotation_leaves_two_secrets_until_the_next(hooks: HooksDesk) -> None:
    [first] = hooks.done("GET", "/webhooks/secrets")["secrets"]
    second, *old = hooks.done("POST", "/webhooks/secrets/rotate")["secrets"]
    third, *older = hooks.done("POST", "/webhooks/secrets/rotate", {"keepOld": True})["secrets"]
    alone = hooks.done("POST", "/webhooks/secrets/rotate", {"keepOld": False})["secrets"]

    assert (old, older, len(alone)) == ([first], [second], 1)
    assert len({first, second, third, *alone}) == 4


# --- wrong requests change nothing ----------------------------------------------------------------------------------

WRONG: list[tuple[str, str, Any, int, dict[str, Any]]] = [
    ("GET", "/webhooks/deliveries?stat=failed", None, 400, {"parameter": "stat"}),
    ("GET", "/webhooks/deliveries?limit=-1", None, 400, {"parameter": "limit"}),
    ("GET", "/webhooks/deliveries?limit=٣", None, 400, {"parameter": "limit"}),
    ("GET", "/webhooks/deliveries?offset=9999999999", None, 400, {"parameter": "offset"}),
    ("GET", "/webhooks/deliveries?subscriptionId=x", None, 400, {"parameter": "subscriptionId"}),
    ("GET", "/webhooks/events?state=failed", None, 400, {"parameter": "state"}),
    ("GET", "/webhooks/deliveries?state=faild", None, 400, {"parameter": "state"}),
    ("GET", "/webhooks/deliveries?trigger=LEAD_MADE", None, 400, {"parameter": "trigger"}),
    ("GET", "/webhooks/events?type=lead_created", None, 400, {"parameter": "type"}),
    ("GET", "/webhooks/subscriptions?type=x", None, 400, {"parameter": "type"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED"}, 400, {"pointer": "/body"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": 1, "base64": ""}, 400, {"pointer": "/body"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED", "base64": "a"}, 400, {"pointer": "/base64"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED", "base64": "é"}, 400, {"pointer": "/base64"}),
    (
        "POST",
        "/webhooks/events",
        {"type": "LEAD_CREATED", "base64": "", "contentType": "a\r\nb: c"},
        400,
        {"pointer": "/contentType"},
    ),
    ("GET", "/webhooks/attempts?wait=long", None, 400, {"parameter": "wait"}),
    ("GET", "/webhooks/attempts?afer=1", None, 400, {"parameter": "afer"}),
    ("GET", "/webhooks/deliveries/dlv_none", None, 404, {}),
    ("GET", "/webhooks/events/evt_none", None, 404, {}),
    ("GET", "/webhooks/subscriptions/99", None, 404, {}),
    ("GET", "/webhooks/subscriptions/none", None, 404, {}),
    ("DELETE", "/webhooks/subscriptions/99", None, 404, {}),
    ("POST", "/webhooks/subscriptions/99/pause", None, 404, {}),
    ("POST", "/webhooks/subscriptions/1/pause", {"for": 5}, 400, {"pointer": "/for"}),
    ("POST", "/webhooks/deliveries/{}/redeliver", None, 400, {"pointer": "/newId"}),
    ("POST", "/webhooks/deliveries/{}/redeliver", {}, 400, {"pointer": "/newId"}),
    ("POST", "/webhooks/deliveries/{}/redeliver", {"newId": "yes"}, 400, {"pointer": "/newId"}),
    ("POST", "/webhooks/deliveries/none/redeliver", {"newId": True}, 404, {}),
    ("POST", "/webhooks/deliveries/none/cancel", None, 404, {}),
    ("POST", "/webhooks/deliveries/redeliver", {}, 400, {"pointer": "/newId"}),
    ("POST", "/webhooks/deliveries/redeliver", {"newId": True, "state": "pending"}, 400, {"pointer": "/state"}),
    ("POST", "/webhooks/deliveries/redeliver", {"newId": True, "since": "soon"}, 400, {"pointer": "/since"}),
    ("POST", "/webhooks/deliveries/redeliver", {"newId": True, "ids": ["a", 1]}, 400, {"pointer": "/ids/1"}),
    ("POST", "/webhooks/deliveries/redeliver", {"newId": True, "ids": ["a", "a"]}, 400, {"pointer": "/ids"}),
    ("POST", "/webhooks/deliveries/redeliver", {"newId": True, "ids": ["{}", "none"]}, 404, {"pointer": "/ids/1"}),
    ("POST", "/webhooks/events/none/resend", {"newId": True}, 404, {}),
    ("POST", "/webhooks/events", {"type": "NOPE", "body": 1}, 400, {"pointer": "/type"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED"}, 400, {"pointer": "/body"}),
    ("POST", "/webhooks/events", [1], 400, {"pointer": ""}),
    ("POST", "/webhooks/drain", {"timeout": -1}, 400, {"pointer": "/timeout"}),
    ("POST", "/webhooks/drain", {"timeout": 121}, 400, {"pointer": "/timeout"}),
    ("POST", "/webhooks/drain", {"a/b~c": 1}, 400, {"pointer": "/a~1b~0c"}),
    ("POST", "/webhooks/secrets/rotate", {"keepOld": 1}, 400, {"pointer": "/keepOld"}),
    ("PUT", "/webhooks/events", {}, 405, {}),
    ("GET", "/webhooks/nothing", None, 404, {}),
]


@pytest.fixture(scope="module")
def settled(hooks_server: MockServer) -> Iterator[HooksDesk]:
    """One delivery was made; shared by those who change nothing."""
    desk = HooksDesk(hooks_server.url)
    desk.subscribe()
    desk.lead()
    desk.drain()
    yield desk
    desk.close()


@pytest.mark.parametrize(("method", "path", "body", "status", "more"), WRONG)
def test_a_wrong_request_says_where_and_changes_nothing(
    settled: HooksDesk, method: str, path: str, body: Any, status: int, more: dict[str, Any]
) -> None:
    [delivery] = settled.deliveries()
    if isinstance(body, dict) and "{}" in body.get("ids", ()):
        body = {**body, "ids": [delivery["id"] if id == "{}" else id for id in body["ids"]]}
    problem = settled.refused(method, path.replace("{}", delivery["id"]), body, status=status)

    assert {name: problem.get(name) for name in more} == more


def test_what_is_no_json_is_refused(hooks: HooksDesk) -> None:
    for content, media, status in ((b"{", "application/json", 400), (b"a=1", "application/x-www-form-urlencoded", 415)):
        answer = hooks._client.post("/__admin/webhooks/drain", content=content, headers={"content-type": media})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_workspace_that_is_none_is_refused(hooks: HooksDesk) -> None:
    answer = hooks._client.get("/__admin/webhooks/events", headers={"x-mock-workspace": "nobody"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
