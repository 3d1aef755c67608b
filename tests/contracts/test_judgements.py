"""The judgements by themselves: each says nothing of what is right, and something of what is wrong."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest
from renamed import renamed

from contracts.rules import collections as rules
from contracts.rules import response_conformance
from contracts.rules.first_violations import first_problems, place_of
from contracts.rules.object_members import is_open
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.rules.rule import Violation
from contracts.scenarios.records import holds
from contracts.spec.document import Contract, Document, Operation, load
from contracts.spec.resources import families, listings
from contracts.spec.samples import Sampler, invalid_value
from contracts.transport.exchange import Exchange

CONTRACT: Contract = load()
ORIGIN = "http://127.0.0.1:1"


def page(ids: Sequence[Any], count: int = 5, pages: int = 3, current: int = 1) -> rules.Page:
    exchange = Exchange("GET", ORIGIN, {}, b"", 200, {}, b"")
    return rules.Page([{"id": id} for id in ids], count, pages, current, exchange)


def names(violations: Iterator[Violation]) -> list[str]:
    return [violation.rule.name for violation in violations]


@pytest.mark.parametrize(
    ("ids", "asked", "size", "due"),
    [
        ([1, 2], 1, 2, []),
        ([5], 3, 2, []),
        ([], 4, 2, []),
        ([1, 2, 3], 1, 2, ["limit_honoured"]),
        ([2, 3], 2, 2, ["pages_partition"]),
        ([4], 2, 2, ["limit_honoured"]),
    ],
)
def test_a_page_is_a_slice_of_the_list(ids: list[int], asked: int, size: int, due: list[str]) -> None:
    assert names(rules.fits(page(ids), [1, 2, 3, 4, 5], asked, size)) == due


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (page([], 5, 3, 2), []),
        (page([], 6, 3, 2), ["total_count"]),
        (page([], 5, 2, 2), ["total_pages"]),
        (page([], 5, 3, 1), ["current_page"]),
    ],
)
def test_totals_follow_from_the_list(given: rules.Page, due: list[str]) -> None:
    assert names(rules.totals(given, 2, 2, 5)) == due


def test_a_filter_is_sound_and_complete() -> None:
    whole = [{"id": 1, "a": 1, "b": 1}, {"id": 2, "a": 1, "b": 2}, {"id": 3, "a": 2, "b": 1}]
    assert names(rules.filtered(whole, whole[:2], {"a": 1})) == []
    assert names(rules.filtered(whole, whole, {"a": 1})) == ["filter_sound"]
    assert names(rules.filtered(whole, whole[:1], {"a": 1})) == ["filter_complete"]
    assert names(rules.filtered(whole, whole[1::-1], {"a": 1})) == ["pages_partition"]
    assert names(rules.filtered(whole, whole[:2], {"a": 1, "b": 1})) == ["filters_combined"]


def test_expanding_keeps_what_is_there() -> None:
    plain = [{"id": 1, "a": 1}, {"id": 2, "a": 2}]
    assert names(rules.expanded(plain, [{**item, "more": 1} for item in plain])) == []
    assert names(rules.expanded(plain, plain[::-1])) == ["expand_keeps"]
    assert names(rules.expanded(plain, [{"id": 1}, plain[1]])) == ["expand_keeps"]


def test_order_and_ids() -> None:
    assert names(rules.ordered([{"createdAt": "2"}, {"createdAt": "2"}, {"createdAt": "1"}])) == []
    assert names(rules.ordered([{"createdAt": "1"}, {"createdAt": "2"}])) == ["newest_first"]
    assert names(rules.unique([1, 2, 1])) == ["unique_ids"]


@pytest.mark.parametrize(
    ("value", "sent", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1], [1, 2], False),
        (True, 1, False),
        (1.0, 1, True),
        (None, None, True),
    ],
)
def test_what_was_sent_is_held(value: Any, sent: Any, same: bool) -> None:
    assert holds(value, sent) is same


# --- one answer -------------------------------------------------------------------------------------------------

MEMBER = (
    b'{"id":"usr_a","role":"OWNER","firstName":"A","lastName":"B","email":"a@example.com","phone":null,'
    b'"isDisabled":false,"responsibility":null,"createdAt":"2026-03-04T05:06:07.089Z"}'
)
MEMBERS = b'{"members":[' + MEMBER + b'],"totalPages":1,"currentPage":1,"totalCount":1}'
OPERATION: Operation = CONTRACT.operations["GET /v1/members"]


def answered(body: bytes, status: int = 200, media: str = "application/json", url: str = "/v1/members") -> Exchange:
    return Exchange("GET", f"{ORIGIN}{url}", {}, b"", status, {"content-type": media}, body)


def judged(exchange: Exchange) -> set[str]:
    return {finding.rule.name for finding in response_conformance.judge(OPERATION, exchange, {})}


@pytest.mark.parametrize(
    ("exchange", "due"),
    [
        (answered(MEMBERS), set()),
        (answered(MEMBERS, media="text/plain"), {"content_type_conformance"}),
        (answered(MEMBERS, status=202), {"status_code_conformance"}),
        (answered(b"{"), {"response_schema_conformance"}),
        (answered(MEMBERS.replace(b'"OWNER"', b"7")), {"response_schema_conformance"}),
        (answered(MEMBERS.replace(b'"role"', b'"extra":1,"role"')), {"undocumented_field"}),
        (answered(MEMBERS.replace(b"usr_a", b"a")), {"id_prefix"}),
        (answered(MEMBERS.replace(b".089Z", b"Z")), {"timestamp_form"}),
        (
            answered(b'{"success":false,"message":"a","error":{"status":400,"message":"b"}}', 401),
            {"error_envelope"},
        ),
        (answered(b"{}", 500), {"not_a_server_error", "response_schema_conformance"}),
        (answered(b"{}", 429), {"response_headers_conformance", "response_schema_conformance"}),
    ],
)
def test_an_answer_is_judged_by_the_document(exchange: Exchange, due: set[str]) -> None:
    assert judged(exchange) == due


def problems(value: Any, schema: Mapping[str, Any] | None = None) -> list[str]:
    assert OPERATION.success is not None
    found = first_problems(OPERATION.document, schema or OPERATION.success.schema or {}, value)
    return [place_of(error) for error in found]


@pytest.mark.parametrize("count", [50, 100_000])
def test_all_items_that_are_wrong_are_one_problem(count: int) -> None:
    body = MEMBERS.replace(MEMBER, b",".join([b"7"] * count)).replace(b'"totalPages":1', b'"totalPages":"many"')
    assert sorted(problems(orjson.loads(body))) == ["/members/*", "/totalPages"]


def test_one_wrong_item_far_down_a_long_list_is_found() -> None:
    body = MEMBERS.replace(MEMBER, b",".join([*[MEMBER] * 5_000, b"7", MEMBER]))
    assert problems(orjson.loads(body)) == ["/members/*"]


@pytest.mark.parametrize(
    ("schema", "value", "due"),
    [
        ({"minItems": 5_000}, [0] * 4_000, ["/"]),
        ({"minItems": 3_000, "items": {"type": "string"}}, [0] * 4_000, ["/*"]),
        ({"anyOf": [{"minItems": 3_000}, {"type": "null"}], "items": {"type": "string"}}, [0] * 4_000, ["/*"]),
        ({"additionalProperties": {"type": "string"}}, {f"m{n:05}": n for n in range(4_000)}, 25),
        ({"required": ["z"]}, {f"m{n:05}": n for n in range(4_000)}, ["/z"]),
        ({"required": ["m03999"], "items": {}}, {f"m{n:05}": n for n in range(4_000)}, []),
    ],
    ids=["too few", "items", "alternatives", "members", "a member", "nothing"],
)
def test_what_is_only_cut_off_for_a_look_is_not_missing(schema: Mapping[str, Any], value: Any, due: Any) -> None:
    found = problems(value, schema)
    assert (len(found) if isinstance(due, int) else found) == due


def test_a_disagreement_of_the_judges_is_reported() -> None:
    second = OpenapiCoreJudge(CONTRACT, ORIGIN)
    assert not list(second.judge(OPERATION, answered(MEMBERS), found_wrong=False))
    (finding,) = OpenapiCoreJudge(CONTRACT, ORIGIN).judge(OPERATION, answered(b'{"members":7}'), found_wrong=False)
    assert finding.rule.name == "judges_agree"


@pytest.mark.parametrize(
    ("url", "rejected"),
    [("/v1/members?limit=5", False), ("/v1/members?limit=5.0", True), ("/v1/members?limit=101", True)],
)
def test_the_second_judge_reads_requests_as_they_were_sent(url: str, rejected: bool) -> None:
    assert OpenapiCoreJudge(CONTRACT, ORIGIN).rejects(OPERATION, answered(b"", url=url)) is rejected


# --- reading the document ---------------------------------------------------------------------------------------


def test_roles_are_found_by_shape() -> None:
    found = {listing.key: listing for listing in listings(CONTRACT)}
    leads = found["GET /v1/leads"]
    assert (leads.items, leads.usual, leads.largest) == ("leads", 50, 100)
    assert (leads.totals.pages, leads.totals.current, leads.totals.count) == ("totalPages", "currentPage", "totalCount")
    assert [p.name for p in found["GET /v1/inquiries"].filters] == ["leadId", "source"]
    assert [p.name for p in found["GET /v1/inquiries"].expands] == ["expand"]
    assert {family.path for family in families(CONTRACT) if family.delete} >= {"/v1/leads", "/v1/faqs"}


@pytest.mark.parametrize("operation", [o for o in CONTRACT.operations.values() if o.body], ids=lambda o: str(o.key))
def test_bodies_are_valid_and_wrong_ones_are_not(operation: Operation) -> None:
    validator = operation.document.validator(operation.body or {})
    sampler = Sampler()
    for whole in (False, True):
        assert validator.is_valid(sampler.body(operation, whole=whole))
    for member in operation.document.properties(operation.body).values():
        assert not operation.document.validator(member).is_valid(invalid_value(operation.document, member))


def filters_of(*parameters: dict[str, Any]) -> Any:
    """What the suite takes for filters, sizes and expansions of the inquiries when the document has these too."""
    root = renamed()
    root["paths"]["/v1/inquiries"]["get"]["parameters"] += parameters
    (listing,) = [it for it in listings(Contract([Document("v1", root)])) if it.key == "GET /v1/inquiries"]
    return listing


@pytest.mark.parametrize("name", ["leadId", "lead_id", "LEAD-ID", "filter[lead_id]", "filter.leadId"])
def test_a_filter_is_known_however_it_is_spelt(name: str) -> None:
    listing = filters_of({"name": name, "in": "query", "schema": {"type": "string"}})
    assert listing.query_for("leadId", "ld_1") == {"lead_id": "ld_1"}
    assert [(it.name, it.member) for it in listing.filters if it.member == "leadId"][-1] == (name, "leadId")


def test_what_is_no_filter_is_no_page_size_and_no_expansion_either() -> None:
    listing = filters_of(*({"name": name, "in": "query", "schema": {"type": "string"}} for name in ("data", "Lead")))
    assert [it.member for it in listing.filters] == ["leadId", "source", "isRead"]
    assert (listing.page.name, listing.size.name, [it.name for it in listing.expands]) == ("page", "limit", ["expand"])
    assert listing.query_for("tag", "x") is None


@pytest.mark.parametrize(("more", "open"), [({}, True), (True, True), ({"type": "string"}, True), (False, False)])
def test_an_object_is_open_where_its_schema_says_so(more: Any, open: bool) -> None:
    assert is_open({"properties": {"a": {}}, "additionalProperties": more}) is open
    assert not is_open({"properties": {"a": {}}})


_WIDE = {f"m{number}": {"a": {"b": "c"}} for number in range(300)}


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"propertyNames": {"pattern": "^a"}}, _WIDE, "/"),
        ({"items": {"propertyNames": {"pattern": "^a"}}}, [_WIDE] * 25, "/*"),
        ({"items": {"propertyNames": {"pattern": "^a"}}}, [{"m" * 5_000: 1} | _WIDE] * 25, "/*"),
    ],
)
def test_each_wrong_name_of_an_object_copies_it_but_only_a_small_one(schema: Any, value: Any, place: str) -> None:
    """All errors of 25 such objects would hold more than a gigabyte."""
    begun = time.process_time()
    assert problems(value, schema) == [place]
    assert time.process_time() - begun < 0.2
