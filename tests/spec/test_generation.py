"""Values for schemas: valid, the same for the same chance, and an honest error where there is none."""

import datetime
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import assert_message
from specimens import OURS, SIZE, chance, schema, served

from mock_server.errors import SpecError
from mock_server.spec.format_samples import FORMATS, number
from mock_server.spec.generation import generate
from mock_server.spec.schema import Schema

IT = {"$ref": "#/components/schemas/It"}
NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
REF = {"$ref": "#/components/schemas/Name"}


def of_our_documents() -> Iterator[tuple[str, Schema]]:
    for name, root in OURS.items():
        for operation in served(root).operations.values():
            for parameter in operation.parameters:
                yield f"{name} {operation.key} {parameter.name}", parameter.schema
            for media, body in operation.bodies.items():
                yield f"{name} {operation.key} {media}", body
            for status, response in operation.responses.items():
                if response.schema:
                    yield f"{name} {operation.key} {status}", response.schema


def test_every_schema_of_our_documents_has_values() -> None:
    seen = set()
    for label, it in of_our_documents():
        if it.pointer in seen:
            continue
        seen.add(it.pointer)
        for n in range(3):
            value = generate(it, chance(label, n), example=False)
            assert it.accepts(value), label
            assert value == generate(it, chance(label, n), example=False), label
            assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert len(seen) >= 50


