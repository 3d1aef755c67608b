"""The compiled contract: operations by key, answers, examples, and which document a path belongs to."""

from typing import Any

import pytest
from specimens import OURS, answering, document, served

from mock_server.spec.media_types import is_json
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import blanked

TEXT = {"type": "string"}


def only(**get: Any) -> Operation:
    [operation] = served(document({"/x": {"get": get}})).operations.values()
    return operation


def answers(**content: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": content}}}


def test_our_two_documents_share_no_operation() -> None:
    contract = served(*OURS.values())
    assert len(contract.operations) == sum(len(served(document).operations) for document in OURS.values())
    assert all(key == operation.key for key, operation in contract.operations.items())


def test_a_key_knows_no_parameter_name() -> None:
    assert blanked("/v1/leads/{leadId}/notes/{n}") == "/v1/leads/{}/notes/{}"


def test_of_two_documents_with_the_same_operation_the_first_counts() -> None:
    first = document({"/a/{b}": {"get": {"summary": "first"}}})
    second = document({"/a/{c}": {"get": {"summary": "second"}, "put": {"summary": "other"}}})
    contract = served(first, second)
    assert {key: operation.summary for key, operation in contract.operations.items()} == {
        "GET /a/{}": "first",
        "PUT /a/{}": "other",
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/leads", "doc"),
        ("/v1", "doc"),
        ("/v1x", "doc"),
        ("/api/webhooks/zapier/unknown", "1doc"),
        ("/api/webhooks/zapier", "1doc"),
        ("/api/webhooks/zapierx", "doc"),
        ("/", "doc"),
        ("", "doc"),
        ("/elsewhere", "doc"),
    ],
)
def test_a_path_belongs_to_the_document_whose_paths_start_as_it_does(path: str, name: str) -> None:
    assert served(*OURS.values()).document_for(path).name == name


def test_a_document_without_a_common_path_takes_what_is_nobody_elses() -> None:
    roots = (
        document({"/a": {"get": {}}, "/b": {"get": {}}}),
        document({"/a/{x}/c": {"get": {}}, "/a/{x}/d": {"get": {}}}),
    )
    contract = served(*roots)
    assert contract.document_for("/b").name == "doc"
    assert contract.document_for("/a/5").name == "1doc"
    same = served(document({"/a": {"get": {}}}), document({"/a": {"get": {}}}))
    assert same.document_for("/zzz").name == "doc"


def event(schema: Any, media: str = "application/json") -> dict[str, Any]:
    return {"post": {"requestBody": {"content": {media: {"schema": schema}}}}}


def test_events_have_the_bodies_of_the_webhooks_section() -> None:
    found = served(*OURS.values()).webhooks
    assert found["LEAD_CREATED"].pointer == "/components/schemas/ZapierLead"
    assert len(found) == 7
    assert served(OURS["v1"]).webhooks == {}


def test_of_two_documents_with_the_same_event_the_first_counts() -> None:
    first = document({"/a": {"get": {}}}, webhooks={"E": event({"type": "integer"})})
    second = document({"/a": {"get": {}}}, webhooks={"E": event(TEXT), "F": event(TEXT)})
    found = served(first, second).webhooks
    assert {name: set(schema.types) for name, schema in found.items()} == {"E": {"integer"}, "F": {"string"}}


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"post": None},
        {"post": {}},
        {"post": {"requestBody": None}},
        {"post": {"requestBody": {}}},
        {"post": {"requestBody": {"content": {}}}},
        {"post": {"requestBody": {"content": {"application/json": None}}}},
        {"post": {"requestBody": {"$ref": "elsewhere.yaml"}}},
        event({"type": "nonsense"}),
        event(TEXT, "text/plain"),
        {"$ref": "#/components/pathItems/Gone"},
    ],
    ids=str,
)
def test_an_event_whose_body_cannot_be_read_has_no_shape_and_harms_no_other(item: Any) -> None:
    root = document({"/a": {"get": {}}}, webhooks={"odd": item, "even": event(TEXT)})
    assert list(served(root).webhooks) == ["even"]


@pytest.mark.parametrize("section", [None, [], "x", {}])
def test_a_webhooks_section_of_no_kind_is_passed_over(section: Any) -> None:
    assert served(document({"/a": {"get": {}}}, webhooks=section)).webhooks == {}


# --- operations -------------------------------------------------------------------------------------------------


def test_an_operation_tells_its_tag_words_and_provenance() -> None:
    operation = only(tags=["Leads", "x"], summary="List", **{"x-provenance": "inferred"})
    assert (operation.tag, operation.summary, operation.provenance) == ("Leads", "List", "inferred")
    assert (only().tag, only().summary, only().provenance) == ("", "", "documented")


