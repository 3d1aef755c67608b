"""The two documents: valid, complete, marked, and usable by the second judge."""

import re
from collections.abc import Iterator
from typing import Any

import openapi_spec_validator
import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

from mock_server.config.paths import OPENAPI

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
MARKS = {"documented", "example", "third-party", "inferred"}

DOCUMENTS = {
    name: yaml.load((OPENAPI / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader) for name in ("v1", "zapier")
}

# Every operation that any public source names, and no other.
KNOWN = {
    "v1": """
        GET /v1/appointments
        POST /v1/calls
        GET /v1/companies/{}/notes
        GET /v1/faqs
        POST /v1/faqs
        PUT /v1/faqs/{}
        DELETE /v1/faqs/{}
        GET /v1/inquiries
        GET /v1/inquiries/{}
        POST /v1/leads
        DELETE /v1/leads/{}
        GET /v1/leads/{}
        GET /v1/leads/{}/activities
        GET /v1/leads/{}/notes
        GET /v1/leads
        PUT /v1/leads/{}
        GET /v1/members
        GET /v1/organization/availability
        GET /v1/organization
        GET /v1/organization/members
        GET /v1/organization/products
        GET /v1/organization/services
        POST /v1/policies
        DELETE /v1/policies/{}
        GET /v1/policies
        PUT /v1/policies/{}
        POST /v1/scenarios
        DELETE /v1/scenarios/{}
        GET /v1/scenarios/{}
        GET /v1/scenarios
        PUT /v1/scenarios/{}
        POST /v1/sms
        POST /v1/transfers
        DELETE /v1/transfers/{}
        GET /v1/transfers/{}
        GET /v1/transfers
        PUT /v1/transfers/{}
    """,
    "zapier": """
        GET /api/webhooks/zapier/appointments
        GET /api/webhooks/zapier/leads
        GET /api/webhooks/zapier/inquiries
        POST /api/webhooks/zapier/subscribe
        DELETE /api/webhooks/zapier/unsubscribe
    """,
}
TAGS = "Appointments Calls Companies FAQs Inquiries Leads Members Organization Policies SMS Scenarios Transfers"
PAGED = [
    "/v1/appointments",
    "/v1/companies/{companyId}/notes",
    "/v1/faqs",
    "/v1/inquiries",
    "/v1/leads",
    "/v1/leads/{leadId}/activities",
    "/v1/leads/{leadId}/notes",
    "/v1/members",
    "/v1/organization/members",
    "/v1/policies",
    "/v1/scenarios",
    "/v1/transfers",
]

both = pytest.mark.parametrize("name", list(DOCUMENTS))


def resolve(document: dict[str, Any], node: Any) -> Any:
    """Follow local references; siblings of a reference win over what it points at."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Yield key, operation and resolved parameters of each operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                own = [*item.get("parameters", []), *item[method].get("parameters", [])]
                yield f"{method.upper()} {path}", item[method], [resolve(document, each) for each in own]


def nodes(node: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    """Yield every node of a tree with its pointer."""
    yield pointer, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from nodes(child, f"{pointer}/{key}")


@both
def test_the_document_is_valid_openapi(name: str) -> None:
    openapi_spec_validator.validate(DOCUMENTS[name])
    assert DOCUMENTS[name]["openapi"] == "3.1.0"
    assert DOCUMENTS[name]["info"]["title"] == "Sophiie API"


@both
def test_no_yaml_alias_is_used(name: str) -> None:
    text = (OPENAPI / f"{name}.yaml").read_text("utf-8")
    assert not [token for token in yaml.scan(text) if isinstance(token, yaml.AnchorToken | yaml.AliasToken)]


@both
def test_every_known_operation_is_described_and_no_other(name: str) -> None:
    described = [re.sub(r"\{[^}]*}", "{}", key) for key, _, _ in operations(DOCUMENTS[name])]
    assert sorted(described) == sorted(line.strip() for line in KNOWN[name].strip().splitlines())


def test_the_tags_are_the_vendors_in_the_vendors_order() -> None:
    assert [tag["name"] for tag in DOCUMENTS["v1"]["tags"]] == TAGS.split()


@both
def test_every_operation_has_a_provenance_words_and_a_declared_tag(name: str) -> None:
    document = DOCUMENTS[name]
    declared = {tag["name"] for tag in document["tags"]}
    for key, operation, _ in operations(document):
        assert operation["x-provenance"] in MARKS, key
        assert operation["summary"], key
        assert operation["description"], key
        assert set(operation["tags"]) <= declared, key
        assert operation["security"] == [{"bearerAuth": []}], key
    for event, item in document.get("webhooks", {}).items():
        assert item["post"]["x-provenance"] in MARKS, event
        assert item["post"]["security"] == [], event


@both
def test_every_mark_is_one_of_the_four(name: str) -> None:
    wrong = [at for at, node in nodes(DOCUMENTS[name]) if at.endswith("/x-provenance") and node not in MARKS]
    assert wrong == []


@both
def test_every_operation_has_the_statuses_that_any_request_can_meet(name: str) -> None:
    for key, operation, parameters in operations(DOCUMENTS[name]):
        expected = {"401", "429", "500"}
        if parameters or "requestBody" in operation:
            expected.add("400")
        if "requestBody" in operation:
            expected |= {"413", "415"}
        if any(parameter["in"] == "path" for parameter in parameters):
            expected.add("404")
        assert expected <= set(operation["responses"]), key
        assert len([status for status in operation["responses"] if status.startswith("2")]) == 1, key


@both
def test_every_429_declares_the_three_headers(name: str) -> None:
    for key, operation, _ in operations(DOCUMENTS[name]):
        headers = resolve(DOCUMENTS[name], operation["responses"]["429"])["headers"]
        assert list(headers) == ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"], key


def test_paging_is_as_documented_on_every_list() -> None:
    document = DOCUMENTS["v1"]
    by_key = {key: (operation, parameters) for key, operation, parameters in operations(document)}
    for path in PAGED:
        operation, parameters = by_key[f"GET {path}"]
        schemas = {each["name"]: each["schema"] for each in parameters}
        assert (schemas["page"]["minimum"], schemas["page"]["default"]) == (1, 1)
        assert [schemas["limit"][key] for key in ("minimum", "maximum", "default")] == [1, 100, 50]
        body = resolve(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
        array, *totals = body["properties"]
        assert totals == ["totalPages", "currentPage", "totalCount"], path
        assert body["properties"][array]["type"] == "array", path
        assert body["required"] == [array, *totals], path


@both
def test_no_parameter_has_a_list_of_types(name: str) -> None:
    """openapi-core raises TypeError on such a parameter (its issue 1180)."""
    for key, _, parameters in operations(DOCUMENTS[name]):
        for parameter in parameters:
            for at, node in nodes(resolve(DOCUMENTS[name], parameter["schema"])):
                assert not (at.endswith("/type") and isinstance(node, list)), (key, parameter["name"])


@both
def test_every_component_is_used(name: str) -> None:
    document = DOCUMENTS[name]
    used = {node for at, node in nodes(document) if at.endswith("/$ref")}
    for kind in ("schemas", "parameters", "headers", "responses", "examples"):
        unused = [each for each in document["components"][kind] if f"#/components/{kind}/{each}" not in used]
        assert unused == [], kind


@both
def test_patterns_are_read_alike_by_every_engine(name: str) -> None:
    for at, node in nodes(DOCUMENTS[name]):
        if at.endswith("/pattern"):
            re.compile(node)
            assert not re.search(r"\\[dDwWsSbB]|\(\?", node), at


@both
def test_every_link_leads_to_an_operation_and_its_parameters(name: str) -> None:
    targets = {operation["operationId"]: parameters for _, operation, parameters in operations(DOCUMENTS[name])}
    links = [node for at, node in nodes(DOCUMENTS[name]) if re.search(r"/links/[^/]+$", at)]
    assert links
    for link in links:
        names = {parameter["name"] for parameter in targets[link["operationId"]]}
        assert set(link.get("parameters", {})) <= names, link


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        (
            "v1",
            MockRequest(
                "https://api.sophiie.ai",
                "post",
                "/v1/leads",
                headers={"Authorization": "Bearer sk_test_local"},
                data=b'{"firstName": "Avery", "email": null}',
            ),
        ),
        (
            "zapier",
            MockRequest(
                "https://webhooks.sophiie.ai",
                "post",
                "/api/webhooks/zapier/subscribe",
                args={"org_id": "org_abc123", "user_id": "usr_abc123"},
                headers={"Authorization": "Bearer sk_test_local"},
                data=b'{"hookUrl": "https://hooks.example/1", "trigger": "LEAD_CREATED"}',
            ),
        ),
    ],
)
def test_openapi_core_reads_a_request(name: str, request_: MockRequest) -> None:
    result = OpenAPI.from_dict(DOCUMENTS[name]).unmarshal_request(request_)
    assert result.errors == []
    assert result.body


def followed(document: Any, node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def schemas_below(document: Any, node: Any, seen: set[int]) -> Iterator[dict[str, Any]]:
    """Every schema that an answer with the schema ``node`` has to keep, references followed, each once."""
    node = followed(document, node)
    if not isinstance(node, dict) or id(node) in seen:
        return
    seen.add(id(node))
    yield node
    below = [*node.get("properties", {}).values(), node.get("items")]
    below += [part for word in ("allOf", "anyOf", "oneOf") for part in node.get(word, ())]
    for part in below:
        yield from schemas_below(document, part, seen)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_const_stands_in_a_union(name: str) -> None:
    """A client generator drops a schema that combines a `const` with an `enum`, and the operation with it."""
    document = DOCUMENTS[name]
    schemas = [it for root in document["components"]["schemas"].values() for it in schemas_below(document, root, set())]
    unions = [part for it in schemas for word in ("oneOf", "anyOf") for part in it.get(word, ())]
    assert [it for union in unions for it in schemas_below(document, union, set()) if "const" in it] == []


def test_answers_are_closed_only_where_the_vendor_lists_the_values() -> None:
    """The sources of an inquiry are those by which the list is filtered; an error is no success."""
    closed = set()
    for document in DOCUMENTS.values():
        for item in document["paths"].values():
            for response in (
                it for method in item.values() if "responses" in method for it in method["responses"].values()
            ):
                for media in followed(document, response).get("content", {}).values():
                    for schema in schemas_below(document, media["schema"], set()):
                        closed |= {str(schema[word]) for word in ("enum", "const") if word in schema}
    sources = ["CALL", "EMAIL", "CHATBOT", "SMS", "WEBFORM"]
    assert closed == {str(sources), "False", *(str([source]) for source in sources)}
