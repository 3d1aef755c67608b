"""Requests under a condition, where the document has one: entity tags, and keys that make a repetition harmless."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from foreign import COUNT, TEXT, Foreign, having, listing, operation
from wire import Answer, ask

THING = having(id=COUNT, name=TEXT)


def header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": TEXT}


@pytest.fixture
def api(tmp_path: Path) -> Foreign:
    get, patch = operation(THING), operation(THING, body=THING, parameters=[header("If-Match")])
    get["responses"]["200"]["headers"] = {"ETag": {"schema": TEXT, "example": '"abc"'}}
    get["responses"]["304"] = {"description": "as it was"}
    post = operation(THING, "201", body=THING, parameters=[header("Idempotency-Key")])
    return Foreign(
        tmp_path,
        {"/things": {"get": operation(listing(THING)), "post": post}, "/things/{id}": {"get": get, "patch": patch}},
    )


def send(api: Foreign, method: str, path: str, body: bytes | None, headers: Sequence[tuple[str, str]]) -> Answer:
    return ask(api.app, method, path, body=body, headers=headers)


def test_a_change_needs_the_tag_of_the_record_as_it_is(api: Foreign) -> None:
    id = api.good("POST", "/things", {"name": "a"})["id"]
    tag = api.ask("GET", f"/things/{id}").get("etag")
    assert tag not in ("", '"abc"')
    assert send(api, "PATCH", f"/things/{id}", b'{"name":"b"}', [("if-match", '"other"')]).status == 412
    changed = send(api, "PATCH", f"/things/{id}", b'{"name":"b"}', [("if-match", tag)])
    assert (changed.status, changed.json["name"]) == (200, "b")
    assert send(api, "PATCH", f"/things/{id}", b'{"name":"c"}', [("if-match", tag)]).status == 412
    assert send(api, "PATCH", f"/things/{id}", b'{"name":"c"}', [("if-match", "*")]).status == 200


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ({"schema": TEXT, "example": 'W/"2"'}, r'W/"\d+"'),
        ({"schema": TEXT, "example": '"7"'}, r'"\d+"'),
        ({"schema": TEXT, "example": 'W/"ab"'}, r'W/"[0-9a-f]{16}"'),
        ({"schema": {"type": "string", "pattern": '^W/"[0-9]+"$'}, "required": True}, r'W/"\d+"'),
        ({"schema": TEXT, "required": True}, '"[0-9a-f]{16}"'),
    ],
)
def test_a_tag_has_the_form_that_the_document_shows(tmp_path: Path, said: dict[str, Any], form: str) -> None:
    get, patch = operation(THING), operation(THING, body=THING, parameters=[header("If-Match")])
    get["responses"]["200"]["headers"] = {"ETag": said}
    api = Foreign(
        tmp_path, {"/things": {"get": operation(listing(THING))}, "/things/{id}": {"get": get, "patch": patch}}
    )
    path = f"/things/{api.get('/things')[0]['id']}"
    tag = api.ask("GET", path).get("etag")
    assert re.fullmatch(form, tag), tag
    assert send(api, "PATCH", path, b'{"name":"b"}', [("if-match", tag)]).status == 200
    assert send(api, "PATCH", path, b'{"name":"c"}', [("if-match", tag)]).status == 412


def test_what_the_client_has_is_not_sent_again(api: Foreign) -> None:
    path = f"/things/{api.good('POST', '/things', {'name': 'a'})['id']}"
    tag = api.ask("GET", path).get("etag")
    again = send(api, "GET", path, None, [("if-none-match", tag)])
    assert (again.status, again.body) == (304, b"")
    assert send(api, "GET", path, None, [("if-none-match", '"x"')]).status == 200


def test_a_key_makes_a_repetition_harmless(api: Foreign) -> None:
    before = len(api.get("/things"))
    first, again = (send(api, "POST", "/things", b'{"name":"a"}', [("idempotency-key", "k1")]) for _ in range(2))
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert len(api.get("/things")) == before + 1
    assert send(api, "POST", "/things", b'{"name":"b"}', [("idempotency-key", "k1")]).status == 409
    assert send(api, "POST", "/things", b'{"name":"a"}', [("idempotency-key", "k2")]).json["id"] != first.json["id"]


def test_a_put_that_must_not_replace_creates_only_once(tmp_path: Path) -> None:
    put = operation(THING, "201", body=THING, parameters=[header("If-None-Match"), header("If-Match")])
    put["responses"] |= {"200": put["responses"]["201"], "412": {"description": "no"}}
    api = Foreign(tmp_path, {"/things/{id}": {"put": put, "get": operation(THING), "delete": operation(status="204")}})
    new = [("if-none-match", "*")]
    assert send(api, "PUT", "/things/7", b'{"name":"a"}', [("if-match", '"x"')]).status == 412
    assert send(api, "PUT", "/things/7", b'{"name":"a"}', new).status == 201
    assert send(api, "PUT", "/things/7", b'{"name":"b"}', new).status == 412
    assert api.get("/things/7") == {"id": 7, "name": "a"}
    assert send(api, "PUT", "/things/7", b'{"name":"b"}', []).status == 200
    api.good("DELETE", "/things/7")
    assert send(api, "PUT", "/things/7", b'{"name":"c"}', [("if-match", "*")]).status == 412
    assert send(api, "PUT", "/things/7", b'{"name":"c"}', new).status == 201


@pytest.mark.parametrize(
    ("documented", "status"),
    [((), 409), (("409",), 409), (("409", "422"), 422), (("422",), 422), (("4XX",), 409), (("400",), 201)],
)
def test_a_key_that_came_with_another_body_is_refused_as_the_document_says(
    tmp_path: Path, documented: Sequence[str], status: int
) -> None:
    post = operation(THING, "201", body=THING, parameters=[header("Idempotency-Key")])
    post["responses"] |= {code: {"description": "no"} for code in documented}
    api = Foreign(tmp_path, {"/things": {"get": operation(listing(THING)), "post": post}})
    assert send(api, "POST", "/things", b'{"name":"a"}', [("idempotency-key", "k")]).status == 201
    assert send(api, "POST", "/things", b'{"name":"b"}', [("idempotency-key", "k")]).status == status


def test_an_entity_tag_without_an_example_is_sent(tmp_path: Path) -> None:
    get = operation(THING)
    get["responses"]["200"]["headers"] = {"ETag": {"schema": TEXT}}
    assert Foreign(tmp_path, {"/things/{id}": {"get": get}}).ask("GET", "/things/7").get("etag").startswith('"')
