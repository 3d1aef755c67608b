"""How answers of different styles hold a list or a record."""

from typing import Any

import pytest
from specimens import chance, schema

from mock_server.spec.envelope import Envelope
from mock_server.spec.envelopes import list_wrapper, record_wrapper

LEAD = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}, "required": ["id"]}
REF = {"$ref": "#/components/schemas/Lead"}
LEADS = {"type": "array", "items": REF}
COUNT = {"type": "integer"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
FIGURES = {"pages": 3, "page": 2, "limit": 10, "offset": 10, "more": True, "total": 25}


def wrapped(make: Any, node: Any) -> Envelope:
    found = make(schema(node, Lead=LEAD))
    assert isinstance(found, Envelope)
    assert found.schema.pointer == "/components/schemas/Lead"
    return found


def page(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


LISTS: list[tuple[str, Any, str | None, Any]] = [
    ("bare", LEADS, None, [1]),
    ("bare, after a page", {"allOf": [LEADS, {"maxItems": 5}]}, None, [1]),
    ("named", page(leads=LEADS), "leads", {"leads": [1]}),
    ("nullable", page(leads={"anyOf": [LEADS, {"type": "null"}]}), "leads", {"leads": [1]}),
    (
        "the vendor's",
        page(leads=LEADS, totalPages=COUNT, currentPage=COUNT, totalCount=COUNT),
        "leads",
        {"leads": [1], "totalPages": 3, "currentPage": 2, "totalCount": 25},
    ),
    ("items and total", page(items=LEADS, total=COUNT), "items", {"items": [1], "total": 25}),
    (
        "snake case",
        page(results=LEADS, count=COUNT, page_size=COUNT, total_pages=COUNT, has_more=FLAG),
        "results",
        {"results": [1], "count": 25, "page_size": 10, "total_pages": 3, "has_more": True},
    ),
    (
        "limit and offset",
        page(data=LEADS, limit=COUNT, offset=COUNT, total_results=COUNT),
        "data",
        {"data": [1], "limit": 10, "offset": 10, "total_results": 25},
    ),
    (
        "figures in meta",
        page(data=LEADS, meta=page(total=COUNT, perPage=COUNT, lastPage=COUNT)),
        "data",
        {"data": [1], "meta": {"total": 25, "perPage": 10, "lastPage": 3}},
    ),
    (
        "figures in an optional meta",
        {"type": "object", "properties": {"data": LEADS, "meta": page(total=COUNT)}},
        "data",
        {"data": [1], "meta": {"total": 25}},
    ),
    (
        "an optional meta that wants more",
        {"type": "object", "properties": {"data": LEADS, "meta": page(total=COUNT, cursor=TEXT)}},
        "data",
        {"data": [1]},
    ),
    (
        "a cheerful one",
        page(success=FLAG, status={"enum": ["ok", "failed"]}, data=LEADS),
        "data",
        {"success": True, "status": "ok", "data": [1]},
    ),
    (
        "two lists of which one is the data",
        {"type": "object", "properties": {"data": LEADS, "included": {"type": "array", "items": LEAD}}},
        "data",
        {"data": [1]},
    ),
    (
        "a list beside texts",
        page(leads=LEADS) | {"properties": {"leads": LEADS, "tags": {"type": "array", "items": TEXT}}},
        "leads",
        {"leads": [1]},
    ),
    ("in branches", {"allOf": [page(total=COUNT), page(leads=LEADS)]}, "leads", {"leads": [1], "total": 25}),
]


@pytest.mark.parametrize(("node", "key", "answer"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_a_list_is_found_and_wrapped_again(node: Any, key: str | None, answer: Any) -> None:
    wrapper = wrapped(list_wrapper, node)
    assert wrapper.key == key
    assert wrapper.wrap([1], FIGURES, chance) == answer


def test_a_meta_with_more_than_figures_is_made_and_then_corrected() -> None:
    wrapper = wrapped(list_wrapper, page(data=LEADS, meta=page(total=COUNT, cursor=TEXT)))
    meta = wrapper.wrap([], FIGURES, chance)["meta"]
    assert meta["total"] == 25
    assert isinstance(meta["cursor"], str)


def test_what_is_required_beside_the_list_is_made_up() -> None:
    wrapper = wrapped(list_wrapper, page(leads=LEADS, asOf={"type": "string", "format": "date"}, of={"default": "you"}))
    assert sorted(wrapper.rest) == ["asOf", "of"]
    assert not wrapper.aside
    answer = wrapper.wrap([], FIGURES, chance)
    assert len(answer["asOf"]) == 10
    assert answer["of"] == "you"
    assert wrapper.wrap([], FIGURES, chance) == answer


def test_a_name_of_a_figure_that_is_none_is_left_alone() -> None:
    wrapper = wrapped(list_wrapper, page(leads=LEADS, total=TEXT, hasMore=COUNT, limit=FLAG))
    assert wrapper.totals == {}
    assert sorted(wrapper.rest) == ["hasMore", "limit", "total"]


NO_LISTS = [
    None,
    {"type": "object", "properties": {"id": TEXT, "lines": LEADS}},
    {"type": "object", "properties": {"tags": {"type": "array", "items": TEXT}}},
    {"type": "object", "properties": {"leads": LEADS, "calls": LEADS}},
    {"type": "array", "items": TEXT},
    {"type": "array"},
    {"type": "string"},
    {"type": "object"},
]


@pytest.mark.parametrize("node", NO_LISTS, ids=str)
def test_an_answer_without_one_list_of_objects_is_no_list(node: Any) -> None:
    assert list_wrapper(schema(node, Lead=LEAD) if node else None) is None


RECORDS: list[tuple[str, Any, str | None, Any]] = [
    ("bare", REF, None, {"id": "a"}),
    ("bare with branches", {"allOf": [REF]}, None, {"id": "a"}),
    ("named", page(lead=REF), "lead", {"lead": {"id": "a"}}),
    ("nullable", page(lead={"anyOf": [REF, {"type": "null"}]}), "lead", {"lead": {"id": "a"}}),
    ("data", page(data=REF), "data", {"data": {"id": "a"}}),
    ("with meta", page(data=REF, meta={"type": "object"}), "data", {"data": {"id": "a"}, "meta": {}}),
    ("with a flag", page(success=FLAG, data=REF), "data", {"data": {"id": "a"}, "success": True}),
    ("with a word", page(status={"const": "ok"}, lead=REF), "lead", {"lead": {"id": "a"}, "status": "ok"}),
    ("free", {"type": "object", "properties": {"data": {"type": "object"}}}, "data", {"data": {"id": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("node", "key", "answer"), [row[1:] for row in RECORDS], ids=[row[0] for row in RECORDS])
def test_a_record_is_found_and_wrapped_again(node: Any, key: str | None, answer: Any) -> None:
    wrapper = record_wrapper(schema(node, Lead=LEAD))
    assert wrapper is not None
    assert wrapper.key == key
    assert wrapper.wrap({"id": "a"}, {}, chance) == answer


@pytest.mark.parametrize(
    "node",
    [
        {"type": "object", "properties": {"id": TEXT, "address": REF}},
        {"type": "object", "properties": {"lead": REF, "call": REF}},
        {"type": "object", "properties": {"name": TEXT, "meta": {"type": "object"}}},
    ],
    ids=str,
)
def test_a_record_that_holds_objects_is_the_record_itself(node: Any) -> None:
    wrapper = record_wrapper(schema(node, Lead=LEAD))
    assert wrapper is not None
    assert wrapper.key is None


@pytest.mark.parametrize(
    "node",
    [
        None,
        {"type": "object"},
        {"type": "object", "properties": {"message": TEXT}},
        {"type": "object", "properties": {"success": FLAG, "message": TEXT, "code": COUNT}},
        {"type": "string"},
        LEADS,
    ],
    ids=str,
)
def test_a_mere_message_holds_no_record(node: Any) -> None:
    assert record_wrapper(schema(node, Lead=LEAD) if node else None) is None


def test_the_view_of_a_wrapper_is_made_once() -> None:
    wrapper = wrapped(list_wrapper, page(leads=LEADS))
    assert wrapper.view is wrapper.view
    assert wrapper.view.project({"id": "a", "x": 1}) == {"id": "a"}
