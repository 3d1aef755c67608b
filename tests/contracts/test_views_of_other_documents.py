"""Differences that are no faults in the documents of others: shorter views, records of examples, empty values."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.errors import CannotRun
from contracts.rules.free_query import without_free_keys
from contracts.rules.header_values import header_values
from contracts.rules.response_conformance import says_refusal
from contracts.run.greeting import greet
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.plan_reads import requests
from contracts.scenarios.protocol import required
from contracts.scenarios.records import agree
from contracts.spec.document import load
from contracts.spec.operation_parts import load_parameter
from contracts.spec.path_ids import ids_of_the_form
from contracts.spec.shown_values import shown_values
from contracts.transport.exchange import Exchange
from contracts.transport.target import named


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ({"a": 1}, {"a": 2, "b": 2}, False),
        ([{"a": 1}], [{"a": 1}, {"a": 1}], False),
        ("a", "b", False),
    ],
)
def test_a_shorter_view_agrees_in_what_it_shows(one: Any, other: Any, *, same: bool) -> None:
    assert agree(one, other) is same


def test_the_texts_of_examples_are_known() -> None:
    media = {"schema": {"example": {"id": "a"}, "default": "no"}, "examples": {"one": {"value": [{"id": "b"}]}}}
    shown = shown_values({"paths": {"/a": {"get": {"content": media}}}})
    assert shown >= {"a", "b"}
    assert "no" not in shown


def test_a_parameter_may_be_empty_where_the_document_says_so() -> None:
    raw = {"name": "view", "in": "query", "allowEmptyValue": True, "schema": {"enum": ["a"]}}
    assert load_parameter(raw, lambda node: node).may_be_empty
    assert not load_parameter({**raw, "in": "header"}, lambda node: node).may_be_empty


@pytest.mark.parametrize(("status", "is_reached"), [(404, True), (405, True), (401, False)])
def test_a_document_without_reads_is_greeted_all_the_same(status: int, *, is_reached: bool) -> None:
    answer = SimpleNamespace(status=status, media_type="application/json", headers={"x-mock-request-id": "req_1"})
    contract = SimpleNamespace(operations={"POST /a": None})
    client: Any = SimpleNamespace(
        target=named("http://127.0.0.1:1", "sk_test_local"),
        contract=contract,
        headers=lambda _: {},
        send=lambda *_: answer,
    )
    if is_reached:
        assert greet(client, None).is_mock
    else:
        with pytest.raises(CannotRun, match="refuses the key"):
            greet(client, None)


def test_ids_have_the_form_that_the_path_takes(tmp_path: Path) -> None:
    def operation(schema: Any) -> Any:
        parameters = [{"name": "id", "in": "path", "required": True, "schema": schema}]
        paths = {"/a/{id}": {"get": {"parameters": parameters, "responses": {"200": {"description": ""}}}}}
        whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
        (tmp_path / "a.json").write_text(json.dumps(whole))
        return load(str(tmp_path / "a.json")).operations["GET /a/{}"]

    assert ids_of_the_form(operation({"type": "string"}), ["s", "x"]) == ["s", "x"]
    assert ids_of_the_form(operation({"type": "string", "maxLength": 1}), ["s", "no"]) == ["s"]
    [id] = ids_of_the_form(operation({"type": "string", "format": "uuid"}), ["s"])
    assert len(id) == 36


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("false", False),
        ("12", 12),
        ("1.5", 1.5),
        ("a,b", ["a", "b"]),
        ("1, 2", [1, 2]),
        ("", []),
        ("R,100,G,200", {"R": 100, "G": 200}),
        ("a=1,b=x", {"a": 1, "b": "x"}),
        ('{"a": [1]}', {"a": [1]}),
    ],
)
def test_a_header_is_read_as_what_it_may_mean(text: str, value: Any) -> None:
    assert any(it == value and type(it) is type(value) for it in header_values(text))
    assert text in list(header_values(text))


def test_texts_of_a_free_form_query_break_no_type(tmp_path: Path) -> None:
    free = {"name": "any", "in": "query", "schema": {"type": "object", "additionalProperties": {"type": "string"}}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    paths = {"/a": {"get": {"parameters": [free, limit], "responses": {"200": {"description": ""}}}}}
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "a.json").write_text(json.dumps(whole))
    operation = load(str(tmp_path / "a.json")).operations["GET /a"]

    def sent(query: str) -> Exchange | None:
        return without_free_keys(operation, Exchange("GET", f"http://x/a?{query}", {}, b"", 200, {}, b""))

    plain = sent("x=true&limit=a&=1")
    assert plain is not None
    assert plain.query == "limit=a"
    assert sent("limit=a") is None


def test_operations_are_completed(tmp_path: Path) -> None:
    get = {"$ref": "#/components/operations/get"}
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a/{id}/{more}": {"parameters": [{"$ref": "#/components/parameters/id"}], "get": get}},
        "components": {
            "operations": {"get": {"responses": {"404": {"description": ""}}}},
            "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}},
        },
    }
    (tmp_path / "a.json").write_text(json.dumps(whole))
    operation = load(str(tmp_path / "a.json")).operations["GET /a/{}/{}"]
    assert [(it.name, it.schema["type"]) for it in operation.parameters] == [("id", "integer"), ("more", "string")]
    assert not says_refusal(operation, 200)
    assert says_refusal(operation, 404)


def test_a_number_beyond_the_width_of_its_format_is_not_certain(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"type": ["integer", "null"], "format": "uint16"}}}}
    paths = {"/a": {"post": {"requestBody": body, "responses": {"204": {"description": ""}}}}}
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "a.json").write_text(json.dumps(whole))
    operation = load(str(tmp_path / "a.json")).operations["POST /a"]
    assert operation.body is not None
    certain = operation.document.certain_validator(operation.body).is_valid
    assert [certain(it) for it in (0, 65_535, None, 65_536, -1)] == [True, True, True, False, False]


def test_bodies_have_no_properties_of_answers(tmp_path: Path) -> None:
    text, hidden = {"type": "string"}, {"type": "string", "readOnly": True}
    inner = {"type": "object", "required": ["at", "by"], "properties": {"at": hidden, "by": text}}
    properties = {"id": hidden, "name": text, "inner": {"$ref": "#/components/schemas/Inner"}}
    pet = {"type": "object", "required": ["id", "name"], "properties": properties}
    paths = {
        "/pets": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                "responses": {"200": {"description": ""}},
            }
        }
    }
    whole = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "a.json").write_text(json.dumps({**whole, "components": {"schemas": {"Pet": pet, "Inner": inner}}}))
    operation = load(str(tmp_path / "a.json")).operations["POST /pets"]
    document = operation.document
    assert operation.body is not None
    assert document.properties(operation.body).keys() == {"name", "inner"}
    assert document.required(operation.body) == {"name"}
    assert document.validator(operation.body).is_valid({"name": "Rex", "inner": {"by": "me"}})
    assert not document.validator(operation.body).is_valid({"name": "Rex", "inner": {}})
    assert not document.validator({"$ref": "#/components/schemas/Pet"}).is_valid({"name": "Rex"})


def test_a_parameter_that_is_the_key_is_not_left_out(tmp_path: Path) -> None:
    key = {"type": "apiKey", "in": "header", "name": "X-Token"}
    named = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in ("x-token", "a")
    ]
    paths = {"/a": {"get": {"parameters": named, "responses": {"200": {"description": ""}}}}}
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, "security": [{"key": []}]}
    (tmp_path / "a.json").write_text(json.dumps({**whole, "components": {"securitySchemes": {"key": key}}}))
    operation = load(str(tmp_path / "a.json")).operations["GET /a"]
    asked: list[str] = []

    def call_without(_: Any, name: str, *__: Any, **___: Any) -> Any:
        asked.append(name)
        return SimpleNamespace(succeeded=False)

    catalogue: Any = SimpleNamespace(existing_or_invented_ids=lambda *_: ())
    client: Any = SimpleNamespace(call_without=call_without)
    required(client, operation, catalogue)
    assert asked == ["a"]


@pytest.mark.parametrize("documented", [False, True])
def test_a_documented_head_is_not_compared_with_get(tmp_path: Path, *, documented: bool) -> None:
    """It has statuses and headers of its own."""
    operation = {"responses": {"204": {"description": ""}}}
    item = {"get": operation, **({"head": operation} if documented else {})}
    root = {"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {"/health": item}}
    (tmp_path / "a.json").write_text(json.dumps(root))
    planned = {(it.topic, it.subject) for it in requests(Catalogue(load(str(tmp_path / "a.json"))))}
    assert (("heads", "GET /health") in planned) is not documented
