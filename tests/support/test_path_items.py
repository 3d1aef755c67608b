"""What stands beside the reference of a path item belongs to the path item, as OpenAPI 3.1 has it."""

from typing import Any

import pytest

from mock_server.support.path_items import with_merged_path_items


def _parameter(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


def _document(item: Any, version: str = "3.1.0") -> dict[str, Any]:
    one = {"get": {"summary": "read"}, "parameters": [{"$ref": "#/components/parameters/Q"}, _parameter("size")]}
    parts = {
        "parameters": {"Q": _parameter("q")},
        "pathItems": {"One": one, "Two": {"$ref": "#/components/pathItems/One"}},
    }
    return {"openapi": version, "paths": {"/a": item}, "components": parts}


@pytest.mark.parametrize("name", ["One", "Two"])
def test_parameters_beside_a_reference_are_added_and_replace_those_of_their_name(name: str) -> None:
    more = [_parameter("page"), _parameter("q", "integer")]
    root = _document({"$ref": f"#/components/pathItems/{name}", "parameters": more, "delete": {}})
    merged = with_merged_path_items(root)["paths"]["/a"]
    assert merged == {"get": {"summary": "read"}, "delete": {}, "parameters": [_parameter("size"), *more]}


@pytest.mark.parametrize(
    ("item", "version"),
    [
        ({"$ref": "#/components/pathItems/One", "parameters": []}, "3.0.3"),
        ({"$ref": "#/components/pathItems/One", "summary": "one", "x-own": 1}, "3.1.0"),
        ({"get": {}}, "3.1.0"),
        ("nothing", "3.1.0"),
    ],
)
def test_a_document_without_anything_beside_a_reference_is_returned_itself(item: Any, version: str) -> None:
    root = _document(item, version)
    assert with_merged_path_items(root) is root


@pytest.mark.parametrize("reference", ["#/paths/~1a", "#/nothing", "other.yaml"])
def test_a_reference_that_leads_to_nothing_stays_for_others_to_name(reference: str) -> None:
    merged = with_merged_path_items(_document({"$ref": reference, "get": {}}))["paths"]["/a"]
    assert merged == {"$ref": reference, "get": {}}
