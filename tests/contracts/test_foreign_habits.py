"""Habits of other people's documents: none of them accuses the mock that serves such a document."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small_documents import thing

from contracts.cli import main
from contracts.rules.object_members import is_open_for, members_of
from contracts.rules.response_conformance import says_refusal
from contracts.rules.sent_body import is_certain, may_be_sound
from contracts.scenarios.records import Shape, holds, keeps
from contracts.spec.dialect import plain
from contracts.spec.document import FORM, Contract, Document
from contracts.spec.resources import listings
from contracts.transport.exchange import Exchange

TEXT: Any = {"type": "string"}


def content(schema: Any, media: str = "application/json") -> Any:
    return {"description": "", "content": {media: {"schema": schema}}}


def query(name: str, schema: Any = TEXT, **more: Any) -> Any:
    return {"name": name, "in": "query", "schema": schema, **more}


def item_path(name: str) -> Any:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}


CAT: Any = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT, "lives": {"type": "integer"}}}
PAYMENT: Any = {
    "type": "object",
    "required": ["id", "direction"],
    "properties": {
        "id": {"type": "integer"},
        "direction": {"type": "string", "enum": ["credit", "debit"]},
        "paid": {"type": "string", "format": "date-time", "example": "2020-01-02T03:04:05+02:00"},
        "note": {"type": "string", "format": "uri", "nullable": True},
        "pet": {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind"},
        },
    },
}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": TEXT}}
LISTED = {"type": "object", "required": ["data"], "properties": {
    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Payment"}},
    "has_more": {"type": "boolean"}, "next_cursor": {"type": "string", "nullable": True}}}  # fmt: skip
TENANT = {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string", "format": "uuid"}}
SENT = {"type": "object", "required": ["direction"], "properties": {
    name: PAYMENT["properties"][name] for name in ("direction", "pet")} | {"note": TEXT}}  # fmt: skip
PLAIN = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": TEXT}}
HABITS: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Habits", "version": "1"},
    "servers": [{"url": "https://pay.example/api/v2"}],
    "security": [{"key": []}],
    "paths": {
        "/payments": {
            "parameters": [TENANT],
            "get": {
                "parameters": [
                    query("direction", PAYMENT["properties"]["direction"]), query("cursor"),
                    query("per_page", {"type": "integer", "default": 20}),
                    query("order_by", {"type": "string", "maxLength": 40, "enum": ["paid"]}),
                ],
                "responses": {"200": content(LISTED), "400": content(ERROR)},
            },
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": SENT}}},
                "responses": {"201": content({"$ref": "#/components/schemas/Payment"}), "400": content(ERROR)},
            },
        },
        "/payments/{number}": {
            "parameters": [item_path("number"), TENANT],
            "get": {"responses": {"200": content({"$ref": "#/components/schemas/Payment"}, "*/*")}},
            "delete": {"responses": {"204": {"description": ""}}},
        },
        "/files": {"servers": [{"url": "https://files.example/upload"}], "get": {
            "responses": {"200": content({"type": "object", "additionalProperties": False, "minProperties": 3,
                                          "properties": {"name": TEXT}, "required": ["name"]})}}},
        "/page#one": {"get": {"responses": {"200": content(TEXT)}}},
        "/page": {"get": {"responses": {"200": content(TEXT, "text/html")}}},
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "schemas": {"Payment": PAYMENT, "Cat": CAT, "Dog": {**CAT, "properties": {"kind": TEXT, "age": TEXT}}},
    },
}  # fmt: skip


@pytest.mark.parametrize("arguments", [["--exclude", "engine"], ["--quick", "--only", "engine"]])
def test_habits_of_other_documents_accuse_nobody(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "habits.json").write_text(json.dumps(HABITS))
    asked = ["--spec", str(tmp_path / "habits.json"), *arguments]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.slow
def test_an_id_that_only_answers_have_is_sent_in_its_own_form(tmp_path: Path) -> None:
    user = {"type": "object", "required": ["id", "name"], "properties": {
        "id": {"$ref": "#/components/schemas/Id"}, "name": TEXT}}  # fmt: skip
    paths = {"/users": {
        "get": {"responses": {"200": content({"type": "array", "items": user})}},
        "post": {"requestBody": content(user), "responses": {"201": content(user), "400": {"description": "bad"}}},
    }, "/users/{id}": {"get": {
        "parameters": [{**item_path("id"), "schema": TEXT}], "responses": {"200": content(user)}}}}  # fmt: skip
    schemas = {"Id": {"type": "string", "format": "uuid", "readOnly": True}}
    (tmp_path / "users.json").write_text(json.dumps({**HABITS, "paths": paths, "components": {"schemas": schemas}}))
    asked = ["--spec", str(tmp_path / "users.json"), "--exclude", "engine"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.slow
def test_what_a_generator_does_not_know_of_the_newest_version_accuses_nobody(tmp_path: Path) -> None:
    whole = {"name": "q", "in": "querystring", "required": True, **content({"type": "object", "required": ["term"]})}
    fine = {"responses": {"204": {"description": ""}, "400": {"description": ""}}}
    free = {"requestBody": content({"type": "object"}), "responses": {"201": content(PLAIN)}}
    paths = {
        "/find": {"get": {"parameters": [whole], **fine}},
        "/docs": {"get": fine, "query": {"requestBody": content(TEXT), **fine}, "additionalOperations": {"LINK": fine}},
        "/free": {"get": {"responses": {"200": content({"type": "array", "items": PLAIN})}}, "post": free},
        "/free/{id}": {"get": {"parameters": [item_path("id")], "responses": {"200": content(PLAIN)}}},
    }
    (tmp_path / "new.json").write_text(json.dumps({**HABITS, "openapi": "3.2.0", "paths": paths}))
    result = CliRunner().invoke(main.command, ["--spec", str(tmp_path / "new.json")], standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.slow
def test_pages_and_ways_elsewhere_accuse_nobody(tmp_path: Path) -> None:
    paths = {
        "/": {"get": {"responses": {"200": content(TEXT, "text/html")}}},
        "/go": {"get": {"responses": {"302": {"description": "", "headers": {"Location": {"schema": TEXT}}}}}},
    }
    (tmp_path / "pages.json").write_text(json.dumps({**HABITS, "paths": paths}))
    asked = ["--spec", str(tmp_path / "pages.json"), "--exclude", "engine"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.parametrize(("types", "sound"), [(["application/*"], True), (["*/*"], True), (["text/csv"], False)])
def test_what_is_sent_as_one_of_a_range_may_be_sound(types: list[str], sound: bool) -> None:
    posted = {"requestBody": {"content": {name: {"schema": PLAIN} for name in types}}, "responses": {}}
    read = Document("a", plain("a", {"openapi": "3.1.0", "paths": {"/a": {"post": posted}}})).operations[0]
    headers = {"content-type": "application/yaml"}
    assert (
        may_be_sound(read, Exchange("POST", "http://a.example/a", headers, b"{}", 204, {}, b"", "POST /a", 0.0))
        is sound
    )


@pytest.mark.slow
def test_a_key_that_is_listed_as_a_parameter_too_accuses_nobody(tmp_path: Path) -> None:
    key = {"name": "X-KEY", "in": "header", "required": True, "schema": TEXT}
    get = {"security": [{"key": []}], "parameters": [key], "responses": {"200": content(PLAIN), "401": content(ERROR)}}
    (tmp_path / "key.json").write_text(json.dumps({**HABITS, "paths": {"/me": {"get": get}}}))
    asked = ["--spec", str(tmp_path / "key.json"), "--only", "engine"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.mark.slow
def test_a_key_that_the_generator_repeats_accuses_nobody(tmp_path: Path) -> None:
    payment = {
        "type": "object",
        "required": ["id", "amount"],
        "properties": {"id": TEXT, "amount": {"type": "integer"}},
    }
    sent = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer", "minimum": 1}}}
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 64}}
    answers = {"201": content(payment), "400": {"description": "bad"}, "422": {"description": "another request"}}
    paths = {"/payments": {
        "get": {"responses": {"200": content({"type": "array", "items": payment})}},
        "post": {"parameters": [key], "requestBody": {**content(sent), "required": True}, "responses": answers},
    }}  # fmt: skip
    (tmp_path / "payments.json").write_text(json.dumps({**HABITS, "paths": paths}))
    asked = ["--spec", str(tmp_path / "payments.json"), "--only", "engine"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output


@pytest.fixture(scope="module")
def document() -> Document:
    return Document("habits", plain("habits", HABITS))


def test_paths_are_below_the_servers_that_are_nearest(document: Document) -> None:
    """Of a path with a fragment no request is made."""
    found = {operation.key for operation in document.operations}
    assert found >= {"GET /upload/files", "GET /api/v2/payments", "GET /api/v2/page"}
    assert list(document.unaddressed) == ["/api/v2/page#one"]


def test_operations_of_the_newest_version_are_read() -> None:
    newest = {"paths": {"/a": {"query": {"responses": {}}, "additionalOperations": {"COPY": {"responses": {}}}}}}
    read = Document("a", plain("a", {"openapi": "3.2.0", **newest})).operations
    assert [operation.key for operation in read] == ["COPY /a", "QUERY /a"]


@pytest.mark.parametrize(
    ("status", "says"), [(404, False), (401, False), (405, False), (422, True), (418, True), (302, True), (500, True)]
)
def test_a_refusal_for_a_reason_the_document_is_silent_of_is_none_of_its_business(
    document: Document, status: int, says: bool
) -> None:
    operation = next(it for it in document.operations if it.key == "POST /api/v2/payments")
    assert says_refusal(operation, status) is says


def test_a_size_of_pages_is_not_taken_for_the_number_of_one() -> None:
    found = plain("a", {**HABITS, "paths": {"/a": {"get": {
        "parameters": [query("per_page", {"type": "integer", "default": 30}), query("page", {"type": "integer"})],
        "responses": {"200": content({"type": "array", "items": PAYMENT})}}}}})  # fmt: skip
    (listing,) = listings(Contract([Document("a", found)]))
    assert (listing.page.name, listing.size.name) == ("page", "per_page")  # type: ignore[union-attr]  # both are there


def test_a_member_that_the_answer_cannot_show_as_sent_is_not_lost(document: Document) -> None:
    shape = Shape(document, {"$ref": "#/components/schemas/Payment"})
    assert keeps({"note": None}, "note", "no address", shape)
    assert not keeps({"note": None}, "note", "https://a.example", shape)
    nested = {"direction": "credit", "secret": "1"}
    assert holds([{**nested, "secret": "2"}], [nested]) is False
    shown = [{"direction": "credit", "id": 7}]
    assert holds(shown, Shape(document, {"items": PAYMENT}).placed([nested], shown))


def test_a_member_has_a_place_only_in_the_alternative_that_is_shown(document: Document) -> None:
    """What holds for a user need not hold for a group; a member that the shown alternative has must not be lost."""
    group, user = (
        thing("type", type={"const": "group"}),
        thing("type", type={"const": "user"}, login={"type": "string"}),
    )
    shape = Shape(document, {"oneOf": [user, group]})
    assert shape.placed({"type": "group", "login": "a"}, {"type": "group"}) == {"type": "group"}
    assert shape.placed({"type": "user", "login": "a"}, {"type": "user"}) == {"type": "user", "login": "a"}


def test_members_of_every_alternative_that_fits_are_documented(document: Document) -> None:
    assert {"lives", "age"} <= members_of(document, PAYMENT["properties"]["pet"], {"kind": "both"}).keys()


def test_a_member_is_what_any_alternative_that_fits_says_of_it(document: Document) -> None:
    """Objects in which nothing is required fit each of the alternatives."""
    boxes = [{"properties": {"box": {"type": "object", "properties": {name: {}}}}} for name in ("width", "height")]
    either, free = {"oneOf": boxes}, {"anyOf": [*boxes, {"additionalProperties": True}]}
    known = members_of(document, either, {"box": {"height": 1}})
    assert members_of(document, known["box"], {"height": 1}).keys() == {"width", "height"}
    assert [is_open_for(document, it, {"box": {}}) for it in (either, free)] == [False, True]


@pytest.mark.parametrize(
    ("body", "sound"),
    [("a=1&tags=x", True), ("a=1&tags=x&tags=y&map[k]=v", True), ("a=x", False), ("tags=x", False), ("", True)],
)
def test_a_form_is_read_as_the_document_would_have_it(body: str, sound: bool) -> None:
    fields = {"a": {"type": "integer"}, "tags": {"type": "array", "items": TEXT}, "map": {"type": "object"}}
    schema = {"type": "object", "required": ["a"], "properties": fields}
    posted = {"requestBody": {"content": {FORM: {"schema": schema}}}, "responses": {}}
    read = Document("a", plain("a", {"openapi": "3.1.0", "paths": {"/a": {"post": posted}}})).operations[0]
    sent = Exchange("POST", "http://a.example/a", {"content-type": FORM}, body.encode(), 200, {}, b"", "POST /a", 0.0)
    assert may_be_sound(read, sent) is sound
    assert is_certain(read, sent) is sound


@pytest.mark.parametrize(("style", "sound"), [("label", True), ("matrix", True), ("simple", False)])
def test_a_path_that_can_be_read_in_two_ways_is_not_surely_wrong(style: str, sound: bool) -> None:
    pair = {"type": "array", "minItems": 2, "items": {"type": "integer"}}
    get = {"parameters": [{**item_path("at"), "schema": pair, "style": style, "explode": True}], "responses": {}}
    read = Document("a", plain("a", {"openapi": "3.1.0", "paths": {"/a/{at}": {"get": get}}})).operations[0]
    sent = Exchange("GET", "http://a.example/a/.0.5", {}, b"", 204, {}, b"", "GET /a/{}", 0.0)
    assert may_be_sound(read, sent) is sound
