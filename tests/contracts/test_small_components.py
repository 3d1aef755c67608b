"""A quick validator contains the small components of its document, and judges as before."""

from typing import Any

import pytest

from contracts.spec.document import Document
from contracts.spec.validators import Validators

ID, LISTED, LARGE, CIRCLE = (f"#/components/schemas/{name}" for name in ("Id", "Listed", "Large", "Circle"))
SCHEMAS: dict[str, Any] = {
    "Id": {"type": "string", "pattern": "^a"},
    "Listed": {"type": "object", "properties": {"id": {"$ref": ID}}},
    "Large": {"enum": [f"word {n}" for n in range(200)]},
    "Circle": {"type": "object", "properties": {"in": {"$ref": CIRCLE}}},
}


def _document() -> Document:
    info = {"title": "T", "version": "1"}
    return Document("t", {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": SCHEMAS}})


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The components whose own validators were called."""
    references: list[str] = []
    real = Validators.at

    def at(self: Validators, reference: str) -> Any:
        references.append(reference)
        return real(self, reference)

    monkeypatch.setattr(Validators, "at", at)
    return references


@pytest.mark.parametrize(
    ("schema", "good", "bad", "calls"),
    [
        ({"$ref": ID}, "a1", "b1", []),
        ({"$ref": ID, "maxLength": 3}, "abc", "abcd", []),
        ({"$ref": ID, "allOf": [{"maxLength": 3}]}, "abc", "abcd", []),
        ({"type": "array", "items": {"$ref": ID}}, ["a1", "a2"], ["a1", 2], []),
        ({"$ref": LISTED}, {"id": "a1"}, {"id": "b1"}, [LISTED] * 2),
        ({"$ref": LARGE}, "word 7", "word 200", [LARGE] * 2),
        ({"$ref": CIRCLE}, {"in": {}}, {"in": 1}, [CIRCLE] * 4),
    ],
    ids=["small", "with a word beside it", "with a list beside it", "items", "refers to one", "large", "circle"],
)
def test_only_small_components_without_references_are_contained(
    schema: Any, good: Any, bad: Any, calls: list[str], called: list[str]
) -> None:
    validator = _document().validator(schema)
    assert (validator.is_valid(good), validator.is_valid(bad)) == (True, False)
    assert called == calls


def test_an_error_still_names_the_place_in_the_schema_as_it_is_written() -> None:
    [error] = _document().validator({"items": {"$ref": ID, "maxLength": 3}}).errors(["b"])
    assert list(error.evaluation_path) == ["items", "$ref", "pattern"]