ODD: list[Any] = [
    {},
    True,
    {"type": "null"},
    {"const": None},
    {"enum": [None]},
    {"enum": [None, 1]},
    {"enum": [1, "a", None], "type": "string"},
    {"const": {"a": [1]}},
    {"type": ["null", "string"], "minLength": 3},
    # numbers
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
    {"type": "integer", "exclusiveMinimum": 5.5, "maximum": 6.5},
    {"type": "integer", "maximum": -10},
    {"type": "integer", "minimum": 10**15},
    {"type": "integer", "minimum": 10**30},
    {"type": "integer", "multipleOf": 7, "minimum": 8, "maximum": 14},
    {"type": "integer", "multipleOf": 7, "minimum": 1000},
    {"type": "integer", "multipleOf": 2.5},
    {"type": "integer", "multipleOf": 5000},
    {"type": "integer", "multipleOf": 3, "exclusiveMaximum": 2},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    {"type": "number", "minimum": 0.1, "maximum": 0.1},
    {"type": "number", "multipleOf": 0.01},
    {"type": "number", "multipleOf": 0.1, "minimum": 0.3, "maximum": 0.3},
    {"type": "number", "minimum": -1e308, "maximum": 1e308},
    {"type": "number", "exclusiveMaximum": 0},
    {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 9}, {"minimum": 5, "multipleOf": 4}]},
    # texts
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 3},
    {"type": "string", "minLength": 5, "maxLength": 5},
    {"type": "string", "maxLength": 0},
    {"type": "string", "pattern": "^ld_[a-z0-9]+$", "minLength": 12, "maxLength": 12},
    {"type": "string", "pattern": "^[a-z]+$", "maxLength": 1},
    {"type": "string", "pattern": "^(?!a)[a-c]$"},
    {"type": "string", "format": "email", "pattern": "@example\\.com$"},
    {"type": "string", "format": "uuid", "maxLength": 36},
    {"type": "string", "format": "unheard-of", "minLength": 3},
    {"type": "string", "pattern": "^a", "allOf": [{"pattern": "b$"}, {"minLength": 2}], "example": "ab"},
    *({"type": "string", "format": name} for name in FORMATS),
    # lists
    {"type": "array"},
    {"type": "array", "minItems": 3},
    {"type": "array", "items": False},
    {"type": "array", "items": {"type": "integer"}, "minItems": 5, "maxItems": 5},
    {"type": "array", "items": {"type": "integer"}, "maxItems": 0},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "items": {"enum": [1, 2, 3, 4, 5, 6]}, "uniqueItems": True, "minItems": 6},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2},
    {"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3},
    {"type": "array", "contains": {"const": "x"}, "items": {"type": "string"}},
    {"type": "array", "contains": {"const": "x"}},
    # objects
    {"type": "object"},
    {"type": "object", "required": ["a", "b"]},
    {"type": "object", "minProperties": 3},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[a-z]{3}$"}},
    {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {"^x-[a-z]+$": {"type": "integer"}},
        "additionalProperties": False,
    },
    {"type": "object", "properties": {"a": False, "b": {"type": "integer"}}},
    {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
    {"type": "object", "required": ["z"], "additionalProperties": {"type": "boolean"}},
    {"type": "object", "properties": {"a": {"const": 1}}, "dependentRequired": {"a": ["b"]}},
    {"type": "object", "dependentRequired": {"a": ["b"]}},
    # branches
    {"allOf": [REF, {"properties": {"age": {"type": "integer"}}, "required": ["age"]}]},
    {"allOf": [{"properties": {"k": {"enum": ["A", "B"]}}, "required": ["k"]}, {"properties": {"k": {"const": "B"}}}]},
    {"allOf": [{"properties": {"k": {"type": "string"}}}, {"properties": {"k": {"minLength": 30}}, "required": ["k"]}]},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    {"anyOf": [REF, {"type": "null"}]},
    {
        "oneOf": [
            {"properties": {"k": {"const": "A"}}, "required": ["k"]},
            {"properties": {"k": {"const": "B"}}, "required": ["k"]},
        ]
    },
    {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "oneOf": [{"required": ["id"]}, {"required": ["no"]}],
    },
    {
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    {
        "allOf": [
            {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            {"oneOf": [{"type": "integer"}, {"type": "null"}]},
        ]
    },
    {"not": {"type": "object"}, "type": ["object", "string"]},
    {"type": "string", "not": {"const": "quote quote"}},
    {
        "type": "object",
        "required": ["mode"],
        "properties": {"mode": {"enum": ["a", "b"]}, "why": {"type": "string"}},
        "if": {"properties": {"mode": {"const": "b"}}},
        "then": {"required": ["why"]},
        "else": {"required": ["how"], "properties": {"how": {"type": "integer"}}},
    },
    {
        "type": "object",
        "required": ["to", "kind"],
        "properties": {"kind": {"enum": ["phone", "mail"]}, "to": {"type": "string"}},
        "if": {"properties": {"kind": {"const": "phone"}}},
        "then": {"properties": {"to": {"pattern": "^[+][0-9]{9}$"}}},
        "else": {"properties": {"to": {"pattern": "@"}}},
    },
    # schemas that contain themselves
    {"type": "object", "properties": {"next": IT}},
    {"type": "object", "properties": {"next": {"anyOf": [IT, {"type": "null"}]}}, "required": ["next"]},
    {"type": ["object", "null"], "properties": {"left": IT, "right": IT}, "required": ["left", "right"]},
    {"type": "object", "properties": {"all": {"type": "array", "items": IT}}, "required": ["all"]},
    {"type": "object", "properties": {"of": {"oneOf": [{"type": "string"}, IT]}}, "required": ["of"]},
    {"type": "object", "additionalProperties": IT},
]


@pytest.mark.parametrize("node", ODD, ids=lambda node: json.dumps(node)[:60])
def test_an_odd_schema_has_values_too(node: Any) -> None:
    it = schema(node, Name=NAME)
    for n in range(5):
        value = generate(it, chance(n))
        assert it.accepts(value)
        assert value == generate(it, chance(n))
        json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(
    "node",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"allOf": [{"type": "object", "properties": {"next": IT}, "required": ["next"]}]},
        {"type": "array", "items": IT, "minItems": 2},
        {"type": "array", "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"type": "string", "pattern": "a{60000}"},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"enum": [1], "const": 2},
        {"not": {}},
        {"type": "object", "required": ["a"], "additionalProperties": False},
    ],
    ids=json.dumps,
)
def test_a_schema_without_a_value_in_reach_is_named_with_a_remedy(node: Any) -> None:
    with pytest.raises(SpecError) as caught:
        generate(schema(node), chance())
    assert_message(caught.value, "schema without a value")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"type": "string", "example": "a"}, "a"),
        ({"type": "string", "examples": ["b", "a"]}, "b"),
        ({"type": "string", "pattern": "^a$", "minLength": 2, "example": "aa"}, None),
    ],
)
def test_the_example_of_the_document_is_taken_where_it_is_valid(node: Any, value: Any) -> None:
    if value is None:
        with pytest.raises(SpecError):
            generate(schema(node), chance())
    else:
        assert generate(schema(node), chance()) == value
        assert generate(schema(node), chance(), example=False) != value


