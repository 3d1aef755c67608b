"""For people with a browser: the document as a page, and the way from ``/`` to the page of the control plane."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import KEY, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

BROWSER = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]
CANARY = '"><script>alert(1)</script>'


def served(folder: Path, *paths: str, **info: Any) -> Starlette:
    """An application of a document with these paths."""
    schema = {"type": "object", "description": CANARY, "properties": {CANARY: {"$ref": "#/components/schemas/One"}}}
    content = {"application/json": {"schema": schema}}
    parameter = {"name": CANARY, "in": "query", "description": CANARY, "schema": {"type": "string"}}
    responses = {"200": {"description": CANARY, "content": content}}
    operation = {"summary": CANARY, "description": CANARY, "parameters": [parameter], "responses": responses}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1", **info},
        "paths": {path: {"get": operation} for path in paths},
        "components": {"schemas": {"One": {"type": "string"}}},
    }
    spec = folder / "api.json"
    spec.write_text(json.dumps(document))
    return create_app(Settings(spec=str(spec), vendor="other"))


def test_a_browser_that_asks_for_the_root_is_led_to_the_page(app: Starlette) -> None:
    answer = ask(app, "GET", "/", key=None, headers=BROWSER)

    assert (answer.status, answer.get("location"), answer.get("vary")) == (307, "/__admin/ui", "Accept")


@pytest.mark.parametrize("accept", [[], [("accept", "*/*")], [("accept", "application/json")]])
def test_a_client_that_asks_for_the_root_is_refused_as_anywhere(app: Starlette, accept: list[tuple[str, str]]) -> None:
    assert ask(app, "GET", "/", key=None, headers=accept).status == 401
    assert ask(app, "GET", "/", key=KEY, headers=accept).status == 404
    assert ask(app, "POST", "/", key=KEY, headers=BROWSER).status == 404


def test_the_document_is_readable_where_people_look_for_it(app: Starlette) -> None:
    page = ask(app, "GET", "/docs", key=None)

    assert page.get("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.get("content-security-policy")
    assert "POST /v1/leads" in page.body.decode()
    assert '<a href="#Lead">' in page.body.decode()
    assert ask(app, "GET", "/openapi.json", key=None).json == ask(app, "GET", "/openapi", key=None).json


def test_only_reading_is_for_people_there(app: Starlette) -> None:
    for path in ("/docs", "/openapi.json"):
        assert ask(app, "HEAD", path, key=None).status == 200
        assert ask(app, "POST", path, key=KEY, body=b"{}").status in (404, 405)


def test_a_path_that_the_document_has_is_its_own(tmp_path: Path) -> None:
    app = served(tmp_path, "/", "/docs", "/openapi.json")

    for path in ("/", "/docs", "/openapi.json"):
        answer = ask(app, "GET", path, headers=BROWSER)
        assert (answer.status, answer.get("content-type")) == (200, "application/json"), path


def test_a_text_of_the_document_is_never_markup(tmp_path: Path) -> None:
    app = served(tmp_path, "/things", title=CANARY, description=CANARY)
    page = ask(app, "GET", "/docs").body.decode()

    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 8