def test_an_operation_is_secured_by_itself_or_by_its_document() -> None:
    key: list[dict[str, list[str]]] = [{"bearerAuth": []}]
    assert only(security=key).secured
    assert not only().secured
    contract = served(document({"/a": {"get": {}, "post": {"security": []}}}, security=key))
    assert contract.operations["GET /a"].secured
    assert not contract.operations["POST /a"].secured


def test_parameters_of_the_path_hold_for_its_operations_which_may_say_otherwise() -> None:
    shared = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("a", "b")]
    own = [{"name": "b", "in": "query", "schema": TEXT}, {"name": "b", "in": "header", "schema": TEXT}]
    root = document({"/x": {"parameters": shared, "get": {"parameters": own}, "put": {}}})
    contract = served(root)
    got = {(each.location, each.name): set(each.schema.types) for each in contract.operations["GET /x"].parameters}
    assert got == {("query", "a"): {"integer"}, ("query", "b"): {"string"}, ("header", "b"): {"string"}}
    assert len(contract.operations["PUT /x"].parameters) == 2
    assert contract.operations["GET /x"].locations == {"query", "header"}


def test_path_parameters_stand_in_the_order_of_the_path() -> None:
    declared = [{"name": name, "in": "path", "schema": {"type": "integer"}} for name in ("b", "a")]
    root = document({"/{a}/x/{b}/{c}": {"get": {"parameters": declared}}})
    [operation] = served(root).operations.values()
    assert [(each.name, set(each.schema.types)) for each in operation.path_parameters] == [
        ("a", {"integer"}),
        ("b", {"integer"}),
        ("c", {"string"}),
    ]


def test_a_path_item_may_stand_elsewhere_in_the_document() -> None:
    items = {"Leads": {"get": {"summary": "there"}}}
    root = document({"/leads": {"$ref": "#/components/pathItems/Leads"}}, components={"pathItems": items})
    [operation] = served(root).operations.values()
    assert (operation.summary, operation.pointer) == ("there", "/components/pathItems/Leads/get")


@pytest.mark.parametrize("method", ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"])
def test_every_method_is_an_operation(method: str) -> None:
    assert list(served(document({"/a": {method: {}}})).operations) == [f"{method.upper()} /a"]


@pytest.mark.parametrize(
    ("media", "fits"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON", True),
        ("application/problem+json", True),
        ("application/vnd.api+json", True),
        ("application/jsonl", False),
        ("text/json-ish", False),
        ("application/xml", False),
    ],
)
def test_json_is_known_by_its_media_type(media: str, fits: bool) -> None:
    assert is_json(media) is fits
    assert (only(**answers(**{media: {"schema": TEXT}})).success.schema is not None) is fits


# --- bodies -----------------------------------------------------------------------------------------------------


def posting(**body: Any) -> Operation:
    [operation] = served(document({"/x": {"post": {"requestBody": body}}})).operations.values()
    return operation


def test_a_body_has_a_schema_for_each_media_type_and_json_is_the_one_that_is_read() -> None:
    operation = posting(required=True, content={"text/plain": {}, "application/json": {"schema": TEXT}})
    assert operation.body_required
    assert list(operation.bodies) == ["text/plain", "application/json"]
    assert operation.body is operation.bodies["application/json"]
    assert operation.bodies["text/plain"].accepts(5)


@pytest.mark.parametrize("media", ["*/*", "application/*"])
def test_a_body_of_any_type_is_read_as_json(media: str) -> None:
    assert posting(content={"image/png": {}, media: {"schema": TEXT}}).body is not None


def test_a_body_that_is_never_json_is_not_read() -> None:
    operation = posting(content={"image/png": {}}, required="yes")
    assert operation.body is None
    assert not operation.body_required
    assert posting().bodies == {}


def test_a_body_may_stand_elsewhere_in_the_document() -> None:
    bodies = {"B": {"required": True, "content": {"application/json": {"schema": TEXT}}}}
    root = document(
        {"/x": {"post": {"requestBody": {"$ref": "#/components/requestBodies/B"}}}},
        components={"requestBodies": bodies},
    )
    [operation] = served(root).operations.values()
    assert operation.body_required
    assert operation.body is not None
    assert operation.body.types == {"string"}


@pytest.mark.parametrize(
    ("version", "method", "has"),
    [("3.0.3", "get", False), ("3.0.3", "head", False), ("3.0.3", "delete", True), ("3.1.0", "get", True)],
)
def test_a_read_has_a_body_where_the_version_of_openapi_lets_it(version: str, method: str, *, has: bool) -> None:
    body = {"required": True, "content": {"application/json": {"schema": TEXT}}}
    [operation] = served({**document({"/x": {method: {"requestBody": body}}}), "openapi": version}).operations.values()
    assert (operation.body_required, operation.body is not None) == (has, has)


# --- answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "statuses", "success"),
    [
        (["200", "404"], [200, 404], 200),
        (["404", "201"], [404, 201], 201),
        (["204", "200"], [204, 200], 200),
        (["2XX", "4xx"], [200], 200),
        (["default"], [], 200),
        (["200", "default"], [200], 200),
        (["404", "default"], [404], 200),
        (["301"], [301], 301),
        (["304"], [304], 200),
        (["302", "default"], [302], 302),
        ([], [], 200),
    ],
)
def test_the_success_is_the_least_documented_one(codes: list[str], statuses: list[int], success: int) -> None:
    operation = only(responses={code: {"description": code} for code in codes})
    assert sorted(operation.responses) == sorted(statuses)
    assert operation.success.status == success


