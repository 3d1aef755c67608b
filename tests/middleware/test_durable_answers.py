"""Nobody is told of a change before it is durable, and nobody has seen one that was undone."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from choosy_log import FULL, ChoosyLog
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send
from wire import Answer, answer_of, scope_of

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.middleware.durable_answers import DurableControl
from mock_server.store.base import LoggedTransaction
from mock_server.store.group_commit import GroupCommit, PendingTransaction
from mock_server.workspaces.workspace import DEFAULT

NEW = {"firstName": "Ana", "suburb": "Ryde"}


class Scene:
    """A server whose log hangs for as long as a test wants; requests are on their way at the same time."""

    def __init__(self) -> None:
        self.log = ChoosyLog(in_thread=True)
        self.app: Starlette = create_app(Settings(world="small", rate_limit="off"), self.log)
        self.workspaces = self.app.state.workspaces
        self.workspaces.create("other", self.workspaces.get(DEFAULT).plan, ["sk_test_other"])

    def ask(
        self, method: str, target: str, body: Any = None, key: str | None = "sk_test_local"
    ) -> asyncio.Task[Answer]:
        raw = None if body is None else json.dumps(body).encode()
        return asyncio.create_task(answer_of(self.app, scope_of(method, target, key=key, body=raw), raw))

    @property
    def leads(self) -> int:
        return len(self.workspaces.get(DEFAULT).state.rows("leads"))


@pytest.fixture(scope="module")
def shared() -> Scene:
    return Scene()


@pytest.fixture
def scene(shared: Scene) -> Iterator[Scene]:
    yield shared
    shared.log.fault = None
    shared.log.may_go_on.set()


async def held(scene: Scene) -> dict[str, asyncio.Task[Answer]]:
    """A change that the log does not answer, and questions that would show it."""
    scene.log.may_go_on.clear()
    gone = scene.workspaces.get(DEFAULT).state.rows("leads")[0].id
    tasks = {"made": scene.ask("POST", "/v1/leads", NEW), "removed": scene.ask("DELETE", f"/v1/leads/{gone}")}
    await asyncio.sleep(0.02)
    tasks |= {
        "list": scene.ask("GET", "/v1/leads?limit=1"),
        "not found": scene.ask("GET", f"/v1/leads/{gone}"),
        "events": scene.ask("GET", "/__admin/webhooks/events", key=None),
        "journal": scene.ask("GET", "/__admin/requests", key=None),
    }
    await asyncio.sleep(0.05)
    assert not [name for name, task in tasks.items() if task.done()]
    return tasks


def test_whoever_would_see_a_change_waits_until_it_is_durable(scene: Scene) -> None:
    async def scenario() -> dict[str, int]:
        tasks = await held(scene)
        elsewhere = await scene.ask("GET", "/v1/leads?limit=1", key="sk_test_other")
        assert elsewhere.status == 200
        scene.log.may_go_on.set()
        return {name: (await task).status for name, task in tasks.items()}

    found = asyncio.run(scenario())
    removed = found.pop("removed")
    assert removed in (200, 204)
    assert found == {"made": 201, "list": 200, "not found": 404, "events": 200, "journal": 200}


def test_what_was_undone_is_503_for_all_who_waited_and_nobody_saw_it(scene: Scene) -> None:
    before = scene.leads

    async def scenario() -> dict[str, int]:
        tasks = await held(scene)
        scene.log.fault = FULL
        scene.log.may_go_on.set()
        return {name: (await task).status for name, task in tasks.items()}

    assert set(asyncio.run(scenario()).values()) == {503}
    assert scene.leads == before
    made = [it for it in scene.workspaces.get(DEFAULT).journal if it.plain_method == "POST"][-1]
    assert (made.status, list(made.events)) == (503, [])
    assert "make room" in made.explain[-1]


def test_an_answer_that_was_made_of_what_was_undone_is_never_given_again(scene: Scene) -> None:
    async def scenario() -> tuple[Answer, Answer]:
        before = await scene.ask("GET", "/v1/leads?limit=3")
        await held(scene)
        scene.log.fault = FULL
        scene.log.may_go_on.set()
        return before, await scene.ask("GET", "/v1/leads?limit=3")

    before, after = asyncio.run(scenario())
    if after.status == 503:
        after = asyncio.run(answer_of(scene.app, scope_of("GET", "/v1/leads?limit=3")))
    assert (after.status, after.body) == (200, before.body)


def test_a_bug_in_the_log_is_500_and_not_half_an_answer(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> Answer:
        scene.log.fault = RuntimeError("a bug of the log")
        return await scene.ask("POST", "/v1/leads", NEW)

    assert asyncio.run(scenario()).status == 500
    assert "RuntimeError: a bug" in caplog.text


def test_without_a_log_nothing_is_in_the_way() -> None:
    app = create_app(Settings(world="empty"))
    assert app.state.workspaces.commits is None


class Control:
    """An application that reads something, lets others go first, and answers."""

    def __init__(self, *, early: bool = False) -> None:
        self.log = ChoosyLog()
        self.commits = GroupCommit(self.log)
        self.early = early
        self.app = DurableControl(self, self.commits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 200, "headers": []}
        if self.early:
            await send(start)
        pending = PendingTransaction(LoggedTransaction("w", (), {}), lambda: None, lambda: None)
        self.commits.append(pending)
        await asyncio.sleep(0.01)
        assert pending.refusal is not None or self.log.fault is None
        if not self.early:
            await send(start)
        await send({"type": "http.response.body", "body": b"what it read before"})

    def ask(self) -> Answer:
        return asyncio.run(answer_of(self.app, scope_of("GET", "/", key=None)))


def test_a_control_answer_that_began_before_an_undoing_is_refused() -> None:
    control = Control()
    assert control.ask().body == b"what it read before"
    control.log.fault = FULL
    refused = control.ask()
    assert (refused.status, refused.get("content-type")) == (503, "application/problem+json")
    assert "ask again" in refused.json["detail"]
    control.log.fault = None
    assert control.ask().status == 200


def test_a_control_answer_that_was_half_sent_is_cut_short() -> None:
    control = Control(early=True)
    control.log.fault = FULL
    with pytest.raises(RuntimeError, match="cut short"):
        control.ask()
