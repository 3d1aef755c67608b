"""Requests whose meaning the document leaves open accuse nobody: forms, wide numbers, patches, required queries."""

import json
from typing import Any

import pytest
from recording import KEY, Answer, recording

from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.rules.sent_body import is_certain, may_be_sound
from contracts.scenarios.access import _attempts, unknown_paths
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.deletion import unknown_parents
from contracts.scenarios.lists import filtering
from contracts.scenarios.paging import fetch
from contracts.scenarios.protocol import queries
from contracts.scenarios.records import record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.dialect import plain
from contracts.spec.document import Contract, Document, Operation
from contracts.spec.operation_parts import JSON
from contracts.spec.path_ids import shares_path
from contracts.spec.resources import listings
from contracts.spec.security import BEARER, Scheme
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target

TEXT = {"type": "string"}
FORM = "application/x-www-form-urlencoded"


def contract_of(paths: dict[str, Any], schemas: dict[str, Any] | None = None) -> Contract:
    raw = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas or {}}}
    return Contract([Document("x", plain("x", raw))])


def operation(answer: Any = None, media: str = "", body: Any = None, **more: Any) -> dict[str, Any]:
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    sent = {"requestBody": {"content": {media: {"schema": body}}}} if media else {}
    return {"responses": {"200": {"description": "good", **content}}, **sent, **more}


def only(contract: Contract) -> Operation:
    [found] = contract.operations.values()
    return found


def exchange(path: str, media: str = "", body: bytes = b"", method: str = "GET") -> Exchange:
    headers = {"content-type": media} if media else {}
    return Exchange(method, f"http://x.example{path}", headers, body, 400, {}, b"")


@pytest.mark.parametrize(("path", "certain"), [
    ("/a/7?n=4294967295", True), ("/a/7?n=4294967296", False), ("/a/7?n=abc", True), ("/a/7?n=1&n=2", True),
    ("/a/2147483648?n=1", False), ("/a/2147483647", True),
])  # fmt: skip
def test_a_number_wider_than_its_format_is_not_surely_valid(path: str, certain: bool) -> None:
    number, narrow = {"type": "integer", "format": "uint32"}, {"type": "integer", "format": "int32"}
    parameters = [
        {"name": "n", "in": "query", "schema": {"anyOf": [number, {"type": "array", "items": number}]}},
        {"name": "id", "in": "path", "required": True, "schema": narrow},
    ]
    asked = only(contract_of({"/a/{id}": {"get": operation(parameters=parameters)}}))
    assert is_certain(asked, exchange(path)) is certain


@pytest.mark.parametrize(("body", "certain"), [
    (b"kind=Cat&n=1", True), (b"kind=Dog&n=x", True),
    (b"n=1", False), (b"kind=Cat&n[0]=1", True),
])  # fmt: skip
def test_a_form_is_surely_valid_if_its_fields_can_be_read_so(body: bytes, certain: bool) -> None:
    branches = {
        name: {
            "type": "object",
            "required": ["kind", "n"],
            "properties": {"kind": TEXT, "n": {"type": kind, "pattern": "^x"}},
        }
        for name, kind in (("Cat", "integer"), ("Dog", "string"))
    }
    choice = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in branches],
        "discriminator": {"propertyName": "kind"},
    }
    sent = only(contract_of({"/a": {"post": operation(None, FORM, choice)}}, branches))
    assert is_certain(sent, exchange("/a", FORM, body, "POST")) is certain


def created(sent: bytes, answered: bytes) -> Exchange:
    return Exchange("POST", "http://x.example/a", {}, sent, 201, {}, answered)


def test_a_record_is_found_in_its_wrapper() -> None:
    assert record_of(created(b'{"name":"a"}', b'{"ok":true,"lead":{"id":7,"name":"a"}}'))["id"] == 7


@pytest.mark.parametrize("inner", ["owner", "metadata"])
def test_an_object_in_a_record_is_not_taken_for_the_record(inner: str) -> None:
    with pytest.raises(ScenarioSkipped, match="no record"):
        record_of(created(b'{"name":"a"}', f'{{"name":"a","{inner}":{{"id":7}}}}'.encode()))


def test_a_patch_may_not_fit_the_record() -> None:
    media = "application/json-patch+json"
    sent = only(contract_of({"/a": {"patch": operation(None, media, {"type": "array", "items": {}})}}))
    assert not is_certain(sent, exchange("/a", media, b"[]", "PATCH"))


