"""A bug of ours: 500 in the vendor's envelope, nothing changed, the client told nothing, the traceback in the log."""

import asyncio
import itertools
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import ask, assert_envelope, scope_of, state_of

from mock_server.api.endpoint import Endpoint
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.routing import Router
from mock_server.app import create_app
from mock_server.behaviours.registry import OperationContext, OperationResult, behaviour
from mock_server.config.settings import Settings
from mock_server.errors import InternalError
from mock_server.store.base import LoggedTransaction, NoLog
from mock_server.support.redaction import Redactor

SECRET = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
OK = {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/bugs/raises": {"post": {"responses": {"200": OK}}},
        "/bugs/wrong": {"post": {"responses": {"200": OK}}},
        "/bugs/{turn}": {
            "get": {
                "parameters": [{"name": "turn", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": OK},
            }
        },
        "/things": {
            "post": {
                "requestBody": {"content": OK["content"]},
                "responses": {"201": OK},
            },
        },
        "/things/{id}": {
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": OK},
            }
        },
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
            }
        }
    },
}


@behaviour("POST /bugs/raises")
def raises(call: OperationContext) -> OperationResult:
    call.tx.put("things", 1, {"id": 1, "name": "half done"})
    call.tx.count("things")
    raise LookupError(f"no {SECRET} \x1b[31m here")


@behaviour("POST /bugs/wrong")
def wrong(call: OperationContext) -> OperationResult:
    call.tx.put("things", 1, {"id": 1, "name": "half done"})
    return OperationResult({"id": "not a number", "name": SECRET})


@behaviour("GET /bugs/{}")
def wrong_but_sure(call: OperationContext) -> OperationResult:
    """Right the first time only, and it says that every part was checked."""
    return OperationResult({"id": 1, "name": "x"} if call.path[0] == 0 else {}, checked=True)


class BrokenLog(NoLog):
    """A disk that is full when the first change is to be kept."""

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        raise RuntimeError(f"disk full, {SECRET}")


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Starlette]:
    """Make an application of the document above."""
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    return lambda log=None, **more: create_app(
        Settings(spec=str(spec), world="empty", vendor="sophiie", **{"rate_limit": "off", **more}), log
    )


def test_a_request_that_nobody_let_in_reaches_no_behaviour(app: Starlette) -> None:
    """The endpoint alone, without authentication before it."""
    scope = scope_of("GET", "/v1/leads")
    scope[EXCHANGE] = Exchange("req_1", scope, Redactor())
    endpoint = Endpoint(app.state.workspaces, app.state.settings, Router(()), app.state.endpoint.evolving)
    with pytest.raises(InternalError):
        asyncio.run(endpoint(scope, None, None))  # type: ignore[arg-type]


def invalid_answers(app: Starlette) -> int:
    return int(ask(app, "GET", "/__admin/health").json["invalidAnswers"])


@pytest.mark.parametrize("path", ["/bugs/raises", "/bugs/wrong"])
def test_a_bug_is_500_and_leaves_nothing_behind(own: Any, path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = own()
    workspace = app.state.workspaces.get("default")
    before = state_of(workspace)
    with caplog.at_level(logging.DEBUG):
        answer = ask(app, "POST", f"{path}?token={SECRET}")
    assert_envelope(answer, 500, "Internal server error")
    assert state_of(workspace) == before
    assert not list(workspace.state.rows("$events"))
    assert SECRET not in caplog.text + answer.explain + str(answer.headers)
    assert [record.levelname for record in caplog.records if record.name != "asyncio"] == ["ERROR"]
    assert ask(app, "GET", "/bugs/0").status == 200


def test_a_behaviour_that_raises_leaves_its_traceback_in_the_log(own: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(own(), "POST", "/bugs/raises")
    assert_message(answer.explain)
    assert "POST '/bugs/raises'" in caplog.text
    assert "LookupError: no sk_live_***" in caplog.text
    assert "in raises" in caplog.text


def test_an_answer_that_breaks_the_contract_says_where(own: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = own()
    answer = ask(app, "POST", "/bugs/wrong")
    assert answer.explain.startswith("our answer /id: ")
    assert "POST /bugs/wrong 200: our answer /id: " in caplog.text
    assert invalid_answers(app) == 1


def test_an_answer_that_breaks_the_contract_goes_out_where_that_was_asked_for(
    own: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = own(on_invalid_answer="log")
    answer = ask(app, "POST", "/bugs/wrong")
    assert (answer.status, answer.json["id"]) == (200, "not a number")
    assert invalid_answers(app) == 1
    assert "our answer /id: " in caplog.text
    assert len(app.state.workspaces.get("default").state.rows("things")) == 1


@pytest.mark.parametrize(("self_check", "noticed"), [("sampled", [65]), ("all", list(range(2, 66)))])
def test_an_answer_of_checked_parts_is_checked_whole_now_and_then(
    own: Any, self_check: str, noticed: list[int]
) -> None:
    app = own(self_check=self_check)
    turns = itertools.count(1)
    statuses = [(turn, ask(app, "GET", f"/bugs/{turn - 1}").status) for turn, _ in zip(turns, range(65), strict=False)]
    assert [turn for turn, status in statuses if status == 500] == noticed


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_change_that_cannot_be_kept_has_not_happened(own: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = own(BrokenLog())
    workspace = app.state.workspaces.get("default")
    before = state_of(workspace)
    answer = ask(app, "POST", "/things", body=b'{"id": 1, "name": "x"}')
    assert_envelope(answer, 500, "Internal server error")
    assert state_of(workspace) == before
    assert SECRET not in caplog.text
    assert ask(app, "GET", "/things/1").status == 404
