"""Records fitted to schemas: what fits stays, what is missing is added, what is wrong is replaced, nothing else."""

import copy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specimens import OURS, SIZE, answering, chance, document, schema, served

from mock_server.errors import AnswerInvalid
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse
from mock_server.spec.generation import generate
from mock_server.spec.kept_parts import projection
from mock_server.spec.projection import Projection, filled, fitted
from mock_server.spec.schema import Schema

IT = {"$ref": "#/components/schemas/It"}
LEAD = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "email": {"type": ["string", "null"]},
        "tags": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "no": {"type": "integer"}},
            "required": ["street"],
        },
    },
}
CALL = {
    "type": "object",
    "required": ["kind", "data"],
    "properties": {
        "kind": {"const": "CALL"},
        "data": {"type": "object", "required": ["seconds"], "properties": {"seconds": {"type": "integer"}}},
    },
}
MAIL = {
    "type": "object",
    "required": ["kind", "data"],
    "properties": {
        "kind": {"const": "MAIL"},
        "data": {"type": "object", "required": ["subject"], "properties": {"subject": {"type": "string"}}},
    },
}
EITHER = {"oneOf": [CALL, MAIL]}
BASED = {"allOf": [{"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["CALL", "MAIL"]}}}, MAIL]}
TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "left": IT, "right": IT, "all": {"type": "array", "items": IT}},
}
SHAPES: dict[str, Any] = {
    "lead": LEAD,
    "either": EITHER,
    "based": BASED,
    "tree": TREE,
    "list": {"type": "array", "items": LEAD, "maxItems": 3},
    "nullable": {"anyOf": [LEAD, {"type": "null"}]},
    "dictionary": {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "additionalProperties": {"type": "integer"},
    },
    "free": {"type": "object"},
    "scalars": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "text": {"type": "string", "minLength": 1},
    "own and either": {
        "type": "object",
        "properties": {"id": {"type": "integer"}},
        "required": ["id"],
        "oneOf": [CALL, MAIL],
    },
    "one of two": {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
    },
    "when": {
        "type": "object",
        "required": ["mode"],
        "properties": {"mode": {"enum": ["a", "b"]}, "why": {"type": "string"}},
        "if": {"properties": {"mode": {"const": "b"}}},
        "then": {"required": ["why"]},
    },
}
SCHEMAS = {name: schema(node) for name, node in SHAPES.items()}
NAMES = st.sampled_from(
    ["id", "name", "age", "email", "tags", "address", "kind", "data", "seconds", "left", "all", "a", "x"]
)
VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, -1, 1.5, "", "a", "CALL", "MAIL", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=10,
)
each = pytest.mark.parametrize("name", list(SHAPES))


# --- projection -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("lead", {"x": 1, "name": "a", "tags": [{"name": "b", "y": 2}]}, {"name": "a", "tags": [{"name": "b"}]}),
        ("lead", "no object", "no object"),
        ("list", [{"x": 1, "id": "a"}, 5], [{"id": "a"}, 5]),
        ("list", 5, 5),
        ("nullable", None, None),
        ("nullable", {"id": "a", "name": "b", "x": 1}, {"id": "a", "name": "b"}),
        (
            "either",
            {"kind": "MAIL", "data": {"subject": "a", "seconds": 3}, "x": 1},
            {"kind": "MAIL", "data": {"subject": "a"}},
        ),
        ("either", {"kind": "FAX", "x": 1}, {"kind": "FAX", "x": 1}),
        ("dictionary", {"a": "b", "other": 5}, {"a": "b", "other": 5}),
        ("free", {"anything": [1]}, {"anything": [1]}),
        ("text", "a", "a"),
        ("scalars", {"a": 1}, {"a": 1}),
        ("own and either", "no object", "no object"),
        ("own and either", {"id": 1, "kind": "FAX", "x": 2}, {"id": 1, "kind": "FAX", "x": 2}),
        ("tree", {"name": "a", "left": {"x": 1, "right": {"x": 2}}}, {"name": "a", "left": {"right": {}}}),
    ],
)
def test_a_projection_keeps_what_the_schema_names(name: str, value: Any, kept: Any) -> None:
    assert projection(SCHEMAS[name])(value) == kept


