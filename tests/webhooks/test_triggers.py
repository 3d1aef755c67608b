"""Which triggers can be subscribed to: the documented one, and ours as long as nobody forbids them."""

import json
from functools import cache

import pytest
from starlette.applications import Starlette
from wire import Answer, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.webhooks.events import DOCUMENTED, EVENTS

OURS = sorted(EVENTS.keys() - {DOCUMENTED})


@cache
def served(**settings: object) -> Starlette:
    return create_app(Settings(world="small", **settings))  # type: ignore[arg-type]


def subscribe(app: Starlette, trigger: str) -> Answer:
    body = json.dumps({"hookUrl": "http://127.0.0.1:9/", "trigger": trigger}).encode()
    return ask(app, "POST", "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1", body=body)


@pytest.mark.parametrize("trigger", OURS)
def test_ours_are_accepted_by_default_and_said_to_be_ours(trigger: str) -> None:
    answer = subscribe(served(), trigger)

    assert answer.status == 201
    assert f"`{trigger}`" in answer.explain
    assert "webhook-events" in answer.explain


def test_the_documented_one_needs_no_explanation() -> None:
    answer = subscribe(served(), DOCUMENTED)

    assert (answer.status, answer.explain) == (201, "")


@pytest.mark.parametrize("settings", [{"events": "documented"}, {"assume": ("webhook-events=documented-only",)}])
def test_with_documented_events_only_ours_are_refused(settings: dict[str, object]) -> None:
    app = served(**settings)

    assert {subscribe(app, trigger).status for trigger in OURS} == {400}
    assert subscribe(app, DOCUMENTED).status == 201
    shown = ask(app, "GET", "/__admin/webhooks/triggers", key=None).json
    assert shown == {"triggers": [DOCUMENTED], "documented": [DOCUMENTED]}
    trigger = ask(app, "GET", "/openapi/zapier").json["components"]["schemas"]["Trigger"]
    assert trigger["enum"] == [DOCUMENTED]


def test_an_unknown_one_is_refused_in_any_case() -> None:
    assert subscribe(served(), "LEAD_EATEN").status == 400
