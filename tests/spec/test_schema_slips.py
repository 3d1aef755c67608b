"""Slips that other tools read past: a schema with one is read as it was meant, and the start says so."""

from typing import Any

import pytest

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse

SLIPS = [
    ({"required": True}, {}),
    ({"required": "name"}, {"required": ["name"]}),
    ({"type": "String"}, {"type": "string"}),
    ({"type": ["int", None]}, {"type": ["integer", "null"]}),
    ({"type": "any"}, {}),
    ({"enum": []}, {}),
    ({"enum": "one"}, {"enum": ["one"]}),
    ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
    ({"exclusiveMinimum": False}, {}),
    ({"minLength": "2"}, {"minLength": 2}),
    ({"multipleOf": 0}, {}),
    ({"allOf": {"type": "string"}}, {"allOf": [{"type": "string"}]}),
    ({"anyOf": []}, {}),
    ({"uniqueItems": "true"}, {"uniqueItems": True}),
    ({"pattern": None, "properties": None}, {}),
]


def contract(schema: Any, *, strict: bool = False) -> Contract:
    """A document whose one answer has this schema, in an object."""
    held = {"type": "object", "properties": {"part": schema}}
    answer = {"description": "", "content": {"application/json": {"schema": held}}}
    paths = {"/a": {"get": {"responses": {"200": answer}}}}
    return Contract([parse({"openapi": "3.1.0", "paths": paths}, "slips.yaml")], strict=strict)


@pytest.mark.parametrize(("written", "meant"), SLIPS, ids=[str(written) for written, _ in SLIPS])
def test_a_slip_is_read_as_it_was_meant_with_a_warning(written: Any, meant: Any) -> None:
    served = contract(written)
    (operation,) = served.operations.values()
    assert not operation.unserved
    found = served.documents[0].at("/paths/~1a/get/responses/200/content/application~1json/schema/properties/part")
    assert found == meant
    assert served.slips
    assert all("properties/part" in str(slip) for slip in served.slips)
    with pytest.raises(SpecError):
        contract(written, strict=True)


@pytest.mark.parametrize("unclear", [{"type": "colour"}, {"maximum": True}, {"minLength": -1}, {"required": [1]}])
def test_what_could_be_meant_in_several_ways_is_not_guessed(unclear: Any) -> None:
    with pytest.raises(SpecError, match="part"):
        contract(unclear)
