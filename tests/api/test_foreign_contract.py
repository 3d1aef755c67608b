"""A document that is not Sophiie's: no words, world, Zapier surface or limit of hers; a path it takes is its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

_LEAD = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "color": {"type": "string"}}}


def _answering(schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


def _serving(folder: Path, paths: dict[str, Any], **settings: Any) -> Starlette:
    spec = folder / "other.json"
    spec.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "Other", "version": "1"}, "paths": paths}))
    return create_app(Settings(spec=str(spec), **settings))


LEADS = {"/v1/leads": {"get": _answering({"type": "array", "items": _LEAD})}}


def test_another_document_has_no_zapier_surface_and_no_limit(tmp_path: Path) -> None:
    app = _serving(tmp_path, LEADS)
    assert ask(app, "GET", "/api/webhooks/zapier/leads").status == 404
    assert not ask(app, "GET", "/v1/leads").get("x-ratelimit-limit")
    assert list(ask(app, "GET", "/__admin/records").json["records"]) == ["leads"]


def test_a_limit_that_was_asked_for_holds_for_any_document(tmp_path: Path) -> None:
    app = _serving(tmp_path, LEADS, rate_limit="1")
    assert [ask(app, "GET", "/v1/leads").status for _ in range(2)] == [200, 429]


def test_time_does_nothing_to_the_appointments_of_another_document(tmp_path: Path) -> None:
    time = {"type": "string", "format": "date-time"}
    fields = {"id": {"type": "string"}, "status": {"enum": ["PENDING", "DONE"]}, "start": time, "end": time}
    booked = {"type": "object", "required": ["id"], "properties": fields}
    content = {"content": {"application/json": {"schema": booked}}}
    posted = {"requestBody": content, "responses": {"201": {"description": "", **content}}}
    listed = _answering({"type": "array", "items": booked})
    app = _serving(tmp_path, {"/appointments": {"get": listed, "post": posted}}, world="empty")
    sent = {"id": "a", "status": "PENDING", "start": "2020-01-01T00:00:00Z", "end": "2020-01-01T01:00:00Z"}
    assert ask(app, "POST", "/appointments", body=json.dumps(sent).encode()).status == 201
    moved = ask(app, "POST", "/__admin/clock/advance", body=b'{"seconds": 86400}')
    assert moved.json["happened"] == []
    assert ask(app, "GET", "/appointments").json == [sent]


@pytest.mark.parametrize(("vendor", "status"), [("sophiie", 200), ("other", 404)])
def test_a_flag_says_whose_document_it_is(tmp_path: Path, vendor: str, status: int) -> None:
    app = _serving(tmp_path, LEADS, vendor=vendor)
    query = "org_id=o&user_id=u"
    assert ask(app, "GET", f"/api/webhooks/zapier/leads?{query}").status == status


def test_a_document_that_takes_our_path_wins(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    mine = _answering({"const": "mine"})
    app = _serving(tmp_path, {"/openapi": {"get": mine}, "/openapi/rules": {"get": mine}})
    assert ask(app, "GET", "/openapi").json == ask(app, "GET", "/openapi/rules").json == "mine"
    assert ask(app, "GET", "/__admin/documents").json == {"documents": ["other"]}
    assert ask(app, "GET", "/__admin/documents/other").json["info"]["title"] == "Other"
    assert "/__admin/documents/other" in caplog.text


def test_a_document_is_found_by_name_beside_openapi(app: Starlette) -> None:
    published = ask(app, "GET", "/openapi").json
    assert ask(app, "GET", "/__admin/documents/v1").json == published
    assert ask(app, "GET", "/__admin/documents/v2").status == 404