def test_examples_of_the_parts_are_used_now_and_then() -> None:
    it = schema({"type": "object", "properties": {"id": {"type": "string", "example": "ld_1"}}})
    found = {generate(it, chance(n))["id"] for n in range(40)}
    assert "ld_1" in found
    assert len(found) > 5
    wrong = schema({"type": "object", "properties": {"id": {"type": "integer", "example": "ld_1"}}})
    assert all(isinstance(generate(wrong, chance(n))["id"], int) for n in range(20))


def test_optional_properties_are_made_near_the_top_only() -> None:
    value = generate(schema({"type": "object", "properties": {"next": IT, "name": {"type": "string"}}}), chance())
    assert "name" in value["next"]["next"]
    assert "next" not in str(value["next"]["next"]["next"])


def test_null_is_not_made_where_something_else_can_be() -> None:
    for node in ({"type": ["null", "string"]}, {"enum": [None, "a"]}, {"anyOf": [{"type": "null"}, REF]}):
        it = schema(node, Name=NAME)
        assert all(generate(it, chance(n)) is not None for n in range(20))


def test_every_branch_is_drawn_some_time() -> None:
    it = schema({"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]})
    assert {type(generate(it, chance(n))) for n in range(60)} == {str, int, bool}


# --- numbers and formats ----------------------------------------------------------------------------------------

BOUND = st.none() | st.integers(-50, 50) | st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 2))


@settings(max_examples=80 * SIZE)
@given(BOUND, BOUND, BOUND, BOUND, st.sampled_from([None, 1, 3, 0.5, 0.25, 2.5]), st.booleans())
def test_a_number_is_within_its_bounds(
    low: float | None, above: float | None, high: float | None, below: float | None, step: float | None, whole: bool
) -> None:
    """Where the schema admits a multiple of a quarter at all; whether there is one is asked of the validator."""
    words = {"minimum": low, "exclusiveMinimum": above, "maximum": high, "exclusiveMaximum": below, "multipleOf": step}
    node = {key: value for key, value in words.items() if value is not None}
    it = schema({"type": "integer" if whole else "number", **node})
    quarters = (quarter / 4 for quarter in range(-204, 205))
    if not any(it.accepts(int(one) if one.is_integer() else one) for one in quarters):
        return
    assert it.accepts(number(chance(str(node)), (low, above), (high, below), step, whole=whole))


