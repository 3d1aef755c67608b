"""``/__admin/health/live`` and ``/ready``: for those who restart servers, and for those who send them requests."""

import pytest
from starlette.applications import Starlette
from wire import TINY, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.store.base import NoLog

LIVE, READY = "/__admin/health/live", "/__admin/health/ready"


@pytest.fixture
def public() -> Starlette:
    """On a bind that others reach."""
    return create_app(Settings(**TINY, host="0.0.0.0"))


@pytest.mark.parametrize(("path", "word"), [(LIVE, "live"), (READY, "ready")])
def test_who_watches_a_server_needs_no_token(public: Starlette, path: str, word: str) -> None:
    answer = ask(public, "GET", path, key=None)
    assert (answer.status, answer.json) == (200, {"status": word})
    assert ask(public, "HEAD", path, key=None).status == 200


@pytest.mark.parametrize("path", [LIVE, READY])
def test_a_foreign_page_is_not_told(public: Starlette, path: str) -> None:
    assert ask(public, "GET", path, key=None, headers=[("Origin", "null")]).status == 403


def test_a_server_that_stops_lives_and_takes_no_more(public: Starlette) -> None:
    public.state.dispatcher.closing = True
    answer = ask(public, "GET", READY, key=None)
    assert (answer.status, answer.get("content-type")) == (503, "application/problem+json")
    assert ask(public, "GET", LIVE, key=None).status == 200


class LeaseOver(NoLog):
    """A log that another server may have taken over."""

    def is_current(self) -> bool:
        return False


def test_a_server_whose_lease_is_over_lives_and_takes_no_more() -> None:
    app = create_app(Settings(**TINY), LeaseOver())
    assert ask(app, "GET", READY).status == 503
    assert ask(app, "GET", LIVE).status == 200
