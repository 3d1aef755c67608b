"""Every operation refuses in the vendor's envelope, and with what its document says."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import assert_message
from starlette.applications import Starlette
from wire import KEY, Answer, ask, assert_envelope, body_of, target_of

from mock_server.api.payload import MAX_PROBLEMS
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation

WORDS = {True: "invalid_token", False: "Invalid or expired token"}  # by surface: Zapier, v1
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "PROPFIND", "BREW")


def assert_as_documented(operation: Operation, answer: Answer) -> None:
    response = operation.responses.get(answer.status)
    if response and response.schema:
        assert response.schema.accepts(answer.json), response.schema.problems(answer.json)


def test_without_a_key_of_ours_every_operation_is_401(app: Starlette, operation: Operation) -> None:
    for key in (None, "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_test_unknown", "nonsense"):
        answer = ask(app, operation.method, target_of(operation), key=key, body=body_of(operation))
        assert_envelope(answer, 401, WORDS["zapier" in operation.path])
        assert_as_documented(operation, answer)


def test_a_key_that_is_wrong_is_told_before_anything_else_that_is(app: Starlette, operation: Operation) -> None:
    """Else one without a key could learn the routes, or make the server read a body."""
    answers = [
        ask(app, operation.method, operation.path.replace("{", "").replace("}", ""), key=None),
        ask(app, "BREW", target_of(operation), key=None),
        ask(app, operation.method, target_of(operation), key=None, body=b"{", headers=[("content-type", "x/y")]),
        ask(app, operation.method, target_of(operation), key=None, headers=[("content-length", "99999999")]),
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.body for answer in answers}) == 1


def test_a_method_that_the_document_does_not_have_is_405(
    app: Starlette, contract: Contract, operation: Operation
) -> None:
    shape = operation.key.partition(" ")[2]
    declared = sorted(key.partition(" ")[0] for key in contract.operations if key.partition(" ")[2] == shape)
    for method in set(METHODS) - set(declared):
        answer = ask(app, method, target_of(operation), body=b"{}")
        assert_envelope(answer, 405, "Method not allowed")
        allowed = ", ".join(sorted({*declared, *(["HEAD"] if "GET" in declared else [])}))  # which is answered as GET
        assert answer.get("allow") == allowed
        assert allowed in answer.explain


@pytest.mark.parametrize(("wrong", "more"), [(MAX_PROBLEMS, False), (MAX_PROBLEMS + 1, True)])
def test_a_refusal_says_when_there_are_more_problems(app: Starlette, wrong: int, more: bool) -> None:
    body = {"name": "Taps", "prompt": "Ask", "response": "Yes", "questions": [7] * wrong}
    answer = ask(app, "POST", "/v1/scenarios", body=json.dumps(body).encode())
    assert_envelope(answer, 400)
    assert answer.explain.count("body /questions/") == min(wrong, MAX_PROBLEMS)
    assert (f"more problems than these {MAX_PROBLEMS}" in answer.explain) is more


def test_a_trailing_slash_is_another_path(app: Starlette, operation: Operation) -> None:
    path = target_of(operation).partition("?")[0]
    answer = ask(app, operation.method, f"{path}/")
    assert_envelope(answer, 404, "Not found")
    assert_message(answer.explain.partition(" /")[0], "path with a slash at its end")


def test_a_body_that_is_no_json_is_400(app: Starlette, with_body: Operation) -> None:
    answer = ask(app, with_body.method, target_of(with_body), body=b'{"a":')
    assert_envelope(answer, 400)
    assert_as_documented(with_body, answer)
    assert "body, line 1 column" in answer.explain


def test_a_missing_body_is_400_where_one_is_required(app: Starlette, with_body: Operation) -> None:
    answer = ask(app, with_body.method, target_of(with_body))
    assert with_body.body_required
    assert_envelope(answer, 400)
    assert_message(answer.explain, "body that is missing")


def test_a_body_over_the_bound_is_413(app: Starlette, with_body: Operation) -> None:
    declared = ask(app, with_body.method, target_of(with_body), body=b"{}", headers=[("content-length", "1048577")])
    streamed = ask(app, with_body.method, target_of(with_body), body=[b'{"a":"', b"a" * 1048576])
    for answer in (declared, streamed):
        assert_envelope(answer, 413, "Payload too large")
        assert_as_documented(with_body, answer)
        assert "--max-body" in answer.explain


def test_a_body_of_another_type_is_415(app: Starlette, with_body: Operation) -> None:
    for media in (
        *("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""),
        *("application/jsonx", "application/json; charset=latin-1", "application/json; charset=utf-16; q=1"),
    ):
        answer = ask(app, with_body.method, target_of(with_body), body=b"{}", headers=[("content-type", media)])
        assert_envelope(answer, 415, "Unsupported media type")
        assert_as_documented(with_body, answer)
        assert "send application/json" in answer.explain


def test_json_is_taken_however_its_type_is_spelt(app: Starlette, with_body: Operation) -> None:
    for media in ("application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"; v=1'):
        answer = ask(app, with_body.method, target_of(with_body), body=b"{", headers=[("content-type", media)])
        assert answer.status == 400


def test_a_path_that_can_name_nothing_is_not_found_and_told_why(app: Starlette, operation: Operation) -> None:
    for text in ("None", "%00", "%20", "-1", "a" * 65, "%F0%9F%A6%8A", "9" * 40) if operation.path_parameters else ():
        path = operation.path.partition("{")[0] + text + operation.path.rpartition("}")[2]
        parameter = operation.path_parameters[0]
        answer = ask(app, operation.method, path, body=body_of(operation))
        assert_envelope(answer, 404)
        possible = parameter.schema.accepts(parameter.parse([text]))
        assert possible or answer.explain.startswith(f"path parameter `{parameter.name}`"), (text, answer)


@pytest.mark.parametrize("path", ["%FF", "a%C0%80", "%ED%A0%80"])
def test_a_path_that_is_not_utf_8_is_400(app: Starlette, path: str) -> None:
    answer = ask(app, "GET", f"/v1/leads/{path}")
    assert_envelope(answer, 400)
    assert_message(answer.explain, "path parameter that is not UTF-8")


@pytest.mark.parametrize(
    ("query", "explain"),
    [
        ("page=%FF", "query: is not UTF-8"),
        ("page=1&page=2", "query parameter `page`: is given more than once"),
        ("page=0", "query parameter `page`: "),
        ("page=one", "query parameter `page`: "),
        ("limit=101", "-> integer, minimum 1, maximum 100"),
        ("limit=", "query parameter `limit`: "),
        ("limit=1e1", "query parameter `limit`: "),
        ("limit=" + "9" * 5000, "query parameter `limit`: "),
        ("limit=%00", "query parameter `limit`: "),
        ("&".join(f"a{number}" for number in range(2_001)), "query: more than 2,000 parameters"),
    ],
)
def test_a_query_that_the_contract_does_not_admit_is_400(app: Starlette, query: str, explain: str) -> None:
    answer = ask(app, "GET", f"/v1/leads?{query}")
    assert_envelope(answer, 400)
    assert explain in answer.explain


def test_a_fault_that_two_parts_of_a_schema_find_is_told_once(app: Starlette) -> None:
    """A phone number as a number: the field's own type says so, and so does the rule for this kind of destination."""
    body = {"label": "Sales", "method": "WARM", "destinationType": "PHONE_NUMBER", "destination": 1, "conditions": "x"}
    answer = ask(app, "POST", "/v1/transfers", body=json.dumps(body).encode())
    assert_envelope(answer, 400)
    assert_message(answer.explain)


