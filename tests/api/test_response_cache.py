"""An answer that is remembered is the one that would be made now; and who remembers, still sees every request."""

import gc
import random
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from wire import Answer, ask, scope_of, target_of

from mock_server.api.exchange import Exchange
from mock_server.api.response import PreparedResponse
from mock_server.api.response_cache import MAX_ANSWER_BYTES, MAX_ANSWERS, MAX_TOTAL_BYTES, ResponseCache
from mock_server.api.stage import Stage
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.spec.operation import Operation
from mock_server.store.base import Row
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import WorkspaceState
from mock_server.support.redaction import Redactor
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace
from mock_server.world.recipe import load_recipe

LISTS = "/v1/leads?limit=50"
TWINS = ("remembers", "forgets")


@pytest.fixture(scope="module")
def server() -> Starlette:
    return create_app(Settings(world="small"))


@pytest.fixture
def twins(server: Starlette) -> Iterator[list[Workspace]]:
    """Two workspaces in which the same calls must have the same answers."""
    plan = WorldPlan(load_recipe("small"), seed=5, limit=0)
    made = [server.state.workspaces.create(id, plan, [f"sk_test_mock_{id}"], frozen=True) for id in TWINS]
    yield made
    for workspace in made:
        server.state.workspaces.remove(workspace)


def said(app: Starlette, workspace: Workspace, method: str, target: str, body: Any = None) -> tuple[int, bytes]:
    raw = None if body is None else orjson.dumps(body)
    answer = ask(app, method, target, key=f"sk_test_mock_{workspace.id}", body=raw)
    return answer.status, answer.body


def kept(app: Starlette, workspace: Workspace) -> dict[tuple[bytes, bytes], PreparedResponse]:
    """The answers of the workspace's state as it is, by path and query."""
    found = app.state.endpoint.cache._kept.items()
    return {target: answer for (version, target, _), answer in found if version is workspace.state.version}


def forget(workspace: Workspace) -> None:
    """Have the next answers made anew."""
    workspace.state.version = object()


