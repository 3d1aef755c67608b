"""Settings of a transfer are kept as sent, with keys that nobody published; business hours count unless it says so."""

import json
from typing import Any

import pytest
from desk import Desk
from starlette.applications import Starlette
from wire import Tenant, ask

RULE = {"label": "Sales", "method": "WARM", "destinationType": "DEPARTMENT", "destination": "d", "conditions": "c"}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def put(desk: Desk, id: int, body: Any) -> Any:
    answer = ask(desk.app, "PUT", f"/v1/transfers/{id}", key=desk.key, body=json.dumps(body).encode())
    return answer.json["transfer"]["settings"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, {"ignore_business_hours": False}),
        ({"settings": {}}, {"ignore_business_hours": False}),
        ({"settings": {"ignore_business_hours": True}}, {"ignore_business_hours": True}),
        (
            {"settings": {"message": "Hold on", "n": [1]}},
            {"ignore_business_hours": False, "message": "Hold on", "n": [1]},
        ),
    ],
)
def test_settings_are_kept_as_sent(desk: Desk, sent: Any, kept: Any) -> None:
    made = desk.ask("POST", "/v1/transfers", {**RULE, **sent})
    assert (made.status, made.json["transfer"]["settings"]) == (201, kept), made.explain
    id = made.json["transfer"]["id"]
    assert put(desk, id, {"label": "Other"}) == kept
    assert put(desk, id, {"settings": {"other": 1}}) == {"ignore_business_hours": False, "other": 1}


@pytest.mark.parametrize("settings", [{"ignore_business_hours": "no"}, [], "x", {str(n): n for n in range(21)}])
def test_settings_of_another_shape_are_refused(desk: Desk, settings: Any) -> None:
    answer = desk.ask("POST", "/v1/transfers", {**RULE, "settings": settings})
    assert (answer.status, answer.explain.startswith("body /settings")) == (400, True)