def test_a_required_parameter_that_is_missing_is_named(app: Starlette) -> None:
    answer = ask(app, "GET", "/api/webhooks/zapier/leads?org_id=org_abc123")
    assert_envelope(answer, 400)
    assert_message(answer.explain)


def test_unknown_query_parameters_are_ignored(app: Starlette) -> None:
    assert ask(app, "GET", "/v1/leads?x=1&x=2&page=1&%00=%00").status == 200


def test_what_is_ignored_is_told_each_time_with_what_was_probably_meant(app: Starlette) -> None:
    for _ in range(2):
        answer = ask(app, "GET", "/v1/leads?limt=2&odd%0d%0aname=1")
        assert answer.status == 200
        assert_message(answer.explain, "query parameters that are ignored")
    body = b'{"firstName": "Ana", "email": "typing@example.com", "lastNme": "Bo"}'
    answer = ask(app, "POST", "/v1/leads", body=body)
    assert answer.status == 201
    assert_message(answer.explain)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/v1/lead", "/v1/leads"),
        ("//v1/leads", "/v1/leads"),
        ("/v1/leads/", "/v1/leads"),
        ("/v2/leads", "/v1/leads"),
        ("/v1/organisation", "/v1/organization"),
        ("/api/webhooks/zapier/subscription", "/api/webhooks/zapier/subscribe"),
    ],
)
def test_an_unknown_path_is_404_and_names_the_nearest(app: Starlette, path: str, near: str) -> None:
    answer = ask(app, "GET", path)
    assert_envelope(answer, 404, "Not found")
    assert_message(answer.explain, "path that is near another", PATH=near)


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/wp-login.php", "*", "/" + "x" * 9000])
def test_a_path_that_is_like_nothing_is_404(app: Starlette, path: str) -> None:
    answer = ask(app, "GET", path)
    assert_envelope(answer, 404, "Not found")
    assert "no such path" in answer.explain


def test_an_id_that_is_not_there_is_404_and_says_so(app: Starlette) -> None:
    answer = ask(app, "GET", "/v1/leads/ld_nobody")
    assert_envelope(answer, 404, "Not found")
    assert_message(answer.explain)


@given(
    method=st.sampled_from(METHODS),
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=40),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    key=st.sampled_from([KEY, None]),
    body=st.binary(max_size=40),
)
@settings(max_examples=150)
def test_no_request_line_gets_anything_but_an_envelope(
    app: Starlette, method: str, path: str, query: str, key: str | None, body: bytes
) -> None:
    answer = ask(app, method, f"/v1/{path}?{query}", key=key, body=body)
    assert answer.status in ((401,) if key is None else (200, 400, 404, 405, 415))
    if answer.status != 200:
        assert_envelope(answer, answer.status)
