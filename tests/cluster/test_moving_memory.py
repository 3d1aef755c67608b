"""Everything of a workspace moves with it: what was set, counted, asked and received is known to the next owner."""

import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from test_replica import ask, common, create, made, process, total  # noqa: F401 - `common` is a fixture

from mock_server.config.settings import Settings
from mock_server.server import MockServer

pytestmark = pytest.mark.slow

SHOWN = (
    *("faults", "mappings", "scenarios", "webhooks/faults", "evolution", "inbox/hook", "requests", "coverage"),
    *("webhooks/attempts", "requests/unmatched", "explain/req_2", "snapshots"),
)
SECRET = "sk_live_" + "abcdefgh12345678"


def shown(url: str) -> dict[str, Any]:
    return {path: ask(url, "GET", f"/__admin/{path}") for path in SHOWN}


def rich(url: str) -> None:
    """Let a workspace have something of everything that was in memory only."""
    hook = {"hookUrl": f"{url}/__admin/inbox/default/hook", "trigger": "LEAD_CREATED"}
    assert ask(url, "POST", "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1", hook)[0] in (200, 201)
    rule = {"request": {"method": "GET"}, "response": {"status": 503}, "nth": 3}
    stub = {
        "request": {"operation": "GET /v1/faqs", "queryParameters": {"page": {"equalTo": "7"}}},
        "response": {"jsonBody": {"of": "a stub"}, "headers": {"X-Key": SECRET}},
        "scenarioName": "s",
        "newScenarioState": "seen",
        "allowInvalid": True,
    }
    for path, body in (
        ("faults", rule),
        ("mappings", stub),
        ("mappings", {**stub, "priority": 1, "requiredScenarioState": "seen", "times": 2}),
        ("webhooks/faults", {"fault": "DUPLICATE", "count": 2}),
        ("snapshots", {"name": "s"}),
    ):
        status, made = ask(url, "POST", f"/__admin/{path}", body)
        assert status == 201, made
    assert ask(url, "PUT", "/__admin/evolution", {"evolve": "key-order"})[0] == 200
    for name in ("Ada", f"Grace {SECRET}"):
        create(url, name)
    for path in ("/v1/leads?limit=2", "/v1/faqs?page=7", "/v1/nothing", "/v1/leads"):
        ask(url, "GET", path)
    ask(url, "POST", "/__admin/inbox/hook/expect", {"count": 3})


def test_the_next_owner_shows_all_that_the_one_before_showed(common: dict[str, Any], postgres_url: str) -> None:  # noqa: F811
    settings = Settings(**{**common, "spec": ""})
    first = MockServer(settings)
    first.__enter__()
    rich(first.url)
    with MockServer(settings) as second:
        before = shown(first.url)
        assert before["requests"][1]["meta"]["total"] == 7
        first.__exit__(None, None, None)
        now = shown(second.url)
        for path in SHOWN:
            assert now[path] == before[path]
        create(second.url, "Edsger")
        assert ask(second.url, "GET", "/__admin/requests/req_8")[0] == 200
        count = {"request": {"method": "POST"}, "exactly": 4}
        assert ask(second.url, "POST", "/__admin/verify", count)[0] == 200
        assert ask(second.url, "GET", "/v1/faqs?page=7")[1] == {"of": "a stub"}
    with psycopg.connect(postgres_url) as db:
        rows = db.execute("SELECT part, body FROM memory").fetchall()
    assert {part for part, body in rows if SECRET.encode() in body} == {"stub", "received"}  # as a person wrote them


def test_after_a_kill_only_a_workspace_in_use_may_miss_requests(
    common: dict[str, Any],  # noqa: F811
    postgres_url: str,
    tmp_path: Path,
) -> None:
    with process(common, tmp_path) as (server, url):
        busy = made(url, id="busy")
        create(url, "Ada")
        with psycopg.connect(postgres_url, autocommit=True) as db:
            while db.execute("SELECT 1 FROM owners WHERE workspace = 'default' AND is_open").fetchone():
                time.sleep(0.1)
        with MockServer(Settings(**common)) as second:
            check_after_a_kill(server, url, second.url, busy["key"])


def check_after_a_kill(server: subprocess.Popen[bytes], killed: str, second: str, key: str) -> None:
    """Use the workspace of this key, kill its owner, and ask the next one about a quiet and the busy workspace."""
    ask(killed, "GET", "/v1/leads", authorization=f"Bearer {key}")
    server.kill()
    total(second)  # it serves
    asked = {"request": {"method": "POST"}, "exactly": 1}
    assert ask(second, "POST", "/__admin/verify", asked)[0] == 200
    assert ask(second, "POST", "/__admin/verify", {**asked, "exactly": 0})[0] == 406
    named = {"x-mock-workspace": "busy"}
    status, problem = ask(second, "POST", "/__admin/verify", asked, **named)
    assert (status, "died before it had stored" in problem["detail"]) == (409, True)
    ask(second, "POST", "/__admin/reset", {}, **named)
    assert ask(second, "POST", "/__admin/verify", {**asked, "exactly": 0}, **named)[0] == 200