@pytest.mark.parametrize(
    ("method", "body", "certain"),
    [
        ("patch", b'[{"op":"add"}]', False),
        ("post", b'[{"op":"add","path":"/a"}]', False),
        ("post", b'[{"op":"add"}]', True),
        ("patch", b"[{}]", True),
    ],
)
def test_a_patch_is_known_by_its_operations(method: str, body: bytes, *, certain: bool) -> None:
    asked = operation(None, "application/json", {"type": "array", "items": {"type": "object"}})
    sent = only(contract_of({"/a": {method: asked}}))
    assert is_certain(sent, exchange("/a", "application/json", body, method.upper())) is certain


@pytest.mark.parametrize("name", ["Authorization", "accept", "Content-Type"])
def test_header_parameters_that_openapi_ignores_are_none(name: str) -> None:
    ignored = {"name": name, "in": "header", "required": True, "schema": TEXT}
    kept = {"name": "X-A", "in": "header", "schema": TEXT}
    paths = {"/a": {"parameters": [ignored], "get": operation(parameters=[ignored, kept])}}
    assert [it.name for it in only(contract_of(paths)).parameters] == ["X-A"]


class Things:
    """A list that always has one item, as its document demands; it remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, method: str, path: str) -> Answer:
        self.asked.append(path)
        moment = f"2026-01-01T00:00:{len(self.asked):02}.000Z"
        return 200, {"content-type": "application/json"}, json.dumps([{"name": "a", "createdAt": moment}]).encode()


def client_of(contract: Contract, url: str) -> ScenarioClient:
    return ScenarioClient(
        contract, Target(url, KEY, local=True), Transport(Guard(Policy(url, Mode.FULL, KEY, contract)))
    )


def test_a_list_that_is_never_empty_accuses_no_filter_and_no_moment() -> None:
    item = {"type": "object", "properties": {"name": TEXT, "createdAt": TEXT}}
    filters = [{"name": "name", "in": "query", "schema": TEXT}]
    contract = contract_of(
        {"/a": {"get": operation({"type": "array", "minItems": 1, "items": item}, parameters=filters)}}
    )
    [listing] = listings(contract)
    with recording(Things()) as host:
        client = client_of(contract, host.url)
        filtering(client, listing)
        fetch(client, listing)
    assert not client.findings


def test_requests_that_are_compared_ask_the_same() -> None:
    number = {"type": "integer", "minimum": 0}
    parameters = [
        {"name": "offset", "in": "query", "required": True, "schema": {**number, "default": 0}},
        {"name": "seed", "in": "query", "required": True, "schema": number},
    ]
    contract, things = contract_of({"/a": {"get": operation(parameters=parameters)}}), Things()
    with recording(things) as host:
        queries(client_of(contract, host.url), only(contract), ())
    plain_ones = {path.replace("&suite_unknown=1", "") for path in things.asked[:2]}
    assert len(things.asked) > 1
    assert len(plain_ones) == 1
    assert "offset=0" in plain_ones.pop()


@pytest.mark.parametrize(("answers", "accused"), [({}, False), ({"404": {"description": "none"}}, True)])
def test_any_text_is_an_id_if_the_document_knows_no_404(answers: dict[str, Any], accused: bool) -> None:
    parameters = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    below = operation({"type": "array", "items": TEXT}, parameters=parameters)
    below["responses"] |= answers
    contract = contract_of({"/a/{id}/b": {"get": below}})
    with recording(Things()) as host:
        client = client_of(contract, host.url)
        unknown_parents(client, only(contract))
    assert bool([key for key in client.findings if key[0] == "unknown_id"]) is accused


def test_what_is_below_a_record_that_is_shown_is_below_a_known_one() -> None:
    parameters = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    item, below = (operation(schema, parameters=parameters) for schema in ({}, {"type": "array", "items": TEXT}))
    below["responses"] |= {"404": {"description": "none"}}
    contract = contract_of({"/a/{id}/b": {"get": below}, "/a/{id}": {"get": item}})
    with recording(Things()) as host:
        client = client_of(contract, host.url)
        unknown_parents(client, contract.operations["GET /a/{}/b"])
    assert "unknown_id" not in {key[0] for key in client.findings}


def test_a_reference_to_a_parameter_counts_without_what_stands_beside_it() -> None:
    beside = {"$ref": "#/components/parameters/a", "schema": {"type": "integer"}}
    paths = {"/a": {"get": operation(parameters=[beside])}}
    raw = {
        "openapi": "3.1.0",
        "paths": paths,
        "components": {"parameters": {"a": {"name": "a", "in": "query", "schema": TEXT}}},
    }
    [parameter] = only(Contract([Document("x", plain("x", raw))])).parameters
    assert parameter.schema == TEXT


def test_head_shows_the_key_where_get_does() -> None:
    schemes = {"basic": {"type": "http", "scheme": "basic"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    paths = {"/a": {"get": operation(security=[{"basic": []}])}, "/b": {"get": operation(security=[{"key": []}])}}
    raw = {"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": schemes}}
    contract = Contract([Document("x", plain("x", raw))])
    assert [contract.schemes("HEAD", path) for path in ("/a", "/b")] == [
        contract.schemes("GET", p) for p in ("/a", "/b")
    ]
    assert contract.schemes("HEAD", "/a") != contract.schemes("HEAD", "/b")


def test_a_second_judge_misses_no_body_that_the_document_does_not_name() -> None:
    contract = contract_of({"/a": {"get": {"responses": {"200": {"description": "good", "content": {}}}}}})
    judge = OpenapiCoreJudge(contract, "http://x.example")
    empty = Exchange("GET", "http://x.example/a", {}, b"", 200, {}, b"")
    assert not list(judge.judge(only(contract), empty, found_wrong=False))


def test_a_path_that_a_parameter_takes_is_not_unknown() -> None:
    contract = contract_of(
        {"/{name}": {"get": operation(parameters=[{"name": "name", "in": "path", "required": True, "schema": TEXT}])}}
    )
    things = Things()
    with recording(things) as host:
        client = client_of(contract, host.url)
        unknown_paths(client)
    assert {"/v1", "/suite-nothing"} & {*things.asked} == set()
    assert "/v1/suite-nothing" in things.asked


def test_methods_of_another_path_with_the_same_url_are_not_undocumented() -> None:
    named, numbered = ([{"name": name, "in": "path", "required": True, "schema": TEXT}] for name in ("name", "id"))
    paths = {
        "/a/{name}.json": {"get": operation(parameters=named)},
        "/a/{id}.json": {"put": operation(parameters=numbered)},
        "/b/{id}": {"get": operation(parameters=numbered)},
    }
    contract = contract_of(paths)
    assert shares_path(contract, contract.operations["GET /a/{}.json"], "/a/x.json")
    assert not shares_path(contract, contract.operations["GET /b/{}"], "/b/x")


def test_path_items_and_operations_elsewhere_are_put_into_the_paths() -> None:
    """The generator follows a reference of a path, and none of an operation in it."""
    inner = operation(parameters=[{"name": "id", "in": "path", "required": True, "schema": TEXT}])
    kept = {"item": {"get": {"$ref": "#/components/x-kept/operation"}}, "operation": inner}
    raw = {
        "openapi": "3.1.0",
        "paths": {"/a/{id}": {"$ref": "#/components/x-kept/item"}},
        "components": {"x-kept": kept},
    }
    assert plain("x", raw)["paths"] == {"/a/{id}": {"get": inner}}


def test_a_key_without_a_word_of_its_own_may_stand_after_any() -> None:
    bare = Scheme("header", "Authorization")
    assert not {"the-key-under-another-scheme", "the-key-without-a-scheme"} & _attempts("k", {bare, BEARER}).keys()
    assert "the-key-under-another-scheme" in _attempts("k", {BEARER})


@pytest.mark.parametrize(
    ("media", "sound"),
    [("application/x-yaml", True), ("multipart/form-data; boundary=b", True), ("text/csv", False), (JSON, False)],
)
def test_only_of_json_and_forms_is_it_known_that_they_are_wrong(media: str, sound: bool) -> None:
    content = {name: {"schema": TEXT} for name in ("application/x-yaml", "multipart/form-data", JSON)}
    sent = {**operation(), "requestBody": {"content": content}}
    asked = only(contract_of({"/a": {"post": sent}}))
    assert may_be_sound(asked, exchange("/a", media, b"1", "POST")) is sound
