import asyncio
import logging
from datetime import timedelta

import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import Tenant, ask, assert_envelope, scope_of, state_of

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.stage import Stage
from mock_server.errors import TooManyRequests
from mock_server.middleware.rate_limit import RateLimit
from mock_server.support.redaction import Redactor
from mock_server.workspaces.plan import WorldPlan
from mock_server.world.recipe import load_recipe

LIMITED = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_an_enforced_limit_lets_exactly_that_many_through_in_each_window(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant(limit=5, enforced=True)
    for _ in range(3):
        assert [ask(app, "GET", "/v1/faqs", key=key).status for _ in range(9)] == [200] * 5 + [429] * 4
        workspace.clock.advance(60)


def test_a_429_has_the_vendors_body_and_the_three_headers(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant(limit=1, enforced=True)
    ask(app, "GET", "/v1/faqs", key=key)
    for elapsed, reset in ((0, 60), (0.001, 60), (59.0, 1), (0.998, 1)):
        workspace.clock.advance(elapsed)
        answer = ask(app, "GET", "/v1/faqs", key=key)
        assert_envelope(answer, 429, "Too many requests")
        assert [answer.get(name) for name in LIMITED] == ["1", "0", str(reset)]
        assert_message(answer.explain, f"429: window of {reset} s")
        assert answer.get("retry-after") == ""
    workspace.clock.advance(0.001)
    assert ask(app, "GET", "/v1/faqs", key=key).status == 200


def test_an_exchange_says_that_it_ended_at_the_limit(tenant: Tenant) -> None:
    workspace, key = tenant(limit=1, enforced=True)
    exchange = Exchange("req_1", scope_of("GET", "/v1/faqs"), Redactor())
    exchange.enter(workspace, key)
    asyncio.run(_pass(exchange))
    exchange.stage = Stage.AUTHENTICATION
    with pytest.raises(TooManyRequests):
        asyncio.run(_pass(exchange))
    assert exchange.stage == Stage.RATE_LIMIT


async def _pass(exchange: Exchange) -> None:
    async def nothing(*_: object) -> None: ...

    await RateLimit(nothing)({EXCHANGE: exchange}, nothing, nothing)  # type: ignore[arg-type]


def test_a_request_within_the_limit_arrives_whole(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant(limit=1, enforced=True)
    answer = ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}', key=key)
    assert answer.json["lead"]["firstName"] == "Ada"


def test_the_headers_come_on_a_429_only(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant(limit=5, enforced=True)
    answer = ask(app, "GET", "/v1/faqs", key=key)
    assert not [name for name, _ in answer.headers if name in LIMITED]


def test_each_workspace_has_a_limit_of_its_own(app: Starlette, tenant: Tenant) -> None:
    keys = [tenant(limit=1, enforced=True)[1] for _ in range(2)]
    assert [ask(app, "GET", "/v1/faqs", key=key).status for key in keys * 2] == [200, 200, 429, 429]


def test_each_key_of_one_workspace_has_a_limit_of_its_own(app: Starlette) -> None:
    keys = ["sk_test_mock_limited_1", "sk_test_mock_limited_2"]
    app.state.workspaces.create("limited", WorldPlan(load_recipe("small"), limit=1, enforced=True), keys, frozen=True)
    assert [ask(app, "GET", "/v1/faqs", key=key).status for key in keys * 2] == [200, 200, 429, 429]


def test_both_surfaces_and_every_outcome_count_together(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant(limit=3, enforced=True)
    targets = ["/v1/nowhere", "/api/webhooks/zapier/leads", "/v1/leads?page=0", "/v1/leads"]
    assert [ask(app, "GET", target, key=key).status for target in targets] == [404, 400, 400, 429]


def test_a_request_over_the_limit_changes_nothing(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant(limit=1, enforced=True)
    ask(app, "GET", "/v1/faqs", key=key)
    before = state_of(workspace)
    assert ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}', key=key).status == 429
    assert state_of(workspace) == before


def test_a_limit_that_is_observed_refuses_nothing_and_warns_once_in_each_window(
    app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    workspace, key = tenant(limit=2)
    for window in range(1, 4):
        for number in range(1, 6):
            answer = ask(app, "GET", "/v1/faqs", key=key)
            assert answer.status == 200
            assert ("would have answered 429" in answer.explain) == (number > 2)
            assert len(warnings(caplog)) == window - (number <= 2)
        workspace.clock.advance(60)
    assert_message(warnings(caplog)[0])
    assert key not in caplog.text


def test_each_key_is_warned_of_by_itself(app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    for _, key in (tenant(limit=1), tenant(limit=1)):
        for _ in range(3):
            ask(app, "GET", "/v1/faqs", key=key)
    assert len(warnings(caplog)) == 2


def test_without_a_limit_nothing_is_counted(app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    _, key = tenant(limit=0, enforced=True)
    answers = [ask(app, "GET", "/v1/faqs", key=key) for _ in range(70)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.explain for answer in answers} == {""}
    assert not warnings(caplog)


def test_a_clock_that_was_set_back_opens_a_window(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant(limit=1, enforced=True)
    ask(app, "GET", "/v1/faqs", key=key)
    workspace.clock.set(workspace.clock.now() - timedelta(days=1))
    assert [ask(app, "GET", "/v1/faqs", key=key).status for _ in range(2)] == [200, 429]


def test_requests_without_a_key_of_ours_use_up_nobodys_limit(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant(limit=1, enforced=True)
    for _ in range(5):
        ask(app, "GET", "/v1/faqs", key="sk_test_unknown")
    assert ask(app, "GET", "/v1/faqs", key=key).status == 200
