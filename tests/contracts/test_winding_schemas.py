"""The judge says soon what is wrong with a value whose schema contains itself in several ways."""

import time
from typing import Any

import pytest

from contracts.rules.first_violations import first_problems, place_of
from contracts.spec.document import Document

_AGAIN = {"$ref": "#/components/schemas/It"}
_PART = {"type": "object", "properties": {"number": {"type": "integer"}, "in": _AGAIN}}


def _document(it: Any) -> Document:
    answer = {"200": {"description": "", "content": {"application/json": {"schema": _AGAIN}}}}
    paths = {"/it": {"get": {"responses": answer}}}
    info = {"title": "T", "version": "1"}
    return Document("it", {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": {"It": it}}})


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_each_part_of_a_value_is_asked_once(word: str) -> None:
    document = _document({word: [_PART, dict(_PART)]})
    value: Any = {"number": "none"}
    for _ in range(40):
        value = {"in": value}
    began = time.process_time()
    errors = first_problems(document, _AGAIN, value)
    assert time.process_time() - began < 0.2
    assert errors
    if word == "allOf":
        assert [place_of(error) for error in errors] == ["/" + "in/" * 40 + "number"]
        assert "integer" in errors[0].message
