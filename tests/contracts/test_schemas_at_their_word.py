"""Schemas that admit nothing at their word: the judge reads them as their authors mean them, as everybody does."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.spec.document import load


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(*required: str, **more: Any) -> dict[str, Any]:
    properties = {"kind": {"enum": ["cat", "dog"]}, "purrs": {"type": "boolean"}}
    return {"type": "object", "required": list(required), "properties": {it: properties[it] for it in required}, **more}


_CIRCLE = {
    "Pet": {**_object("kind"), "oneOf": [_ref("Cat")], "discriminator": {"propertyName": "kind"}},
    "Cat": {"allOf": [_ref("Pet"), _object("purrs")]},
}
_CLOSED = {
    "Base": _object("kind", additionalProperties=False),
    "Pet": {"allOf": [_ref("Base"), _object("purrs", additionalProperties=False)], "additionalProperties": False},
}
_EQUAL = {
    "Pet": {
        "oneOf": [_ref("Cat"), _ref("Dog")],
        "additionalProperties": False,
        "properties": {"purrs": {}, "kind": {}},
    },
    "Cat": {**_object("kind", "purrs"), "description": "A cat."},
    "Dog": {**_object("kind", "purrs"), "description": "A dog."},
}


@pytest.mark.parametrize("schemas", [_CIRCLE, _CLOSED, _EQUAL], ids=["circle", "closed", "equal"])
def test_the_judge_admits_what_the_author_means(schemas: Any, tmp_path: Path) -> None:
    paths = {"/pets": {"get": {"responses": {"200": {"description": ""}}}}}
    whole = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "pets.json").write_text(json.dumps({**whole, "components": {"schemas": schemas}}))
    accepts = load(str(tmp_path / "pets.json")).documents[0].validator(_ref("Pet")).is_valid
    assert accepts({"kind": "cat", "purrs": True})
    assert not accepts({"kind": "cat", "purrs": 1})
    assert not accepts({"purrs": True})
    assert schemas is _CIRCLE or not accepts({"kind": "cat", "purrs": True, "age": 3})