def test_fields_go_out_in_the_order_of_the_schema() -> None:
    assert list(projection(SCHEMAS["lead"])({"name": "a", "age": 1, "id": "b"})) == ["id", "name", "age"]


def test_of_the_alternatives_that_admit_a_record_the_one_that_keeps_most_is_taken() -> None:
    short = {"type": "object", "properties": {"id": {"type": "string"}}}
    it = schema({"anyOf": [short, LEAD]})
    assert projection(it)({"id": "a", "name": "b", "x": 1}) == {"id": "a", "name": "b"}


def test_a_property_that_may_never_be_there_is_left_out() -> None:
    it = schema({"properties": {"a": False, "b": {"type": "string"}}})
    assert projection(it)({"a": 1, "b": "c"}) == {"b": "c"}


def test_a_schema_that_contains_itself_many_times_is_compiled_at_once() -> None:
    names = [f"child{n}" for n in range(12)]  # twelve to the power of twelve, if each were walked
    it = schema({"type": "object", "properties": dict.fromkeys(names, IT)})
    assert projection(it)({"child1": {"x": 1, "child2": {}}}) == {"child1": {"child2": {}}}


@each
@settings(max_examples=12 * SIZE)
@given(value=VALUES)
def test_a_projection_is_idempotent_and_leaves_its_input_alone(name: str, value: Any) -> None:
    project = projection(SCHEMAS[name])
    before = copy.deepcopy(value)
    kept = project(value)
    assert project(kept) == kept
    assert value == before


@each
@settings(max_examples=8 * SIZE)
@given(number=st.integers(0, 10**6))
def test_a_projection_loses_nothing_of_a_value_made_for_the_schema(name: str, number: int) -> None:
    value = generate(SCHEMAS[name], chance(name, number), example=False)
    assert projection(SCHEMAS[name])(value) == value


# --- filled -----------------------------------------------------------------------------------------------------


@each
@settings(max_examples=16 * SIZE)
@given(value=VALUES)
def test_filled_makes_any_value_fit_and_leaves_alone_what_fits(name: str, value: Any) -> None:
    it = SCHEMAS[name]
    project = projection(it)
    before = copy.deepcopy(value)
    found = filled(value, it, chance(name))
    assert value == before
    assert it.accepts(project(found))
    assert filled(found, it, chance("again")) is found
    if it.accepts(project(value)):
        assert found is value


@settings(max_examples=16 * SIZE)
@given(value=st.dictionaries(NAMES, VALUES, max_size=5))
def test_filled_invents_no_property_that_is_not_required(value: dict[str, Any]) -> None:
    found = filled(value, SCHEMAS["lead"], chance())
    assert found.keys() - value.keys() <= {"id", "name"}
    for field, part in SCHEMAS["lead"].properties.items():
        if field in value and part.accepts(projection(part)(value[field])):
            assert found[field] == value[field]
    assert {field: found[field] for field in value if field not in SCHEMAS["lead"].properties} == {
        field: each for field, each in value.items() if field not in SCHEMAS["lead"].properties
    }


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("lead", {"id": "a", "name": "b", "age": -1}, {"id": "a", "name": "b"}),
        ("lead", {"id": "a", "name": "b", "address": {"no": 3, "z": 4}}, {"id": "a", "name": "b"}),
        ("list", [{"id": "a", "name": "b"}, {"id": "c"}], None),
        ("either", {"kind": "MAIL", "data": {}, "x": 1}, {"kind": "MAIL", "x": 1}),
        ("based", {"kind": "MAIL", "data": {}}, {"kind": "MAIL"}),
        ("own and either", {"kind": "MAIL", "data": {"subject": "s"}}, {"kind": "MAIL", "data": {"subject": "s"}}),
        ("when", {"mode": "b", "x": 1}, {"mode": "b"}),
    ],
)
def test_what_is_right_in_a_wrong_value_stays(name: str, value: Any, found: Any) -> None:
    made = filled(value, SCHEMAS[name], chance())
    if isinstance(value, list):
        assert made[0] == value[0]
        assert made[1]["id"] == "c"
    else:
        assert {field: made[field] for field in found} == found
    if "address" in value:
        assert made["address"]["no"] == 3


