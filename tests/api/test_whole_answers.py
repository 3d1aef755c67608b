"""Answers as a whole, of documents with habits of their own: what stands beside a list, in two parts, under two ids."""

import base64
from typing import Any

import pytest
from wire import ask

_TEXT = {"type": "string"}
_PET = {"type": "object", "required": ["id", "name"], "properties": {"id": _TEXT, "name": _TEXT}}


def _json(schema: Any, status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}


def _named(*names: str, type: str = "string") -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": type}} for name in names]


def _each(answer: Any) -> list[Any]:
    """The answer to the same request, asked often enough that one of them is not checked again."""
    return [answer().json for _ in range(3)]


def test_a_list_has_what_is_required_beside_it_without_a_schema(serve: Any) -> None:
    page = {"type": "object", "required": ["pet"], "properties": {"pets": {"type": "array", "items": _PET}}}
    app = serve({"/pets": {"get": _json(page)}})
    assert all({"pet", "pets"} == it.keys() for it in _each(lambda: ask(app, "GET", "/pets")))


def test_a_list_fits_one_of_the_kinds_of_page(serve: Any) -> None:
    figures = [("page", "totalPages"), ("limit", "offset")]
    ways = [
        {"type": "object", "required": [*some], "properties": {name: {"type": "integer"} for name in some}}
        for some in figures
    ]
    page = {
        "allOf": [
            {"oneOf": ways},
            {"type": "object", "required": ["pets"], "properties": {"pets": {"type": "array", "items": _PET}}},
        ]
    }
    app = serve({"/pets": {"get": _json(page)}})
    for answer in _each(lambda: ask(app, "GET", "/pets")):
        assert [some for some in figures if answer.keys() >= {*some}] != figures
        assert answer["pets"]


def test_an_object_in_two_parts_has_the_members_of_both(serve: Any) -> None:
    def part(name: str) -> dict[str, Any]:
        about = {"type": "object", "required": [name], "properties": {name: _TEXT}}
        return {"type": "object", "required": ["about"], "properties": {"id": _TEXT, "about": about}}

    pet = {"allOf": [part("name"), part("kind")]}
    body = {"requestBody": {"content": {"application/json": {"schema": pet}}}}
    app = serve({"/pets": {"get": _json({"type": "array", "items": pet}), "post": {**body, **_json(pet, "201")}}})
    made = ask(app, "POST", "/pets", body=b'{"about": {"name": "Rex", "kind": "dog"}}')
    assert made.json["about"] == {"name": "Rex", "kind": "dog"}
    assert made.json in ask(app, "GET", "/pets").json


def test_one_of_two_equal_looking_alternatives_is_meant(serve: Any) -> None:
    def alternative(name: str) -> dict[str, Any]:
        return {"type": "object", "properties": {"id": _TEXT, name: {"type": "boolean"}}}

    app = serve({"/voices/{id}": {"parameters": _named("id"), "get": _json({"oneOf": [*map(alternative, "ab")]})}})
    assert ask(app, "GET", "/voices/one").status == 200


def test_ids_of_two_levels_may_be_followed_by_one_more(serve: Any) -> None:
    link = {**_PET, "required": ["a", "b"], "properties": {"a": _TEXT, "b": _TEXT, "name": _TEXT}}
    app = serve(
        {
            "/links": {"get": _json({"type": "array", "items": link})},
            "/links/{a}/{b}": {"parameters": _named("a", "b"), "get": _json(link)},
            "/links/{a}/{b}/{c}/state": {"parameters": _named("a", "b", "c"), "get": _json(_PET)},
        }
    )
    first = ask(app, "GET", "/links").json[0]
    assert ask(app, "GET", f"/links/{first['a']}/{first['b']}").json == first
    assert ask(app, "GET", f"/links/{first['a']}/{first['b']}/z/state").status == 200


def test_ids_are_of_digits_where_the_path_wants_a_number(serve: Any) -> None:
    one = {"parameters": _named("id", type="integer"), "get": _json(_PET)}
    app = serve({"/pets": {"get": _json({"type": "array", "items": _PET})}, "/pets/{id}": one})
    for pet in ask(app, "GET", "/pets").json:
        assert ask(app, "GET", f"/pets/{pet['id']}").json == pet


