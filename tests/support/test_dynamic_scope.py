"""Schemas that others fill in by ``$dynamicRef``: the outermost anchor of a name counts."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import SpecError
from mock_server.support.local_references import bundled

PET = {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "integer"}}}
LIST = {"type": "array", "minItems": 1, "items": {"$dynamicRef": "#T"}}
DYNAMIC = {"$dynamicRef": "#n"}
PAGE = {"type": "object", "required": ["items"], "properties": {"items": LIST}}
CHILDREN = {"type": "array", "items": {"$dynamicRef": "#node"}}
TREE = {"$dynamicAnchor": "node", "type": "object", "properties": {"data": True, "children": CHILDREN}}


def _schemas(*, ids: bool) -> dict[str, Any]:
    """A page of anything and a tree, and what fills them in, as resources of their own or without ids."""

    def ref(name: str) -> dict[str, Any]:
        return {"$ref": f"https://e.example/{name}" if ids else f"#/components/schemas/{name}"}

    schemas: dict[str, dict[str, Any]] = {
        "pet": PET,
        "page": {**PAGE, "$defs": {"T": {"$dynamicAnchor": "T", "not": {}}}},
        "pets": {**ref("page"), "$defs": {"T": {"$dynamicAnchor": "T", **ref("pet")}}},
        "names": {"allOf": [ref("page")], "$defs": {"any": {"$dynamicAnchor": "T", "type": "string"}}},
        "tree": TREE,
        "strict": {"$dynamicAnchor": "node", **ref("tree"), "unevaluatedProperties": False},
    }
    return {name: {**({"$id": f"https://e.example/{name}"} if ids else {}), **it} for name, it in schemas.items()}


@pytest.fixture(params=[True, False], ids=["with ids", "without ids"])
def app(tmp_path: Path, request: pytest.FixtureRequest) -> Starlette:
    def operation(name: str) -> dict[str, Any]:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        answer = {"responses": {"200": {"description": "", "content": content}}}
        return {"get": answer, "post": {"requestBody": {"content": content}, **answer}}

    schemas = _schemas(ids=request.param)
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas}}
    spec = tmp_path / "openapi.json"
    spec.write_text(json.dumps({**root, "paths": {f"/{name}": operation(name) for name in schemas}}))
    return create_app(Settings(spec=str(spec), quiet=True, rate_limit="off"))


def test_a_page_is_filled_in_by_whoever_names_it(app: Starlette) -> None:
    pets, names = (json.loads(ask(app, "GET", path).body)["items"] for path in ("/pets", "/names"))
    assert {tuple(pet) for pet in pets} == {("bark",)}
    assert {type(name) for name in names} == {str}


def test_a_page_that_nobody_fills_in_takes_the_others_not_along(app: Starlette) -> None:
    assert (ask(app, "GET", "/page").status, ask(app, "GET", "/pet").status) == (501, 200)


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/pets", {"items": [{"bark": 1}]}, ""),
        ("/pets", {"items": [{"bark": "x"}]}, "/items/0/bark"),
        ("/names", {"items": [{"bark": 1}]}, "/items/0"),
        ("/tree", {"children": [{"more": 1}]}, ""),
        ("/tree", {"children": [3]}, "/children/0"),
        ("/strict", {"children": [{"children": [{"data": 1}]}]}, ""),
        ("/strict", {"children": [{"children": [{"more": 1}]}]}, "/children/0/children/0"),
    ],
)
def test_the_outermost_anchor_counts_at_every_depth(app: Starlette, path: str, body: Any, refused: str) -> None:
    answer = ask(app, "POST", path, body=json.dumps(body).encode())
    assert answer.status == (400 if refused else 200), answer.explain
    assert not refused or f"body {refused}:" in answer.explain


def test_a_dynamic_reference_by_pointer_is_a_plain_one() -> None:
    schemas = {"a": {"$dynamicRef": "#/components/schemas/b"}, "b": {"type": "integer"}}
    whole, unreached, _ = bundled({"components": {"schemas": schemas}}, None, SpecError)
    assert (whole["components"]["schemas"]["a"], unreached) == ({"$ref": "#/components/schemas/b"}, {})


@pytest.mark.parametrize("length", [50, 250])
def test_a_long_chain_of_resources_is_followed(length: int) -> None:
    def link(number: int) -> dict[str, Any]:
        return {"$id": f"s{number}", "$dynamicAnchor": "n", "not": {"$ref": f"s{number + 1}"}, "items": DYNAMIC}

    schemas = {f"S{number}": link(number) for number in range(length)}
    last = {"$id": f"s{length}", "type": "string"}
    whole, unreached, _ = bundled({"components": {"schemas": {**schemas, "last": last}}}, None, SpecError)
    assert not unreached
    assert "S0" in whole["components"]["schemas"]
