"""Bodies that a JSON parser, a validator or a store chokes on: one 400 for each, and the next request is fine."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import assert_message
from starlette.applications import Starlette
from wire import Answer, Tenant, ask, assert_envelope, state_of

from mock_server.support.exact_json import MAX_JSON_DEPTH


def create(app: Starlette, body: bytes | list[bytes], key: str, path: str = "/v1/leads") -> Answer:
    return ask(app, "POST", path, body=body, key=key)


def scenario(outcome: Any) -> bytes:
    """A scenario, whose outcome takes anything."""
    whole = {"name": "Deep", "prompt": "p", "response": "r", "isActive": True, "questions": [], "outcome": None}
    return (
        json.dumps(whole)
        .replace("null", json.dumps({"type": "x", "more": "HERE"}))
        .encode()
        .replace(b'"HERE"', outcome if isinstance(outcome, bytes) else json.dumps(outcome).encode())
    )


def nested(levels: int, opened: bytes = b"[", closed: bytes = b"]") -> bytes:
    return opened * levels + closed * levels


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"firstName": }',
        b'{"firstName": "Ada",}',
        b"{'firstName': 'Ada'}",
        b'{"firstName": "Ada"} {}',
        b'\xef\xbb\xbf{"firstName": "Ada"}',
        '{"firstName": "Ada"}'.encode("utf-16"),
        b'{"firstName": "\xff\xfe"}',
        b'{"firstName": "\xed\xa0\x80"}',
        b'{"firstName": "Ada\x00"}',
        b'{"firstName": "\\ud800"}',
        b'{"firstName": "\\udc00\\ud800"}',
        b'{"firstName": NaN}',
        b'{"firstName": Infinity}',
        b'{"firstName": "Ada", "x": -Infinity}',
        b'{"firstName": "Ada", "x": NaN}',
        b'{"firstName": "Ada", "x": 1e9999}',
        b'{"firstName": "Ada", "x": 1e309}',
        b'{"firstName": "Ada", "x": [-1e400]}',
        b'{"firstName": "Ada", "x": ' + b"9" * 400 + b"}",
        b'{"firstName": "Ada", "x": ' + b"9" * 5000 + b"}",
        b'{"firstName": "Ada", "x": 01}',
        b'{"firstName": "Ada", "x": 0x10}',
        b'{"firstName": "Ada", "x": ' + nested(20_000) + b"}",
        b'{"firstName": "Ada", "x": ' + nested(200_000) + b"}",
        b'{"firstName": "Ada", "x": ' + nested(20_000, b'{"a":', b"}") + b"}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        nested(MAX_JSON_DEPTH + 1),
        nested(200_000),
    ],
    ids=lambda body: f"{len(body)}-{body[:24]!r}",
)
def test_what_is_no_json_or_too_deep_is_400_and_changes_nothing(app: Starlette, tenant: Tenant, body: bytes) -> None:
    workspace, key = tenant()
    before = state_of(workspace)
    answer = create(app, body, key)
    assert_envelope(answer, 400, "Bad request")
    assert answer.explain.startswith("body")
    assert state_of(workspace) == before
    assert create(app, b'{"firstName": "Ada"}', key).status == 201


@pytest.mark.parametrize("value", [[], [{}], "text", 1, 1.5, True, None])
def test_a_body_that_is_no_object_is_400(app: Starlette, tenant: Tenant, value: Any) -> None:
    _, key = tenant()
    answer = create(app, json.dumps(value).encode(), key)
    assert_envelope(answer, 400, "Bad request")
    assert answer.explain.startswith("body /: ")


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, ["Ada"], {"text": "Ada"}])
def test_a_field_of_the_wrong_type_is_400_with_a_pointer(app: Starlette, tenant: Tenant, value: Any) -> None:
    _, key = tenant()
    answer = create(app, json.dumps({"firstName": value}).encode(), key)
    assert_envelope(answer, 400, "Bad request")
    assert answer.explain.startswith("body /firstName: ")


def test_every_fault_of_a_body_is_told_at_once(app: Starlette) -> None:
    answer = ask(app, "POST", "/v1/leads", body=b'{"firstName": 1, "email": 2, "phone": "x"}')
    assert all(pointer in answer.explain for pointer in ("body /firstName: ", "body /email: ", "body /phone: "))


def test_the_value_of_a_wrong_field_is_not_repeated(app: Starlette) -> None:
    answer = ask(app, "POST", "/v1/leads", body=b'{"firstName": "Ada", "email": "my secret diary"}')
    assert answer.status == 400
    assert "diary" not in answer.explain


@pytest.mark.parametrize("depth", [MAX_JSON_DEPTH - 2, 1])
def test_what_is_as_deep_as_allowed_is_kept(app: Starlette, tenant: Tenant, depth: int) -> None:
    _, key = tenant()
    assert create(app, scenario(nested(depth)), key, "/v1/scenarios").status == 201
    assert ask(app, "GET", "/v1/scenarios", key=key).json["scenarios"][0]["name"] == "Deep"


def test_one_level_more_than_allowed_is_400(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant()
    answer = create(app, scenario(nested(MAX_JSON_DEPTH - 1)), key, "/v1/scenarios")
    assert_envelope(answer, 400, "Bad request")
    assert_message(answer.explain)


def test_many_brackets_on_one_level_are_not_deep(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant()
    assert create(app, scenario([[], {}] * 500), key, "/v1/scenarios").status == 201


def test_brackets_inside_texts_are_not_deep(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant()
    assert create(app, scenario("[{" * 500), key, "/v1/scenarios").status == 201


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.slow
@given(JSON)
@settings(max_examples=150)
def test_whatever_an_open_field_is_sent_it_is_taken_or_refused(app: Starlette, value: Any) -> None:
    answer = ask(app, "PUT", "/v1/scenarios/1", body=json.dumps({"outcome": {"type": "x", "more": value}}).encode())
    if answer.status == 200:
        assert answer.json["scenario"]["outcome"]["type"] == "x"
    else:
        assert_envelope(answer, 400, "Bad request")
    assert ask(app, "GET", "/v1/scenarios/1").status == 200


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=150)
def test_no_bytes_are_a_bug(app: Starlette, raw: bytes) -> None:
    answer = ask(app, "POST", "/v1/sms", body=raw)
    assert answer.status in (400, 404)
    assert_envelope(answer, answer.status)
