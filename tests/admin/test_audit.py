"""The audit list of the control plane: who did what, when, on which workspace, and with what result."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import TINY, Answer, ask

from mock_server.admin.audit import MAX_CALLS, MAX_REFUSED, Audit
from mock_server.app import create_app
from mock_server.config.admin_tokens import AdminToken, hash_of, write_tokens
from mock_server.config.settings import Settings
from mock_server.support.redaction import Redactor
from mock_server.world.clock import parse, wall_time


@pytest.fixture
def shared(tmp_path: Path) -> Starlette:
    tokens = [
        AdminToken("ana", hash_of(b"smt_ana"), "2026"),
        AdminToken("busy", hash_of(b"smt_busy"), "2026", requests=0),
    ]
    write_tokens(tmp_path / "tokens.json", tokens)
    return create_app(Settings(**TINY, admin_tokens=str(tmp_path / "tokens.json")))


def control(app: Starlette, token: str, method: str, path: str, body: Any = None, **named: str) -> Answer:
    headers = [("X-Mock-Admin-Token", token), *((name.replace("_", "-"), value) for name, value in named.items())]
    given = None if body is None else json.dumps(body).encode()
    return ask(app, method, f"/__admin{path}", key=None, headers=headers, body=given)


def calls(app: Starlette, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = control(app, "smt_ana", "GET", f"/audit{query}").json["calls"]
    return found


def test_a_change_is_written_with_who_what_when_and_result(shared: Starlette) -> None:
    control(shared, "smt_ana", "POST", "/workspaces", {"id": "mine"})
    control(shared, "smt_ana", "POST", "/clock/advance", {"seconds": 5}, x_mock_workspace="mine")
    control(shared, "smt_ana", "DELETE", "/workspaces/mine")
    removed, moved, made = calls(shared)
    assert (made["by"], made["method"], made["path"]) == ("ana", "POST", "/__admin/workspaces")
    assert (made["workspace"], made["status"]) == ("mine", 201)
    assert (moved["path"], moved["workspace"], moved["status"]) == ("/__admin/clock/advance", "mine", 200)
    assert (removed["path"], removed["workspace"], removed["status"]) == ("/__admin/workspaces/mine", "mine", 200)
    assert abs((parse(made["at"]) - wall_time()).total_seconds()) < 60


def test_a_fork_is_written_with_the_workspace_that_it_made(shared: Starlette) -> None:
    id = control(shared, "smt_ana", "POST", "/snapshots/@now/fork", {}).json["id"]
    assert calls(shared)[0]["workspace"] == id


def test_who_only_reads_is_not_written(shared: Starlette) -> None:
    for path in ("/workspaces", "/audit", "/nothing", "/health/live"):
        control(shared, "smt_ana", "GET", path)
    assert calls(shared) == []


def test_a_webhook_for_an_inbox_is_no_control_call(shared: Starlette) -> None:
    assert control(shared, "smt_ana", "POST", "/inbox/default/one", {}).status == 200
    control(shared, "smt_ana", "DELETE", "/inbox/default/one")
    assert [call["method"] for call in calls(shared)] == ["DELETE"]


def test_who_is_not_let_in_is_written(shared: Starlette) -> None:
    control(shared, "smt_bob", "GET", "/workspaces")
    control(shared, "smt_ana", "GET", "/workspaces", origin="http://evil.example")
    control(shared, "smt_busy", "POST", "/reset")
    assert [(call["by"], call["status"]) for call in calls(shared)] == [("busy", 429), ("ana", 403), ("", 403)]


def test_no_secret_is_in_the_list(shared: Starlette) -> None:
    made = control(shared, "smt_ana", "POST", "/workspaces", {}).json
    control(shared, "smt_ana", "POST", f"/{made['key']}?token=hidden-one", {"labels": {"x": "hidden-two"}})
    control(shared, "smt_ana", "DELETE", "/workspaces/sk_live_0123456789abcdef")
    text = control(shared, "smt_ana", "GET", "/audit").body.decode()
    assert not [one for one in (made["key"], "smt_ana", "hidden", "0123456789abcdef") if one in text]


def test_a_program_of_this_machine_is_local(app: Starlette) -> None:
    ask(app, "POST", "/__admin/no-such-audited-path", key=None)
    (call,) = ask(app, "GET", "/__admin/audit?path=/__admin/no-such-audited-path", key=None).json["calls"]
    assert (call["by"], call["status"], call["workspace"]) == ("local", 404, None)


def test_the_list_is_narrowed_and_paged(shared: Starlette) -> None:
    for number in range(3):
        control(shared, "smt_ana", "POST", "/workspaces", {"id": f"w{number}"})
    control(shared, "smt_ana", "POST", "/workspaces", {"id": "w0"})
    assert [call["workspace"] for call in calls(shared, "?status=201&by=ana&limit=1&offset=1")] == ["w1"]
    assert calls(shared, "?by=bob") == []
    assert control(shared, "smt_ana", "GET", "/audit?who=ana").json["parameter"] == "who"
    assert control(shared, "smt_ana", "GET", "/audit?limit=6001").json["parameter"] == "limit"


def test_strangers_push_nothing_out_of_the_bounded_list() -> None:
    audit = Audit(Redactor())
    scope = {"method": "POST", "path": "/__admin/reset"}
    audit.open(scope, "ana")
    for _ in range(MAX_REFUSED + 5):
        audit.refused(scope, "", 403)
    found = list(audit)
    assert (found[0].by, len(found), audit.dropped) == ("ana", MAX_REFUSED + 1, 5)
    for _ in range(MAX_CALLS):
        audit.open(scope, "bob")
    assert (len(list(audit)), audit.dropped) == (MAX_CALLS + MAX_REFUSED, 6)
