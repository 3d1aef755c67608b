"""Why a value is refused is found soon, also where schemas contain themselves in several ways."""

import time
from typing import Any

import pytest
from specimens import schema

from mock_server.spec.recursion import recursion
from mock_server.spec.schema import Schema

_AGAIN = {"$ref": "#/components/schemas/It"}


def _branch(kind: str, **more: Any) -> dict[str, Any]:
    properties = {"kind": {"enum": [kind]}, "children": {"type": "array", "items": _AGAIN}, "x": {"type": "integer"}}
    return {"type": "object", "required": ["kind", "x"], "properties": properties, **more}


@pytest.fixture
def tree() -> Schema:
    return schema({"oneOf": [{"$ref": f"#/components/schemas/B{n}"} for n in range(8)]}, **_branches())


def _branches() -> dict[str, Any]:
    return {f"B{n}": _branch(f"k{n}", additionalProperties=n != 3) for n in range(8)}


def _nested(depth: int, leaf: Any) -> Any:
    value = leaf
    for level in range(depth):
        value = {"kind": f"k{level % 3}", "x": 1, "children": [value]}
    return value


@pytest.mark.parametrize("depth", [1, 3, 8, 40])
@pytest.mark.parametrize(
    ("leaf", "where", "what"),
    [
        ({"kind": "k7", "x": "no"}, "/x", 'is not of type "integer"'),
        ({"kind": "k7"}, "/x", "is missing"),
        ({"kind": "k3", "x": 1, "y": 2}, "/y", "is not known here"),
        ({"kind": "unknown", "x": 1}, "", "fits none of the 8 alternatives"),
        ("text", "", "fits none of the 8 alternatives"),
    ],
)
def test_the_reason_is_found_on_the_likeliest_way(tree: Schema, depth: int, leaf: Any, where: str, what: str) -> None:
    value = _nested(depth, leaf)
    assert not tree.accepts(value)
    start = time.perf_counter()
    [problem] = tree.problems(value)
    assert time.perf_counter() - start < 1
    assert problem.where == "/children/0" * depth + where
    assert what in problem.what


def test_a_large_value_has_its_reason_soon(tree: Schema) -> None:
    many = [{"kind": "k1", "x": n} for n in range(20_000)]
    value = {"kind": "k0", "x": 1, "children": [{"kind": "k2", "x": 1, "children": [*many, {"kind": "k1"}]}]}
    start = time.perf_counter()
    assert tree.problems(value)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("node", "others", "again"),
    [
        ({"type": "object", "properties": {"a": _AGAIN}}, {}, False),
        ({"anyOf": [{"type": "null"}, {"properties": {"a": _AGAIN}}]}, {}, False),
        ({"anyOf": [{"properties": {"a": _AGAIN}}, {"properties": {"b": _AGAIN}}]}, {}, False),
        ({"anyOf": [{"properties": {"a": _AGAIN}}, {"properties": {"a": _AGAIN}}]}, {}, True),
        ({"allOf": [{"properties": {"a": _AGAIN}}], "additionalProperties": _AGAIN}, {}, True),
        ({"properties": {"a": _AGAIN}, "additionalProperties": _AGAIN}, {}, False),
        ({"properties": {"a": _AGAIN}, "patternProperties": {"^a": _AGAIN}}, {}, True),
        ({"items": _AGAIN, "contains": _AGAIN}, {}, True),
        ({"items": _AGAIN, "prefixItems": [_AGAIN], "additionalProperties": _AGAIN}, {}, False),
        ({"not": {"properties": {"a": _AGAIN}}, "properties": {"a": _AGAIN}}, {}, True),
        ({"if": {"properties": {"a": _AGAIN}}, "then": {"properties": {"a": _AGAIN}}}, {}, True),
        ({"properties": {"a": {"$ref": "#/components/schemas/B"}}}, {"B": {"allOf": [_AGAIN, _AGAIN]}}, True),
        ({"oneOf": [{"$ref": f"#/components/schemas/B{n}"} for n in range(8)]}, _branches(), True),
        ({"properties": {"a": {"$ref": "#/components/schemas/B1"}}}, _branches(), False),
        ({"anyOf": [{"items": _AGAIN}, {"additionalProperties": _AGAIN}]}, {}, False),
    ],
)
def test_schemas_that_ask_the_same_part_twice_branch_again(node: Any, others: Any, again: bool) -> None:
    it = schema(node, **others)
    assert recursion(it.document, it.place).branches is again


def test_the_reason_in_a_long_list_of_any_json_is_found_soon() -> None:
    again = {"$ref": "#/components/schemas/It"}
    of = schema({"anyOf": [{"type": "number", "maximum": 5}, {"type": "array", "items": again}]})
    value = [[list(range(100)) for _ in range(10)] for _ in range(20)]
    start = time.process_time()
    assert of.problems(value)
    assert time.process_time() - start < 0.1