def test_an_exact_status_counts_more_than_a_range() -> None:
    for codes in (["200", "2XX"], ["2XX", "200"]):
        assert only(responses={code: {"description": code} for code in codes}).success.description == "200"


@pytest.mark.parametrize(
    ("media", "examples"),
    [
        ({"schema": TEXT, "example": "a"}, {"": "a"}),
        ({"schema": TEXT, "examples": {"one": {"value": "a"}, "two": {"value": "b"}}}, {"one": "a", "two": "b"}),
        ({"schema": {**TEXT, "example": "a"}}, {"": "a"}),
        ({"schema": {**TEXT, "examples": ["a", "b"]}}, {"": "a"}),
        ({"schema": TEXT, "examples": {"one": {"externalValue": "http://x.example"}, "two": 5}}, {}),
        ({"schema": TEXT, "examples": {"one": {"$ref": "#/components/examples/E"}}}, {"one": "there"}),
        ({"schema": TEXT, "example": 5}, {}),
        ({"schema": TEXT, "examples": {"good": {"value": "a"}, "bad": {"value": 5}}}, {"good": "a"}),
        ({"example": 5}, {"": 5}),
        ({"schema": {}, "example": None}, {"": None}),
        ({"schema": TEXT}, {}),
    ],
)
def test_the_examples_of_an_answer_are_those_that_it_admits(media: Any, examples: Any) -> None:
    root = document(
        {"/x": {"get": answers(**{"application/json": media})}}, components={"examples": {"E": {"value": "there"}}}
    )
    [operation] = served(root).operations.values()
    assert operation.success.examples == examples


def test_the_headers_of_an_answer_are_those_with_an_example() -> None:
    headers = {
        "X-A": {"example": 5, "schema": {"type": "integer"}},
        "X-B": {"schema": {"type": "string", "example": "b"}},
        "X-C": {"schema": TEXT},
        "X-D": {"$ref": "#/components/headers/D"},
        "X-Split": {"example": "a\r\nX-Evil: b"},
        "X-None": {},
    }
    root = document(
        {"/x": {"get": {"responses": {"200": {"headers": headers}}}}}, components={"headers": {"D": {"example": "d"}}}
    )
    [operation] = served(root).operations.values()
    assert operation.success.headers == {"x-a": "5", "x-b": "b", "x-d": "d"}


def test_the_first_json_of_an_answer_counts() -> None:
    operation = only(
        **answers(**{"text/html": {"schema": {"type": "integer"}}, "application/problem+json": {"schema": TEXT}})
    )
    assert operation.success.schema is not None
    assert operation.success.schema.types == {"string"}


# --- where the server stands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([{"url": "https://a.example/v1/"}], "/v1"),
        ([{"url": "/v1"}], "/v1"),
        ([{"url": "v1"}], "/v1"),
        ([{"url": "./"}], ""),
        ([{"url": "../v2/./x"}], "/v2/x"),
        ([{"url": "https://a.example"}, {"url": "/other"}], ""),
        (
            [
                {
                    "url": "https://{region}.a.example/{v}",
                    "variables": {"region": {"default": "au"}, "v": {"default": "v9"}},
                }
            ],
            "/v9",
        ),
        ([{"url": 5}], "/5"),
        ([], ""),
        (None, ""),
        ([None], ""),
    ],
)
def test_the_path_of_the_first_server_stands_before_every_path(servers: Any, base: str) -> None:
    contract = served(document({"/leads": {"get": answering(TEXT)}}, servers=servers))
    assert list(contract.operations) == [f"GET {base}/leads"]
    assert contract.operations[f"GET {base}/leads"].base == base
    published = contract.published(contract.documents[0], "http://here")["servers"]
    assert published[0]["url"] == f"http://here{base}"


def test_a_path_where_the_control_plane_is_is_named_at_the_start() -> None:
    contract = served(document({"/__admin/users": {"get": answering({})}, "/__administrators": {"get": answering({})}}))
    (hidden,) = contract.left_out
    assert "/__admin/users is below /__admin" in str(hidden)
