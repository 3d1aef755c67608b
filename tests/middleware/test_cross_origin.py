"""Which web pages may call the emulated API: those of this machine, those that are named, and no other."""

import json
from collections.abc import Sequence

import pytest
from desk import Desk
from messages import assert_message
from starlette.applications import Starlette
from wire import TINY, Answer, Tenant, ask, assert_envelope, exchange, parsed

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError
from mock_server.server import MockServer
from mock_server.support.web_origin import allowed_origin, web_origin

PAGE = "http://localhost:5173"
API = ("/v1/leads?limit=1", "/api/webhooks/zapier/leads?org_id=o&user_id=u", "/openapi", "/openapi/zapier")
OURS = (
    *("http://localhost:5173", "https://localhost", "http://127.0.0.1:80", "http://127.9.9.9:3000", "https://[::1]:1"),
    *("http://app.localhost:3000", "HTTP://LOCALHOST:8080", "http://localhost:65535"),
)
THEIRS = (
    *("http://evil.example", "http://localhost.evil.com", "http://evillocalhost", "http://localhost.:5173"),
    *("http://127.0.0.1.nip.io", "http://127.0.0.1.", "http://127.1", "http://0x7f.0.0.1", "http://2130706433"),
    *("http://0.0.0.0:5173", "http://[::ffff:127.0.0.1]", "http://192.168.0.7:5173", "http://localhost@evil.example"),
    *("http://evil.example@localhost", "http://localhost:5173/", "http://localhost:99999", "http://localhost:", "null"),
    *("NULL", "*", "", "localhost", "file://", "capacitor://localhost", "http://localhost http://evil.example"),
    *("http://localhost,http://evil.example", "http://evil.example#localhost", "http://évil.example"),
)


def sent(origin: str, *more: tuple[str, str]) -> Sequence[tuple[str, str]]:
    return [("Origin", origin), *more]


def preflight(app: Starlette, target: str, origin: str = PAGE, method: str = "GET", *more: tuple[str, str]) -> Answer:
    asked = [("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization"), *more]
    return ask(app, "OPTIONS", target, key=None, headers=sent(origin, *asked))


def invited(answer: Answer) -> list[str]:
    return [name for name, _ in answer.headers if name.startswith("access-control-")]


def listed(answer: Answer, name: str) -> set[str]:
    return {it.strip().lower() for it in answer.get(name).split(",")}


@pytest.mark.parametrize("origin", OURS)
def test_a_page_of_this_machine_reads_answers(app: Starlette, origin: str) -> None:
    for target in API:
        answer = ask(app, "GET", target, headers=sent(origin))
        assert (answer.status, answer.get("access-control-allow-origin")) == (200, origin)
        assert answer.get("vary") == "Origin"
        assert answer.get("access-control-allow-credentials") == ""


@pytest.mark.parametrize("origin", OURS)
def test_a_page_of_this_machine_may_send_its_key(app: Starlette, origin: str) -> None:
    answer = preflight(app, "/v1/leads", origin, "POST")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.get("access-control-allow-origin") == origin
    assert listed(answer, "access-control-allow-methods") == {"get", "post"}
    assert {"authorization", "content-type"} <= listed(answer, "access-control-allow-headers")
    assert int(answer.get("access-control-max-age")) > 0
    assert "origin" in listed(answer, "vary")
    assert not {"access-control-allow-credentials", "access-control-allow-private-network"} & set(invited(answer))


@pytest.mark.parametrize("origin", THEIRS)
def test_no_other_page_is_let_in(app: Starlette, origin: str) -> None:
    for target in API:
        assert invited(ask(app, "GET", target, headers=sent(origin))) == []
        assert ask(app, "GET", target, headers=sent(origin)).get("vary") == "Origin"
        refused = preflight(app, target, origin)
        assert (refused.status, invited(refused)) == (403, [])


def test_two_origins_are_none(app: Starlette) -> None:
    both = [("Origin", "http://evil.example"), ("Origin", PAGE)]
    for headers in (both, both[::-1], [("Origin", PAGE)] * 2):
        assert invited(ask(app, "GET", "/v1/leads", headers=headers)) == []


