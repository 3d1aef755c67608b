"""What the journal middleware does when a request ends otherwise than with an answer."""

import asyncio
import logging
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import TINY, ask, connected, exchange, request, scope_of

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.server import MockServer


def test_a_client_that_hangs_up_inside_its_body_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []
    with MockServer(Settings(**TINY), observe=lambda it: seen.append(it.path)) as server:
        for sent in (b"", b'{"first', b'{"firstName": "A'):
            with connected(server.url) as client:
                client.sendall(request("POST", "/v1/leads", headers=[("Content-Length", "99")]) + sent)
        with connected(server.url) as client:
            client.sendall(request("POST", "/v1/leads", headers=[("Transfer-Encoding", "chunked")]) + b"5\r\n{")
        assert exchange(server.url, request("GET", "/v1/leads")).startswith(b"HTTP/1.1 200 ")
        journal = server.app.state.workspaces.get("default").journal
        assert not list(server.app.state.workspaces.get("default").state.rows("leads"))
    assert seen == ["/v1/leads"]
    assert len(journal) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_answer_that_broke_off_is_not_followed_by_another(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)
        raise OSError("the wire was cut")

    with pytest.raises(OSError, match="wire was cut"):
        asyncio.run(app(scope_of("GET", "/v1/leads"), receive, send))
    assert len(sent) == 1
    assert [record.levelname for record in caplog.records if record.name != "asyncio"] == ["ERROR"]
    assert "GET '/v1/leads'" in caplog.text


def test_each_workspace_remembers_its_own_exchanges_and_strangers_are_not_remembered() -> None:
    app = create_app(Settings(**TINY))
    journal = app.state.workspaces.get("default").journal
    ask(app, "GET", "/v1/leads")
    ask(app, "GET", "/v1/nowhere")
    ask(app, "GET", "/v1/leads", key="sk_live_abcdef")
    ask(app, "GET", "/v1/leads", host="evil.example")
    ask(app, "GET", "/openapi")
    assert [(entry.path, entry.status) for entry in journal] == [("/v1/leads", 200), ("/v1/nowhere", 404)]
    assert all(entry.ms > 0 for entry in journal)


def test_the_journal_has_an_end() -> None:
    app = create_app(Settings(**TINY, journal_size=2))
    for page in range(1, 5):
        ask(app, "GET", f"/v1/leads?page={page}")
    journal = app.state.workspaces.get("default").journal
    assert [entry.query for entry in journal] == ["page=3", "page=4"]
