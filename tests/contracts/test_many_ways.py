"""Schemas whose branches lead to each other in exponentially many ways are judged in the time that others take."""

import time
from typing import Any

import pytest

from contracts.spec.document import Document

_LAST = {"type": "object", "properties": {"id": {"type": "string"}}}
_BODY: list[Any] = [{"a": [1]}] * 700


def chain(word: str, length: int, again: int) -> dict[str, Any]:
    """Schemas that each lead ``again`` times to the next one, as branches of the same value."""
    reference = "#/components/schemas/A{}".format
    made: dict[str, Any] = {f"A{at}": {word: [{"$ref": reference(at + 1)}] * again} for at in range(length)}
    return {**made, f"A{length}": _LAST}


@pytest.mark.parametrize("word", ["allOf", "anyOf"])
def test_branches_that_double_at_each_step_are_judged_at_once(word: str) -> None:
    document = Document("a", {"openapi": "3.1.0", "paths": {}, "components": {"schemas": chain(word, 40, 2)}})
    validator = document.validator({"$ref": "#/components/schemas/A0"})
    begun = time.process_time()
    assert validator.first_error(_BODY) is not None
    assert next(iter(validator.errors(_BODY))).instance_path == []
    assert time.process_time() - begun < 1
    assert list(validator.errors({"id": "1"})) == []


def test_branches_of_a_property_that_double_are_judged_at_once() -> None:
    reference = "#/components/schemas/A{}".format
    made: dict[str, Any] = {
        f"A{at}": {"type": "object", "properties": {"a": {"allOf": [{"$ref": reference(at + 1)}] * 2}}}
        for at in range(40)
    }
    root = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {**made, "A40": _LAST}}}
    value: Any = {"id": 1}
    for _ in range(40):
        value = {"a": value}
    error = Document("a", root).validator({"$ref": reference(0)}).first_error(value)
    assert error is not None
    assert next(iter(Document("a", root).validator({"$ref": reference(0)}).errors(value))).instance == 1


def test_a_schema_that_leads_to_itself_is_counted_to_an_end() -> None:
    loop = {"allOf": [{"$ref": "#/components/schemas/A0"}] * 2}
    document = Document("a", {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A0": loop}}})
    assert document.validator({"$ref": "#/components/schemas/A0"})._multiplies


def test_few_ways_are_judged_by_one_validator() -> None:
    """Its errors know their places in the schema."""
    document = Document("a", {"openapi": "3.1.0", "paths": {}, "components": {"schemas": chain("allOf", 3, 2)}})
    validator = document.validator({"$ref": "#/components/schemas/A0"})
    assert not validator._multiplies
    assert len(list(validator.errors(7))) == 8
