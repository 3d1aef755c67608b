"""Reasons why a large value is not admitted: they are exact, and no branch costs a copy of the value."""

import json
import time
from typing import Any

import pytest

from mock_server.spec.document import parse
from mock_server.spec.schema import Schema

MANY: list[Any] = [{"a": n} for n in range(27_000)]
INTEGER = {"type": "integer"}


def schema(node: Any, *, sent: bool = False) -> Schema:
    root = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {}}, "components": {"schemas": {"It": node}}}
    return Schema(parse(root, "openapi.json"), "/components/schemas/It", sent=sent)


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


FIFTY = {"anyOf": [{"type": "object", "required": [f"r{i}"]} for i in range(50)]}

TREE = {"anyOf": [{"anyOf": [{"type": "object", "required": [f"r{i}-{j}"]} for j in range(100)]} for i in range(100)]}
LISTS = [{"type": "array", "items": {"type": "array", "items": {"type": "string"}}}] * 50
WIDE = {f"k{number}": number for number in range(400)}

CASES: list[tuple[str, Any, Any, str, str]] = [
    ("another type", of(n=INTEGER), MANY, "/", 'not of type "object"'),
    ("another type below", of(l={"type": "object"}), {"l": MANY}, "/l", 'not of type "object"'),
    ("fifty branches of another type", FIFTY, MANY, "/", "fits none of the 50 alternatives"),
    ("fifty branches", FIFTY, {"l": MANY}, "/", "fits none of the 50 alternatives"),
    ("fifty branches below", of(d={"type": "array", "items": FIFTY}), {"d": [{"l": MANY}]}, "/d/0", "none of the 50"),
    ("the likeliest of two", {"oneOf": [{"type": "string"}, of(n=INTEGER)]}, {"l": MANY, "n": "x"}, "/n", "integer"),
    ("a small part beside", of(l={}, n=INTEGER), {"l": MANY, "n": "x"}, "/n", 'not of type "integer"'),
    ("a small part beside ways", {"anyOf": [of(), of()], **of(n=INTEGER)}, {"l": MANY, "n": "x"}, "/n", "integer"),
    ("an item", {"type": "array", "items": of(a=INTEGER)}, [*MANY, {"a": "x"}], "/27000/a", 'not of type "integer"'),
    ("what is missing", {"type": "object", "required": ["z"]}, {"l": MANY}, "/z", "is missing"),
    (
        "thousands that each ask for another",
        {"dependentRequired": {f"m{number}": ["z"] for number in range(3_000)}},
        {f"m{number}": "x" for number in range(10_000)},
        "/z",
        "is missing",
    ),
    ("a hundred branches of a hundred each", TREE, WIDE, "/", "fits none of the 100 alternatives"),
    ("a hundred branches of a hundred in a list", {"items": TREE}, [WIDE] * 20, "/0", "fits none of the 100"),
    ("branches of which each has many errors", {"anyOf": LISTS}, [[1] * 100] * 10, "/", "fits none of the 50"),
    ("branches under a name of a pattern", {"patternProperties": {"^k": TREE}}, {"k1": MANY}, "/k1", "fits none"),
    ("branches under any name", {"additionalProperties": TREE}, {"a": {}, "k1": MANY}, "/a", "fits none of the 100"),
    ("branches on a condition", {"if": {}, "then": TREE}, {"l": MANY}, "/", "fits none of the 100 alternatives"),
    ("branches for a member", {"dependentSchemas": {"l": TREE}}, {"l": MANY}, "/", "fits none of the 100 alternatives"),
    ("branches of the first item", {"prefixItems": [TREE]}, [{"l": MANY}], "/0", "fits none of the 100 alternatives"),
    ("branches that one item may contain", {"not": TREE}, {"r0-0": MANY}, "/", "is not valid here"),
    ("more than one branch", {"oneOf": [of(), {**of(), "minProperties": 1}]}, {"l": MANY}, "/", "fits 2 of the 2"),
    ("a large item after many", {"items": FIFTY}, [{"r0": 1}] * 100 + [{"l": MANY}], "/100", "fits none of the 50"),
    ("large items after large ones", {"items": FIFTY}, [{"r0": MANY[:900]}] * 20 + [MANY[:900]], "/20", "fits none"),
    ("what is unknown", {**of(k={}), "additionalProperties": False}, {"l": MANY}, "/l", "is not known here"),
    (
        "a pattern of names beside what is unknown",
        {**of(n=INTEGER), "patternProperties": {"^l": {}}, "additionalProperties": False},
        {"l": MANY, "n": "x"},
        "/n",
        'not of type "integer"',
    ),
]


@pytest.mark.parametrize(("node", "value", "where", "what"), [case[1:] for case in CASES], ids=[it[0] for it in CASES])
def test_the_reason_of_a_large_value_is_exact_and_soon(node: Any, value: Any, where: str, what: str) -> None:
    asked = schema(node)
    asked.problems(json.loads(json.dumps(value)))  # makes what is made once
    began = time.thread_time()
    (problem,) = asked.problems(value)
    assert time.thread_time() - began < 0.1
    assert (problem.where, what in problem.what) == (where, True), problem


DEEP: Any = json.loads('{"a":' * 90 + "1" + "}" * 90)
DEMANDS: dict[str, Any] = {
    "required": {"required": [f"r{number}" for number in range(3_000)]},
    "dependentRequired": {"dependentRequired": {"a": [f"r{number}" for number in range(3_000)]}},
    "dependentSchemas": {"dependentSchemas": {"a": {"required": [f"r{number}" for number in range(3_000)]}}},
    "allOf": {"allOf": [{"required": [f"r{number}"]} for number in range(3_000)]},
}


@pytest.mark.parametrize("node", DEMANDS.values(), ids=DEMANDS)
@pytest.mark.parametrize("below", [False, True], ids=["here", "behind a reference"])
def test_of_thousands_of_missing_members_the_first_is_told_soon(node: Any, below: bool) -> None:
    root = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {}}}
    schemas = {"It": of(b={"$ref": "#/components/schemas/Other"}) if below else node, "Other": node}
    asked = Schema(parse({**root, "components": {"schemas": schemas}}, "openapi.json"), "/components/schemas/It")
    value = {"b": DEEP} if below else DEEP
    asked.accepts(value)  # makes what is made once
    began = time.thread_time()
    (problem,) = asked.problems(value)
    assert time.thread_time() - began < 0.1
    assert (problem.where, problem.what) == ("/b/r0" if below else "/r0", "is missing")


def test_a_large_value_that_is_admitted_has_no_reason() -> None:
    assert schema({"anyOf": [of(), {"type": "array"}]}).problems(MANY) == []


def test_what_goes_the_other_way_is_not_missing_in_a_large_value() -> None:
    own = {**of(id={"type": "string", "readOnly": True}, n=INTEGER), "required": ["id"]}
    (problem,) = schema(of(d=own), sent=True).problems({"d": {"l": MANY, "n": "x"}})
    assert problem.where == "/d/n"


def test_what_goes_the_other_way_is_not_missing_in_a_winding_schema() -> None:
    it = {"$ref": "#/components/schemas/It"}
    own = of(id={"type": "string", "readOnly": True}, n=INTEGER, a=it)
    node = {"required": ["id"], **own, "anyOf": [of(a=it), of(a=it, b=it)]}
    (problem,) = schema(node, sent=True).problems({"a": {"a": {"n": "x"}}})
    assert problem.where == "/a/a/n"
