"""Differences that are no faults in the documents of others: shorter views, records of examples, empty values."""

from typing import Any

import pytest

from contracts.scenarios.records import agree
from contracts.spec.operation_parts import load_parameter
from contracts.spec.shown_values import shown_values


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ({"a": 1}, {"a": 2, "b": 2}, False),
        ([{"a": 1}], [{"a": 1}, {"a": 1}], False),
        ("a", "b", False),
    ],
)
def test_a_shorter_view_agrees_in_what_it_shows(one: Any, other: Any, *, same: bool) -> None:
    assert agree(one, other) is same


def test_the_texts_of_examples_are_known() -> None:
    media = {"schema": {"example": {"id": "a"}, "default": "no"}, "examples": {"one": {"value": [{"id": "b"}]}}}
    assert shown_values({"paths": {"/a": {"get": {"content": media}}}}) == {"a", "b"}


def test_a_parameter_may_be_empty_where_the_document_says_so() -> None:
    raw = {"name": "view", "in": "query", "allowEmptyValue": True, "schema": {"enum": ["a"]}}
    assert load_parameter(raw, lambda node: node).may_be_empty
    assert not load_parameter({**raw, "in": "header"}, lambda node: node).may_be_empty
