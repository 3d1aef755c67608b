"""No answer goes out that was read without a lease."""

from typing import Any

import pytest
from messages import assert_message
from wire import TINY, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.base import NoLog


class Leased(NoLog):
    """A log whose lease ends at will."""

    current = True

    def is_current(self) -> bool:
        return self.current


@pytest.mark.parametrize("path", ["/v1/leads", "/__admin/faults", "/openapi", "/v1/leads/none", "/nowhere"])
def test_past_the_lease_every_answer_is_503(path: str) -> None:
    log = Leased()
    app = create_app(Settings(**TINY), log)
    before = ask(app, "GET", path)
    assert before.status != 503
    log.current = False
    refused = ask(app, "GET", path)
    assert refused.status == 503
    assert_message(refused.explain, "state that another server may have")
    log.current = True
    assert ask(app, "GET", path).body == before.body


def test_the_lease_is_looked_at_after_the_answer_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Leased()
    app = create_app(Settings(**TINY), log)
    find = type(app.state.workspaces).by_digest

    def pausing(self: Any, key: str) -> Any:
        found = find(self, key)
        log.current = False  # as if the machine had slept here
        return found

    monkeypatch.setattr(type(app.state.workspaces), "by_digest", pausing)
    assert ask(app, "GET", "/v1/leads").status == 503


def test_a_log_of_one_server_needs_no_fence() -> None:
    app = create_app(Settings(**TINY))
    assert type(app.front).__name__ == "TrustedHost"  # type: ignore[attr-defined]  # it is an Application
