"""The key of a request stands where its document wants it while it is sent, and nowhere else afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from contracts.spec.document import load
from contracts.spec.security import load_schemes
from contracts.transport.credentials import key_in_place

DECLARED: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2"},
    "basic": {"type": "http", "scheme": "basic"},
    "token": {"type": "http", "scheme": "Token"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "api key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "tls": {"type": "mutualTLS"},
}
URL = "http://a.example/b?c=1"
BEARER = {"Authorization": "Bearer k"}


def sent(asked: Any, url: str = URL, **headers: str) -> tuple[str, dict[str, str]]:
    """The address and the headers while the request is sent; they are the old ones afterwards."""
    request = requests.Request("GET", url, headers=headers).prepare()
    before = request.url, dict(request.headers)
    with key_in_place(request, load_schemes(asked, DECLARED, lambda node: node)):
        found = str(request.url), {name: str(value) for name, value in request.headers.items()}
    assert (request.url, dict(request.headers)) == before
    return found


@pytest.mark.parametrize(
    ("asked", "url", "headers"),
    [
        ([], URL, BEARER),
        ([{}], URL, BEARER),
        ([{"bearer": []}], URL, BEARER),
        ([{"oauth": []}], URL, BEARER),
        ([{"undeclared": []}], URL, BEARER),
        ([{"tls": []}], URL, BEARER),
        ([{"basic": []}], URL, {"Authorization": "Basic azo="}),
        ([{"token": []}], URL, {"Authorization": "Token k"}),
        ([{"header": []}], URL, {"X-Key": "k"}),
        ([{}, {"header": []}], URL, {"X-Key": "k"}),
        ([{"query": []}], f"{URL}&api%20key=k", {}),
        ([{"cookie": []}], URL, {"Cookie": "sid=k"}),
        ([{"bearer": [], "header": []}], URL, {**BEARER, "X-Key": "k"}),
        ([{"header": []}, {"basic": []}], URL, {"X-Key": "k"}),
    ],
)
def test_a_key_is_sent_where_the_document_wants_it(asked: Any, url: str, headers: dict[str, str]) -> None:
    assert sent(asked, **BEARER) == (url, headers)


def test_a_request_without_a_key_stays_without() -> None:
    assert sent([{"query": []}]) == (URL, {})


def test_the_control_plane_of_a_mock_gets_a_bearer_key() -> None:
    clock = "http://a.example/__admin/clock/advance"
    assert sent([{"basic": []}], clock, **BEARER) == (clock, BEARER)


def test_head_shows_the_key_where_get_does(tmp_path: Path) -> None:
    operation = {"security": [{"header": []}], "responses": {"200": {"description": "Done."}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Own", "version": "1"},
        "paths": {"/other": {"get": {"responses": operation["responses"]}}, "/own": {"get": operation}},
        "components": {"securitySchemes": DECLARED},
    }
    file = tmp_path / "own.json"
    file.write_text(json.dumps(document))
    contract = load(str(file))
    assert [scheme.place for scheme in contract.schemes("HEAD", "/own")] == ["header"]
    assert contract.schemes("HEAD", "/other") == contract.schemes("GET", "/other")
