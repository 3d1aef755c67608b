"""Differences that are no faults in the documents of others: shorter views, records of examples, empty values."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.errors import CannotRun
from contracts.run.greeting import greet
from contracts.scenarios.records import agree
from contracts.spec.document import load
from contracts.spec.operation_parts import load_parameter
from contracts.spec.path_ids import ids_of_the_form
from contracts.spec.shown_values import shown_values
from contracts.transport.target import named


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


@pytest.mark.parametrize(("status", "is_reached"), [(404, True), (405, True), (401, False)])
def test_a_document_without_reads_is_greeted_all_the_same(status: int, *, is_reached: bool) -> None:
    answer = SimpleNamespace(status=status, media_type="application/json", headers={"x-mock-request-id": "req_1"})
    contract = SimpleNamespace(operations={"POST /a": None})
    client: Any = SimpleNamespace(
        target=named("http://127.0.0.1:1", "sk_test_local"),
        contract=contract,
        headers=lambda _: {},
        send=lambda *_: answer,
    )
    if is_reached:
        assert greet(client, None).is_mock
    else:
        with pytest.raises(CannotRun, match="refuses the key"):
            greet(client, None)


def test_ids_have_the_form_that_the_path_takes(tmp_path: Path) -> None:
    def operation(schema: Any) -> Any:
        parameters = [{"name": "id", "in": "path", "required": True, "schema": schema}]
        paths = {"/a/{id}": {"get": {"parameters": parameters, "responses": {"200": {"description": ""}}}}}
        whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
        (tmp_path / "a.json").write_text(json.dumps(whole))
        return load(str(tmp_path / "a.json")).operations["GET /a/{}"]

    assert ids_of_the_form(operation({"type": "string"}), ["s", "x"]) == ["s", "x"]
    assert ids_of_the_form(operation({"type": "string", "maxLength": 1}), ["s", "no"]) == ["s"]
    [id] = ids_of_the_form(operation({"type": "string", "format": "uuid"}), ["s"])
    assert len(id) == 36
