"""Validators that are cut at each component say the same as whole ones, and stay small."""

import random
import time
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest
from messages import assert_message
from specimens import answering, document, schema, served

from mock_server.spec.component_validators import ComponentValidator
from mock_server.spec.document import parse

TREE: Mapping[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "below": {"type": "array", "items": {"$ref": "#/components/schemas/It"}},
    },
}
FILTER: Mapping[str, Any] = {
    "oneOf": [
        {
            "type": "object",
            "required": ["kind", "of"],
            "properties": {
                "kind": {"const": kind},
                "of": {"type": "array", "items": {"$ref": "#/components/schemas/It"}},
            },
        }
        for kind in ("and", "or", "not")
    ]
    + [{"type": "object", "required": ["field"], "properties": {"field": {"type": "string"}}}]
}


def tree(depth: int, name: Any = "leaf") -> dict[str, Any]:
    return {"name": name} if depth == 0 else {"name": "branch", "below": [tree(depth - 1, name)]}


def test_an_error_below_a_component_tells_its_own_place() -> None:
    [problem] = schema(TREE).problems(tree(3, name=7))
    assert problem.where == "/below/0/below/0/below/0/name"


def test_a_large_value_tells_the_place_of_its_first_error() -> None:
    value = {"name": "x" * 10_000, "below": [tree(2, name=7)]}
    [problem] = schema(TREE).problems(value)
    assert problem.where == "/below/0/below/0/below/0/name"


def test_a_component_among_alternatives_tells_what_it_misses() -> None:
    node = {"properties": {"tree": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]}}}
    recursive = {**TREE, "properties": {**TREE["properties"], "below": {"$ref": "#/components/schemas/Tree"}}}
    made = schema(node, Tree=recursive)
    assert [problem.where for problem in made.problems({"tree": {}})] == ["/tree/name"]
    [problem] = made.problems({"tree": 5})
    assert_message(problem)


def test_a_refusal_of_nested_alternatives_ends() -> None:
    value: Any = {"field": 7}
    for depth in range(30):
        value = {"kind": ("and", "or", "not")[depth % 3], "of": [value]}
    assert schema(FILTER).problems(value)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_what_is_unevaluated_is_seen_across_components(keyword: str) -> None:
    loop = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Loop"}}}
    made = schema({keyword: [{"$ref": "#/components/schemas/Loop"}], "unevaluatedProperties": False}, Loop=loop)
    assert made.accepts({"a": {"a": {}}})
    assert made.accepts({"a": {"b": 1}})
    assert not made.accepts({"b": 1})


def test_components_with_unevaluated_items_see_those_of_others() -> None:
    pair = {"prefixItems": [{"type": "string"}, {"$ref": "#/components/schemas/Pair"}]}
    made = schema({"$ref": "#/components/schemas/Pair", "unevaluatedItems": False}, Pair=pair)
    assert made.accepts(["a", ["b"]])
    assert not made.accepts(["a", ["b"], "c"])


def web(size: int) -> dict[str, Any]:
    """Schemas each of which may hold some of the others, as expandable fields do."""
    chance = random.Random(1)
    schemas: dict[str, Any] = {}
    for index in range(size):
        linked = {f"o{other}": {"$ref": f"#/components/schemas/O{other}"} for other in chance.sample(range(size), 8)}
        fields = {"id": {"type": "string"}, "kind": {"const": index}, **linked}
        schemas[f"O{index}"] = {"type": "object", "required": ["id"], "properties": fields}
    paths = {f"/o{index}": {"get": answering({"$ref": f"#/components/schemas/O{index}"})} for index in range(size)}
    return document(paths, components={"schemas": schemas})


def nodes(node: Any) -> int:
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + sum(map(nodes, parts))


