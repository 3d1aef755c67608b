"""Answers in the media types that the document names: which one a client gets, and what stands in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import Answer, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

_RECORD = {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string"}, "name": {}}}
_PET = {
    "type": "object",
    "xml": {"name": "pet"},
    "required": ["id", "tag"],
    "properties": {
        "id": {"const": 7, "xml": {"attribute": True}},
        "tag": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"const": "a<b"}, "xml": {"wrapped": True}},
    },
}


def _answering(content: Any, status: str = "200", **more: Any) -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": content, **more}}}


_PATHS: Mapping[str, Any] = {
    "/many": {
        "get": _answering(
            {
                "text/plain": {"example": "one"},
                "application/json": {"example": {"id": 1}},
                "application/vnd.v2+json": {"example": {"id": 2}},
                "text/csv": {"example": "a,b\n1,2\n"},
            }
        )
    },
    "/hal": {"get": _answering({"application/hal+json; charset=utf-8": {"example": {"a": 1}}})},
    "/unsaid": {"get": _answering({"application/json": {}})},
    "/note": {
        "post": {
            "requestBody": {"content": {"text/plain": {"schema": {"type": "string", "maxLength": 3}}}},
            "responses": {"204": {"description": ""}},
        }
    },
    "/null": {"get": _answering({"application/json": {"example": None}})},
    "/false": {"get": _answering({"application/json": {"schema": {"type": "boolean"}, "example": False}})},
    "/zero": {"get": _answering({"text/json": {"schema": {"type": "integer"}, "example": 0}})},
    "/empty": {"get": _answering({"application/json": {"schema": {"type": "string"}, "example": ""}})},
    "/png": {"get": _answering({"image/png": {"schema": {"type": "string", "format": "binary"}}})},
    "/range": {"get": _answering({"image/*": {}})},
    "/file": {"get": _answering({"*/*": {"schema": {"type": "string", "format": "binary"}}})},
    "/pet": {"get": _answering({"application/xml": {"schema": _PET}})},
    "/lines": {"get": _answering({"application/x-ndjson": {"schema": {"type": "array", "items": {"const": 1}}}})},
    "/latin": {"get": _answering({"text/plain; charset=iso-8859-1": {"example": "café"}})},
    "/moved": {"get": {"responses": {"302": {"description": ""}}}},
    "/things": {
        "get": _answering(
            {
                "application/json": {"schema": {"type": "array", "items": _RECORD}},
                "text/csv": {"schema": {"type": "array", "items": _RECORD}},
            }
        ),
        "post": {
            "requestBody": {"content": {"application/json": {"schema": _RECORD}}},
            **_answering(
                {"application/json": {"schema": _RECORD}}, "201", headers={"Location": {"schema": {"type": "string"}}}
            ),
        },
    },
    "/headers": {
        "get": _answering(
            {"application/json": {"example": {}}},
            headers={
                "X-Example": {"schema": {"type": "string", "example": "lester"}},
                "X-Named": {"schema": {"type": "string"}, "examples": {"one": {"value": "uno"}}},
                "X-List": {"schema": {"type": "array", "items": {"type": "integer"}}, "example": [1, 2]},
                "X-Default": {"schema": {"type": "integer", "default": 0}},
                "X-Choice": {"schema": {"enum": ["first", "second"]}},
                "X-Required": {"required": True, "schema": {"type": "integer", "minimum": 5, "maximum": 5}},
                "X-Unknown": {"schema": {"type": "string"}},
                "X-Split": {"example": "a\r\nX-Evil: 1"},
                "Content-Encoding": {"example": "gzip"},
                "Content-Length": {"example": 1},
            },
        )
    },
}


def served(folder: Path, paths: Mapping[str, Any], **more: Any) -> Starlette:
    """The application that serves a document with ``paths``."""
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}
    (folder / "openapi.json").write_text(json.dumps(root))
    return create_app(Settings(spec=str(folder / "openapi.json"), world="empty", rate_limit="off"))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    return served(tmp_path_factory.mktemp("media"), _PATHS)


def asked(app: Starlette, path: str, accept: str | None = None) -> Answer:
    return ask(app, "GET", path, headers=[] if accept is None else [("accept", accept)])


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/plain", "text/plain"),
        ("text/*", "text/plain"),
        ("TEXT/CSV", "text/csv"),
        ("text/plain;q=0.5, text/csv;q=0.8", "text/csv"),
        ("text/*;q=0.9, text/plain;q=0.1", "text/csv"),
        ("application/json;q=0, */*", "application/vnd.v2+json"),
        ("application/vnd.v2+json", "application/vnd.v2+json"),
        ("application/vnd.other+json", "application/json"),
        ("image/png, application/json;q=0.1", "application/json"),
        ("nonsense", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
    ],
)
def test_accept_picks_among_the_documented_types(odd: Starlette, accept: str | None, media: str) -> None:
    answer = asked(odd, "/many", accept)
    assert (answer.status, answer.get("content-type")) == (200, media)


@pytest.mark.parametrize("accept", ["image/png", "application/xml, text/html", "*/*;q=0", "application/pdf;q=1"])
def test_what_is_not_documented_cannot_be_accepted(odd: Starlette, accept: str) -> None:
    answer = asked(odd, "/many", accept)
    assert answer.status == 406
    assert "text/csv" in (answer.explain or "")


def test_an_answer_without_a_body_suits_every_client(odd: Starlette) -> None:
    answer = asked(odd, "/moved", "application/json")
    assert (answer.status, answer.body) == (302, b"")
    assert answer.get("location")


@pytest.mark.parametrize(
    ("path", "media", "body"),
    [
        ("/hal", "application/hal+json; charset=utf-8", b'{"a":1}'),
        ("/null", "application/json", b"null"),
        ("/unsaid", "application/json", b"{}"),
        ("/false", "application/json", b"false"),
        ("/zero", "text/json", b"0"),
        ("/empty", "application/json", b'""'),
        ("/lines", "application/x-ndjson", b"1\n1\n"),
        ("/latin", "text/plain; charset=iso-8859-1", b"caf\xe9"),
    ],
)
def test_the_answer_has_the_type_of_the_document(odd: Starlette, path: str, media: str, body: bytes) -> None:
    answer = asked(odd, path)
    assert (answer.status, answer.get("content-type"), answer.body) == (200, media, body)


@pytest.mark.parametrize(
    ("path", "media", "start"),
    [
        ("/png", "image/png", b"\x89PNG"),
        ("/range", "image/png", b"\x89PNG"),
        ("/file", "application/octet-stream", b"S"),
    ],
)
def test_a_file_without_an_example_is_made(odd: Starlette, path: str, media: str, start: bytes) -> None:
    answer = asked(odd, path)
    assert answer.get("content-type") == media
    assert answer.body.startswith(start)


@pytest.mark.parametrize(("body", "status"), [(b"abc", 204), (b"abcd", 400), (b"\xff", 204)])
def test_a_text_is_held_against_its_schema(odd: Starlette, body: bytes, status: int) -> None:
    assert ask(odd, "POST", "/note", body=body, headers=[("content-type", "text/plain")]).status == status


def test_xml_is_written_as_the_schema_names_it(odd: Starlette) -> None:
    text = asked(odd, "/pet").body.decode()
    assert text.endswith('<pet id="7"><tag><tag>a&lt;b</tag></tag></pet>')


def test_a_list_of_records_can_be_had_as_csv(odd: Starlette) -> None:
    ask(odd, "POST", "/things", body=b'{"id":"x","name":"Jo, \\"J\\""}', headers=[("content-type", "application/json")])
    lines = asked(odd, "/things", "text/csv").body.decode().splitlines()
    assert lines[0] == "id,name"
    assert any(line.endswith('"Jo, ""J"""') for line in lines)


