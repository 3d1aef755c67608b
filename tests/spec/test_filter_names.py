"""Filters: names of query parameters compared with those of fields, without case and without what joins words."""

from typing import Any

import pytest
from specimens import answering, document, served

from mock_server.spec.filters import Filters
from mock_server.spec.names import plain

TEXT, COUNT = {"type": "string"}, {"type": "integer"}
LEAD = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "leadId", "source", "origin", "category", "tag", "status"), TEXT),
        "serial_number": COUNT,
        "isRead": {"type": "boolean"},
        "labels": {"type": "array", "items": TEXT},
        "notes": {"type": "array", "items": {"type": "object"}},
        "owner": {"type": "object", "properties": {"id": TEXT}},
    },
}


def of(*parameters: dict[str, Any]) -> Filters:
    listed = {**answering({"type": "array", "items": LEAD}), "parameters": list(parameters)}
    return (
        served(document({"/v1/inquiries": {"get": listed, "post": answering(LEAD)}}))
        .bindings["GET /v1/inquiries"]
        .filters
    )


def parameter(name: str, schema: Any = TEXT, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((name, "leadId") for name in ("leadId", "lead_id", "LEAD-ID", "leadid", "Lead.Id", "lead id")),
        *((name, "leadId") for name in ("filter[lead_id]", "filter[leadId]", "filters.lead_id", "where[leadId]")),
        *((name, "leadId") for name in ("filterLeadId", "filter_lead_id", "by_lead_id", "lead_id[]", "leadIds[]")),
        *((name, "leadId") for name in ("lead_id[eq]", "lead_id__in", "filter[lead_id][in]", "lead_ids", "leadIds")),
        *((name, "id") for name in ("ids", "inquiryId", "inquiry_ids")),
        *((name, "serial_number") for name in ("serialNumber", "serial-number", "serialNumbers")),
        *(("is_read", "isRead"), ("categories", "category"), ("statuses", "status"), ("origin", "origin")),
        *((name, "labels") for name in ("label", "labels", "Labels")),
        *((name, "") for name in ("notes", "owner", "owner_id", "created_after", "q", "sourc", "lead")),
    ],
)
def test_a_name_means_the_field_that_is_spelt_alike(name: str, field: str) -> None:
    found = of(parameter(name))
    assert [it.field_name for it in found.known] == ([field] if field else [])
    assert found.unknown == ({} if field else {name: [name]})


@pytest.mark.parametrize("name", ["filter", "$filter"])
def test_a_text_that_only_says_that_it_is_a_filter_may_be_an_expression(name: str) -> None:
    found = of(parameter(name))
    assert (found.known, found.unknown, [*found.expressions]) == ((), {}, [name])


def test_the_very_name_of_a_field_comes_first() -> None:
    record = {"type": "object", "properties": {"id": TEXT, "leadId": TEXT, "lead_id": TEXT}}
    names = ("lead_id", "leadId", "LeadID")
    listed = {**answering({"type": "array", "items": record}), "parameters": [parameter(name) for name in names]}
    filters = served(document({"/x": {"get": listed, "post": answering(record)}})).bindings["GET /x"].filters
    assert [it.field_name for it in filters.known] == ["lead_id", "leadId", "leadId"]


@pytest.mark.parametrize(
    ("asked", "query", "wanted"),
    [
        (parameter("lead_id"), {"lead_id": "ld_1"}, ["ld_1"]),
        (parameter("lead_ids"), {"lead_ids": "ld_1,ld_2"}, ["ld_1", "ld_2"]),
        (parameter("lead_id"), {"lead_id": "ld_1,ld_2"}, ["ld_1,ld_2"]),
        (parameter("leadIds", {"type": "array", "items": TEXT}), {"leadIds": ["a", "b"]}, ["a", "b"]),
        (parameter("serialNumber"), {"serialNumber": "7"}, [7]),
        (parameter("serialNumber"), {"serialNumber": "seven"}, ["seven"]),
        (parameter("is_read"), {"is_read": "true"}, [True]),
        (parameter("is_read", {"type": "boolean"}), {"is_read": False}, [False]),
        (parameter("leadId", COUNT), {"leadId": 5}, ["5"]),
        (parameter("lead_id"), {}, None),
    ],
)
def test_values_are_read_in_the_fields_own_type(asked: Any, query: dict[str, Any], wanted: Any) -> None:
    (found,) = of(asked).known
    assert found.wanted_values(query) == wanted


def test_the_keys_of_an_object_are_filters_each() -> None:
    schema = {"type": "object", "properties": {"lead_id": TEXT, "after": TEXT}}
    found = of(parameter("filter", schema, style="deepObject"))
    assert [(it.parameter, it.inner, it.field_name) for it in found.known] == [("filter", "lead_id", "leadId")]
    assert found.unknown == {"filter": ["filter[after]"]}
    assert found.known[0].wanted_values({"filter": {"lead_id": "x"}}) == ["x"]
    assert found.known[0].wanted_values({"filter": {"after": "x"}}) is None


def test_plain_names() -> None:
    assert {plain(name) for name in ("leadId", "lead_id", "Lead-ID", "lead.id")} == {"leadid"}
