"""The questions asked of a schema: types, properties, what is required, branches; and what its validator says."""

from typing import Any

import pytest
from messages import assert_message
from specimens import document, schema

from mock_server.errors import SpecError
from mock_server.spec.document import parse
from mock_server.spec.schema import Schema
from mock_server.support.schema_keywords import TYPES

EVERY = set(TYPES)
A = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
B = {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}
REF_B = {"$ref": "#/components/schemas/B"}


@pytest.mark.parametrize(
    ("node", "types"),
    [
        ({}, EVERY),
        (True, EVERY),
        ({"description": "x"}, EVERY),
        ({"type": "string"}, {"string"}),
        ({"type": ["string", "null"]}, {"string", "null"}),
        ({"type": ["string", "null"], "enum": ["a"]}, {"string"}),
        ({"enum": ["a", 1, None, 1.5, True, [], {}]}, EVERY),
        ({"const": 3}, {"integer"}),
        ({"const": None}, {"null"}),
        ({"type": "number", "enum": [1, 2]}, {"integer"}),
        ({"properties": {}}, {"object"}),
        ({"required": ["a"]}, {"object"}),
        ({"items": {}}, {"array"}),
        ({"maxLength": 3}, {"string"}),
        ({"minimum": 3}, {"number"}),
        (REF_B, {"object"}),
        ({"allOf": [A, B]}, {"object"}),
        ({"allOf": [{"type": ["integer", "string"]}, {"type": "number"}]}, {"integer"}),
        ({"allOf": [{"type": "number"}, {"type": ["integer", "null"]}]}, {"integer"}),
        ({"allOf": [{"minLength": 1}, {"type": "integer"}]}, {"integer"}),
        ({"allOf": [{"description": "x"}, {"pattern": "a"}]}, {"string"}),
        ({"type": ["object", "null"], "allOf": [B]}, {"object"}),
        ({"anyOf": [REF_B, {"type": "null"}]}, {"object", "null"}),
        ({"oneOf": [{"type": "string"}, {"enum": [1]}]}, {"string", "integer"}),
        ({"anyOf": [{"type": "string"}, {}]}, EVERY),
        ({"type": "string", "anyOf": [{"pattern": "a"}, {"pattern": "b"}]}, {"string"}),
        ({"properties": {}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"object"}),
        ({"anyOf": [{"type": "string"}], "oneOf": [{"type": ["string", "null"]}]}, {"string"}),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, set()),
    ],
)
def test_the_types_are_what_all_its_words_leave(node: Any, types: set[str]) -> None:
    assert schema(node, B=B).types == types


def test_null_is_admitted_where_the_types_have_it() -> None:
    assert schema({"type": ["string", "null"]}).nullable
    assert schema({"anyOf": [REF_B, {"type": "null"}]}, B=B).nullable
    assert not schema({"type": ["string", "null"], "enum": ["a"]}).nullable
    assert not schema(REF_B, B=B).nullable


@pytest.mark.parametrize(
    ("node", "names", "sure", "required"),
    [
        (A, ["a"], ["a"], {"a"}),
        (REF_B, ["b"], ["b"], {"b"}),
        ({"allOf": [A, REF_B]}, ["a", "b"], ["a", "b"], {"a", "b"}),
        ({"allOf": [{"allOf": [REF_B]}], "properties": {"c": {}}}, ["c", "b"], ["c", "b"], {"b"}),
        ({"oneOf": [A, REF_B]}, ["a", "b"], [], set()),
        ({"properties": {"c": {}}, "anyOf": [A, REF_B]}, ["c", "a", "b"], ["c"], set()),
        ({"allOf": [{"oneOf": [A, REF_B]}, {"required": ["z"]}]}, ["a", "b"], [], {"z"}),
        ({"not": A}, [], [], set()),
        ({}, [], [], set()),
    ],
)
def test_properties_are_those_of_all_branches(node: Any, names: list[str], sure: list[str], required: set[str]) -> None:
    it = schema(node, B=B)
    assert (list(it.properties), list(it.sure), set(it.required)) == (names, sure, required)


def test_of_two_schemas_for_one_property_the_first_counts_unless_another_fixes_it() -> None:
    base = {"properties": {"kind": {"type": "string"}, "size": {"type": "integer"}}}
    more = {"properties": {"kind": {"const": "CALL"}, "size": {"type": "number"}}}
    it = schema({"allOf": [base, more]})
    assert it.properties["kind"].node == {"const": "CALL"}
    assert it.properties["size"].node == {"type": "integer"}
    turned = schema({"allOf": [more, base]})
    assert turned.properties["kind"].node == {"const": "CALL"}


def test_alternatives_are_the_branches_of_which_one_holds_but_for_null() -> None:
    it = schema({"oneOf": [A, REF_B, {"type": "null"}], "anyOf": [{"type": ["null"]}, {"type": "string"}]}, B=B)
    assert [branch.pointer.removeprefix("/components/schemas") for branch in it.alternatives] == [
        "/It/oneOf/0",
        "/B",
        "/It/anyOf/1",
    ]


def test_items_are_found_in_any_branch() -> None:
    assert schema({"type": "array"}).items is None
    assert schema({"items": True}).items is None
    found = schema({"anyOf": [{"type": "null"}, {"allOf": [{"items": {"type": "integer"}}]}]}).items
    assert found is not None
    assert found.types == {"integer"}


@pytest.mark.parametrize(
    ("node", "example", "default"),
    [
        ({"example": 1, "examples": [2]}, 1, None),
        ({"examples": [2, 3]}, 2, None),
        ({"examples": {"a": 2}}, None, None),
        ({"examples": []}, None, None),
        ({"type": "integer", "default": 5}, None, 5),
        ({"type": "integer", "default": "5"}, None, None),
        ({"type": "boolean", "default": False}, None, False),
    ],
)
def test_example_and_default_are_those_that_stand_beside(node: Any, example: Any, default: Any) -> None:
    it = schema(node)
    assert (it.example, it.default) == (example, default)