def test_a_refused_preflight_says_which_page_and_what_to_do(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    answer = preflight(app, "/v1/leads", "https://app.example.com:443")
    why = (
        "a page of https://app.example.com is not let in: start the server with --allow-origin https://app.example.com"
    )
    assert answer.json == {"success": False, "message": why, "error": {"status": 403, "message": why}}
    assert answer.explain == why
    preflight(app, "/v1/leads", "https://app.example.com")
    assert [record.getMessage() for record in caplog.records] == [why]  # once
    assert "http://localhost" in preflight(app, "/v1/leads", "null").json["message"]


@pytest.mark.parametrize("target", API)
@pytest.mark.parametrize("origin", THEIRS)
def test_what_a_page_asks_without_a_preflight_says_why_it_reads_nothing(
    app: Starlette, origin: str, target: str
) -> None:
    answer = ask(app, "GET", target, headers=sent(origin))
    assert (answer.status, invited(answer)) == (200, [])
    is_shown = bool(origin) and f"page of {origin} " in answer.explain
    name = "page of another origin" if is_shown else f"page of no origin: {origin}"
    assert_message(answer.explain, name, ORIGIN=origin)
    assert "let in" not in ask(app, "GET", target, headers=sent(PAGE)).explain


def test_why_a_page_reads_nothing_stands_beside_what_was_ignored(
    app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        answer = ask(app, "GET", "/v1/leads?limt=2", headers=sent("https://once.example.com"))
    assert [name for name, _ in answer.headers].count("x-mock-explain") == 1
    assert "did you mean `limit`?" in answer.explain
    assert_message(answer.explain)
    [warning] = [it.getMessage() for it in caplog.records if "once.example" in it.getMessage()]
    assert_message(warning)
    assert ask(app, "GET", "/v1/nowhere", headers=sent("http://evil.example")).explain.count("; ") >= 1


def test_a_refusal_repeats_no_key(app: Starlette) -> None:
    answer = preflight(app, "/v1/leads", "http://sk_live_abcdef.example")
    assert b"abcdef" not in answer.body
    assert "abcdef" not in answer.explain


@pytest.mark.parametrize("path", ["/__admin", "/__admin/", "/__admin/health", "/__admin/requests", "/%5f_admin/health"])
def test_no_page_of_another_origin_reads_the_control_plane(app: Starlette, path: str) -> None:
    for origin in (*OURS, *THEIRS):
        asked = ("Access-Control-Request-Method", "GET")
        for method, headers in (("GET", sent(origin)), ("OPTIONS", sent(origin, asked))):
            answer = ask(app, method, path, host="localhost:4747", headers=headers)
            assert (answer.status, invited(answer)) == (403, [])


def test_a_host_that_is_not_ours_is_refused_to_pages_too(app: Starlette) -> None:
    answer = ask(app, "GET", "/v1/leads", host="evil.example", headers=sent(PAGE))
    assert (answer.status, invited(answer)) == (421, [])


def test_a_page_can_read_every_header_of_ours(app: Starlette) -> None:
    answer = ask(app, "GET", "/v1/leads?limt=2", headers=sent(PAGE))
    shown = listed(answer, "access-control-expose-headers")
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"} <= shown
    assert {"x-mock-explain", "x-mock-request-id", "x-mock-fault", "x-mock-mapping", "x-mock-evolve"} <= shown
    assert {name for name, _ in answer.headers if name.startswith("x-")} <= shown


def test_a_request_of_no_page_gets_no_such_headers(app: Starlette) -> None:
    answer = ask(app, "GET", "/v1/leads")
    assert (invited(answer), answer.get("vary")) == ([], "")


def test_refusals_can_be_read_by_the_page(app: Starlette, tenant: Tenant) -> None:
    limited = tenant(limit=1, enforced=True)[1]
    ask(app, "GET", "/v1/leads", key=limited)
    cases = [
        (401, ask(app, "GET", "/v1/leads", key=None, headers=sent(PAGE))),
        (404, ask(app, "GET", "/v1/nowhere", headers=sent(PAGE))),
        (405, ask(app, "PATCH", "/v1/leads", headers=sent(PAGE))),
        (400, ask(app, "GET", "/v1/leads?limit=many", headers=sent(PAGE))),
        (413, ask(app, "POST", "/v1/leads", body=b"x" * 2_000_000, headers=sent(PAGE))),
        (429, ask(app, "GET", "/v1/leads", key=limited, headers=sent(PAGE))),
    ]
    for status, answer in cases:
        assert_envelope(answer, status)
        assert answer.get("access-control-allow-origin") == PAGE


def test_stubs_and_faults_can_be_read_by_the_page(app: Starlette, tenant: Tenant) -> None:
    desk = Desk(app, *tenant())
    stub = {"response": {"status": 418, "headers": {"X-Pot": "1", "Vary": "Accept"}}, "allowInvalid": True}
    desk.done("POST", "/mappings", {"request": {"urlPath": "/v1/members"}, **stub})
    desk.fault({"status": 503}, request={"urlPath": "/v1/leads"})
    desk.fault({"fault": "GARBAGE_BODY"}, request={"urlPath": "/v1/inquiries"})
    for status, path in ((418, "/v1/members"), (503, "/v1/leads"), (200, "/v1/inquiries")):
        answer = ask(app, "GET", path, key=desk.key, headers=sent(PAGE))
        assert (answer.status, answer.get("access-control-allow-origin")) == (status, PAGE)
    assert "x-pot" in listed(
        ask(app, "GET", "/v1/members", key=desk.key, headers=sent(PAGE)), "access-control-expose-headers"
    )
    assert ask(app, "GET", "/v1/members", key=desk.key, headers=sent(PAGE)).get("vary") == "Accept, Origin"


def test_what_a_stub_says_of_pages_counts(app: Starlette, tenant: Tenant) -> None:
    desk = Desk(app, *tenant())
    headers = {"Access-Control-Allow-Origin": "https://else.example"}
    desk.done(
        "POST",
        "/mappings",
        {"request": {"urlPath": "/v1/leads"}, "response": {"headers": headers}, "allowInvalid": True},
    )
    answer = ask(app, "GET", "/v1/leads", key=desk.key, headers=sent(PAGE))
    assert [value for name, value in answer.headers if name == "access-control-allow-origin"] == [
        "https://else.example"
    ]


def test_the_journal_has_what_the_page_was_sent(app: Starlette, tenant: Tenant) -> None:
    desk = Desk(app, *tenant())
    ask(app, "GET", "/v1/leads", key=desk.key, headers=sent(PAGE))
    (exchange_,) = desk.workspace.journal
    assert (b"access-control-allow-origin", PAGE.encode()) in list(exchange_.answered)


def test_a_document_lets_no_page_in(tmp_path_factory: pytest.TempPathFactory) -> None:
    star = {"Access-Control-Allow-Origin": {"schema": {"type": "string"}, "example": "*"}}
    answers = {"200": {"description": "ok", "headers": star}}
    own = {"get": {"responses": answers}, "options": {"responses": answers}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things": own}}
    file = tmp_path_factory.mktemp("cors") / "open.json"
    file.write_text(json.dumps(document))
    app = create_app(Settings(world="empty", spec=str(file)))

    prefer = ("Prefer", "code=200")
    assert invited(ask(app, "GET", "/things", headers=sent("http://evil.example", prefer))) == []
    allowed = ask(app, "GET", "/things", headers=sent(PAGE, prefer))
    assert allowed.get("access-control-allow-origin") == PAGE
    plain = ask(app, "OPTIONS", "/things", headers=sent(PAGE))  # no preflight: the document's own operation
    assert (plain.status, plain.get("x-mock-request-id") != "") == (200, True)
    assert listed(preflight(app, "/things"), "access-control-allow-methods") == {"get", "options"}


@pytest.mark.parametrize(
    ("target", "asked", "methods"),
    [
        ("/v1/leads/ld_1", "PUT", {"get", "put", "delete"}),
        ("/v1/leads/ld_1", "PATCH", {"get", "put", "delete", "patch"}),  # so that the page sees the 405
        ("/v1/nowhere", "POST", {"post"}),
        ("/openapi", "GET", {"get"}),
        ("/v1/leads", "no method", {"get", "post"}),
        ("/v1/leads", "", {"get", "post"}),
    ],
)
def test_a_preflight_names_the_methods_of_its_path(app: Starlette, target: str, asked: str, methods: set[str]) -> None:
    assert listed(preflight(app, target, PAGE, asked), "access-control-allow-methods") == methods


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ("x-request-id, traceparent", {"x-request-id", "traceparent"}),
        ("Authorization,X-A", {"x-a"}),
        ("", set()),
        ("x\r\ny", set()),
        (", ".join(f"x-{n}" for n in range(60)), set()),
        ("x" * 101, set()),
    ],
)
def test_a_preflight_allows_what_was_asked_within_bounds(app: Starlette, asked: str, more: set[str]) -> None:
    headers = sent(PAGE, ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", asked))
    answer = ask(app, "OPTIONS", "/v1/leads", key=None, headers=headers)
    always = {"authorization", "content-type", "prefer"}
    assert listed(answer, "access-control-allow-headers") == always | more


def test_a_private_network_is_opened_when_it_is_asked_for(app: Starlette) -> None:
    asked = ("Access-Control-Request-Private-Network", "true")
    assert preflight(app, "/v1/leads", PAGE, "GET", asked).get("access-control-allow-private-network") == "true"
    assert invited(preflight(app, "/v1/leads", "http://evil.example", "GET", asked)) == []


def test_a_preflight_counts_for_nothing(app: Starlette, tenant: Tenant) -> None:
    _, key = tenant(limit=1, enforced=True)
    for _ in range(3):
        assert preflight(app, "/v1/leads").status == 204
    assert ask(app, "GET", "/v1/leads", key=key, headers=sent(PAGE)).status == 200


def test_an_origin_can_be_let_in_by_name() -> None:
    named = ("HTTPS://App.Example.com/", "capacitor://localhost", "http://shop.test:8080")
    app = create_app(Settings(**TINY, allow_origin=named))
    for origin in (
        "https://app.example.com",
        "https://app.example.com:443",
        "capacitor://localhost",
        "http://shop.test:8080",
        PAGE,
    ):
        assert preflight(app, "/v1/leads", origin).get("access-control-allow-origin") == origin
    for origin in ("http://app.example.com", "https://x.app.example.com", "http://shop.test", "https://example.com"):
        assert preflight(app, "/v1/leads", origin).status == 403
    assert ask(app, "GET", "/__admin/health", headers=sent("https://app.example.com")).status == 403


def test_no_cors_lets_no_page_in() -> None:
    app = create_app(Settings(**TINY, cors=False, allow_origin=("https://app.example.com",)))
    for origin in (PAGE, "https://app.example.com"):
        assert invited(ask(app, "GET", "/v1/leads", headers=sent(origin))) == []
        answer = preflight(app, "/v1/leads", origin)
        assert (answer.status, "--no-cors" in answer.explain) == (403, True)


@pytest.mark.parametrize(
    "text", ["*", "null", "app.example.com", "https://app.example.com/path", "https://u@a.example", "x"]
)
def test_an_origin_that_cannot_be_let_in_is_refused_at_start(text: str) -> None:
    with pytest.raises(SettingsError, match="--allow-origin: "):
        Settings(allow_origin=(text,))


def test_origins_are_compared_in_one_form() -> None:
    assert web_origin("HTTPS://A.Example:443") == allowed_origin("https://a.example/") == "https://a.example"
    assert web_origin("http://a.example:080") == "http://a.example:80"


def test_without_our_headers_an_answer_says_nothing_of_pages() -> None:
    app = create_app(Settings(**TINY, mock_headers=False))
    assert ask(app, "GET", "/v1/leads", headers=sent("http://evil.example")).explain == ""


def test_without_our_headers_the_body_still_says_why() -> None:
    app = create_app(Settings(**TINY, mock_headers=False))
    answer = preflight(app, "/v1/leads", "http://evil.example")
    assert ("--allow-origin http://evil.example" in answer.json["message"], answer.explain) == (True, "")


def test_over_a_socket_a_page_sees_a_broken_answer_too() -> None:
    lines = f"Host: localhost\r\nOrigin: {PAGE}\r\nAuthorization: Bearer sk_test_local\r\nConnection: close\r\n\r\n"
    with MockServer(Settings(**TINY)) as server:
        assert (
            parsed(exchange(server.url, f"GET /v1/leads HTTP/1.1\r\n{lines}".encode())).get(
                "access-control-allow-origin"
            )
            == PAGE
        )
        desk = Desk(server.app, server.app.state.workspaces.get("default"), server.api_key)
        desk.fault({"fault": "MALFORMED_RESPONSE_CHUNK"})
        raw = exchange(server.url, f"GET /v1/leads HTTP/1.1\r\n{lines}".encode())
        assert f"access-control-allow-origin: {PAGE}\r\n".encode() in raw