def test_bounds_that_are_left_out_are_never_hit() -> None:
    assert {number(chance(n), (None, 5), (None, 8), None, whole=True) for n in range(40)} == {6, 7}
    assert {number(chance(n), (5, None), (8, None), None, whole=True) for n in range(40)} == {5, 6, 7, 8}
    assert {number(chance(n), (None, 5), (None, 6), 0.25, whole=False) for n in range(40)} == {5.25, 5.5, 5.75}
    assert all(5 < number(chance(n), (None, 5), (None, 5.01), None, whole=False) < 5.01 for n in range(40))


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_text_of_a_known_format_is_valid(form: str) -> None:
    it = schema({"type": "string", "format": form})
    texts = [FORMATS[form](chance(form, n)) for n in range(50)]
    assert all(map(it.accepts, texts))
    if form == "date-time":
        for text in texts:
            datetime.datetime.fromisoformat(text)
    if "mail" in form:
        assert all(text.endswith("@example.com") for text in texts)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[\p{L} `\-'^.]{1,35}$",
        r"^[\p{L}\p{N}\p{P}\p{Zs}]+$",
        r"^\P{L}[\P{L}]{2}$",
        r"^\p{Script=Greek}\p{Lu}\p{Ll}$",
        r"^(?=.*[A-Z])(?=.*\d).{8,}$",
        r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,64}$",
        r"^(?!-)(?!.*--)[a-z0-9-]{1,63}(?<!-)$",
        r"^(?=.{3,10}$)[a-z]+(-[a-z]+)*$",
        r"^(?!.*(.)\1)[a-z]{5}$",
        r"^(\w+)-\1$",
        r"^(\d)\1{3}$",
        r"^[a-z[&&]{3}$",
        r"^(?i)abc$",
        r"^[[:alpha:]]+$",
    ],
)
def test_a_text_is_made_for_patterns_that_look_around_or_back(pattern: str) -> None:
    it = schema({"type": "string", "pattern": pattern})
    for n in range(5):
        assert it.accepts(generate(it, chance(pattern, n)))


_CAT = {"type": "object", "required": ["t"], "properties": {"t": {"type": "string"}, "hunts": {"type": "boolean"}}}
_DOG = {"type": "object", "required": ["t"], "properties": {"t": {"type": "string"}, "pack": {"type": "integer"}}}
_PETS = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
_MAPPING = {"cat": "#/components/schemas/Cat", "dog": "Dog"}


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("mapping", "kinds"), [({"mapping": _MAPPING}, {"cat", "dog"}), ({}, {"Cat", "Dog"})], ids=["mapped", "by name"]
)
def test_a_discriminator_picks_the_schema(word: str, mapping: Any, kinds: set[str]) -> None:
    it = schema({word: _PETS, "discriminator": {"propertyName": "t", **mapping}}, Cat=_CAT, Dog=_DOG)
    assert {generate(it, chance(n))["t"] for n in range(20)} == kinds
    cat, dog = sorted(kinds)
    assert it.accepts({"t": cat, "hunts": True, "pack": "many"})
    assert not it.accepts({"t": cat, "hunts": "never"})
    assert not it.accepts({"t": dog, "pack": "many"})
    assert not it.accepts({"t": "bird"})


def test_a_branch_that_names_its_kind_itself_counts_more_than_a_schema_name() -> None:
    cat = {"type": "object", "required": ["t"], "properties": {"t": {"const": "k1"}}}
    dog = {"type": "object", "required": ["t"], "properties": {"t": {"const": "k2"}}}
    it = schema({"oneOf": _PETS, "discriminator": {"propertyName": "t"}}, Cat=cat, Dog=dog)
    assert {generate(it, chance(n))["t"] for n in range(20)} == {"k1", "k2"}


def test_a_base_schema_has_one_of_the_kinds_and_a_derived_one_its_own() -> None:
    base = {**_CAT, "discriminator": {"propertyName": "t", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog"}}}
    derived = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"x": {"type": "string"}}}]}
    others: dict[str, Any] = {"Pet": base, "Cat": derived, "Dog": derived}
    assert {generate(schema(base, **others), chance(n))["t"] for n in range(20)} == {"c", "d"}
    dogs = schema({"$ref": "#/components/schemas/Dog"}, **others)
    assert {generate(dogs, chance(n))["t"] for n in range(9)} == {"d"}


_HOPELESS = {"additionalProperties": False, "oneOf": [{"type": "object"}, {"type": "object", "minProperties": 0}]}
_OPEN = [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "integer"}}}]


@pytest.mark.parametrize(
    "node",
    [
        {"type": "object", "oneOf": _OPEN},
        {"type": "object", "required": ["x"], "properties": {"x": {"type": "object", "oneOf": _OPEN}}},
        {"type": "object", "minProperties": 3, "maxProperties": 3, "properties": {name: {} for name in "abcde"}},
        {"type": "object", "maxProperties": 1, "properties": {name: {"type": "string"} for name in "abc"}},
        {"type": "object", "patternProperties": {"^x-": {}}, "additionalProperties": False, "minProperties": 3},
        {"allOf": [{"properties": {"a": {}}}, {"additionalProperties": False, "properties": {"b": {}}}]},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": ["a", "b", "c"]}},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"enum": [1, True]}},
        {"type": "array", "uniqueItems": True, "minItems": 1_200, "items": {"type": "string"}},
        {"type": "array", "minItems": 50_000, "items": {"type": "integer"}},
        {"type": "array", "contains": {"const": 7}, "minContains": 3, "items": {"type": "integer"}},
        {"type": "integer", "format": "int64", "minimum": 2**53 + 1},
        {"type": "integer", "format": "int64", "minimum": 2**63 - 2},
        {"type": "integer", "format": "uint64", "minimum": 2**63 + 1},
        {"type": "integer", "minimum": 2**70 + 1},
        {"type": "number", "minimum": 1e30},
        {"type": "string", "format": "byte", "minLength": 9},
    ],
)
def test_there_is_a_value_for_everything_that_can_have_one(node: Any) -> None:
    it = schema(node)
    for n in range(5):
        assert it.accepts(generate(it, chance(n)))


def test_long_arrays_in_arrays_are_made_at_once() -> None:
    node: Any = {"type": "object", "properties": {"a": {"type": "string"}}}
    for _ in range(3):
        node = {"type": "array", "minItems": 20, "items": node}
    assert len(generate(schema(node), chance())) == 20


@pytest.mark.parametrize(
    "node",
    [
        {"type": "string", "nullable": True, "default": None},
        {"allOf": [{"type": "object", "properties": {"n": {"type": "string"}}}], "nullable": True, "default": None},
    ],
)
def test_what_is_null_by_default_is_null(node: Any) -> None:
    assert generate(schema(node, version="3.0.3"), chance()) is None


@pytest.mark.parametrize(
    ("node", "good", "bad"),
    [
        ({"type": "integer", "format": "int32"}, [2**31 - 1, -(2**31)], [2**31, -(2**31) - 1]),
        ({"type": "integer", "format": "int64"}, [2**63 - 1, -(2**63)], [2**63, 10**30]),
        ({"type": "integer", "format": "uint8"}, [0, 255], [-1, 256]),
        ({"type": "integer", "format": "int32", "maximum": 5}, [5], [6]),
        ({"type": ["integer", "null"], "format": "int32"}, [None, 1], [2**31]),
        ({"type": "string", "format": "byte"}, ["", "YQ==", "YWI=", "YWJj"], ["YQ", "a b=", "YQ==YQ==", "ü"]),
        ({"type": "string", "format": "int64"}, ["99999999999999999999"], []),
    ],
)
def test_the_ranges_of_formats_are_checked(node: Any, good: list[Any], bad: list[Any]) -> None:
    it = schema(node)
    assert [it.accepts(value) for value in good] == [True] * len(good)
    assert [it.accepts(value) for value in bad] == [False] * len(bad)
    assert it.accepts(generate(it, chance()))


_TWO = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}


@pytest.mark.parametrize(
    "node",
    [
        {**_TWO, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {**_TWO, "not": {"required": ["a", "b"]}},
        {**_TWO, "dependentSchemas": {"a": {"required": ["c"], "properties": {"c": {"const": 3}}}}},
        {"type": "array", "minItems": 1, "items": {**_TWO, "not": {"required": ["a", "b"]}}},
    ],
)
def test_optional_properties_that_exclude_each_other_are_left_out(node: Any) -> None:
    it = schema(node)
    assert it.accepts(generate(it, chance()))


@pytest.mark.parametrize(
    "node",
    [
        {"type": "object", "properties": {"good": {"type": "string"}, "bad": _HOPELESS}},
        {"type": "object", "required": ["in"], "properties": {"in": {"properties": {"bad": _HOPELESS}}}},
        {"type": "array", "items": {"type": "object", "properties": {"bad": _HOPELESS}}},
        {"type": "object", "additionalProperties": False, "minProperties": 2, "properties": {"a": {"type": "string"}}},
    ],
)
def test_an_optional_part_that_nothing_can_be_is_left_out(node: Any) -> None:
    it = schema(node)
    assert "bad" not in json.dumps(generate(it, chance()))


_TWICE: list[dict[str, Any]] = [
    {"type": "object", "patternProperties": {"^a": "next", "b": "next"}, "minProperties": 2},
    {"type": "object", "additionalProperties": "next", "minProperties": 2},
    {"type": "object", "required": ["a", "b"], "properties": {"a": "next", "b": "next"}},
    {"type": "array", "items": "next", "minItems": 2},
    {"type": "array", "prefixItems": ["next", "next"], "minItems": 2},
    {"type": "array", "items": "next", "contains": "next", "minItems": 2},
]


@pytest.mark.parametrize("twice", _TWICE, ids=lambda it: "-".join(it))
def test_a_value_that_doubles_at_each_level_is_given_up_soon(twice: dict[str, Any]) -> None:
    """It would have a thousand million parts, and each request asks for it again."""
    text = json.dumps(twice).replace('"next"', '{"$ref": "#/components/schemas/A%d"}')
    levels = {f"A{at}": json.loads(text.replace("%d", str(at + 1))) for at in range(30)}
    it = schema({"$ref": "#/components/schemas/A0"}, **levels, A30=NAME)
    begun = time.process_time()
    with pytest.raises(SpecError):
        generate(it, chance(1))
    assert time.process_time() - begun < 1


LETTERS = {"pattern": "^[a-z]{3}$"}
LOOKING = {"type": "string", "pattern": "^(?!a)(?=b)[a-z]{1000}$", "maxLength": 999}
COSTLY: dict[str, Any] = {
    "differing items": {"type": "array", "uniqueItems": True, "minItems": 100_000},
    "differing items of a long enum": {"uniqueItems": True, "minItems": 1_000, "items": {"enum": list(range(1_000))}},
    "items that contain what they cannot": {"contains": {**LOOKING, "pattern": "^(?!x)a{5}$"}, "minContains": 10_000},
    "many names": {"type": "object", "propertyNames": LETTERS, "minProperties": 17_000},
    "more names than there are": {"type": "object", "propertyNames": {"pattern": "^[a-b]$"}, "minProperties": 5_000},
    "names of a long enum": {"propertyNames": {"enum": [f"k{n}" for n in range(3_000)]}, "minProperties": 3_000},
    "a pattern that never holds": LOOKING,
    "lists of lists of lists": {"items": {"items": {"minItems": 300}, "minItems": 300}, "minItems": 300},
    "long texts": {"minItems": 1_000, "items": {"type": "string", "minLength": 100_000}},
}


@pytest.mark.parametrize("node", COSTLY.values(), ids=COSTLY)
def test_a_value_takes_no_longer_than_the_loop_can_wait(node: Any) -> None:
    it = schema(node)
    it.accepts(None)  # makes what is made once
    began = time.thread_time()
    try:
        size = len(json.dumps(generate(it, chance())))
    except SpecError:
        size = 0
    assert time.thread_time() - began < 0.15
    assert size < 5_000_000


def test_items_of_a_long_enum_differ_if_there_are_enough() -> None:
    values = list(range(300))
    it = schema({"type": "array", "uniqueItems": True, "minItems": 300, "items": {"enum": values}})
    assert sorted(generate(it, chance())) == values