def test_what_stands_beside_a_reference_counts_before_what_it_points_at() -> None:
    named = {"type": "string", "default": "x", "example": "y"}
    it = schema({"$ref": "#/components/schemas/N", "default": "z"}, N=named)
    assert (it.default, it.example) == ("z", "y")
    assert schema({"$ref": "#/components/schemas/N"}, N=named).default == "x"


def test_a_schema_may_contain_itself_below_a_property() -> None:
    tree = {
        "type": "object",
        "properties": {
            "next": {"$ref": "#/components/schemas/It"},
            "all": {"items": {"$ref": "#/components/schemas/It"}},
        },
    }
    it = schema(tree)
    deep = it
    for _ in range(500):
        deep = deep.properties["next"]
    assert deep.pointer == it.pointer
    assert it.accepts({"next": {"next": {"all": [{}]}}})
    assert not it.accepts({"next": {"next": {"all": [5]}}})


def test_the_same_place_is_made_once() -> None:
    it = schema({"properties": {"a": {"type": "string"}}})
    assert it.at("properties", "a") is it.properties["a"]
    assert Schema.of(it.document, it.pointer) is it


def test_names_with_odd_letters_are_reached() -> None:
    it = schema({"properties": {"a/b~c %25": {"type": "integer"}}})
    assert it.properties["a/b~c %25"].types == {"integer"}
    assert it.properties["a/b~c %25"].accepts(1)
    assert not it.properties["a/b~c %25"].accepts("1")


def test_what_is_false_admits_nothing_and_says_so() -> None:
    it = schema({"properties": {"a": False}})
    assert it.properties["a"].never
    assert not it.never
    assert not it.accepts({"a": 1})


# --- the validator ----------------------------------------------------------------------------------------------


def test_a_problem_has_its_place_in_the_value_and_hides_the_value() -> None:
    it = schema({"type": "object", "properties": {"a/b": {"items": {"type": "integer"}}}, "required": ["z"]})
    problems = it.problems({"a/b": [1, "sk_live_secret"]})
    assert {problem.where for problem in problems} == {"/z", "/a~1b/1"}
    assert "sk_live_secret" not in "".join(map(str, problems))
    assert it.problems({"a/b": [1], "z": None}) == []


def test_problems_are_as_many_as_asked_for() -> None:
    it = schema({"items": {"type": "integer"}})
    assert len(it.problems(["a"] * 9, limit=3)) == 3
    assert len(it.problems(["a"] * 9)) == 5


def test_a_large_value_is_told_its_first_problem_as_to_look_for_all_of_them_would_hold_up_everybody() -> None:
    it = schema({"type": "array", "items": {"type": "integer"}})
    [problem] = it.problems(["a"] * 400_000)
    assert problem.where == "/0"


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", "2026-03-04T05:06:07.089Z", "2026-03-04 05:06"),
        ("date", "2026-02-28", "2026-02-30"),
        ("email", "a@example.com", "a@"),
        ("uuid", "123e4567-e89b-42d3-a456-426614174000", "123"),
        ("uri", "https://a.example/b", "a b"),
        ("ipv4", "192.0.2.1", "300.0.2.1"),
        ("phone-number", "anything", None),
    ],
)
def test_formats_that_are_known_are_checked(form: str, good: str, bad: str | None) -> None:
    it = schema({"type": "string", "format": form})
    assert it.accepts(good)
    assert bad is None or not it.accepts(bad)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"), [(r"^(?!x)\w+$", "aa", "xa"), (r"^(a|b)\1$", "bb", "ab"), (r"(?<=b)a$", "ba", "aa")]
)
def test_patterns_that_look_around_or_back_are_understood(pattern: str, good: str, bad: str) -> None:
    it = schema({"type": "string", "pattern": pattern})
    assert it.accepts(good)
    assert not it.accepts(bad)


def test_a_pattern_made_to_stall_ends() -> None:
    assert not schema({"pattern": "^(a+)+$"}).accepts("a" * 5_000 + "!")


def test_a_schema_that_stands_nowhere_can_be_used() -> None:
    made = parse(document({"/x": {}}), "doc")
    it = Schema.inline(made, {"type": "string"})
    assert it.accepts("a")
    assert not it.accepts(1)
    assert it.types == {"string"}


def test_a_schema_that_only_the_validator_finds_wrong_is_refused_with_its_place() -> None:
    with pytest.raises(SpecError) as refused:
        _ = schema({"$dynamicRef": "#nowhere"}).validator
    assert_message(refused.value)


def test_a_schema_shows_where_it_stands() -> None:
    assert repr(schema({})) == "<Schema doc#/components/schemas/It>"


def chain(length: int) -> dict[str, Any]:
    """2**length ways lead from the first to the last."""
    links = {f"A{n}": {"allOf": [{"$ref": f"#/components/schemas/A{n + 1}"}] * 2} for n in range(length)}
    return {**links, f"A{length}": B}


def test_many_ways_to_one_schema_are_walked_once() -> None:
    it = schema({"$ref": "#/components/schemas/A0"}, **chain(10))
    assert (set(it.types), set(it.required), list(it.properties)) == ({"object"}, {"b"}, ["b"])
    assert it.accepts({"b": 1})
    assert len(it.parts) == len(it.certain) == 11


def test_a_schema_that_would_stall_the_validator_is_refused() -> None:
    with pytest.raises(SpecError) as refused:
        schema({"$ref": "#/components/schemas/A0"}, **chain(20))
    assert_message(refused.value)
