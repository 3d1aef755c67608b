"""Schemas of OpenAPI 3.0, and of 3.1 with its liberties, as the plain JSON Schema that the validators read."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from specimens import SIZE, answering, document, nodes, schema, served

from mock_server.spec.dialect import plain
from mock_server.spec.one_way_properties import has_word, without_required

NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
REF = {"$ref": "#/components/schemas/Name"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "nullable": "yes"}, {"type": "string"}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": "string", "enum": ["a"]}),
        ({"type": "string", "enum": ["a", None], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"nullable": True, "allOf": [REF]}, {"anyOf": [{"allOf": [REF]}, {"type": "null"}]}),
        ({"$ref": REF["$ref"], "nullable": True}, {"anyOf": [REF, {"type": "null"}]}),
        ({"$ref": REF["$ref"], "maxLength": 3, "description": "x"}, REF),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ({"exclusiveMaximum": True}, {}),
        ({"enum": 5, "nullable": True, "type": 3}, {"anyOf": [{"enum": 5, "type": 3}, {"type": "null"}]}),
    ],
)
def test_the_words_of_3_0_are_rewritten(old: Any, new: Any) -> None:
    assert plain(old, old=True) == new


@pytest.mark.parametrize("name", ["nullable", "default", "example", "enum", "$ref", "properties", "const", "$id"])
def test_a_property_may_be_called_as_a_keyword_is(name: str) -> None:
    node = {"properties": {name: {"type": "string", "nullable": True}}}
    assert plain(node, old=True) == {"properties": {name: {"type": ["string", "null"]}}}


def test_data_is_left_as_it_is() -> None:
    data = {"nullable": True, "$ref": "#/a b", "$id": "x", "minimum": 1, "exclusiveMinimum": True}
    node = {"default": data, "example": data, "enum": [data], "const": data, "examples": [data]}
    for old in (True, False):
        assert plain(node, old=old) == node


def test_nothing_of_a_document_in_the_words_of_3_1_is_changed() -> None:
    node = {"type": "string", "nullable": True, "exclusiveMinimum": 3, "properties": {"a": {"nullable": True}}}
    assert plain(node, old=False) == node


def test_the_original_is_not_touched() -> None:
    node = {"properties": {"a": {"$ref": "#/b", "type": "string"}, "c": {"minimum": 1, "exclusiveMinimum": True}}}
    before = repr(node)
    plain(node, old=True)
    plain(node, old=False)
    assert repr(node) == before


def test_a_name_that_is_required_twice_is_required_once() -> None:
    """The validator counts the names before it looks for them."""
    it = schema({"required": ["a", "a"]})
    assert it.accepts({"a": 1})
    assert not it.accepts({"b": 1, "c": 2})


def test_what_stands_beside_a_reference_in_3_1_holds_too() -> None:
    it = schema({**REF, "required": ["age"], "properties": {"age": {"type": "integer"}}}, Name=NAME)
    assert it.accepts({"name": "a", "age": 1})
    assert not it.accepts({"age": 1})
    assert not it.accepts({"name": "a"})
    assert list(it.properties) == ["age", "name"]
    assert it.required == {"age", "name"}


def test_what_stands_beside_a_reference_joins_its_other_branches() -> None:
    assert plain({**REF, "allOf": [{"maxProperties": 1}]}, old=False) == {"allOf": [{"maxProperties": 1}, REF]}


def test_mere_words_beside_a_reference_stay_beside_it() -> None:
    for words in ({"description": "x"}, {"required": True, "in": "query"}, {"default": 1, "examples": [2]}):
        assert plain({**REF, **words}, old=False) == {**REF, **words}


@pytest.mark.parametrize("name", ["A B", "Ä", "Page«Lead»", "Response[Lead]", "a%b", "a/b", "a~b"])
def test_any_name_can_be_referred_to_quoted_or_not(name: str) -> None:
    token = name.replace("~", "~0").replace("/", "~1")
    quoted = token.replace("%", "%25").replace(" ", "%20").replace("Ä", "%C3%84")
    for written in {quoted, quoted if "%" in name else token}:
        others: dict[str, Any] = {name: {"type": "integer"}}
        it = schema({"$ref": f"#/components/schemas/{written}"}, **others)
        assert it.accepts(1)
        assert not it.accepts("1")


def test_an_identity_does_not_lead_references_elsewhere() -> None:
    text = {"$id": "https://a.example/text.json", "allOf": [{"$ref": "#/components/schemas/Text"}]}
    named = {"$id": "Lead", "type": "object", "properties": {"name": text}}
    it = schema({"$ref": "#/components/schemas/Lead"}, Lead=named, Text={"$id": "http://[", "type": "string"})
    assert it.accepts({"name": "a"})
    assert not it.accepts({"name": 1})


def test_places_stay_where_they_are() -> None:
    root = document(
        {"/a": {"get": answering({"type": "object", "properties": {"b": {"type": "string", "nullable": True}}})}},
        version="3.0.0",
    )
    assert {way for way in nodes(root) if "nullable" not in way} <= set(nodes(plain(root, old=True)))


# --- what only answers carry ------------------------------------------------------------------------------------


def test_a_request_need_not_carry_what_is_only_for_answers() -> None:
    record = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}},
    }
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lead"}}}}
    root = document(
        {"/leads": {"post": {**answering({"$ref": "#/components/schemas/Lead"}), "requestBody": content}}},
        components={"schemas": {"Lead": record}},
    )
    [operation] = served(root).operations.values()
    assert operation.body is not None
    assert operation.success.schema is not None
    assert operation.body.accepts({"name": "a"})
    assert not operation.body.accepts({"id": 1})
    assert not operation.success.schema.accepts({"name": "a"})


def test_only_a_document_that_has_it_is_copied_for_requests() -> None:
    assert has_word({"a": [{"readOnly": True}]}, "readOnly")
    assert not has_word({"a": [{"readOnly": False}], "readOnly": "true"}, "readOnly")
    odd = {"properties": {"a": {"readOnly": True}, "b": True, "c": 5}, "required": ["a", "b", "c", "d"]}
    assert without_required([odd], "readOnly", lambda name: None) == [{**odd, "required": ["b", "c", "d"]}]
    assert without_required({"properties": 5, "required": "a"}, "readOnly", lambda name: None) == {
        "properties": 5,
        "required": "a",
    }


# --- 3.0 as another validator reads it --------------------------------------------------------------------------

OLD: list[dict[str, Any]] = [
    {},
    {"type": "string", "nullable": True, "minLength": 2},
    {"type": "string", "enum": ["a", "b"], "nullable": True},
    {"type": "string", "enum": ["a", "b", None], "nullable": True},
    {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 3, "exclusiveMaximum": False},
    {"type": "number", "maximum": 2, "exclusiveMaximum": True, "nullable": True},
    {"type": "number", "multipleOf": 0.5},
    {"type": "boolean", "nullable": True},
    {"type": "array", "items": {"type": "integer", "nullable": True}, "minItems": 1, "uniqueItems": True},
    {"type": "array", "items": REF, "maxItems": 2, "nullable": True},
    {"type": "object", "properties": {"a": {"type": "string", "nullable": True}}, "required": ["a"]},
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
    {"type": "object", "additionalProperties": False, "properties": {"nullable": {"type": "boolean"}}},
    {"type": "object", "properties": {"name": {"type": "integer", "minimum": 1, "exclusiveMinimum": True}}},
    REF,
    {"allOf": [REF, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}]},
    {"oneOf": [REF, {"type": "integer", "nullable": True}, {"type": "number"}]},
    {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "array", "items": {}}]},
    {"not": {"type": "string"}},
    {"type": "string", "pattern": "^a+b?"},
]
SCALARS = st.sampled_from([None, True, False, 0, 1, 2, 3, 4, -1, 0.5, 1.5, "", "a", "b", "ab", "aab", "ba", "é"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "a", "nullable", "b"]), inner, max_size=3)
    ),
    max_leaves=5,
)
PAIRS = [
    (schema(node, version="3.0.3", Name=NAME), OAS30Validator({**node, "components": {"schemas": {"Name": NAME}}}))
    for node in OLD
]


@settings(max_examples=60 * SIZE)
@given(VALUES)
def test_schemas_of_3_0_decide_as_openapi_core_does(value: object) -> None:
    for (ours, theirs), node in zip(PAIRS, OLD, strict=True):
        assert ours.accepts(value) is theirs.is_valid(value), node


@pytest.mark.parametrize(
    ("node", "value", "ours", "why"),
    [
        ({"nullable": True, "allOf": [REF]}, None, True, "strictly a word without effect; in practice always meant"),
        ({**REF, "nullable": True}, None, True, "the same; schemathesis sends null there"),
        ({"type": "integer"}, 2.0, True, "JSON has one kind of number, as every later draft says"),
        ({**REF, "maxProperties": 0}, {"name": "a"}, True, "3.0 ignores what stands beside a reference"),
    ],
)
def test_where_we_differ_from_openapi_core_on_purpose(node: Any, value: Any, ours: bool, why: str) -> None:
    theirs = OAS30Validator({**node, "components": {"schemas": {"Name": NAME}}})
    assert schema(node, version="3.0.3", Name=NAME).accepts(value) is ours, why
    assert theirs.is_valid(value) is not ours, f"no longer a difference: {why}"


def test_thousands_of_required_names_are_read_in_the_time_of_their_number() -> None:
    names = [f"member{number % 20_000}" for number in range(40_000)]
    began = time.thread_time()
    read = plain({"type": "object", "required": names}, old=False)
    assert time.thread_time() - began < 0.2
    assert read["required"] == names[:20_000]


def test_each_required_name_counts_once_whatever_stands_beside_it() -> None:
    assert plain({"required": ["a", 1, "1", [1], "a", [1]]}, old=False)["required"] == ["a", 1, "1", [1]]