def steps(chance: random.Random, leads: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Mostly the same few reads over and over, with changes between them."""
    for number in range(150):
        lead = f"/v1/leads/{chance.choice(leads)}"
        reads = [
            LISTS,
            "/v1/leads?page=2&limit=3",
            lead,
            f"{lead}/notes",
            f"{lead}/activities",
            "/v1/inquiries?expand=lead",
        ]
        reads += ["/v1/appointments", "/v1/faqs", "/v1/leads?limit=0", "/api/webhooks/zapier/leads", "/v1/organization"]
        changes = [
            ("PUT", lead, {"lastName": f"N{number}"}),
            ("POST", "/v1/leads", {"firstName": f"New{number}", "suburb": "Ryde"}),
            ("POST", "/v1/leads", {}),
            ("DELETE", lead, None),
            ("RESET", "", None),
            ("RETURN", "", None),
            ("TIME", "", None),
        ]
        yield ("GET", chance.choice(reads), None) if chance.random() < 0.8 else chance.choice(changes)


def test_a_remembered_answer_is_the_one_that_would_be_made_now(server: Starlette, twins: list[Workspace]) -> None:
    chance, workspaces = random.Random(11), server.state.workspaces
    leads = [str(row.id) for row in twins[0].state.rows("leads")]
    saved = [Snapshot("then", twin.state.fork(), twin.clock.stamp(), frozen=True) for twin in twins]
    recalled = 0
    for method, target, body in steps(chance, leads):
        answers = []
        for twin, snapshot in zip(twins, saved, strict=True):
            if twin.id == "forgets":
                forget(twin)
            elif method == "GET":
                recalled += any(path == target.split("?")[0].encode() for path, _ in kept(server, twin))
            if method == "RESET":
                workspaces.reset(twin)
            elif method == "RETURN":
                workspaces.return_to(twin, snapshot)
            elif method == "TIME":
                twin.clock.advance(3_600)
            else:
                answers.append(said(server, twin, method, target, body))
        assert len(set(answers)) <= 1, (method, target)
    assert recalled > 20


def test_no_get_looks_at_the_clock_or_writes(server: Starlette, operation: Operation, twins: list[Workspace]) -> None:
    if operation.method != "GET":
        return
    _, twin = twins
    target = target_of(operation)
    counters, before = dict(twin.state.counters), said(server, twin, "GET", target)
    twin.clock.advance(40 * 86_400)
    forget(twin)
    assert said(server, twin, "GET", target) == before
    assert dict(twin.state.counters) == counters


def told(server: Starlette, times: int, **headers: str) -> list[Answer]:
    return [ask(server, "GET", LISTS, headers=headers.items()) for _ in range(times)]


def test_every_request_is_counted_journalled_and_covered(server: Starlette) -> None:
    workspace = server.state.workspaces.get("default")
    server.state.workspaces.reset(workspace)
    answers = told(server, 70)
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.get("x-mock-request-id") for answer in answers}) == 70
    assert "429" in answers[-1].explain
    assert "429" not in answers[59].explain
    kept = list(workspace.journal)
    assert [exchange.operation.key for exchange in kept] == ["GET /v1/leads"] * 70
    assert {exchange.stage for exchange in kept} == {Stage.ANSWER}
    assert kept[-1].answer == kept[0].answer
    figures = workspace.journal.covered().report(workspace.state and server.state.workspaces.contract, [])["operations"]
    assert figures["GET /v1/leads"]["requests"] == 70
    assert figures["GET /v1/leads"]["parameters"]["query limit"] == 70


def test_what_is_preferred_is_not_what_was_remembered(server: Starlette) -> None:
    plain, preferred = told(server, 2)[-1], told(server, 2, prefer="code=401")[-1]
    assert (plain.status, preferred.status) == (200, 401)


def test_another_workspace_remembers_nothing_of_it(server: Starlette, twins: list[Workspace]) -> None:
    one, other = twins
    said(server, one, "GET", LISTS)
    assert kept(server, one)
    assert not kept(server, other)
    assert one.state.fork().version is not one.state.version


def test_a_change_leaves_nothing_that_was_remembered(server: Starlette, twins: list[Workspace]) -> None:
    one, _ = twins
    said(server, one, "GET", LISTS)
    before = one.state.version
    with server.state.workspaces.transaction(one) as tx:
        tx.put("leads", "x", {"id": "x"})
        tx.undo()
    assert one.state.version is not before
    assert not kept(server, one)


def test_what_is_remembered_is_bounded(server: Starlette, twins: list[Workspace]) -> None:
    one, _ = twins
    cache: ResponseCache = server.state.endpoint.cache
    for page in range(1, MAX_ANSWERS + 10):
        said(server, one, "GET", f"/v1/faqs?page={page}")
    assert len(cache) == MAX_ANSWERS
    assert (b"/v1/faqs", b"page=1") not in kept(server, one)
    said(server, one, "GET", f"/v1/leads?x={'a' * 2_000}")
    assert all(len(query) < 2_000 for _, query in kept(server, one))
    assert cache.bytes == sum(len(answer.body) for answer in cache._kept.values()) <= MAX_TOTAL_BYTES


def test_large_answers_make_room_by_their_size() -> None:
    cache, state = ResponseCache(), WorkspaceState()
    for number in range(300):
        exchange = Exchange("", scope_of("GET", f"/v1/leads?page={number}"), Redactor())
        cache.remember(state, exchange, PreparedResponse(200, b" " * MAX_ANSWER_BYTES))
    assert cache.bytes <= MAX_TOTAL_BYTES
    assert len(cache) == MAX_TOTAL_BYTES // MAX_ANSWER_BYTES
    cache.remember(state, exchange, PreparedResponse(200, b" " * (MAX_ANSWER_BYTES + 1)))
    assert len(cache) == MAX_TOTAL_BYTES // MAX_ANSWER_BYTES


def test_one_in_so_many_is_made_anew_and_checked_whole(server: Starlette, twins: list[Workspace]) -> None:
    one, _ = twins
    said(server, one, "GET", LISTS)
    [first] = kept(server, one).values()
    for _ in range(70):
        said(server, one, "GET", LISTS)
    assert [answer is first for answer in kept(server, one).values()] == [False]


def test_whoever_wants_every_answer_checked_has_none_remembered() -> None:
    app = create_app(Settings(world="empty", self_check="all"))
    told(app, 3)
    assert not len(app.state.endpoint.cache)


def reachable(root: object) -> Iterator[object]:
    """Everything that an object holds, at whatever depth; classes and functions hold the whole program."""
    seen, left = {id(root)}, [root]
    while left:
        yield (found := left.pop())
        for part in gc.get_referents(found):
            if id(part) not in seen and not isinstance(part, type | ModuleType | FunctionType):
                seen.add(id(part))
                left.append(part)


def test_the_state_holds_records_and_no_answers(server: Starlette, twins: list[Workspace]) -> None:
    one, _ = twins
    for target in (LISTS, "/v1/inquiries?expand=lead", "/v1/appointments"):
        assert [said(server, one, "GET", target)[0] for _ in range(2)] == [200, 200]
    kinds = {type(found) for found in reachable(one.state)}
    assert Row in kinds
    assert not kinds & {bytes, orjson.Fragment, PreparedResponse, Exchange}