def test_the_location_of_a_new_record_is_its_own(odd: Starlette) -> None:
    made = ask(odd, "POST", "/things", body=b'{"id":"y","name":"Jo"}', headers=[("content-type", "application/json")])
    assert made.get("location") == f"http://localhost/things/{made.json['id']}"


def test_documented_headers_are_sent(odd: Starlette) -> None:
    sent = {name: value for name, value in asked(odd, "/headers").headers if name.startswith(("x-", "content-"))}
    expected = {
        "x-example": "lester",
        "x-named": "uno",
        "x-list": "1,2",
        "x-default": "0",
        "x-choice": "first",
        "x-required": "5",
    }
    known = {*expected, "content-length", "content-type", "x-mock-request-id"}
    assert {name: value for name, value in sent.items() if name in expected} == expected
    assert sent.keys() <= known
    assert sent["content-length"] == "2"


@pytest.mark.parametrize("path", ["/many", "/png", "/moved", "/headers", "/nowhere"])
def test_head_answers_as_get_does_without_a_body(odd: Starlette, path: str) -> None:
    get, head = asked(odd, path), ask(odd, "HEAD", path)
    assert head.status == get.status
    assert head.get("content-length") == get.get("content-length")
    assert head.body == b""


def test_head_can_be_refused_where_the_real_api_does() -> None:
    app = create_app(Settings(world="empty", assume=("head-method=405",)))
    refused = ask(app, "HEAD", "/v1/leads")
    assert (refused.status, refused.get("allow")) == (405, "GET, POST")
    usual = create_app(Settings(world="empty"))
    assert ask(usual, "HEAD", "/v1/leads").status == 200
    assert ask(usual, "PATCH", "/v1/leads").get("allow") == "GET, HEAD, POST"


def test_each_media_type_has_its_own_example(tmp_path: Path) -> None:
    contents = {
        "application/json": {
            "schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "example": {"a": 1},
        },
        "application/vnd.two+json": {"schema": {"type": "object"}, "example": {"b": 2}},
    }
    app = served(tmp_path, {"/version": {"get": _answering(contents)}})
    assert asked(app, "/version", "application/vnd.two+json").json == {"b": 2}
    assert asked(app, "/version").json == {"a": 1}