def test_a_map_by_name_may_be_one_reference(serve: Any) -> None:
    shelf = {"pets": {"application/json": {"schema": {"type": "array", "items": _PET}}}}
    responses = {"200": {"description": "", "content": {"$ref": "#/components/mediaTypes/pets"}}}
    app = serve({"/pets": {"get": {"responses": responses}}}, components={"mediaTypes": shelf})
    assert ask(app, "GET", "/pets").json[0].keys() == {"id", "name"}


def test_references_in_extensions_may_lead_to_nothing(serve: Any) -> None:
    policy = {"x-policy": [{"$ref": "#/components/x-policy/none"}]}
    properties = {"id": _TEXT, "name": _TEXT, "secret": {"type": "string", "writeOnly": True, **policy}}
    schemas = {"Pet": {**_PET, "properties": properties, **policy}}
    pets = _json({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}})
    app = serve({"/pets": {"get": pets}}, components={"schemas": schemas})
    assert ask(app, "GET", "/pets").status == 200


@pytest.mark.parametrize("name", ["resource", "node"])
def test_records_may_stand_one_level_down_in_the_items(serve: Any, name: str) -> None:
    item = {"type": "object", "required": [name, "cursor"], "properties": {name: _PET, "cursor": _TEXT}}
    page = {"type": "object", "required": ["entry"], "properties": {"entry": {"type": "array", "items": item}}}
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
    app = serve(
        {
            "/pets": {"get": _json(page), "post": {**body, **_json(_PET, "201")}},
            "/pets/{id}": {"parameters": _named("id"), "get": _json(_PET)},
        }
    )
    made = ask(app, "POST", "/pets", body=b'{"name": "Rex"}').json
    listed = [item[name] for item in ask(app, "GET", "/pets").json["entry"]]
    assert made in listed
    assert all(ask(app, "GET", f"/pets/{pet['id']}").json == pet for pet in listed)


def test_a_list_has_at_most_the_items_that_the_document_allows(serve: Any) -> None:
    pets = {"type": "array", "items": _PET, "maxItems": 2}
    app = serve({"/pets": {"get": _json(pets)}, "/pets/{id}": {"parameters": _named("id"), "get": _json(_PET)}})
    listed = ask(app, "GET", "/pets").json
    assert len(listed) == 2
    assert [ask(app, "GET", f"/pets/{pet['id']}").json for pet in listed] == listed


def test_a_documented_head_finds_what_get_finds(serve: Any) -> None:
    head = {"responses": {"200": {"description": ""}, "404": {"description": ""}}}
    one = {"parameters": _named("id"), "get": _json(_PET), "head": head}
    app = serve({"/pets": {"get": _json({"type": "array", "items": _PET})}, "/pets/{id}": one})
    found = ask(app, "HEAD", f"/pets/{ask(app, 'GET', '/pets').json[0]['id']}")
    assert (found.status, found.body) == (200, b"")
    assert ask(app, "HEAD", "/pets/none").status == 404


def test_a_change_of_a_collection_that_names_no_record_is_answered_as_documented(serve: Any) -> None:
    many = {"type": "object", "properties": {"data": {"type": "array", "items": _PET}}}
    body = {"requestBody": {"content": {"application/json": {"schema": many}}}}
    done = {"responses": {"204": {"description": ""}}}
    pets = {"get": _json(many), "post": {**body, **done}, "patch": {**body, **done}}
    app = serve({"/pets": pets, "/pets/{id}": {"parameters": _named("id"), "get": _json(_PET)}})
    assert ask(app, "PATCH", "/pets", body=b'{"data": [{"id": "a", "name": "b"}]}').status == 204


def test_a_key_in_a_free_form_query_may_be_empty(serve: Any) -> None:
    anything = {"name": "any", "in": "query", "schema": {"type": "object", "additionalProperties": _TEXT}}
    app = serve({"/pets": {"get": {"parameters": [anything], **_json(_PET)}}})
    assert ask(app, "GET", "/pets?=x&a=b").status == 200


