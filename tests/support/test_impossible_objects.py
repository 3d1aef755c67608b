"""Objects that no value can be are read as their authors mean them. Any other document is not copied."""

from typing import Any

import pytest

from mock_server.support.impossible_objects import possible

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def having(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def document(**schemas: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}}


def test_a_property_that_a_closed_schema_requires_is_one_of_its_own() -> None:
    closed = {**having("kind", kinds=TEXT), "additionalProperties": False}
    root, [slip] = possible(document(A=closed, B=having("other", a=TEXT)))
    assert root["components"]["schemas"]["A"]["properties"] == {"kinds": TEXT, "kind": {}}
    assert slip.pointer == "/components/schemas/A"
    assert "kind" in slip.what


def test_records_that_require_each_other_without_an_end_may_be_left_out() -> None:
    a, b = having("b", "name", b=ref("B"), name=TEXT), having("a", a=ref("A"))
    root, slips = possible(document(A=a, B=b, C=having("a", a=ref("A"))))
    schemas = root["components"]["schemas"]
    assert [schemas[name]["required"] for name in "ABC"] == [["name"], [], ["a"]]
    assert [slip.pointer[-1] for slip in slips] == ["A", "B"]


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": having("b", b=ref("B")), "B": having("c", c=ref("C")), "C": having("x", x=TEXT)},
        {"A": having(a=ref("A"))},
        {"A": having("all", all={"type": "array", "items": ref("A")})},
        {"A": {**having("a", a=ref("A")), "nullable": True}},
        {"A": {**having("x", a=TEXT), "additionalProperties": False, "patternProperties": {"^x": TEXT}}},
        {"A": {**having("x", a=TEXT), "additionalProperties": False, "allOf": [ref("B")]}, "B": having("x", x=TEXT)},
        {"A": having("b", b=ref("None")), "B": True, "C": {"required": "a", "properties": {"a": ref("C")}}},
    ],
)
def test_objects_that_have_an_end_are_read_at_their_word(schemas: dict[str, Any]) -> None:
    raw = document(**schemas)
    assert possible(raw)[0] is raw
