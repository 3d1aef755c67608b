"""Quotas of named tokens: workspaces at a time, and control requests in a minute."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import TINY, Answer, ask

from mock_server.admin.askers import ANYBODY, LOCAL, Asker
from mock_server.admin.request_quotas import RequestQuotas
from mock_server.app import create_app
from mock_server.config.admin_tokens import AdminToken, hash_of, write_tokens
from mock_server.config.settings import Settings


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """A server with a token of two workspaces, one of three requests, and its own one."""
    monkeypatch.setenv("SOPHIIE_MOCK_ADMIN_TOKEN", "choose-sixteen-letters")
    tokens = [
        AdminToken("two", hash_of(b"smt_two"), "2026", workspaces=2),
        AdminToken("three", hash_of(b"smt_three"), "2026", requests=3),
        AdminToken("free", hash_of(b"smt_free"), "2026"),
    ]
    write_tokens(tmp_path / "tokens.json", tokens)
    return create_app(Settings(**TINY, admin_tokens=str(tmp_path / "tokens.json")))


def control(app: Starlette, token: str, method: str, path: str, body: Any = None) -> Answer:
    headers = [("X-Mock-Admin-Token", token)]
    given = None if body is None else json.dumps(body).encode()
    return ask(app, method, f"/__admin{path}", key=None, headers=headers, body=given)


def test_a_token_has_no_more_workspaces_than_its_quota(shared: Starlette) -> None:
    for id in ("a", "b"):
        made = control(shared, "smt_two", "POST", "/workspaces", {"id": id})
        assert (made.status, made.json["owner"]) == (201, "two")
    refused = control(shared, "smt_two", "POST", "/workspaces", {"id": "c"})
    assert (refused.status, "has 2" in refused.json["detail"]) == (429, True)
    assert control(shared, "smt_free", "POST", "/workspaces", {"id": "c"}).json["owner"] == "free"
    assert control(shared, "smt_two", "DELETE", "/workspaces/a").status == 200
    assert control(shared, "smt_two", "POST", "/workspaces", {"id": "d"}).status == 201


def test_a_fork_counts_and_belongs_to_who_made_it(shared: Starlette) -> None:
    control(shared, "smt_two", "POST", "/workspaces", {"id": "a"})
    for status in (201, 429):
        assert control(shared, "smt_two", "POST", "/snapshots/@now/fork", {}).status == status
    owned = [one.id for one in shared.state.workspaces if one.origin.terms.owner == "two"]
    assert len(owned) == 2
    assert control(shared, "smt_free", "POST", "/snapshots/@now/fork", {}).status == 201


def test_a_fork_keeps_the_labels_of_its_workspace(shared: Starlette) -> None:
    key = control(shared, "smt_two", "POST", "/workspaces", {"labels": {"pr": "12"}}).json["key"]
    headers = [("X-Mock-Admin-Token", "smt_free"), ("authorization", f"Bearer {key}")]
    fork = ask(shared, "POST", "/__admin/snapshots/@now/fork", key=None, headers=headers).json["id"]
    assert shared.state.workspaces.get(fork).origin.terms.labels == {"pr": "12"}


def test_the_own_token_of_the_server_has_no_quota_and_owns_nothing(shared: Starlette) -> None:
    made = control(shared, "choose-sixteen-letters", "POST", "/workspaces", {})
    assert (made.status, made.json["owner"]) == (201, None)


def test_a_token_makes_no_more_requests_than_its_quota(shared: Starlette) -> None:
    answers = [control(shared, "smt_three", "GET", "/version") for _ in range(8)]
    first = [answer.status for answer in answers].index(429)  # a minute may end meanwhile, once
    assert first >= 3
    refused = answers[first]
    assert refused.get("content-type") == "application/problem+json"
    assert 1 <= int(refused.get("retry-after")) <= 60
    assert control(shared, "smt_free", "GET", "/version").status == 200


def test_a_request_over_the_quota_changes_nothing(shared: Starlette) -> None:
    answers = [control(shared, "smt_three", "POST", "/workspaces", {}) for _ in range(8)]
    made = sum(answer.status == 201 for answer in answers)
    assert len(list(shared.state.workspaces)) == 1 + made < 9


def test_quotas_begin_anew_with_each_minute() -> None:
    now = 59_500.0
    quotas = RequestQuotas(lambda: now)
    asker = Asker("a", AdminToken("a", "", "", requests=1))
    assert [quotas.refusal(asker)[1] for _ in range(2)] == [0, 1]
    now = 60_000.0
    assert [quotas.refusal(asker)[1] for _ in range(3)] == [0, 60, 60]
    assert quotas.refusal(Asker("b", AdminToken("b", "", "", requests=0)))[1] == 60
    assert [quotas.refusal(one)[0] for one in (LOCAL, ANYBODY, Asker("c", AdminToken("c", "", "")))] == [""] * 3