def test_a_validator_does_not_hold_all_that_it_can_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a web of schemas each validator holds its own."""
    sizes: list[int] = []
    made = jsonschema_rs.Draft202012Validator

    def measured(node: Any, **more: Any) -> Any:
        sizes.append(nodes(node))
        return made(node, **more)

    monkeypatch.setattr(jsonschema_rs, "Draft202012Validator", measured)
    root = parse(web(60), "doc")
    for index in range(60):
        assert ComponentValidator.at(root, f"/components/schemas/O{index}").validator.is_valid({"id": "a"})
    assert max(sizes) < 100


def test_cut_validators_agree_with_a_whole_one() -> None:
    """Values of which some are right and some wrong, deep in a web."""
    root = web(12)
    made = parse(root, "doc")
    whole = jsonschema_rs.Draft202012Validator({**root, "$ref": "#/components/schemas/O0"})
    cut = ComponentValidator.at(made, "/components/schemas/O0").validator
    chance = random.Random(2)

    def value(index: int, depth: int) -> dict[str, Any]:
        names = list(root["components"]["schemas"][f"O{index}"]["properties"])[2:] if depth else []
        inner = {name: value(int(name[1:]), depth - 1) for name in chance.sample(names, min(len(names), 2))}
        wrong = chance.random() < 0.05
        return {"id": 7 if wrong else "a", "kind": index, **inner}

    verdicts = [(cut.is_valid(it), whole.is_valid(it)) for it in (value(0, 4) for _ in range(200))]
    assert {one for one, _ in verdicts} == {True, False}
    assert all(one == other for one, other in verdicts)


def test_a_chain_of_schemas_of_any_length_is_served() -> None:
    size = 400
    schemas = {
        f"O{index}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/O{(index + 1) % size}"}}}
        for index in range(size)
    }
    contract = served(
        document({"/o": {"get": answering({"$ref": "#/components/schemas/O0"})}}, components={"schemas": schemas})
    )
    success = contract.operations["GET /o"].success
    assert success.fit({"next": {"next": {"other": 1}}}, random.Random(1)) == {"next": {"next": {}}}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_alternatives_that_are_alike_are_asked_once_of_each_part(keyword: str) -> None:
    """Each level of a value doubled the time: 150 bytes took 4 s."""
    again = {"$ref": "#/components/schemas/It"}
    branch = {"type": "object", "properties": {"number": {"type": "integer"}, "in": again}}
    of = schema(again, It={keyword: [branch, dict(branch)]})
    value: Any = {"number": "none"}
    for _ in range(60):
        value = {"in": value}
    began = time.process_time()
    assert not of.accepts(value)
    assert of.problems(value)
    assert time.process_time() - began < 0.1


_NUMBERED = {"type": "object", "properties": {"number": {"type": "integer"}, "in": {"$ref": "#/components/schemas/It"}}}


@pytest.mark.parametrize(
    "again",
    [
        {"allOf": [_NUMBERED, dict(_NUMBERED)]},
        {**_NUMBERED, "allOf": [_NUMBERED]},
        {**_NUMBERED, "patternProperties": {"^i": {"$ref": "#/components/schemas/It"}}},
        {**_NUMBERED, "not": {"allOf": [{"not": _NUMBERED}]}},
        {"if": _NUMBERED, "then": dict(_NUMBERED), "else": dict(_NUMBERED)},
        {**_NUMBERED, "dependentSchemas": {"in": _NUMBERED}},
        {"allOf": [_NUMBERED, {"unevaluatedProperties": {"$ref": "#/components/schemas/It"}}]},
    ],
    ids=lambda again: "-".join(again),
)
def test_each_part_of_a_value_is_asked_once_however_often_it_is_named(again: dict[str, Any]) -> None:
    """Of schemas that contain themselves twice; 90 bytes took half a second, and 20 more a minute."""
    of = schema({"$ref": "#/components/schemas/It"}, It=again)
    value: Any = {"number": "none"}
    for _ in range(60):
        value = {"in": value}
    began = time.process_time()
    assert not of.accepts(value)
    assert of.problems(value)
    assert time.process_time() - began < 0.1


def test_a_long_list_of_alternatives_is_asked_once_for_each_item() -> None:
    """The branches are of one piece with the schema that they lead back to."""
    branches: dict[str, Any] = {
        f"B{n}": {
            "type": "object",
            "properties": {"kind": {"const": n}, "in": {"type": "array", "items": {"$ref": "#/components/schemas/It"}}},
        }
        for n in range(8)
    }
    of = schema({"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in branches]}, **branches)
    of.accepts({})
    began = time.process_time()
    assert of.accepts({"kind": 1, "in": [{"kind": 2}] * 20_000})
    assert time.process_time() - began < 0.2
