"""Documents of other people: in an older version, below a path, with other conventions. ``check --spec`` takes them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from messages import assert_message

from contracts.cli import main
from contracts.errors import CannotRun
from contracts.scenarios import access
from contracts.scenarios.plan import all_scenarios
from contracts.spec.dialect import TRANSLATED, plain
from contracts.spec.document import Contract, Document, load
from contracts.spec.security import declared_schemes

DOCUMENTS = Path(__file__).parent.parent / "documents"
sys.path.append(str(DOCUMENTS.parent))

from published import published  # noqa: E402 - in the folder above
from renamed import renamed  # noqa: E402 - as above


def of(schema: dict[str, Any], version: str = "3.0.3") -> Any:
    document = {"openapi": version, "paths": {}, "components": {"schemas": {"A": schema}}}
    return plain("x.yaml", document, mended=False)["components"]["schemas"]["A"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string", "nullable": False}),
        ({"$ref": "#/b", "nullable": True, "maxLength": 1}, {"anyOf": [{"$ref": "#/b"}, {"type": "null"}]}),
        ({"$ref": "#/b", "description": "ignored"}, {"$ref": "#/b"}),
        ({"allOf": [], "nullable": True}, {"anyOf": [{"allOf": []}, {"type": "null"}]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"properties": {"nullable": {"type": "boolean"}}}, {"properties": {"nullable": {"type": "boolean"}}}),
        ({"example": {"nullable": True}}, {"example": {"nullable": True}}),
        ({"items": {"type": "number", "nullable": True}}, {"items": {"type": ["number", "null"]}}),
        ({"$ref": "#/b", "nullable": False}, {"$ref": "#/b"}),
    ],
)
def test_an_older_schema_says_the_same_in_the_newer_version(older: dict[str, Any], newer: dict[str, Any]) -> None:
    assert of(older) == newer
    assert of(older, "3.1.0") == older


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        ([], "/a"),
        ([{"url": "https://x.example"}], "/a"),
        ([{"url": "https://x.example/"}], "/a"),
        ([{"url": "https://x.example/v1/"}, {"url": "https://y.example/v2"}], "/v1/a"),
        ([{"url": "/base"}], "/base/a"),
        ([{"url": "https://x.example/{stage}", "variables": {"stage": {"default": "live"}}}], "/live/a"),
        ("odd", "/a"),
    ],
)
def test_the_first_server_stands_before_every_path(servers: Any, path: str) -> None:
    document = plain("x.yaml", {"openapi": "3.1.0", "servers": servers, "paths": {"/a": {}}})
    assert (list(document["paths"]), "servers" in document) == ([path], False)
    assert (TRANSLATED in document) == (path != "/a")


def test_a_path_or_an_operation_with_servers_of_its_own_stands_below_them() -> None:
    shared, elsewhere = [{"name": "a"}], [{"url": "https://z.example/z"}]
    paths = {
        "/a": {"servers": [{"url": "/y"}], "parameters": shared, "get": {"tags": []}},
        "/b": {"parameters": shared, "get": {"tags": []}, "put": {"servers": elsewhere, "tags": []}},
        "/c": {"$ref": "#/paths/~1a"},
    }
    root = {"openapi": "3.1.0", "servers": [{"url": "/base"}], "paths": paths}
    document = plain("x.yaml", root, mended=False)
    assert document["paths"] == {
        "/y/a": {"parameters": shared, "get": {"tags": []}},
        "/base/b": {"parameters": shared, "get": {"tags": []}},
        "/z/b": {"parameters": shared, "put": {"tags": []}},
        "/y/c": {"parameters": shared, "get": {"tags": []}},
    }


@pytest.mark.parametrize("raw", [None, [], {}, {"openapi": "2.0"}, {"openapi": 3}])
def test_what_is_no_document_of_version_3_is_refused(raw: Any) -> None:
    with pytest.raises(CannotRun) as refused:
        plain("x.yaml", raw)
    assert_message(refused.value, "no document of version 3")


@pytest.mark.parametrize("name", ["legacy", "widgets"])
def test_the_mock_serves_the_document_that_it_is_checked_against(name: str) -> None:
    """Of widgets nothing below a record is ever reached: its items have no `id`, and that is told."""
    asked = ["--spec", str(DOCUMENTS / f"{name}.yaml"), "--exclude", "engine"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert "0 with" in result.output, result.output
    assert "KeyError" not in result.output
    assert ("no `id`" in result.output) == (name == "widgets")
    assert result.return_value == 0


@pytest.mark.slow
def test_a_document_in_the_vendors_style_accuses_the_mock_that_serves_it_of_nothing(tmp_path: Path) -> None:
    """Everything inline, other parameter names, numbers for ids, a list with one total. Warnings there may be."""
    ours = yaml.load((DOCUMENTS.parent.parent / "openapi" / "v1.yaml").read_text(), yaml.CSafeLoader)
    (tmp_path / "published.json").write_text(json.dumps(published(ours)))
    chosen = [word for topic in ("pages", "catalogue", "agreement", "message") for word in ("--only", topic)]
    result = CliRunner().invoke(
        main.command, ["--spec", str(tmp_path / "published.json"), *chosen], standalone_mode=False
    )
    assert result.return_value == 0, result.output
    assert "✗" not in result.output


@pytest.mark.slow
def test_a_renamed_filter_accuses_nobody_and_is_tried(tmp_path: Path) -> None:
    """A filter that the suite or the mock did not understand was blamed on the deletion of a lead."""
    (tmp_path / "renamed.json").write_text(json.dumps(renamed()))
    topics = ("filters", "expansion", "pages", "deletion-of-all", "foreign-filters")
    chosen = [word for topic in topics for word in ("--only", topic)]
    result = CliRunner().invoke(
        main.command, ["--spec", str(tmp_path / "renamed.json"), *chosen, "--exclude", "engine"], standalone_mode=False
    )
    assert (result.return_value, "✗" in result.output) == (0, False), result.output
    assert "0 with" in result.output


_PET: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
_KINDS = {"type": "string", "default": "tame", "enum": ["tame", "wild"]}


def test_what_a_document_declares_or_is_silent_of_accuses_nobody(tmp_path: Path) -> None:
    """Further content types, a filter with a default, refusals that nobody described, ids that a client gives."""
    pet = {**_PET, "properties": {**_PET["properties"], "kind": {"type": "string", "enum": ["tame", "wild"]}}}

    def answer(schema: Any, status: str = "200") -> Any:
        return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}

    content = {media: {"schema": pet} for media in ("application/json", "application/x-www-form-urlencoded", "text/*")}
    posted = {"requestBody": {"required": True, "content": content}, "responses": answer(pet, "201")}
    posted["responses"] |= {"400": {"description": ""}, "415": {"description": ""}}
    asked = [{"name": "kind", "in": "query", "schema": _KINDS}]
    listed = {"parameters": asked, "responses": answer({"type": "array", "items": pet})}
    root = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
            "paths": {"/pets": {"get": listed, "post": posted}}}  # fmt: skip
    (tmp_path / "pets.json").write_text(json.dumps(root))
    asked_for = ["--spec", str(tmp_path / "pets.json"), "--quick"]
    result = CliRunner().invoke(main.command, asked_for, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


# Names that are keywords of OpenAPI, or of JSON Schema, where they stand for something else.
WORDS = [
    *("default", "enum", "const", "example", "examples", "nullable", "discriminator", "pattern", "format", "required"),
    *("type", "servers", "style", "explode", "externalValue", "properties", "items", "allOf", "readOnly", "$ref"),
    *("$id", "$anchor", "$dynamicRef", "unevaluatedProperties", "minimum", "exclusiveMinimum", "not", "x-thing"),
]
NAMED: Sequence[dict[str, Any]] = [
    {"type": "string", "nullable": True},
    {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True},
    {"type": "object", "nullable": True, "properties": {"default": {"type": "string", "nullable": True}}},
]


def with_words(schema: dict[str, Any]) -> dict[str, Any]:
    """A document with things that have a property of each of these names."""
    named = dict.fromkeys(WORDS, schema)
    thing = {"type": "object", "required": WORDS, "properties": named, "additionalProperties": False}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    answers = {"200": {"description": "", "content": content}, "400": {"description": ""}}
    posted = {"requestBody": {"required": True, "content": content}, "responses": answers}
    root = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"post": posted}}}
    return {**root, "components": {"schemas": {"Thing": thing}}}


@pytest.mark.parametrize("schema", NAMED, ids=["text", "number", "object"])
def test_a_property_may_be_called_like_a_keyword(schema: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text(json.dumps(with_words(schema)))
    [document] = load(str(tmp_path / "words.json")).documents
    accepts = document.validator({"$ref": "#/components/schemas/Thing"}).is_valid
    nulls = dict.fromkeys(WORDS)
    assert accepts(nulls)
    for word in WORDS:
        assert not accepts({**nulls, word: 0}), word
        assert not accepts({name: None for name in WORDS if name != word}), word
    if schema["type"] == "object":
        assert accepts({**nulls, "default": {"default": None}})


@pytest.mark.slow
def test_a_mock_of_such_a_document_is_accused_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text(json.dumps(with_words(NAMED[1])))
    asked = ["--spec", str(tmp_path / "words.json"), "--quick"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.slow
def test_what_a_body_may_not_hold_is_found_behind_any_reference(tmp_path: Path) -> None:
    """Properties that only answers have, in a property of a schema, in a list, and behind names that URLs escape."""
    part = {"type": "object", "required": ["id", "name"],
            "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}}}  # fmt: skip
    held = {"type": "object", "properties": {"part": part, "parts": {"anyOf": [part]}}}
    places = ["Held/properties/part", "Held/properties/parts/anyOf/0", "Held~1%7Bx%7D/properties/part"]
    properties = {f"p{number}": {"$ref": f"#/components/schemas/{place}"} for number, place in enumerate(places)}
    pet = {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
    content = {"application/json": {"schema": pet}}
    posted = {"requestBody": {"required": True, "content": content}}
    answers = {"200": {"description": "", "content": content}, "400": {"description": ""}}
    again = {"$ref": "#/paths/~1pets~1%7Bid%7D~1again/put"}
    paths = {
        "/pets": {"post": {**posted, "responses": answers}, "get": {"responses": answers}},
        "/pets/{id}": {"put": again},
        "/pets/{id}/again": {"put": {**posted, "responses": answers}},
    }
    root = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths,
            "components": {"schemas": {"Held": held, "Held/{x}": held}}}  # fmt: skip
    (tmp_path / "pets.json").write_text(json.dumps(root))
    result = CliRunner().invoke(main.command, ["--spec", str(tmp_path / "pets.json")], standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.parametrize(
    ("schemes", "left_out"),
    [
        ({}, set()),
        ({"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}, {"the-key-in-another-header"}),
        ({"login": {"type": "http", "scheme": "Basic"}}, {"the-key-under-another-scheme"}),
        ({"other": {"type": "apiKey", "in": "query", "name": "x-api-key"}}, set()),
    ],
)
def test_a_key_is_tried_nowhere_that_the_document_declares(schemes: dict[str, Any], left_out: set[str]) -> None:
    declared = {"bearer": {"type": "http", "scheme": "bearer"}, **schemes}
    document = Document("x", {"openapi": "3.1.0", "paths": {}, "components": {"securitySchemes": declared}})
    every = set(access._attempts("k", frozenset()))
    assert every - set(access._attempts("k", declared_schemes(document.raw, document.resolve))) == left_out


@pytest.mark.parametrize("security", [[], [{"bearer": []}]], ids=["open", "by a key"])
def test_writes_without_a_key_are_tried_where_one_is_needed(security: list[Any]) -> None:
    answers = {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": _PET}}}}
    }
    posted = {"requestBody": {"content": {"application/json": {"schema": _PET}}}, "responses": answers}
    item = {"parameters": [{"name": "id", "in": "path", "schema": {}}], "get": {"responses": answers}}
    root = {
        "openapi": "3.1.0",
        "security": security,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {"/pets": {"get": {"responses": answers}, "post": posted}, "/pets/{id}": item},
    }
    topics = {scenario.topic for scenario in all_scenarios(Contract([Document("x", root)]))}
    assert "creation" in topics
    assert ("refused-keys" in topics) == ("keys" in topics) == bool(security)
