"""Secrets that a user gives a server which others reach: as a container in CI has them."""

from typing import Any

import pytest
from wire import TINY, ask

from mock_server.app import create_app
from mock_server.config.given_secrets import ADMIN_TOKEN, API_KEY
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError

TOKEN, KEY = "t0ken-of-a-service-container", "sk_test_mock_of-a-service-container"
OPEN: dict[str, Any] = {**TINY, "host": "0.0.0.0"}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADMIN_TOKEN, TOKEN)
    monkeypatch.setenv(API_KEY, KEY)


@pytest.mark.usefixtures("given")
def test_given_secrets_open_a_server_that_others_reach() -> None:
    app = create_app(Settings(**OPEN))

    assert ask(app, "GET", "/v1/leads", key=KEY).status == 200
    assert ask(app, "GET", "/v1/leads").status == 401
    assert ask(app, "GET", "/__admin/health", key=None).status == 403
    assert ask(app, "GET", "/__admin/health", key=None, headers=[("x-mock-admin-token", TOKEN)]).status == 200


@pytest.mark.usefixtures("given")
def test_given_secrets_mean_nothing_on_loopback() -> None:
    app = create_app(Settings(**TINY))

    assert ask(app, "GET", "/v1/leads").status == 200
    assert ask(app, "GET", "/v1/leads", key=KEY).status == 401
    assert ask(app, "GET", "/__admin/health", key=None).status == 200


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (ADMIN_TOKEN, "short"),
        (ADMIN_TOKEN, "with a blank in the middle"),
        (API_KEY, "sk_test_mock_short"),
        (API_KEY, "sk_live_abcdefghijklmnopqrstuvwxyz"),
        (API_KEY, "sk_test_local"),
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable) as refused:
        create_app(Settings(**OPEN))

    assert value not in str(refused.value)
