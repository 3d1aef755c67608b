"""The bodies at the bounds: each place of a body at its bounds, just beyond them, and in wrong spellings."""

from typing import Any

import pytest

from contracts.spec.boundary_values import boundary_values, in_words, places, put, without
from contracts.spec.document import Contract, load
from contracts.spec.samples import Sampler

CONTRACT: Contract = load()
DOCUMENT = CONTRACT.operations["GET /v1/faqs"].document


@pytest.mark.parametrize(
    ("schema", "taken", "refused"),
    [
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ss", "sss"], ["s", "ssss", 7, True, None, [], {}]),
        ({"type": "boolean"}, [], ["true", "false", 0, 1, None, ""]),
        ({"type": "integer", "minimum": 1, "maximum": 9}, [1, 9], [0, 10, "1", 1.5, True, "5", "5.0"]),
        ({"enum": ["WARM", "COLD"], "type": "string"}, ["WARM", "COLD"], ["warm", "Warm", " WARM", "WARM ", ""]),
        ({"type": ["string", "null"], "maxLength": 1}, [None, "", "s"], ["ss", 7]),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, [[], [1], [1, 1]], [[1, 1, 1], {}, "suite"]),
        ({"type": "object", "maxProperties": 1}, [], [[], "suite", None]),
    ],
)
def test_a_schema_is_tried_at_its_bounds(schema: Any, taken: list[Any], refused: list[Any]) -> None:
    values, validator = list(boundary_values(DOCUMENT, schema, 5)), DOCUMENT.validator(schema)
    for value in (*taken, *refused):
        assert any(value == one and type(value) is type(one) for one in values), value
    assert all(map(validator.is_valid, taken))
    assert not any(map(validator.is_valid, refused))
    assert len({repr(value) for value in values}) == len(values)


def test_places_lie_as_deep_as_the_body() -> None:
    operation = CONTRACT.operations["POST /v1/scenarios"]
    body = Sampler().body(operation, whole=True)
    deep = ("questions", 0, "answerOptions", 0, "followUps", 0, "question")
    assert deep in [path for path, _ in places(operation.document, operation.body or {}, body)]
    assert put(body, deep, 7)["questions"][0]["answerOptions"][0]["followUps"] == [{"question": 7}]
    assert without(body, deep)["questions"][0]["answerOptions"][0]["followUps"] == [{}]
    assert in_words(deep, 7) == "/questions/*/answerOptions/*/followUps/*/question: 7"
    assert in_words(("name",), "s" * 256) == "/name: string[256]"
