"""Values and answers that other people's documents leave open: nobody is accused for them."""

import re
from typing import Any

import pytest

from contracts.rules.response_conformance import CONTENT_TYPE, SCHEMA, STATUS, is_bodiless, says_refusal
from contracts.rules.sent_body import is_certain
from contracts.scenarios.records import record_shape
from contracts.spec.document import Contract, Document
from contracts.spec.identities import identities, identity_of
from contracts.spec.pattern_texts import matching_text
from contracts.spec.shown_values import shown_values
from contracts.transport.exchange import Exchange

TEXT: Any = {"type": "string"}


@pytest.mark.parametrize(
    "pattern", [r"^(user|org)_\w{27}$", "^[A-Z]{3}-[0-9]+$", r"^\d{4}(-\d{2})?$", "^a?b*c$", r"^v\.[a-f0-9]{8}$"]
)
def test_a_text_is_made_for_a_pattern(pattern: str) -> None:
    texts = [matching_text(pattern, serial) for serial in range(9)]
    assert all(text is not None and re.search(pattern, text) for text in texts)


@pytest.mark.parametrize("pattern", ["^(", "^[^a]$", "^a{9999999}$", r"\bx(?=y)"])
def test_no_text_is_made_for_a_pattern_that_is_not_understood(pattern: str) -> None:
    assert matching_text(pattern, 1) is None


def test_a_record_with_a_number_as_id_may_be_the_documents_example() -> None:
    shown = shown_values({"a": {"example": [{"id": 1, "name": "n"}]}, "b": {"id": 2, "name": "n"}})
    assert [identity_of({"name": "n", "id": id}) in shown for id in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    ("item", "tells"),
    [
        ({"id": 1}, False),
        ({"id": 1, "active": True, "kind": "new", "count": 2.0, "owner": {"id": 1}, "tags": ["new"]}, False),
        ({"id": "12", "label": "shown"}, False),
        ({"id": "r_12"}, True),
        ({"id": 1, "name": "Ann"}, True),
        ({"id": 1, "price": 12.5}, True),
        ({"id": 1, "owner": {"id": 1, "name": "Ann"}}, True),
    ],
)
def test_counters_and_listed_words_tell_no_organization_from_another(item: Any, tells: bool) -> None:
    kind = {"anyOf": [{"enum": ["new", "old"]}, {"type": "null"}]}
    schema = {"properties": {"kind": kind, "tags": {"type": "array", "items": kind}}}
    found = identities(Document("small", {"openapi": "3.1.0"}), schema, [item], frozenset({"shown"}))
    assert found == ({identity_of(item)} if tells else set())


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"type": "array", "items": it}, lambda it: {
    "type": "object", "properties": {"data": it, "page": {"type": "integer"}}}])  # fmt: skip
def test_the_shape_of_a_record_is_found_in_its_answer(wrap: Any) -> None:
    record = {"type": "object", "properties": {"id": TEXT, "tags": {"type": "array", "items": TEXT}}}
    answer = {"description": "", "content": {"application/json": {"schema": wrap(record)}}}
    operation = _operation({"get": {"responses": {"200": answer}}})
    assert list(record_shape(operation).names) == ["id", "tags"]


@pytest.mark.parametrize(("body", "certain"), [(b'[{"op":"add","path":"/a"}]', False), (b'[{"path":"/a"}]', True)])
def test_nobody_knows_whether_a_json_patch_fits(body: bytes, certain: bool) -> None:
    steps = {"type": "array", "items": {"type": "object", "properties": {"op": TEXT, "path": TEXT}}}
    content = {"content": {"application/json": {"schema": steps}}}
    operation = _operation({"patch": {"requestBody": content, "responses": {"200": {"description": ""}}}})
    sent = {"content-type": "application/json"}
    exchange = Exchange("PATCH", "http://127.0.0.1/things", sent, body, 400, {}, b"", "PATCH /things", 0.0)
    assert is_certain(operation, exchange) == certain


@pytest.mark.parametrize(
    ("query", "certain"), [("", True), ("since=3", True), ("since=", False), ("since=null", False), ("other=", True)]
)
def test_nobody_knows_how_a_query_has_an_object_within_an_object(query: str, certain: bool) -> None:
    since = {"anyOf": [{"type": ["integer", "null"]}, {"type": "object"}]}
    asked = {"name": "q", "in": "query", "schema": {"type": "object", "properties": {"since": since}}}
    operation = _operation({"get": {"parameters": [asked], "responses": {"200": {"description": ""}}}})
    exchange = Exchange("GET", f"http://127.0.0.1/things?{query}", {}, b"", 400, {}, b"", "GET /things", 0.0)
    assert is_certain(operation, exchange) == certain


def test_what_is_said_of_a_removed_record_says_nothing_of_one_that_never_was() -> None:
    operation = _operation({"get": {"responses": {"200": {"description": ""}, "410": {"description": ""}}}})
    assert [says_refusal(operation, status) for status in (410, 404)] == [True, False]


@pytest.mark.parametrize(("status", "body", "wanted"), [(204, b"", True), (204, b"{}", False), (200, b"", False)])
def test_an_answer_that_http_wants_empty_breaks_no_rule(status: int, body: bytes, wanted: bool) -> None:
    exchange = Exchange("DELETE", "http://127.0.0.1/things", {}, b"", status, {}, body, "DELETE /things", 0.0)
    assert [is_bodiless(rule, exchange) for rule in (CONTENT_TYPE, SCHEMA, STATUS)] == [wanted, wanted, False]


def _operation(path: Any) -> Any:
    raw = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/things": path}}
    [operation] = Contract([Document("small", raw)]).operations.values()
    return operation
