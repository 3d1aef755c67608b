"""The table of what is served of OpenAPI: each row has a document here that shows it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import SetupError

PAGE = Path(__file__).parents[1].joinpath("docs", "reference", "openapi.md").read_text(encoding="utf-8")


def op(schema: Any = True, *, media: str = "application/json", **more: Any) -> dict[str, Any]:
    """An operation that answers 200."""
    return {**more, "responses": {"200": {"description": "", "content": {media: {"schema": schema}}}}}


def document(paths: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "openapi": "3.2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/fine": {"get": op()}, **paths},
        **more,
    }


def parameter(name: str, location: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": location, "required": True, "schema": schema, **more}


def hook(media: str) -> dict[str, Any]:
    """A webhook with a body of this media type."""
    body = {"content": {media: {"schema": {"type": "object"}}}}
    return {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}


PAGES = {
    "Page": {"type": "array", "items": {"$dynamicRef": "#it"}, "$defs": {"it": {"$dynamicAnchor": "it", "not": {}}}},
    "Texts": {"$ref": "#/components/schemas/Page", "$defs": {"it": {"$dynamicAnchor": "it", "type": "string"}}},
}
AHEAD = {"type": "string", "pattern": "^(?=a).*$"}
PAIR = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
TREE = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Tree"}}}
STYLES = {"/a/{p}": {"get": op(parameters=[parameter("p", "path", PAIR, style="label", explode=True)])}}
DEEP = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}

RECORD = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
WRAPPED = {"type": "object", "properties": {"results": {"type": "array", "items": RECORD}}, "required": ["results"]}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
OFFSET = {"name": "offset", "in": "query", "schema": {"type": "integer"}}

SERVED: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "Versions 3.0, 3.1 and 3.2, YAML or JSON": (document({}), "GET", "/fine"),
    "Methods of 3.2: `query`, `additionalOperations`": (
        document({"/a": {"query": op(), "additionalOperations": {"COPY": op()}}}),
        "COPY",
        "/a",
    ),
    "Several files, `$id`, `$anchor`": (
        document(
            {"/a": {"get": op({"$ref": "part.json#/A"})}, "/b": {"get": op({"$ref": "#it"})}}, part={"$anchor": "it"}
        ),
        "GET",
        "/a",
    ),
    "`servers` of the document, a path, an operation": (
        document({"/a": {"servers": [{"url": "/{v}", "variables": {"v": {"default": "v2"}}}], "get": op()}}),
        "GET",
        "/v2/a",
    ),
    "Parameters in every place and style": (document(STYLES), "GET", "/a/.1.2"),
    "Parameters that are part of a segment": (
        document({"/a/{id}.json": {"get": op(parameters=[parameter("id", "path", {"type": "integer"})])}}),
        "GET",
        "/a/7.json",
    ),
    "Objects in a query: `deepObject`, maps, nesting": (
        document({"/a": {"get": op(parameters=[parameter("f", "query", DEEP, style="deepObject")])}}),
        "GET",
        "/a?f%5Ba%5D=1",
    ),
    "Schemas that contain themselves": (
        document({"/a": {"get": op({"$ref": "#/components/schemas/Tree"})}}, components={"schemas": {"Tree": TREE}}),
        "GET",
        "/a",
    ),
    "Schemas that inherit in a circle, or closed": (
        document(
            {"/a": {"get": op({"$ref": "#/components/schemas/Base"})}},
            components={
                "schemas": {
                    "Base": {"oneOf": [{"$ref": "#/components/schemas/Child"}, DEEP]},
                    "Child": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["b"]}]},
                }
            },
        ),
        "GET",
        "/a",
    ),
    "Heirs (`allOf`) of a base with a discriminator": (
        document(
            {"/a": {"get": op({"$ref": "#/components/schemas/Base"})}},
            components={
                "schemas": {
                    "Base": {**RECORD, "discriminator": {"propertyName": "id"}},
                    "Heir": {"allOf": [{"$ref": "#/components/schemas/Base"}, DEEP]},
                }
            },
        ),
        "GET",
        "/a",
    ),
    "Equal branches of a `oneOf`": (document({"/a": {"get": op({"oneOf": [DEEP, DEEP]})}}), "GET", "/a"),
    "Answers in any media type": (document({"/a": {"get": op({"type": "string"}, media="text/csv")}}), "GET", "/a"),
    "Security of every kind, per operation": (
        document(
            {"/a": {"get": op(security=[{"key": []}])}},
            components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}}},
        ),
        "GET",
        "/a?k=sk_test_local",
    ),
    "Lists in any wrapper, with pages, filters and orders": (
        document(
            {"/a": {"get": op(WRAPPED, parameters=[OFFSET])}, "/a/{id}": {"get": op(RECORD, parameters=[ID])}},
        ),
        "GET",
        "/a?offset=0",
    ),
    "Forms, multipart and XML": (
        document({"/a": {"post": op(requestBody={"content": {"multipart/form-data": {"schema": DEEP}}})}}),
        "POST",
        "/a",
    ),
    "`HEAD` where the document has none": (document({}), "HEAD", "/fine"),
    "A required body of `GET` in 3.0": (
        {**document({"/a": {"get": op(requestBody={"required": True, "content": {}})}}), "openapi": "3.0.3"},
        *("GET", "/a"),
    ),
    "Webhooks and callbacks by `POST`, `PUT` or `PATCH`": (
        document({}, webhooks={"made": {"put": hook("application/json")["post"]}}),
        "GET",
        "/__admin/webhooks/triggers",
    ),
    "A document of webhooks alone": (
        {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "webhooks": {"made": hook("application/json")}},
        "GET",
        "/__admin/webhooks/triggers",
    ),
    "`$dynamicRef`, as a page of anything that others fill in": (
        document({"/a": {"get": op({"$ref": "#/components/schemas/Texts"})}}, components={"schemas": PAGES}),
        "GET",
        "/a",
    ),
    "A parameter without a schema": (
        document({"/a": {"get": op(parameters=[{"name": "p", "in": "query"}])}}),
        "GET",
        "/a?p=x",
    ),
    "Patterns with a lookaround or a backreference": (
        document({"/a": {"get": op(parameters=[parameter("p", "query", AHEAD)])}}),
        "GET",
        "/a?p=" + "a" * 5_000,
    ),
}

NOT_SERVED: Mapping[str, tuple[dict[str, Any], int]] = {
    "Swagger 2.0": ({"swagger": "2.0", "paths": {"/fine": {}}}, 0),
    "References to other hosts": (document({"/a": {"get": op({"$ref": "https://a.example/b.json"})}}), 501),
    "References out of the document's folder": (document({"/a": {"get": op({"$ref": "../b.json"})}}), 501),
    "`$dynamicRef` to an anchor that nothing on its way has": (
        document(
            {"/a": {"get": op({"$dynamicRef": "#it"})}},
            components={"schemas": {name: {"$id": name, "$dynamicAnchor": "it"} for name in ("A", "B")}},
        ),
        501,
    ),
    "Webhooks whose body is a form": (
        document({}, webhooks={"sent": hook("application/x-www-form-urlencoded"), "made": hook("application/json")}),
        404,
    ),
    "A `oneOf` whose branches no value tells apart": (
        document({"/a": {"get": op({"oneOf": [DEEP, {**DEEP, "minProperties": 1}]})}}),
        501,
    ),
    "A schema that nothing can satisfy": (document({"/a": {"get": op({"not": {}, "type": "object"})}}), 501),
    "A query or a fragment in a path": (document({"/a?b=1": {"get": op()}}), 404),
}


def served(folder: Path, root: Mapping[str, Any]) -> Starlette:
    (folder / "part.json").write_text('{"A": {"$ref": "#text"}, "B": {"$anchor": "text", "type": "string"}}')
    spec = folder / "openapi.json"
    spec.write_text(json.dumps(root))
    return create_app(Settings(spec=str(spec), world="small", rate_limit="off"))


def rows(mark: str) -> list[str]:
    table = PAGE.partition("<!-- openapi")[2].partition("<!-- /openapi -->")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| ")
    ]
    return [cell[0] for cell in cells if cell[1] == mark]


def test_the_table_says_what_is_shown_here() -> None:
    assert rows("yes") == list(SERVED)
    assert rows("no") == list(NOT_SERVED)


@pytest.mark.parametrize("row", SERVED)
def test_what_the_table_says_is_served(tmp_path: Path, row: str) -> None:
    root, method, target = SERVED[row]
    answer = ask(served(tmp_path, root), method, target)
    assert answer.status == 200, answer.explain


@pytest.mark.parametrize("row", NOT_SERVED)
def test_what_the_table_says_is_not_served(tmp_path: Path, row: str) -> None:
    root, status = NOT_SERVED[row]
    if not status:
        with pytest.raises(SetupError):
            served(tmp_path, root)
        return
    app = served(tmp_path, root)
    assert (ask(app, "GET", "/fine").status, ask(app, "GET", "/a").status) == (200, status)


def test_a_webhook_is_a_trigger_where_its_body_is_json(tmp_path: Path) -> None:
    root, _ = NOT_SERVED["Webhooks whose body is a form"]
    said = ask(served(tmp_path, root), "GET", "/__admin/webhooks/triggers").body.decode()
    assert ("made" in said, "sent" in said) == (True, False)
