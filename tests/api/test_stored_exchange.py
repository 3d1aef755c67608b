"""An exchange that another server gets: it shows the same, without secrets, and nobody guesses what was masked."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette

from mock_server.admin.feed_rows import changes
from mock_server.admin.journal_entries import entry, steps, to_pattern_request
from mock_server.api.exchange import JOURNAL_BODY_BYTES, Exchange
from mock_server.api.stored_exchange import ExchangeForm, StoredExchange
from mock_server.event_loop.turns import Turns
from mock_server.stubbing.request_pattern import Match, RequestPattern
from mock_server.support.exact_json import write_json
from mock_server.support.redaction import Redactor
from mock_server.workspaces.coverage import Coverage

SECRET = "sk_live_" + "abcdefgh12345678"


@pytest.fixture
def form(app: Starlette) -> ExchangeForm:
    return ExchangeForm(app.state.workspaces.contract, Redactor())


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Iterator[Desk]:
    workspace, key = tenant()
    yield Desk(app, workspace, key)
    app.state.workspaces.remove(workspace)


def moved(form: ExchangeForm, desk: Desk) -> tuple[Exchange, StoredExchange]:
    """The newest request, and what another server has of it."""
    (one,) = desk.workspace.journal.newest(1)
    stored = form.dump(one)
    assert SECRET.encode() not in stored
    assert desk.key.encode() not in stored
    return one, form.load(desk.workspace, stored)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/leads", {"firstName": "Ada"}),
        ("/v1/leads", {"firstName": f"Ada {SECRET}", "phone": "1"}),
        ("/v1/leads", {"firstName": "Ada \\ \u00e9 \U0001f600", "notes": "x" * JOURNAL_BODY_BYTES}),
        ("/v1/leads?limit=2&source=%C3%A9", None),
        ("/v1/leads?token=" + SECRET, None),
        ("/v1/nothing/of%2Fthat", None),
    ],
)
def test_it_shows_the_same_after_a_move(form: ExchangeForm, desk: Desk, path: str, body: Any) -> None:
    desk.ask("GET" if body is None else "POST", path, body)
    before, after = moved(form, desk)
    assert shown(after) == shown(before)
    assert len(steps(after)) == len(steps(before))
    counted, counted_after = Coverage(), Coverage()
    before.cover_in(counted)
    after.cover_in(counted_after)
    assert counted_after.to_dict() == counted.to_dict()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"method": "POST"}, Match.YES),
        ({"method": "GET"}, Match.NO),
        ({"urlPath": "/v1/leads"}, Match.YES),
        ({"method": "GET", "bodyPatterns": [{"contains": "Ada"}]}, Match.NO),
        ({"bodyPatterns": [{"contains": "Ada"}]}, Match.UNKNOWN),
        ({"bodyPatterns": [{"doesNotContain": SECRET}]}, Match.UNKNOWN),
        ({"queryParameters": {"token": {"equalTo": SECRET}}}, Match.UNKNOWN),
    ],
)
def test_what_was_masked_is_not_guessed(
    form: ExchangeForm, desk: Desk, pattern: dict[str, Any], expected: Match
) -> None:
    desk.post(f"/v1/leads?token={SECRET}", {"firstName": f"Ada {SECRET}"})
    before, after = moved(form, desk)
    assert asyncio.run(RequestPattern(pattern).match(to_pattern_request(after), Turns())) is expected
    assert asyncio.run(RequestPattern(pattern).match(to_pattern_request(before), Turns())) is not Match.UNKNOWN
    again = form.load(desk.workspace, form.dump(after))
    assert (again.masked, after.masked) == (["query", "body"], ["query", "body"])


def shown(one: Exchange) -> Any:
    """All that the control plane tells of a request."""
    return json.loads(write_json([entry(one), changes(one)]))
