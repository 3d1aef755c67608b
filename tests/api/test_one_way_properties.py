"""`readOnly` is for answers and `writeOnly` for requests, through references and `allOf` too."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from test_media_types import served
from wire import Answer, ask

_TEXT = {"type": "string"}
_BASE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {"id": {**_TEXT, "readOnly": True}},
}
_SCHEMAS: dict[str, Any] = {
    "Secret": {**_TEXT, "writeOnly": True},
    "Given": {**_TEXT, "readOnly": True},
    "Own": {**_BASE, "properties": {**_BASE["properties"], "name": _TEXT, "password": {**_TEXT, "writeOnly": True}}},
    "ByReference": {
        **_BASE,
        "properties": {
            "id": {"$ref": "#/components/schemas/Given"},
            "name": _TEXT,
            "password": {"allOf": [{"$ref": "#/components/schemas/Secret"}]},
        },
    },
    "Base": {"type": "object", "properties": {"id": {**_TEXT, "readOnly": True}, "password": {"writeOnly": True}}},
    "ByParts": {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"required": ["id", "name", "password"], "properties": {"name": _TEXT}},
        ]
    },
}
_KINDS = ("Own", "ByReference", "ByParts")


def _paths(kind: str) -> dict[str, Any]:
    one = {"$ref": f"#/components/schemas/{kind}"}
    body = {"required": True, "content": {"application/json": {"schema": one}}}
    id = {"name": "id", "in": "path", "required": True, "schema": _TEXT}

    def answer(schema: Any, status: str = "200") -> dict[str, Any]:
        return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}

    return {
        f"/{kind}": {
            "get": answer({"type": "array", "items": one}),
            "post": {"requestBody": body, **answer(one, "201")},
        },
        f"/{kind}/{{id}}": {"get": {"parameters": [id], **answer(one)}},
        f"/who/{kind}/now": {"get": answer({"type": "object", "required": ["user"], "properties": {"user": one}})},
    }


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    paths = {path: item for kind in _KINDS for path, item in _paths(kind).items()}
    return served(tmp_path_factory.mktemp("one-way"), paths, components={"schemas": _SCHEMAS})


def _post(app: Starlette, kind: str, body: Any) -> Answer:
    return ask(app, "POST", f"/{kind}", body=json.dumps(body).encode(), headers=[("content-type", "application/json")])


@pytest.mark.parametrize("kind", _KINDS)
def test_what_is_for_answers_is_not_required_in_a_request(odd: Starlette, kind: str) -> None:
    assert _post(odd, kind, {"name": "jo", "password": "s"}).status == 201
    refused = _post(odd, kind, {"name": "jo"})
    assert refused.status == 400
    assert "/password: is missing" in (refused.explain or "")


@pytest.mark.parametrize("kind", _KINDS)
def test_what_is_for_requests_is_in_no_answer(odd: Starlette, kind: str) -> None:
    made = _post(odd, kind, {"name": "jo", "password": "s"}).json
    texts = [made, *(ask(odd, "GET", path).json for path in (f"/{kind}", f"/{kind}/{made['id']}", f"/who/{kind}/now"))]
    assert made["id"]
    assert "password" not in json.dumps(texts)
