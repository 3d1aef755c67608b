"""Grades, places and fingerprints of changes; documents that lead back to themselves, or nowhere."""

from pathlib import Path
from typing import Any

import pytest
from differing import asked, compared, document, operation, received, sent
from messages import assert_message

from contracts.changes.change import Change
from contracts.changes.comparison import UsedPlaces, compare
from contracts.changes.grades import ClientKind, Grade
from contracts.changes.versions import version_of

B, A, U = Grade.BROKEN, Grade.AFFECTED, Grade.UNAFFECTED
NOWHERE = Path("x.json")
ROOM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "status": {"enum": ["free"]}},
    "required": ["name"],
}


def only(old: Any, new: Any) -> Change:
    (change,) = compared(old, new).changes
    return change


def test_the_same_change_has_another_grade_on_the_other_side() -> None:
    without = {**ROOM, "required": []}

    assert (only(received(ROOM), received(without)).grade(), only(sent(ROOM), sent(without)).grade()) == (B, U)
    assert (only(received(without), received(ROOM)).grade(), only(sent(without), sent(ROOM)).grade()) == (U, B)


def test_a_new_word_in_an_answer_is_graded_by_the_kind_of_client() -> None:
    change = only(received({"enum": ["a"]}), received({"enum": ["a", "b"]}))

    assert [change.grade(kind) for kind in (ClientKind.UNKNOWN, ClientKind.CLOSED, ClientKind.OPEN)] == [A, B, U]
    assert only(sent({"enum": ["a"]}), sent({"enum": ["a", "b"]})).grade(ClientKind.CLOSED) == U


def test_a_parameter_is_a_text_so_a_text_allows_more_than_a_number() -> None:
    assert only(asked({"type": "integer"}), asked({"type": "string"})).rule.id == "type-widened"
    assert only(asked({"type": "string"}), asked({"type": "integer"})).rule.id == "type-narrowed"
    assert only(sent({"type": "integer"}), sent({"type": "string"})).rule.id == "type-changed"


def test_one_value_of_a_parameter_is_a_list_of_one() -> None:
    one, many = {"type": "integer"}, {"type": "array", "items": {"type": "integer", "maximum": 5}}

    found = [change.rule.id for change in compared(asked(one), asked(many)).changes]
    assert found == ["type-widened", "maximum-added"]
    assert only(asked(one), asked({"type": "array", "minItems": 2})).rule.id == "type-changed"


def test_a_place_names_the_answer_and_the_field() -> None:
    old = received({"type": "object", "properties": {"rooms": {"type": "array", "items": ROOM}}})
    new = received({"type": "object", "properties": {"rooms": {"type": "array", "items": {**ROOM, "required": []}}}})

    change = only(old, new)
    assert (change.operation, change.place, change.location.pointer) == (
        "POST /rooms", "answer 200 /rooms/*/name", "/rooms/*/name",
    )  # fmt: skip


def test_a_fingerprint_stays_with_the_change_and_differs_by_value() -> None:
    five, six = asked({"maximum": 5}), asked({"maximum": 6})
    described = operation(summary="Asks", parameters=[{"name": "limit", "in": "query", "schema": {"maximum": 5}}])

    assert only(asked({"maximum": 9}), five).fingerprint == only(asked({"maximum": 9}), described).fingerprint
    assert only(asked({"maximum": 9}), five).fingerprint != only(asked({"maximum": 9}), six).fingerprint


def tree(leaf: Any) -> Any:
    node = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Node"}, "right": {
        "$ref": "#/components/schemas/Node"}, "leaf": leaf}}  # fmt: skip
    return {**received({"$ref": "#/components/schemas/Node"}), "components": {"schemas": {"Node": node}}}


def test_a_schema_that_leads_back_to_itself_is_compared_once() -> None:
    assert only(tree({"type": "string"}), tree({"type": "integer"})).place == "answer 200 /leaf"


@pytest.mark.parametrize("word", ["not", "if", "patternProperties"])
@pytest.mark.parametrize("name", ["title", "description", "example", "x-mark"])
def test_a_property_that_is_called_as_a_note_is_compared(word: str, name: str) -> None:
    def having(kind: str) -> Any:
        part = {"properties": {name: {"type": kind}}}
        return received({"type": "object", word: {name: part["properties"][name]} if word[:1] == "p" else part})

    assert len(compared(having("string"), having("integer")).changes) == 1


def test_a_place_that_a_client_uses_is_shown_beside_the_nearest() -> None:
    used: UsedPlaces = {("POST /rooms", "200"): ("/left", "/left/leaf", "/left/right", "/left/right/leaf")}
    old, new = (version_of(tree({"type": kind}), NOWHERE) for kind in ("string", "integer"))

    places = [change.location.pointer for change in compare(old, new, used).changes]
    assert places == ["/leaf", "/left/leaf", "/left/right/leaf"]


def test_circles_and_references_to_nowhere_are_no_obstacle() -> None:
    circle = {"allOf": [{"$ref": "#/components/schemas/B"}]}
    parts = {"A": circle, "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
             "C": {"$ref": "#/components/schemas/C"}}  # fmt: skip
    old = {**received({"$ref": "#/components/schemas/A"}), "components": {"schemas": parts}}
    new = {**received({"$ref": "#/components/schemas/Gone"}), "components": {"schemas": parts}}

    assert compared(old, old).changes == []
    (note,) = compared(old, new).notes
    assert_message(note)
    assert len(compared({**old, **received({"$ref": "#/components/schemas/C"})}, old).changes) == 1


def test_parts_of_the_wrong_type_are_read_past() -> None:
    odd: Any = {"type": 7, "properties": ["a"], "required": "name", "enum": 3, "allOf": {"a": 1}, "items": [1],
                "maximum": True, "anyOf": [None, 3], "additionalProperties": 5, "format": {"a": []}}  # fmt: skip
    raw = operation(parameters=[None, {"in": 5}, {"name": 4, "in": "query", "schema": 3}], requestBody=[], responses=[],
                    security="key", deprecated="yes", operationId=[1])  # fmt: skip

    for one in (raw, received(odd), document({"/a": [], "/b": {"get": 5}}), document(webhooks=[1], components=3)):
        assert compared(one, one).changes == []
        assert compared(one, received(ROOM)) is not None
        assert compared(received(ROOM), one) is not None
