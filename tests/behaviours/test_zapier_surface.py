"""The Zapier surface: the five most recent of three kinds, and subscriptions."""

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from messages import assert_message
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.webhooks.subscriptions import MAX_SUBSCRIPTIONS, subscribe

ASKED = {"org_id": "org_1", "user_id": "usr_1"}
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
UNSUBSCRIBE = "/api/webhooks/zapier/unsubscribe?org_id=org_1&user_id=usr_1"
HOOK = {"hookUrl": "http://127.0.0.1:9/hook", "trigger": "LEAD_CREATED"}


@pytest.mark.parametrize("kind", ["leads", "inquiries", "appointments"])
def test_a_list_is_the_five_newest_of_v1_newest_first(api: Desk, kind: str) -> None:
    recent = api.get(f"/api/webhooks/zapier/{kind}", **ASKED)
    v1 = api.get(f"/v1/{kind}", limit=5)[kind]
    assert [item["originalId"] for item in recent] == [item["id"] for item in v1]
    assert len(recent) == 5
    for item in recent:
        assert item["id"] == f"{item['originalId']} - {item['updatedAt']}"


def test_a_new_lead_is_first_and_a_change_gives_it_a_new_id(api: Desk) -> None:
    lead = api.post("/v1/leads", {"firstName": "Avery"})["lead"]
    first = api.get("/api/webhooks/zapier/leads", **ASKED)[0]
    assert first["originalId"] == lead["id"]
    api.workspace.clock.advance(1)
    api.put(f"/v1/leads/{lead['id']}", {"suburb": "Fernvale"})
    changed = api.get("/api/webhooks/zapier/leads", **ASKED)[0]
    assert (changed["originalId"], changed["suburb"]) == (lead["id"], "Fernvale")
    assert changed["id"] != first["id"]


def test_what_was_subscribed_can_be_unsubscribed_once(api: Desk) -> None:
    made = api.post(SUBSCRIBE, HOOK)
    assert made == {"id": made["id"], **HOOK, "createdAt": api.workspace.clock.stamp()}
    assert api.records("$subscriptions") == [made]
    assert api.delete(UNSUBSCRIBE, {"hookId": made["id"]}) == {"success": True}
    assert api.records("$subscriptions") == []
    api.refused(404, "DELETE", UNSUBSCRIBE, {"hookId": made["id"]})


def test_every_subscription_has_a_number_of_its_own_for_ever(api: Desk) -> None:
    first = api.post(SUBSCRIBE, HOOK)["id"]
    api.delete(UNSUBSCRIBE, {"hookId": first})
    numbers = [api.post(SUBSCRIBE, HOOK)["id"] for _ in range(2)]
    assert len({first, *numbers}) == 3


def test_a_workspace_has_no_more_subscriptions_than_one_event_can_soon_be_owed_to(api: Desk) -> None:
    made = api.post(SUBSCRIBE, HOOK)
    with api.app.state.workspaces.transaction(api.workspace) as tx:
        for _ in range(MAX_SUBSCRIPTIONS - 1):
            subscribe(tx, made["createdAt"], made["hookUrl"], made["trigger"])
    refused = api.refused(400, "POST", SUBSCRIBE, HOOK)
    assert f"{MAX_SUBSCRIPTIONS:,} subscriptions" in refused.explain
    assert "1,000 subscriptions" in api.admin("POST", "/webhooks/listeners", {}).json["detail"]
    api.delete(UNSUBSCRIBE, {"hookId": made["id"]})
    api.post(SUBSCRIBE, HOOK)


@pytest.mark.parametrize("wrong", [{"trigger": "LEAD_EATEN"}, {"hookUrl": "ftp://127.0.0.1/"}, {"hookUrl": "here"}])
def test_a_subscription_to_nothing_or_nowhere_is_refused(api: Desk, wrong: dict[str, Any]) -> None:
    api.refused(400, "POST", SUBSCRIBE, {**HOOK, **wrong})


def test_a_hook_that_only_another_document_admits_is_said_to_fail(tmp_path: Path) -> None:
    properties = {"hookUrl": {"type": "string"}, "trigger": {"type": "string"}}
    content = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    operation = {"requestBody": {"content": content}, "responses": {"201": {"description": "", "content": content}}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/api/webhooks/zapier/subscribe": {"post": operation}}}
    (tmp_path / "loose.json").write_text(json.dumps(document))
    app = create_app(Settings(spec=str(tmp_path / "loose.json"), world="empty", vendor="sophiie"))

    def explained(url: str) -> str:
        answer = ask(app, "POST", SUBSCRIBE, body=json.dumps({**HOOK, "hookUrl": url}).encode())
        assert answer.status == 201
        return answer.explain

    assert "hookUrl" not in explained(HOOK["hookUrl"])
    assert_message(explained("http://localhost:99999/"))
