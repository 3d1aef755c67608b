"""The assembly: what stands in front of what, and the settings that change it."""

import json
import logging
from pathlib import Path

import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import TINY, Answer, ask, assert_envelope

from mock_server.app import create_app, load_contract
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError, SpecError


def assert_no_mock_headers(answer: Answer) -> None:
    assert not [name for name, _ in answer.headers if name.startswith("x-mock-")]


def test_the_document_is_where_the_vendor_publishes_it_and_names_this_server_first(app: Starlette) -> None:
    answer = ask(app, "GET", "/openapi", key=None, host="localhost:4747")
    assert answer.status == 200
    assert answer.get("content-type") == "application/json"
    assert answer.json["servers"][0] == {"url": "http://localhost:4747", "description": "This mock"}
    assert "https://api.sophiie.ai" in [server["url"] for server in answer.json["servers"]]
    assert "/v1/leads" in answer.json["paths"]


def test_the_other_document_stands_below_it(app: Starlette) -> None:
    assert any("zapier" in path for path in ask(app, "GET", "/openapi/zapier", key=None).json["paths"])
    assert_envelope(ask(app, "GET", "/openapi/nowhere"), 404)


@pytest.mark.parametrize("path", ["/openapi", "/openapi/zapier"])
def test_a_document_is_only_to_be_read(app: Starlette, path: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "BREW"):
        answer = ask(app, method, path)
        assert_envelope(answer, 405, "Method not allowed")
        assert answer.get("allow") == "GET, HEAD"
    assert ask(app, "HEAD", path).status == 200


def test_a_trailing_slash_redirects_nowhere(app: Starlette) -> None:
    for path in ("/openapi/", "/v1/leads/", "/__admin/health/"):
        answer = ask(app, "GET", path)
        assert answer.status == 404
        assert answer.get("location") == ""


def test_every_answer_of_the_api_has_a_request_id_of_its_own(app: Starlette) -> None:
    targets = ["/v1/leads", "/v1/nowhere", "/v1/leads?page=0"]
    ids = [ask(app, "GET", target, key=key).get("x-mock-request-id") for target in targets for key in ("x", None)]
    ids += [ask(app, "GET", target).get("x-mock-request-id") for target in targets]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_without_mock_headers_no_answer_has_one(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings(**TINY, mock_headers=False, rate_limit="1"))
    asked = [
        ask(app, "GET", "/v1/leads"),
        ask(app, "GET", "/v1/leads"),
        ask(app, "GET", "/v1/leads", key=None),
        ask(app, "GET", "/v1/leads", host="evil.example"),
        ask(app, "GET", "/openapi"),
        ask(app, "POST", "/openapi"),
        ask(app, "GET", "/__admin/health"),
        ask(app, "GET", "/__admin/nowhere"),
    ]
    app.state.workspaces.get("default").clock.advance(60)
    asked.append(ask(app, "POST", "/v1/leads", body=b"{"))
    assert [answer.status for answer in asked] == [200, 429, 401, 421, 200, 405, 200, 404, 400]
    for answer in asked:
        assert_no_mock_headers(answer)


def test_the_workspace_starts_at_the_time_that_is_set() -> None:
    app = create_app(Settings(**TINY, now="2026-03-04T16:06:07+11:00"))
    assert app.state.workspaces.get("default").clock.stamp().startswith("2026-03-04T05:06:")


def test_a_time_that_is_none_is_refused_with_a_remedy() -> None:
    with pytest.raises(SettingsError) as refused:
        create_app(Settings(now="tomorrow"))
    assert_message(refused.value)


def test_an_assumption_changes_the_contract_and_the_answers() -> None:
    app = create_app(Settings(world="empty", assume=("lead-create-status=200",)))
    assert ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada"}').status == 200
    assert "201" not in ask(app, "GET", "/openapi").json["paths"]["/v1/leads"]["post"]["responses"]


def test_events_can_be_limited_to_the_documented_one() -> None:
    one, every = (load_contract(Settings(events=events)) for events in ("documented", "all"))
    subscribe = "POST /api/webhooks/zapier/subscribe"
    few, many = one.operations[subscribe].body, every.operations[subscribe].body
    assert few
    assert many
    assert many.properties["trigger"].accepts("LEAD_DELETED")
    assert not few.properties["trigger"].accepts("LEAD_DELETED")


def test_a_document_of_ones_own_is_served_in_place_of_v1(tmp_path: Path) -> None:
    spec = tmp_path / "own.json"
    answer = {"200": {"description": "ok", "content": {"application/json": {"example": {"hello": "world"}}}}}
    info = {"title": "t", "version": "1"}
    spec.write_text(json.dumps({"openapi": "3.1.0", "info": info, "paths": {"/hello": {"get": {"responses": answer}}}}))
    app = create_app(Settings(world="empty", spec=str(spec), vendor="sophiie"))
    assert ask(app, "GET", "/hello").json == {"hello": "world"}
    assert ask(app, "GET", "/v1/leads").status == 404
    assert ask(app, "GET", "/openapi").json["info"] == info
    assert ask(app, "GET", "/openapi/zapier").status == 200


def test_a_document_that_cannot_be_served_is_refused(tmp_path: Path) -> None:
    spec = tmp_path / "own.json"
    spec.write_text('{"openapi": "2.0"}')
    with pytest.raises(SpecError):
        create_app(Settings(spec=str(spec)))


def test_a_good_request_leaves_no_word_in_the_log(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask(app, "GET", "/v1/leads")
        ask(app, "GET", "/v1/nowhere")
    assert not caplog.records
