"""A header that a stub, a fault, a receiver or the document gives takes the place of ours: it is set, not added."""

import json
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from starlette.applications import Starlette
from wire import Answer, Tenant, ask, exchange, parsed

from mock_server.api.response import with_headers
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.server import MockServer

DAY = "Mon, 01 Jan 2024 00:00:00 GMT"
GIVEN = {
    "Content-Type": "application/problem+json",
    "DATE": DAY,
    "Server": "vendor",
    "Retry-After": "3",
    "Set-Cookie": ["a=1", "b=2"],
}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def stub(desk: Desk, headers: Any, path: str = "/v1/leads") -> None:
    response = {"jsonBody": {}, "headers": headers}
    desk.done("POST", "/mappings", {"request": {"urlPath": path}, "response": response, "allowInvalid": True})


def once(answer: Answer, name: str) -> str:
    (value,) = [value for given, value in answer.headers if given == name]
    return value


def assert_given(answer: Answer) -> None:
    for name, value in GIVEN.items():
        if isinstance(value, str):
            assert once(answer, name.lower()) == value
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert once(answer, "x-mock-request-id").startswith("req_")
    assert int(once(answer, "content-length")) == len(answer.body)


def test_a_stub_sets_headers(desk: Desk) -> None:
    stub(desk, GIVEN)
    assert_given(desk.ask("GET", "/v1/leads"))


@pytest.mark.parametrize("response", [{"status": 503}, {"status": 429}, {"fixedDelayMilliseconds": 1}])
def test_a_fault_sets_headers(desk: Desk, response: dict[str, Any]) -> None:
    desk.fault({**response, "headers": GIVEN})
    answer = desk.ask()
    assert_given(answer)
    assert once(answer, "x-mock-fault") != ""


def test_a_fault_sets_headers_of_what_the_program_refuses(desk: Desk) -> None:
    desk.fault({"fixedDelayMilliseconds": 1, "headers": {**GIVEN, "Allow": "TRACE"}})
    answer = ask(desk.app, "PATCH", "/v1/leads", key=desk.key)
    assert (answer.status, once(answer, "allow")) == (405, "TRACE")
    assert "this path has" in once(answer, "x-mock-explain")
    assert_given(answer)


def test_a_fault_is_set_over_a_stub_and_cookies_add_up(desk: Desk) -> None:
    stub(desk, {"Set-Cookie": "c=3", "Content-Type": "text/x"})
    desk.fault({"fixedDelayMilliseconds": 1, "headers": {"set-cookie": "d=4", "content-type": "text/y"}})
    answer = desk.ask("GET", "/v1/leads")
    assert once(answer, "content-type") == "text/y"
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["c=3", "d=4"]
    (kept,) = desk.workspace.journal
    assert [(name.decode(), value.decode()) for name, value in kept.answered] == answer.headers


@pytest.mark.parametrize("path", ["/mappings", "/faults", "/inbox/a"])
def test_a_name_that_is_given_twice_is_refused(desk: Desk, path: str) -> None:
    headers = {"Content-Type": "a/b", "content-type": "c/d"}
    if path.startswith("/inbox"):
        answer = desk.admin("PUT", path, {"headers": headers})
    else:
        whole = {"request": {"urlPath": "/v1/leads"}, "response": {"status": 503, "headers": headers}}
        answer = desk.admin("POST", path, {**whole, **({"allowInvalid": True} if path == "/mappings" else {})})
    assert (answer.status, answer.json["pointer"].endswith("headers/content-type")) == (400, True)


@pytest.mark.parametrize(
    "name", ["Content-Length", "transfer-encoding", "CONNECTION", "a b", "x:y", "é", "", "X-Mock-Fault"]
)
def test_what_is_for_the_server_to_say_is_refused(desk: Desk, name: str) -> None:
    for method, path, body in (
        ("POST", "/faults", {"response": {"status": 503, "headers": {name: "1"}}}),
        ("PUT", "/inbox/a", {"headers": {name: "1"}}),
    ):
        assert desk.admin(method, path, body).status == 400


def test_what_the_document_says_of_headers_is_sent_once_or_not_at_all(tmp_path: Path) -> None:
    given = {"Content-Type": "text/x", "Content-Length": "1", "Transfer-Encoding": "chunked", "Connection": "close"}
    given |= {
        "Content-Encoding": "gzip",
        "X-Request": "7",
        "Preference-Applied": "none",
        "no name": "x",
        "Date": DAY,
        "X-Mock-A": "1",
    }
    headers = {name: {"schema": {"type": "string"}, "example": value} for name, value in given.items()}
    content = {"application/json": {"schema": {"type": "object"}, "example": {"a": 1}}}
    paths = {"/x": {"get": {"responses": {"200": {"description": "", "headers": headers, "content": content}}}}}
    file = tmp_path / "document.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}))
    app = create_app(Settings(world="empty", spec=str(file)))
    answer = ask(app, "GET", "/x", headers=[("Prefer", "code=200")])
    assert answer.json == {"a": 1}
    assert once(answer, "content-type") == "application/json"
    assert (once(answer, "x-request"), once(answer, "preference-applied")) == ("7", "code=200")
    names = [name for name, _ in answer.headers]
    assert len(names) == len(set(names))
    assert not {"transfer-encoding", "connection", "content-encoding", "no name", "date", "x-mock-a"} & set(names)


def test_over_a_socket_there_is_one_date(desk: Desk) -> None:
    head = "Host: localhost\r\nAuthorization: Bearer sk_test_local\r\n\r\n"
    with MockServer(Settings(port=0, quiet=True, world="empty")) as server:
        here = Desk(server.app, server.app.state.workspaces.get("default"), server.api_key)
        stub(here, {"date": DAY, "Server": "vendor"}, "/v1/members")
        broken = {"fault": "MALFORMED_RESPONSE_CHUNK", "headers": {"Content-Type": "a/b"}}
        here.fault(broken, request={"urlPath": "/v1/faqs"})
        here.admin("PUT", "/inbox/a", {"headers": {"Date": DAY, "Content-Type": "text/x"}})
        asked = "".join(f"GET /v1/{path} HTTP/1.1\r\n{head}" for path in ("leads", "members", "leads", "members"))
        close = head.replace("\r\n\r\n", "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        raw = exchange(server.url, f"{asked}POST /__admin/inbox/a HTTP/1.1\r\n{close}".encode()).lower()
        assert (raw.count(b"\r\ndate:"), raw.count(f"\r\ndate: {DAY}".lower().encode())) == (5, 3)
        assert raw.count(b"\r\ncontent-type: text/x") == 1
        assert exchange(server.url, f"GET /v1/faqs HTTP/1.1\r\n{head}".encode()).lower().count(b"content-type:") == 1
        assert parsed(exchange(server.url, f"GET /v1/leads HTTP/1.1\r\n{close}".encode())).get("date") != DAY.lower()


def test_headers_are_replaced_by_name() -> None:
    assert with_headers([(b"a", b"1"), (b"b", b"2")], [(b"a", b"3")]) == [(b"b", b"2"), (b"a", b"3")]
    assert with_headers([(b"a", b"1")], []) == [(b"a", b"1")]
