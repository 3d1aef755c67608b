"""Schemas that contain themselves in several ways: what is wrong with a value is said soon, and bodies are made."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from contracts.rules.first_violations import first_problems, place_of
from contracts.spec.awkward_values import ROUNDS, AwkwardBodies
from contracts.spec.boundary_values import places
from contracts.spec.document import Document, Operation
from contracts.spec.samples import Sampler

_AGAIN = {"$ref": "#/components/schemas/It"}
_PART = {"type": "object", "properties": {"number": {"type": "integer"}, "in": _AGAIN}}


def _document(it: Any) -> Document:
    answer = {"200": {"description": "", "content": {"application/json": {"schema": _AGAIN}}}}
    paths = {"/it": {"get": {"responses": answer}}}
    info = {"title": "T", "version": "1"}
    return Document("it", {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": {"It": it}}})


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_each_part_of_a_value_is_asked_once(word: str) -> None:
    document = _document({word: [_PART, dict(_PART)]})
    value: Any = {"number": "none"}
    for _ in range(40):
        value = {"in": value}
    began = time.process_time()
    errors = first_problems(document, _AGAIN, value)
    assert time.process_time() - began < 0.2
    assert errors
    if word == "allOf":
        assert [place_of(error) for error in errors] == ["/" + "in/" * 40 + "number"]
        assert "integer" in errors[0].message


def _writing(**members: Any) -> Operation:
    it = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, **members}}
    content = {"application/json": {"schema": _AGAIN}}
    posted = {"requestBody": {"content": content}, "responses": {"201": {"description": "", "content": content}}}
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/it": {"post": posted}}}
    document = Document("it", {**root, "components": {"schemas": {"It": it}}})
    return document.operations[0]


_MEMBERS: Sequence[dict[str, Any]] = [
    {"parent": _AGAIN},
    {"children": {"type": "array", "items": _AGAIN}},
    {"left": _AGAIN, "right": _AGAIN, "others": {"type": "array", "items": _AGAIN}},
    {"either": {"anyOf": [_AGAIN, {"type": "null"}]}},
    {"between": {"type": "object", "properties": {"it": {"type": "object", "properties": {"again": _AGAIN}}}}},
]


@pytest.mark.parametrize("members", _MEMBERS, ids=["parent", "children", "several", "alternatives", "between"])
def test_bodies_of_a_schema_that_contains_itself_end(members: dict[str, Any]) -> None:
    operation = _writing(**members)
    sampler, accepts = Sampler(), operation.document.validator(operation.body or {}).is_valid
    bodies = [AwkwardBodies(sampler, operation).body(turn) for turn in range(ROUNDS)]
    assert all(map(accepts, bodies))
    assert any(len(body) > 1 for body in bodies)
    whole = sampler.body(operation, whole=True)
    found = [path for path, _ in places(operation.document, operation.body or {}, whole)]
    assert len(found) < 40
    assert [path for path in found if path.count("name") and len(path) > 1]  # one more of it is tried


_LISTS: Sequence[Any] = [
    {"type": "array", "items": _AGAIN},
    {"anyOf": [{"type": "array", "items": _AGAIN}, {"type": "string"}]},
]


@pytest.mark.parametrize("it", _LISTS, ids=["of itself", "or a text"])
def test_bodies_with_a_list_that_contains_itself_end(it: Any) -> None:
    body = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "it": _AGAIN}}
    posted = {"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {"201": {}}}
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/it": {"post": posted}}}
    operation = Document("it", {**root, "components": {"schemas": {"It": it}}}).operations[0]
    bodies = [AwkwardBodies(Sampler(), operation).body(turn) for turn in range(ROUNDS)]
    assert all(map(operation.document.validator(body).is_valid, bodies))
    assert any(made["it"] for made in bodies)


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
@pytest.mark.parametrize("above", [(), ("in",)], ids=["the body", "below"])
def test_a_large_value_that_fits_none_of_many_inline_alternatives_is_refused_soon(
    word: str, above: tuple[str, ...]
) -> None:
    members = {"kind": {"type": "string"}, "number": {"type": "integer"}}
    ways = [{"type": "object", "required": ["kind", f"way{way}"], "properties": members} for way in range(100)]
    schema: Any = {word: ways}
    value: Any = {"kind": "way", **{f"member{number}": "x" * 10 for number in range(10_000)}}
    for name in above:
        schema, value = {"type": "object", "properties": {name: schema}}, {name: value}
    document = _document({})
    began = time.process_time()
    errors = first_problems(document, schema, value)
    assert time.process_time() - began < 0.3  # 0.03 s; 1.5 s with a copy of the value for each alternative
    assert [(place_of(error), error.kind.name) for error in errors] == [("/" + "/".join(above), word)]


def test_an_alternative_that_only_the_whole_value_fits_is_no_error() -> None:
    ways = [{"type": "object", "required": ["last"], "properties": {"last": {"type": "integer"}}}, {"type": "null"}]
    schema = {"type": "object", "properties": {"it": {"oneOf": ways}, "wrong": {"type": "integer"}}}
    value = {"it": {**{f"member{number}": "x" * 10 for number in range(10_000)}, "last": 1}, "wrong": "x"}
    assert [place_of(error) for error in first_problems(_document({}), schema, value)] == ["/wrong"]
