"""``Prefer`` picks any documented answer of any operation, and touches nothing."""

import asyncio
import time

import pytest
from starlette.applications import Starlette
from wire import KEY, Answer, Tenant, answer_of, ask, assert_envelope, body_of, scope_of, state_of, target_of

from mock_server.api.prefer import Preference, parse
from mock_server.errors import BadRequest
from mock_server.spec.operation import Operation


def prefer(app: Starlette, operation: Operation, wish: str, key: str = KEY) -> Answer:
    headers = [("Prefer", wish)]
    return ask(app, operation.method, target_of(operation), body=body_of(operation), headers=headers, key=key)


def test_every_documented_answer_can_be_had(app: Starlette, tenant: Tenant, operation: Operation) -> None:
    workspace, key = tenant()
    before = state_of(workspace)
    for status, response in operation.responses.items():
        for extra in ("", ", dynamic=true", *(f", example={name}" for name in response.examples if name)):
            answer = prefer(app, operation, f"code={status}{extra}", key)
            assert answer.status == status
            assert answer.get("preference-applied") == f"code={status}{extra}"
            if response.schema:
                assert answer.get("content-type") == "application/json"
                assert response.schema.accepts(answer.json), response.schema.problems(answer.json)
            assert set(response.headers) <= {name for name, _ in answer.headers}
    assert state_of(workspace) == before


def test_a_429_comes_with_the_three_headers(app: Starlette, operation: Operation) -> None:
    answer = prefer(app, operation, "code=429")
    assert_envelope(answer, 429, "Too many requests")
    assert answer.get("x-ratelimit-limit") == "60"
    assert answer.get("x-ratelimit-remaining") == "0"
    assert 1 <= int(answer.get("x-ratelimit-reset")) <= 60


def test_what_is_not_documented_is_refused(app: Starlette, operation: Operation) -> None:
    answer = prefer(app, operation, "code=418")
    assert_envelope(answer, 400)
    assert "code=418" in answer.explain
    assert ": 20" in answer.explain
    answer = prefer(app, operation, "example=nonesuch")
    assert_envelope(answer, 400)
    assert "no such example" in answer.explain


@pytest.mark.parametrize(
    "wish",
    [
        *("code=", "code=abc", "code=-1", "code=2e2", "code=²00", "code=600", "code=" + "9" * 5000),
        *("delay=-1", "delay=1.5", "delay=60001", "delay=", "dynamic=", "dynamic=yes", "dynamic=1"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(app: Starlette, tenant: Tenant, wish: str) -> None:
    workspace, key = tenant()
    before = state_of(workspace)
    answer = ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}', headers=[("Prefer", wish)], key=key)
    assert_envelope(answer, 400, "Bad request")
    assert answer.explain.startswith(f"Prefer: {wish.partition('=')[0]} is ")
    assert answer.get("preference-applied") == ""
    assert state_of(workspace) == before


def test_wishes_that_are_not_ours_are_ignored(app: Starlette) -> None:
    answer = ask(app, "GET", "/v1/leads", headers=[("Prefer", "respond-async, return=minimal; wait=10")])
    assert answer.status == 200
    assert answer.get("preference-applied") == ""


@pytest.mark.parametrize(
    "headers",
    [
        [("Prefer", "code=404, dynamic=true")],
        [("Prefer", "code=404; dynamic=true")],
        [("Prefer", 'CODE="404" , Dynamic = TRUE')],
        [("Prefer", "code=404"), ("Prefer", "dynamic=true")],
    ],
)
def test_wishes_can_be_written_in_one_header_or_several(app: Starlette, headers: list[tuple[str, str]]) -> None:
    answer = ask(app, "GET", "/v1/leads/ld_abc123", headers=headers)
    assert answer.status == 404
    assert answer.get("preference-applied").lower() == "code=404, dynamic=true"


def test_dynamic_answers_are_the_same_for_the_same_seed(app: Starlette, tenant: Tenant) -> None:
    _, one = tenant(seed=1)
    _, again = tenant(seed=1)
    _, other = tenant(seed=2)
    first, second, third = (
        ask(app, "GET", "/v1/leads", headers=[("Prefer", "dynamic=true")], key=key).body for key in (one, again, other)
    )
    assert first == second != third


def test_a_wish_alone_does_not_let_a_bad_request_through(app: Starlette) -> None:
    assert ask(app, "GET", "/v1/leads?page=0", headers=[("Prefer", "code=200")]).status == 400
    assert ask(app, "GET", "/v1/leads", headers=[("Prefer", "code=200")], key=None).status == 401


def test_a_delay_alone_leaves_the_answer_to_the_workspace(app: Starlette, tenant: Tenant) -> None:
    workspace, key = tenant()
    started = time.perf_counter()
    headers = [("Prefer", "delay=40")]
    answer = ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}', headers=headers, key=key)
    assert time.perf_counter() - started >= 0.04
    assert answer.status == 201
    assert answer.get("preference-applied") == "delay=40"
    assert workspace.state.rows("leads")[-1].record["firstName"] == "Ada"


def test_a_delay_holds_up_nobody_else(app: Starlette) -> None:
    async def both() -> list[str]:
        done: list[str] = []

        async def one(name: str, wish: str) -> None:
            await answer_of(app, scope_of("GET", "/v1/organization", headers=[("Prefer", wish)]))
            done.append(name)

        await asyncio.gather(one("slow", "delay=50"), one("quick", "delay=0"))
        return done

    assert asyncio.run(both()) == ["quick", "slow"]


def test_a_header_without_a_wish_wishes_nothing() -> None:
    assert parse("") == (Preference(), "")
    assert not Preference(delay=5).picks


def test_the_last_of_two_contrary_wishes_counts() -> None:
    assert parse("code=200, code=404")[0].code == 404


def test_a_longer_delay_than_a_minute_is_refused() -> None:
    assert parse("delay=60000")[0].delay == 60_000
    with pytest.raises(BadRequest, match="up to 60000"):
        parse("delay=60001")
