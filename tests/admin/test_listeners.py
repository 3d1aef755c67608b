"""Who listens is subscribed for as long as he asks: over a reset, a restored snapshot, another who listens too."""

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from hooks_desk import UNSUBSCRIBE, HooksDesk
from messages import assert_message

from mock_server.webhooks import listeners
from mock_server.webhooks.events import EVENTS


@pytest.fixture(autouse=True)
def _short_return(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_RETURN_SECONDS", 0.05)


def opened(hooks: HooksDesk, *triggers: str, **more: Any) -> Any:
    asked = {"hookUrl": hooks.hook(), "triggers": list(triggers or ("LEAD_CREATED",)), **more}
    return hooks.done("POST", "/webhooks/listeners", asked)


def asked(hooks: HooksDesk, told: Any, wait: int = 0) -> Any:
    """The next answer for one who listens, after what he was told last."""
    query = f"after={told.get('last', 0)}&wait={wait}&listener={told['id']}&version={told['version']}"
    return hooks.done("GET", f"/webhooks/attempts?{query}")


def subscribed(hooks: HooksDesk) -> list[tuple[str, str | None]]:
    """Trigger and listener of every subscription, oldest first."""
    rows = hooks.done("GET", "/webhooks/subscriptions")["items"][::-1]
    return [(row["trigger"], row.get("listener")) for row in rows]


@contextlib.contextmanager
def asking(hooks: HooksDesk, told: Any) -> Iterator[None]:
    """One who asks on a connection of his own, and is killed at the end."""
    place = urlsplit(hooks.url)
    target = f"/__admin/webhooks/attempts?wait=30&listener={told['id']}&version={told['version']}"
    with socket.create_connection((place.hostname, place.port)) as peer:
        peer.sendall(f"GET {target} HTTP/1.1\r\nHost: {place.netloc}\r\nX-Mock-Workspace: {hooks.id}\r\n\r\n".encode())
        until(lambda: is_asking(hooks, told["id"]))
        yield
    until(lambda: not is_asking(hooks, told["id"]))


def is_asking(hooks: HooksDesk, id: str) -> bool:
    return any(it["asking"] for it in hooks.done("GET", "/webhooks/listeners")["items"] if it["id"] == id)


def until(ready: Any) -> None:
    """Raises AssertionError when it is not so after ten seconds."""
    end = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_who_listens_is_told_of_his_own_attempts_only(hooks: HooksDesk) -> None:
    hooks.subscribe()
    told = opened(hooks)
    hooks.lead()
    hooks.drain()
    told = asked(hooks, told, wait=5)

    [item] = told["items"]
    assert (item["trigger"], item["status"], item["subscriptionId"]) == ("LEAD_CREATED", 200, 2)
    assert asked(hooks, told)["items"] == []


def test_without_a_target_and_triggers_all_go_to_an_inbox_of_the_workspace(hooks: HooksDesk) -> None:
    told = hooks.done("POST", "/webhooks/listeners", {})
    hooks.lead()
    hooks.drain()

    assert told["hookUrl"] == f"{hooks.url}/__admin/inbox/{hooks.id}/listen"
    assert [made["trigger"] for made in told["subscriptions"]] == list(EVENTS)
    assert len(hooks.received("listen")) == 1


def test_an_end_takes_subscriptions_and_what_is_owed_along(hooks: HooksDesk) -> None:
    told = opened(hooks)
    hooks.done("POST", "/webhooks/subscriptions/1/pause")
    hooks.lead()
    ended = hooks.done("DELETE", f"/webhooks/listeners/{told['id']}")

    assert ended == {"removed": told["id"], "cancelled": 1}
    assert subscribed(hooks) == []
    (cancelled,) = hooks.deliveries()
    assert_message(cancelled["reason"])
    for method, path in (
        ("DELETE", f"/webhooks/listeners/{told['id']}"),
        ("GET", f"/webhooks/attempts?listener={told['id']}"),
    ):
        hooks.refused(method, path, status=404)


def test_a_reset_keeps_who_listens_and_tells_him(hooks: HooksDesk) -> None:
    told = opened(hooks)
    for _ in range(3):
        hooks.lead()
    hooks.drain()
    told = asked(hooks, told)
    assert told["last"] == 3
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked, hooks, told, 20)
        until(lambda: is_asking(hooks, told["id"]))
        hooks.done("POST", "/reset")
        hooks.lead()
        hooks.drain()
        told = waiting.result(10)

    assert (told["because"], [made["trigger"] for made in told["subscriptions"]]) == ("reset", ["LEAD_CREATED"])
    assert subscribed(hooks) == [("LEAD_CREATED", told["id"])]
    shown = told["items"] or asked(hooks, told, 5)["items"]
    assert [item["sequence"] for item in shown] == [1], "attempts are counted anew, and none is missed"


def test_of_a_restored_snapshot_who_listens_now_is_subscribed_and_who_listened_then_is_not(hooks: HooksDesk) -> None:
    first = opened(hooks)
    hooks.done("POST", "/snapshots", {"name": "then"})
    hooks.done("DELETE", f"/webhooks/listeners/{first['id']}")
    second = opened(hooks, "LEAD_UPDATED")
    hooks.done("POST", "/snapshots/then/restore")

    assert subscribed(hooks) == [("LEAD_UPDATED", second["id"])]
    assert asked(hooks, second, 5)["because"] == "restored"


