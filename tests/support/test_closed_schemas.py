"""Closed schemas that inherit from each other, in documents made to multiply: each is read once."""

import json
from typing import Any

import pytest

from mock_server.support.schemas_as_meant import as_meant

_TEXT = {"type": "string"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _read(**schemas: Any) -> tuple[dict[str, Any], list[str]]:
    root = {"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}}
    read, slips = as_meant(root)
    return read["components"]["schemas"], [slip.pointer for slip in slips]


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_many_ways_to_one_schema_are_walked_once(word: str) -> None:
    """2**60 ways lead from the first to the last."""
    links = {f"A{n}": {word: [{"allOf": [_ref(f"A{n + 1}")] * 2}] * 2} for n in range(60)}
    assert _read(**links, A60=_closed(a=_TEXT))[0]["A60"] == _closed(a=_TEXT)


def test_a_schema_below_another_is_read_in_its_own_place() -> None:
    """Each has the next one in two properties: a copy for each way would make 2**40 of them."""

    def link(number: int) -> dict[str, Any]:
        return _closed(**{name: {"allOf": [_ref(f"A{number}"), _closed(z=_TEXT)]} for name in ("x", "y")})

    links = {f"A{n}": link(n + 1) for n in range(40)}
    read, slips = _read(**links, A40=_closed(a=_TEXT))
    assert len(slips) == 80
    assert len(json.dumps(read)) < 10 * len(json.dumps(links))
    assert read["A0"]["properties"]["x"]["allOf"][0]["properties"]["y"] == _ref("A1/properties/y")


def test_a_closed_schema_that_holds_itself_is_read() -> None:
    read, slips = _read(It=_closed(below={"allOf": [_ref("It"), _closed(z=_TEXT)]}))
    assert slips == ["/components/schemas/It/properties/below"]
    below = read["It"]["properties"]["below"]
    assert below["propertyNames"] == {"enum": ["below", "z"]}
    assert below["allOf"][0]["properties"] == {"below": _ref("It/properties/below")}


def test_what_stands_below_a_copied_schema_is_named_by_its_place() -> None:
    """Names with characters that pointers and URLs escape, and a base that is named by way of another name."""
    deep = {"type": "array", "items": _TEXT}
    base = {**_closed(**{"a/b %": deep, "flat": _TEXT}), "patternProperties": {}, "not": {"required": ["flat"]}}
    base = {**base, "anyOf": [{"required": ["a/b %"]}, _ref("Other")], "discriminator": {"propertyName": "flat"}}
    child = {"allOf": [_ref("Named"), _closed(c=_TEXT), {"required": ["flat"]}]}
    read, _ = _read(**{"Base {x}": base, "Named": _ref("Base%20%7Bx%7D"), "Child": child, "Other": {}})
    copied = read["Child"]["allOf"][0]
    home = "#/components/schemas/Base%20%7Bx%7D"
    assert copied["properties"] == {"a/b %": {"$ref": f"{home}/properties/a~1b%20%25"}, "flat": _TEXT}
    assert copied["not"] == {"$ref": f"{home}/not"}
    assert copied["anyOf"] == [{"$ref": f"{home}/anyOf/0"}, _ref("Other")]
    assert copied["discriminator"] == {"propertyName": "flat"}


def test_a_schema_of_very_many_parts_stays_as_it_is() -> None:
    parts = {f"P{number}": _closed(**{f"p{number}": _TEXT}) for number in range(200)}
    whole = {"allOf": list(map(_ref, parts))}
    assert _read(**parts, Whole=whole)[0]["Whole"] == whole
