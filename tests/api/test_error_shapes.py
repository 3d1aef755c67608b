"""Errors have the shape that the document gives them: of the status, of its range, of `default`, else the usual one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from test_media_types import served
from wire import Answer, ask

_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}}
    },
}
_JSON_ERROR = {"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "integer"}}}
_PROBLEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_FASTAPI = {
    "type": "object",
    "properties": {
        "detail": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        }
    },
}
_ERRORS = {
    "type": "object",
    "required": ["errors", "traceId"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["code", "reason"], "properties": {"code": {"type": "string"}}},
        },
        "traceId": {"type": "string", "format": "uuid"},
    },
}


def _post(code: str, schema: Any, media: str = "application/json", **more: Any) -> dict[str, Any]:
    wrong = {"description": "", "content": {media: {"schema": schema, **more}}}
    return {"post": {"requestBody": _BODY, "responses": {"204": {"description": ""}, code: wrong}}}


_PATHS: Mapping[str, Any] = {
    "/exact": _post("400", {"type": "object", "required": ["errorCode"], "properties": {"errorCode": {"enum": [7]}}}),
    "/problem": _post("400", _PROBLEM, "application/problem+json"),
    "/range": _post("4XX", _JSON_ERROR),
    "/default": _post("default", _JSON_ERROR),
    "/example": _post("400", _JSON_ERROR, example={"code": 9, "message": "Bad request"}),
    "/fastapi": _post("422", _FASTAPI),
    "/errors": _post("default", _ERRORS),
    "/text": _post("400", {"type": "string"}, "text/plain"),
    "/oauth": _post(
        "400", {"type": "object", "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}}}
    ),
    "/flag": _post("400", {"type": "object", "required": ["success"], "properties": {"success": {"type": "boolean"}}}),
    "/headers": _post("default", _JSON_ERROR),
    "/odd": _post("400", {"type": "array", "minItems": 2, "items": {"type": "integer"}}),
}
_PATHS["/headers"]["post"]["responses"]["default"]["headers"] = {
    "X-Server": {"required": True, "schema": {"type": "string", "pattern": "^srv-[0-9]+$"}},
    "X-Region": {"required": True, "schema": {"type": "string", "enum": ["eu"]}},
    "X-Optional": {"schema": {"type": "integer"}},
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    return served(tmp_path_factory.mktemp("errors"), _PATHS)


def refused(app: Starlette, path: str) -> Answer:
    return ask(app, "POST", path, body=b"{}", headers=[("content-type", "application/json")])


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/exact", 400, {"errorCode": 7}),
        ("/problem", 400, {"type": "about:blank", "title": "Bad request", "status": 400, "detail": "Bad request"}),
        ("/range", 400, {"code": 400, "message": "Bad request"}),
        ("/default", 400, {"code": 400, "message": "Bad request"}),
        ("/example", 400, {"code": 9, "message": "Bad request"}),
        ("/fastapi", 422, {"detail": [{"loc": ["body", "n"], "msg": "is missing", "type": "value_error"}]}),
        ("/oauth", 400, {"error": "Bad request", "error_description": "Bad request"}),
        ("/flag", 400, {"success": False}),
    ],
)
def test_an_error_has_the_documented_shape(odd: Starlette, path: str, status: int, body: Any) -> None:
    answer = refused(odd, path)
    assert (answer.status, answer.json) == (status, body)


def test_an_error_has_the_documented_media_type(odd: Starlette) -> None:
    assert refused(odd, "/problem").get("content-type") == "application/problem+json"
    text = refused(odd, "/text")
    assert (text.get("content-type"), text.body) == ("text/plain", b"Bad request")


def test_an_error_has_the_headers_that_the_document_requires(odd: Starlette) -> None:
    answer = refused(odd, "/headers")
    assert (answer.get("x-server") or "").startswith("srv-")
    assert (answer.get("x-region"), answer.get("x-optional")) == ("eu", "")


def test_what_an_error_has_to_hold_is_made(odd: Starlette) -> None:
    body = refused(odd, "/errors").json
    assert body["errors"][0]["code"] == "400"
    assert len(body["traceId"]) == 36
    assert len(refused(odd, "/odd").json) >= 2


def test_an_error_that_is_not_documented_is_the_usual_one(odd: Starlette, tmp_path: Path) -> None:
    assert {"code", "message"} <= ask(odd, "GET", "/nowhere").json.keys()
    plain = served(tmp_path, {"/a": {"get": {"responses": {"204": {"description": ""}}}}})
    assert ask(plain, "GET", "/nowhere").json["message"] == "Not found"


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_ADDED = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["n"],
                "properties": {
                    "n": {"type": "integer"},
                    "lines": {"type": "array", "items": {"type": "object", "properties": {"qty": {"type": "integer"}}}},
                },
            }
        }
    },
}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        (
            _FASTAPI,
            {
                "detail": [
                    {"loc": ["query", "page"], "msg": 'the value is not of type "integer"', "type": "value_error"},
                    {"loc": ["body", "n"], "msg": "is missing", "type": "value_error"},
                    {
                        "loc": ["body", "lines", 1, "qty"],
                        "msg": 'the value is not of type "integer"',
                        "type": "value_error",
                    },
                ]
            },
        ),
        (
            _object(
                message=_TEXT, errors={"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}}
            ),
            {
                "message": "Bad request",
                "errors": {
                    "page": ['the value is not of type "integer"'],
                    "n": ["is missing"],
                    "lines.1.qty": ['the value is not of type "integer"'],
                },
            },
        ),
        (
            _object(errors=_list(field=_TEXT, message=_TEXT)),
            {
                "errors": [
                    {"field": "page", "message": 'the value is not of type "integer"'},
                    {"field": "n", "message": "is missing"},
                    {"field": "lines.1.qty", "message": 'the value is not of type "integer"'},
                ]
            },
        ),
        (
            _object(
                errors=_list(
                    status=_TEXT, detail=_TEXT, source={**_object(pointer=_TEXT, parameter=_TEXT), "required": []}
                )
            ),
            {
                "errors": [
                    {
                        "status": "400",
                        "detail": 'the value is not of type "integer"',
                        "source": {"parameter": "page"},
                    },
                    {"status": "400", "detail": "is missing", "source": {"pointer": "/n"}},
                    {
                        "status": "400",
                        "detail": 'the value is not of type "integer"',
                        "source": {"pointer": "/lines/1/qty"},
                    },
                ]
            },
        ),
    ],
    ids=["FastAPI", "ASP.NET and Laravel", "fields", "JSON:API"],
)
def test_an_error_names_the_invalid_parts_where_the_document_has_a_place_for_them(
    tmp_path: Path, schema: Any, error: Any
) -> None:
    wrong = {"description": "", "content": {"application/json": {"schema": schema}}}
    post = {
        "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
        "requestBody": _ADDED,
        "responses": {"204": {"description": ""}, "400": wrong},
    }
    app = served(tmp_path, {"/orders": {"post": post}})
    headers = [("content-type", "application/json")]
    sent = b'{"lines": [{"qty": 1}, {"qty": "x"}]}'
    assert ask(app, "POST", "/orders?page=x", body=sent, headers=headers).json == error
    other = ask(app, "POST", "/orders", body=b'{"n": "y"}', headers=headers)  # nothing is remembered of the first
    assert "page" not in other.body.decode()
    assert 'the value is not of type \\"integer\\"' in other.body.decode()
