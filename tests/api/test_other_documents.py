"""Requests of documents that are not ours: parameters everywhere, other media, other error statuses and bodies."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import Answer, ask, assert_envelope

from mock_server.app import create_app
from mock_server.config.settings import Settings


def parameter(name: str, where: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema, **more}


ANSWERS = {"200": {"description": "ok", "content": {"application/json": {"example": {"ok": True}}}}}
INTEGER = {"type": "integer", "minimum": 1}
ONLY_422 = {"422": {"description": "no", "content": {"application/json": {"example": {"oops": ["bad"]}}}}}
MESSAGE_ONLY = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
    "additionalProperties": False,
}
BARE_400 = {"400": {"description": "no", "content": {"application/json": {"schema": MESSAGE_ONLY}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/parameters": {
            "get": {
                "parameters": [
                    parameter("X-Page", "header", INTEGER),
                    parameter("X-Must", "header", {"type": "string"}, required=True),
                    parameter("Authorization", "header", {"type": "string"}, required=True),
                    parameter("visits", "cookie", INTEGER),
                    parameter(
                        "filter", "query", {"type": "object", "properties": {"size": INTEGER}}, style="deepObject"
                    ),
                    parameter("tags", "query", {"type": "array", "items": INTEGER}),
                ],
                "responses": {**ANSWERS, **BARE_400},
            }
        },
        "/bodies": {
            "post": {
                "requestBody": {"content": {"text/plain": {}, "image/*": {}, "application/json": {"schema": INTEGER}}},
                "responses": {**ANSWERS, **ONLY_422},
            }
        },
        "/anything": {"post": {"requestBody": {"content": {"*/*": {}}, "required": True}, "responses": ANSWERS}},
        "/nothing": {"post": {"responses": {"204": {"description": "done"}}}},
    },
}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    spec = tmp_path_factory.mktemp("spec") / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    return create_app(Settings(spec=str(spec), world="empty", rate_limit="off"))


def parameters(app: Starlette, query: str = "", **headers: str) -> Answer:
    given = {"x-must": "here", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return ask(app, "GET", f"/parameters?{query}", headers=[pair for pair in given.items() if pair[1]])


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("", {"x_page": "2"}),
        ("", {"cookie": "visits=3; other=x"}),
        ("", {"cookie": "not a cookie; =;;"}),
        ("", {"cookie": "(bad)=1; visits=4"}),
        ("filter[size]=1&filter[colour]=red", {}),
        ("tags=1&tags=2", {}),
    ],
)
def test_parameters_are_taken_from_wherever_the_document_says(
    other: Starlette, query: str, headers: dict[str, str]
) -> None:
    assert parameters(other, query, **headers).status == 200


@pytest.mark.parametrize(
    ("query", "headers", "explain"),
    [
        ("", {"x_page": "0"}, "header parameter `X-Page`: "),
        ("", {"x_must": ""}, "header parameter `X-Must`: is missing"),
        ("", {"cookie": "visits=none"}, "cookie parameter `visits`: "),
        ("filter[size]=0", {}, "query parameter `filter`: "),
        ("tags=1&tags=x", {}, "query parameter `tags`: "),
    ],
)
def test_a_wrong_parameter_is_named_with_where_it_stands(
    other: Starlette, query: str, headers: dict[str, str], explain: str
) -> None:
    answer = parameters(other, query, **headers)
    assert answer.status == 400
    assert answer.explain.startswith(explain)


def test_an_error_body_fits_the_schema_that_the_document_gives_it(other: Starlette) -> None:
    assert parameters(other, x_page="0").json == {"message": "Bad request"}


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("text/plain", b"\xff anything", 200),
        ("text/plain; charset=utf-8", b"x", 200),
        ("image/png", b"\x89PNG", 200),
        ("application/json", b"1", 200),
        ("application/json", b"0", 422),
        ("application/json", b"{", 422),
        ("audio/mp3", b"x", 415),
    ],
)
def test_a_body_is_read_by_its_type(other: Starlette, media: str, body: bytes, status: int) -> None:
    answer = ask(other, "POST", "/bodies", body=body, headers=[("content-type", media)])
    assert answer.status == status, answer.explain


def test_a_bad_request_is_422_where_only_that_is_documented_and_in_its_words(other: Starlette) -> None:
    answer = ask(other, "POST", "/bodies", body=b"0")
    assert (answer.status, answer.json) == (422, {"oops": ["bad"]})


def test_a_body_that_need_not_be_sent_need_not_be_sent(other: Starlette) -> None:
    assert ask(other, "POST", "/bodies").status == 200
    assert ask(other, "POST", "/anything").status == 400


def test_any_type_is_taken_where_the_document_says_so(other: Starlette) -> None:
    assert ask(other, "POST", "/anything", body=b"x", headers=[("content-type", "x/y")]).status == 200


def test_an_answer_without_a_body_has_neither_body_nor_type(other: Starlette) -> None:
    for headers in ([], [("Prefer", "code=204")]):
        answer = ask(other, "POST", "/nothing", headers=headers)
        assert (answer.status, answer.body, answer.get("content-type")) == (204, b"", "")


def test_where_the_document_has_no_words_for_an_error_there_are_ours(other: Starlette) -> None:
    assert_envelope(ask(other, "GET", "/nowhere"), 404, "Not found")
    assert_envelope(ask(other, "GET", "/nothing"), 405, "Method not allowed")
    assert_envelope(ask(other, "GET", "/nowhere", key=None), 404, "Not found")