def test_a_fork_has_none_who_listens(hooks: HooksDesk) -> None:
    opened(hooks)
    hooks.subscribe()
    made = hooks.done("POST", "/snapshots/@now/fork", {})
    fork = HooksDesk(hooks.url)
    fork.id = made["id"]

    assert subscribed(fork) == [("LEAD_CREATED", None)]
    fork.close()


def test_who_was_killed_is_ended_by_the_next_who_listens(hooks: HooksDesk) -> None:
    killed = opened(hooks)
    with asking(hooks, killed):
        pass
    now = opened(hooks)
    hooks.lead()
    hooks.drain()

    assert subscribed(hooks) == [("LEAD_CREATED", now["id"])]
    assert len(hooks.received()) == 1


def test_two_who_listen_get_each_event_once_each_and_hear_of_one_another(hooks: HooksDesk) -> None:
    first = opened(hooks)
    with asking(hooks, first):
        second = opened(hooks)
        third = opened(hooks, hookUrl=hooks.hook("other"))
        assert [told["others"] for told in (first, second, third)] == [0, 1, 0]
        assert [id for _, id in subscribed(hooks)] == [first["id"], third["id"]], "the second one does not ask"


def test_who_comes_back_with_his_id_finds_what_he_was_owed(hooks: HooksDesk) -> None:
    told = opened(hooks, "LEAD_CREATED", "LEAD_UPDATED")
    hooks.done("POST", "/webhooks/subscriptions/1/pause")
    hooks.lead()
    again = opened(hooks, "LEAD_CREATED", "LEAD_DELETED", id=told["id"])
    hooks.done("POST", "/webhooks/heal")
    hooks.drain()

    assert again["id"] == told["id"]
    assert subscribed(hooks) == [("LEAD_CREATED", told["id"]), ("LEAD_DELETED", told["id"])]
    assert len(hooks.received()) == 1


@pytest.mark.parametrize("end", ["by hand", "through the API", "410"])
def test_who_loses_a_subscription_hears_of_it_at_once(hooks: HooksDesk, end: str) -> None:
    told = opened(hooks, "LEAD_CREATED", "LEAD_UPDATED")
    if end == "by hand":
        hooks.done("DELETE", "/webhooks/subscriptions/1")
    elif end == "through the API":
        hooks.api("DELETE", UNSUBSCRIBE, {"hookId": 1})
    else:
        hooks.answering(410)
        hooks.lead()
        hooks.drain()
    told = asked(hooks, told, 20)

    assert [made["trigger"] for made in told["subscriptions"]] == ["LEAD_UPDATED"]
    assert told["because"] is None
    if end == "410":
        assert [item["status"] for item in told["items"] or asked(hooks, told, 5)["items"]] == [410]


def test_who_listens_in_a_workspace_that_is_removed_hears_of_it_at_once(hooks: HooksDesk) -> None:
    told = opened(hooks)
    with ThreadPoolExecutor(1) as pool:
        query = f"wait=20&listener={told['id']}&version={told['version']}"
        waiting = pool.submit(hooks.ask, "GET", f"/webhooks/attempts?{query}")
        until(lambda: is_asking(hooks, told["id"]))
        HooksDesk.ask(hooks, "DELETE", f"/workspaces/{hooks.id}")
        assert waiting.result(10).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"hookUrl": "http://8.8.8.8/"}, "/hookUrl", "8.8.8.8 is neither loopback nor private"),
        ({"hookUrl": "http://169.254.169.254/"}, "/hookUrl", "metadata"),
        ({"hookUrl": "http://localhost:99999/"}, "/hookUrl", "port 99999"),
        ({"hookUrl": "http://u:secret@localhost/"}, "/hookUrl", "user information"),
        ({"hookUrl": "ftp://localhost/"}, "/hookUrl", "only http and https"),
        ({"triggers": []}, "/triggers", ""),
        ({"triggers": ["NOPE"]}, "/triggers/0", "there are"),
        ({"triggers": ["LEAD_CREATED"] * 2}, "/triggers", ""),
        ({"id": "mine"}, "/id", ""),
        ({"skipVerify": "yes"}, "/skipVerify", ""),
        ({"hook": "x"}, "/hook", ""),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_subscribed(
    hooks: HooksDesk, body: Any, pointer: str, words: str
) -> None:
    problem = hooks.refused("POST", "/webhooks/listeners", body)
    assert problem["pointer"] == pointer
    assert words in problem["detail"]
    assert "secret" not in problem["detail"]


def test_one_of_another_workspace_cannot_be_asked_for_or_ended(hooks: HooksDesk) -> None:
    told, other = opened(hooks), HooksDesk(hooks.url)
    assert other.ask("GET", f"/webhooks/attempts?listener={told['id']}").status_code == 404
    assert other.ask("DELETE", f"/webhooks/listeners/{told['id']}").status_code == 404
    assert other.done("GET", "/webhooks/listeners")["items"] == []
    other.close()
    assert subscribed(hooks) == [("LEAD_CREATED", told["id"])]