def test_a_missing_field_is_what_the_document_starts_with_else_null_else_made() -> None:
    it = schema(
        {
            "type": "object",
            "required": ["a", "b", "c", "d"],
            "properties": {
                "a": {"type": "string", "default": "start"},
                "b": {"type": ["string", "null"]},
                "c": {"type": "integer", "minimum": 7, "maximum": 7},
                "d": {"type": "integer", "default": "wrong", "example": 9},
            },
        }
    )
    assert filled({}, it, chance()) == {"a": "start", "b": None, "c": 7, "d": 9}


# --- views -----------------------------------------------------------------------------------------------------------


def test_a_view_renders_the_bytes_of_what_the_schema_has() -> None:
    fragment = Projection(SCHEMAS["lead"]).render({"x": 1, "name": "ä", "id": "a"})
    assert orjson.dumps([fragment]) == '[{"id":"a","name":"ä"}]'.encode()


def test_a_record_that_does_not_fit_is_our_fault_unless_it_may_be_filled() -> None:
    view = Projection(SCHEMAS["lead"])
    with pytest.raises(AnswerInvalid, match="name"):
        view.render({"id": "a"})
    rendered = orjson.loads(orjson.dumps(view.render({"id": "a"}, chance())))
    assert rendered.keys() == {"id", "name"}


def test_a_lenient_document_lets_it_go_out() -> None:
    lenient = parse(document({"/x": {}}, components={"schemas": {"It": LEAD}}), "doc", lenient=True)
    view = Projection(Schema.of(lenient, "/components/schemas/It"))
    assert orjson.dumps(view.render({"id": 5})) == b'{"id":5}'


def test_a_record_of_a_kind_is_not_turned_into_another_kind() -> None:
    """A document that adds a field to one alternative only: the others stay what they are."""
    mail: Any = copy.deepcopy(MAIL)
    mail["properties"]["data"]["properties"]["spam"] = {"type": "boolean"}
    mail["properties"]["data"]["required"].append("spam")
    found = filled({"kind": "MAIL", "data": {"subject": "Hello"}}, schema({"oneOf": [CALL, mail]}), chance())
    assert found["kind"] == "MAIL"
    assert found["data"]["subject"] == "Hello"
    assert isinstance(found["data"]["spam"], bool)


def test_a_record_of_alternatives_that_hardly_differ_stays_that_record() -> None:
    """The part that only one alternative names is valid for both; the whole record, or a made-up one, for one."""
    named = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    }
    sized = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "size": {"type": "string"}},
    }
    it = schema(
        {"oneOf": [named, {**sized, "required": ["id", "size"]}, {**sized, "required": ["id", "size", "name"]}]}
    )
    for value in ({"id": 7, "name": "a", "size": 3}, {"id": 7, "name": "a", "size": "b"}, {"id": 7, "size": "b"}):
        found = fitted(value, it, chance())
        assert it.accepts(found)
        assert found["id"] == 7
    two = schema({"oneOf": [named, sized]})
    whole = fitted({"id": 7, "name": "a", "note": "x", "size": 3, "extra": 1}, two, chance())
    assert whole == {"id": 7, "name": "a", "size": 3}  # the size alone tells which alternative it is


# --- a whole answer ---------------------------------------------------------------------------------------------


def test_an_answer_is_fitted_as_a_whole() -> None:
    [operation] = served(document({"/x": {"get": answering({"type": "array", "items": LEAD})}})).operations.values()
    found = operation.success.fit([{"id": "a", "name": "b", "x": 1}, {"id": "c"}], chance())
    assert found[0] == {"id": "a", "name": "b"}
    assert found[1]["id"] == "c"
    assert operation.success.schema is not None
    assert operation.success.schema.accepts(found)


def test_an_answer_without_a_schema_is_left_as_it_is() -> None:
    [operation] = served(document({"/x": {"get": {"responses": {"204": {}}}}})).operations.values()
    assert operation.success.fit({"a": 1}, chance()) == {"a": 1}


def test_every_example_of_our_documents_survives_its_projection() -> None:
    contract: Contract = served(*OURS.values())
    seen = 0
    for operation in contract.operations.values():
        for response in operation.responses.values():
            for example in response.examples.values():
                assert response.fit(example, chance()) == example, operation.key
                seen += 1
    assert seen > 100