def test_the_key_of_any_operation_shows_that_a_path_is_unknown(serve: Any) -> None:
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "user": {"type": "http", "scheme": "basic"}}
    paths = {"/login": {"post": {"security": [{"user": []}], **_json(_PET)}}, "/pets": {"get": _json(_PET)}}
    app = serve(paths, security=[{"key": []}], components={"securitySchemes": schemes})
    basic = [("authorization", f"Basic {base64.b64encode(b'sk_test_local:').decode()}")]
    assert ask(app, "GET", "/none", key=None, headers=basic).status == 404
    assert ask(app, "GET", "/pets", key=None, headers=basic).status == 401
    assert ask(app, "GET", "/none", key=None).status == 401


def test_an_empty_text_has_its_media_type(serve: Any) -> None:
    text = {"200": {"description": "", "content": {"text/plain": {"schema": _TEXT, "example": ""}}}}
    answer = ask(serve({"/note": {"get": {"responses": text}}}), "GET", "/note")
    assert (answer.status, answer.body, answer.get("content-type")) == (200, b"", "text/plain")


def test_another_json_has_the_shape_that_is_documented_for_it(serve: Any) -> None:
    pets = {"type": "array", "items": _PET}
    embedded = {"type": "object", "required": ["pets"], "properties": {"pets": pets}}
    hal = {"type": "object", "required": ["_embedded"], "properties": {"_embedded": embedded}}
    content = {"application/json": {"schema": pets}, "application/hal+json": {"schema": hal}}
    app = serve({"/pets": {"get": {"responses": {"200": {"description": "", "content": content}}}}})
    plain = ask(app, "GET", "/pets").json
    answer = ask(app, "GET", "/pets", headers=[("accept", "application/hal+json")])
    assert answer.json == {"_embedded": {"pets": plain}}


def test_a_base_may_leave_to_its_children_what_the_data_are(serve: Any) -> None:
    base = {"type": "object", "required": ["code"], "properties": {"code": {"enum": [0]}, "msg": _TEXT, "data": {}}}

    def result(data: Any) -> dict[str, Any]:
        return {"allOf": [{"$ref": "#/components/schemas/Result"}, {"type": "object", "properties": {"data": data}}]}

    body = {"requestBody": {"content": {"application/json": {"schema": _PET}}}}
    app = serve(
        {
            "/pets": {"get": _json(result({"type": "array", "items": _PET})), "post": {**body, **_json(result(_PET))}},
            "/pets/{id}": {"parameters": _named("id"), "get": _json(result(_PET))},
        },
        components={"schemas": {"Result": base}},
    )
    made = ask(app, "POST", "/pets", body=b'{"id": "p1", "name": "Rex"}').json
    assert made["data"] == {"id": "p1", "name": "Rex"}
    assert ask(app, "GET", "/pets/p1").json["data"] == made["data"]
    assert made["data"] in ask(app, "GET", "/pets").json["data"]


def test_an_example_of_a_header_that_its_schema_refuses_is_not_sent(serve: Any) -> None:
    place = {"schema": {"type": "string", "format": "uri"}, "example": "/files/123"}
    count = {"schema": {"type": "integer"}, "example": "5"}
    created = {"201": {"description": "", "headers": {"Location": place, "X-Count": count}}}
    answer = ask(serve({"/files": {"post": {"responses": created}}}), "POST", "/files")
    assert answer.get("location").startswith("http")
    assert answer.get("x-count") == "5"


def test_a_list_that_is_no_json_patch_may_change_a_record(serve: Any) -> None:
    many = {"requestBody": {"content": {"application/json": {"schema": {"type": "array", "items": _PET}}}}}
    one = {"parameters": _named("id"), "get": _json(_PET), "patch": {**many, "responses": {"204": {"description": ""}}}}
    app = serve({"/pets": {"get": _json({"type": "array", "items": _PET})}, "/pets/{id}": one})
    target = f"/pets/{ask(app, 'GET', '/pets').json[0]['id']}"
    assert ask(app, "PATCH", target, body=b'[{"id": "a", "name": "b"}]').status == 204
