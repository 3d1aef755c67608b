"""Documents as generators write them: slashes at the end, webhooks alone, parameters without a schema."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from wire import ask

_PET: Mapping[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}},
}
_ALIKE = [{"type": "object", "properties": {name: {"type": "string"}}} for name in ("name", "title")]


def _json(schema: Any, status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}


_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _PET}}}}
_ONE: Mapping[str, Any] = {
    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
}


def test_paths_that_end_with_a_slash_have_records(serve: Any) -> None:
    app = serve(
        {
            "/pets/": {"get": _json({"type": "array", "items": _PET}), "post": {**_BODY, **_json(_PET, "201")}},
            "/pets/{id}/": {**_ONE, "get": _json(_PET), "delete": {"responses": {"204": {"description": ""}}}},
        }
    )
    made = ask(app, "POST", "/pets/", body=b'{"name": "Rex"}')
    assert made.status == 201
    target = f"/pets/{made.json['id']}/"
    assert ask(app, "GET", target).json == made.json
    assert made.json in ask(app, "GET", "/pets/").json
    assert ask(app, "DELETE", target).status == 204
    assert ask(app, "GET", target).status == 404


def test_an_action_whose_path_ends_with_a_slash_sets_the_status(serve: Any) -> None:
    order = {**_PET, "properties": {**_PET["properties"], "status": {"enum": ["open", "cancelled"]}}}
    app = serve(
        {
            "/orders/": {"get": _json({"type": "array", "items": order})},
            "/orders/{id}/": {**_ONE, "get": _json(order)},
            "/orders/{id}/cancel/": {**_ONE, "post": _json(order)},
        }
    )
    target = f"/orders/{ask(app, 'GET', '/orders/').json[0]['id']}/"
    assert ask(app, "POST", f"{target}cancel/").json["status"] == "cancelled"
    assert ask(app, "GET", target).json["status"] == "cancelled"


def test_a_document_of_webhooks_alone_is_served(serve: Any) -> None:
    body = {"content": {"application/json": {"schema": _PET}}}
    app = serve({}, webhooks={"pet.born": {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}})
    assert ask(app, "GET", "/__admin/webhooks/triggers").json["triggers"] == ["pet.born"]
    assert ask(app, "GET", "/pets").status == 404


def test_a_parameter_without_a_schema_takes_any_text(serve: Any) -> None:
    app = serve({"/pets": {"get": {**_json(_PET), "parameters": [{"name": "q", "in": "query", "required": True}]}}})
    assert ask(app, "GET", "/pets?q=anything").status == 200
    assert ask(app, "GET", "/pets").status == 400


def test_a_parameter_and_a_method_beside_the_reference_of_a_path_item_belong_to_it(serve: Any) -> None:
    size = {"name": "size", "in": "query", "schema": {"type": "integer"}}
    beside = {"parameters": [size], "delete": {"responses": {"204": {"description": ""}}}}
    items = {"Pet": {**_ONE, "get": _json(_PET)}}
    app = serve({"/pets/{id}": {"$ref": "#/components/pathItems/Pet", **beside}}, components={"pathItems": items})
    asked = [f"GET {target}".split() for target in ("/pets/1", "/pets/1?size=2", "/pets/1?size=x", "/pets/x")]
    statuses = [ask(app, *request).status for request in (*asked, ["DELETE", "/pets/1"])]
    assert statuses == [200, 200, 400, 400, 204]


def test_nobody_gets_in_touch_where_the_document_is_anothers(serve: Any) -> None:
    answer = ask(serve({"/pets": {"get": _json(_PET)}}), "POST", "/__admin/simulate", body=b'{"kind": "call"}')
    assert answer.status == 409
    assert "/__admin/webhooks/events" in answer.json["detail"]


def test_a_list_of_what_is_there_at_first_sight_is_answered(serve: Any) -> None:
    names = {"type": "object", "required": ["names"], "properties": {"names": {"type": "array"}}}
    word = {"type": "object", "properties": {"id": {"type": "string"}, "words": {"type": "array"}}}
    id = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}
    app = serve({"/words": {"get": _json(names)}, "/words/{id}": {**id, "get": _json(word)}})
    assert ask(app, "GET", "/words/plain").status == 200
    assert ask(app, "GET", "/words").status == 200


def test_an_answer_that_fits_more_than_one_of_oneof_is_501(serve: Any) -> None:
    """No list of such records is valid: an empty one fits both branches too."""
    app = serve({"/pets": {"get": _json({"oneOf": [{"type": "array", "items": each} for each in _ALIKE]})}})
    answer = ask(app, "GET", "/pets")
    assert answer.status == 501
    assert "no value could be generated" in answer.explain


def _patched(media: str, body: Any) -> dict[str, Any]:
    return {media: {"schema": body}}


@pytest.mark.parametrize("others", [{}, _patched("application/json-patch+json", {"type": "array"})])
def test_null_in_a_merge_patch_takes_a_field_away_whatever_else_may_be_sent(serve: Any, others: Any) -> None:
    pet = {**_PET, "properties": {**_PET["properties"], "tag": {"type": "string"}}}
    content = {**others, **_patched("application/merge-patch+json", {"type": "object"})}
    app = serve(
        {"/pets/{id}": {**_ONE, "get": _json(pet), "patch": {"requestBody": {"content": content}, **_json(pet)}}}
    )
    merge = [("content-type", "application/merge-patch+json")]
    assert ask(app, "PATCH", "/pets/7", body=b'{"tag": "t"}', headers=merge).json["tag"] == "t"
    assert "tag" not in ask(app, "PATCH", "/pets/7", body=b'{"tag": null}', headers=merge).json
    assert "tag" not in ask(app, "GET", "/pets/7").json


def test_a_record_that_put_creates_has_the_id_of_the_path(serve: Any) -> None:
    both = {"responses": {**_json(_PET)["responses"], **_json(_PET, "201")["responses"]}}
    paths = {"get": _json({"type": "array", "items": _PET}), "post": {**_BODY, **_json(_PET, "201")}}
    app = serve({"/pets": paths, "/pets/{id}": {**_ONE, "get": _json(_PET), "put": {**_BODY, **both}}})
    made = ask(app, "PUT", "/pets/99123", body=b'{"name": "Rex"}')
    assert (made.status, made.json["id"]) == (201, 99123)
    assert ask(app, "GET", "/pets/99123").json == made.json
    assert ask(app, "PUT", "/pets/99123", body=b'{"name": "Max"}').status == 200


@pytest.mark.parametrize("schema", [3, None, {"properties": {"a": {"$ref": 5}}}, {"$ref": "#/nothing"}])
def test_a_webhook_with_a_wrong_schema_is_left_out(serve: Any, schema: Any) -> None:
    posted = [{"post": {"requestBody": {"content": {"application/json": {"schema": it}}}}} for it in (schema, _PET)]
    paths = {"/pets": {"post": {**_json(_PET), "callbacks": {"told": {"{$request.body#/url}": posted[0]}}}}}
    app = serve(paths, webhooks={"pet.odd": posted[0], "pet.born": posted[1]})
    assert ask(app, "GET", "/__admin/webhooks/triggers").json["triggers"] == ["pet.born"]
    assert ask(app, "POST", "/pets", body=b"{}").status == 200


def test_an_answer_with_properties_may_be_null_alone(serve: Any) -> None:
    app = serve({"/pets": {"get": _json({**_PET, "type": "null"})}})
    assert ask(app, "GET", "/pets").body == b"null"


def test_an_operation_whose_branches_are_evaluated_again_and_again_is_501(serve: Any) -> None:
    """To make its validator alone would take minutes."""
    twice = [[{"$ref": f"#/components/schemas/A{at + 1}"}] * 2 for at in range(12)]
    closed = [{"allOf": both, "unevaluatedProperties": False} for both in twice]
    schemas = {**{f"A{at}": schema for at, schema in enumerate(closed)}, "A12": _PET}
    paths = {"/odd": {"get": _json({"$ref": "#/components/schemas/A0"})}, "/pets": {"get": _json(_PET)}}
    begun = time.process_time()
    app = serve(paths, components={"schemas": schemas})
    assert time.process_time() - begun < 2
    assert "schemas for one value" in ask(app, "GET", "/odd").explain
    assert ask(app, "GET", "/pets").status == 200
