"""Documents whose schemas admit nothing at their word, as generators write them: read as their authors mean them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message, line_with
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

_TEXT = {"type": "string"}
_ID = {"name": "id", "in": "path", "required": True, "schema": _TEXT}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: Any, status: str = "200") -> dict[str, Any]:
    return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}


def _collection(schema: Any) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    refused = {"400": {"description": ""}}
    return {
        "/pets": {
            "get": {"responses": _answer({"type": "array", "items": schema})},
            "post": {"requestBody": body, "responses": {**_answer(schema, "201"), **refused}},
        },
        "/pets/{id}": {"get": {"parameters": [_ID], "responses": _answer(schema)}},
    }


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(paths: Mapping[str, Any], **schemas: Any) -> Path:
        document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}
        target = tmp_path / "document.json"
        target.write_text(json.dumps({**document, "components": {"schemas": schemas}}))
        return target

    return written


def _served(file: Path) -> Starlette:
    return create_app(Settings(spec=str(file), quiet=True, self_check="all"))


_CIRCLE = {
    "Pet": {
        **_object("kind", kind=_TEXT, id={**_TEXT, "readOnly": True}),
        "oneOf": [_ref("Cat"), _ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
    },
    "Cat": {"allOf": [_ref("Pet"), _object("purrs", purrs={"type": "boolean"})]},
    "Dog": {"allOf": [_ref("Pet"), _object("barks", barks={"type": "boolean"})]},
}


def test_a_base_that_lists_its_children_is_served(file: Any) -> None:
    app = _served(file(_collection(_ref("Pet")), **_CIRCLE))
    made = ask(app, "POST", "/pets", body=b'{"kind": "cat", "purrs": true}')
    assert made.status == 201
    assert (made.json["kind"], made.json["purrs"]) == ("cat", True)
    assert ask(app, "POST", "/pets", body=b'{"kind": "cat", "purrs": "loudly"}').status == 400
    assert ask(app, "POST", "/pets", body=b'{"purrs": true}').status == 400
    assert made.json in ask(app, "GET", "/pets").json


def test_children_may_be_written_into_their_base(file: Any) -> None:
    pet = {
        "oneOf": [{"allOf": [_ref("Pet"), _object("purrs", purrs={"type": "boolean"})]}],
        **_object("id", id=_TEXT),
    }
    app = _served(file(_collection(_ref("Pet")), Pet=pet))
    assert ask(app, "GET", "/pets").json[0].keys() == {"id", "purrs"}


def test_a_schema_without_an_end_stops_its_operation_alone(file: Any) -> None:
    endless = {"allOf": [_ref("Odd"), _object(a=_TEXT)]}
    paths = {**_collection(_object("id", id=_TEXT)), "/odd": {"get": {"responses": _answer(_object(o=_ref("Odd")))}}}
    app = _served(file(paths, Odd=endless))
    assert ask(app, "GET", "/odd").status == 501
    assert ask(app, "GET", "/pets").status == 200


_CLOSED = {
    "Base": {**_object("type", type={"enum": ["pet"]}), "additionalProperties": False},
    "Pet": {
        "allOf": [_ref("Base"), {**_object("id", id=_TEXT, name=_TEXT), "additionalProperties": False}],
        "additionalProperties": False,
    },
}


def test_closed_schemas_that_inherit_are_closed_together(file: Any) -> None:
    app = _served(file(_collection(_ref("Pet")), **_CLOSED))
    made = ask(app, "POST", "/pets", body=b'{"type": "pet", "id": "p1", "name": "Rex"}')
    assert made.status == 201
    assert made.json == {"type": "pet", "id": "p1", "name": "Rex"}
    assert ask(app, "GET", "/pets/p1").json == made.json
    assert ask(app, "POST", "/pets", body=b'{"type": "pet", "id": "p2", "age": 3}').status == 400


def test_closed_schemas_that_agree_stay_as_they_are(file: Any) -> None:
    closed = {**_object("id", id=_TEXT), "additionalProperties": False}
    app = _served(file(_collection({"allOf": [_ref("Base"), _object(name=_TEXT)]}), Base=closed))
    assert ask(app, "POST", "/pets", body=b'{"id": "p1", "name": "Rex"}').status == 400
    assert ask(app, "POST", "/pets", body=b'{"id": "p1"}').status == 201


def test_equal_branches_of_a_oneof_count_once(file: Any) -> None:
    by_mail = _object(quick={"type": "boolean", "description": "By mail."})
    by_phone = _object(quick={"type": "boolean", "description": "By phone."})
    pet = _object("id", "sent", id=_TEXT, sent={"oneOf": [_ref("Mail"), _ref("Phone")]})
    app = _served(file(_collection(_ref("Pet")), Pet=pet, Mail=by_mail, Phone=by_phone))
    assert ask(app, "POST", "/pets", body=b'{"id": "p1", "sent": {"quick": true}}').status == 201
    assert ask(app, "POST", "/pets", body=b'{"id": "p2", "sent": {"quick": 1}}').status == 400


def test_equal_branches_are_known_by_references_into_a_component(file: Any) -> None:
    made = _object("by", by={"oneOf": [_object("type", "id", type=_TEXT, id=_TEXT), {"type": "integer"}]})
    inner = {"$ref": "#/components/schemas/Made/properties/by/oneOf/0"}
    agent = {"oneOf": [inner, {**_object("type", "id", type=_TEXT, id=_TEXT), "description": "Another agent."}]}
    app = _served(file(_collection(_object("id", "agent", id=_TEXT, agent=agent)), Made=made))
    sent = {"id": "a", "agent": {"type": "user", "id": "b"}}
    answer = ask(app, "POST", "/pets", body=json.dumps(sent).encode())
    assert (answer.status, answer.json["agent"]) == (201, sent["agent"]), answer.explain


def test_schemas_of_other_files_are_read_so_too(file: Any) -> None:
    path = file(_collection({"$ref": "pet.json"}))
    closed = {"required": ["id", "name"], "additionalProperties": False}
    path.with_name("pet.json").write_text(json.dumps({"allOf": [closed, _object(id=_TEXT, name=_TEXT)]}))
    assert ask(_served(path), "POST", "/pets", body=b'{"id": "p1", "name": "Rex"}').status == 201


def test_two_closed_schemas_leave_more_than_what_both_have(file: Any) -> None:
    base = {**_object("id", id=_TEXT), "additionalProperties": False}
    child = {"allOf": [_ref("Base"), {**_object(name=_TEXT), "additionalProperties": False}]}
    app = _served(file(_collection(child), Base=base))
    assert ask(app, "POST", "/pets", body=b'{"id": "p1", "name": "Rex"}').status == 201
    assert ask(app, "POST", "/pets", body=b'{"id": "p2", "age": 3}').status == 400


def test_a_value_may_fit_a_branch_and_the_base_of_it(file: Any) -> None:
    base = _object("id", id=_TEXT)
    cat = {"allOf": [_ref("Pet"), _object(purrs={"type": "boolean"})]}
    app = _served(file(_collection({"oneOf": [_ref("Pet"), _ref("Cat")]}), Pet=base, Cat=cat))
    made = ask(app, "POST", "/pets", body=b'{"id": "p1", "purrs": true}')
    assert (made.status, made.json) == (201, {"id": "p1", "purrs": True})
    assert ask(app, "POST", "/pets", body=b'{"purrs": true}').status == 400


def test_what_is_read_otherwise_is_listed_at_start(file: Any, caplog: pytest.LogCaptureFixture) -> None:
    _served(file(_collection(_ref("Pet")), **_CLOSED))
    assert_message(line_with(caplog.text, "/components/schemas/Pet").partition("#")[2])
