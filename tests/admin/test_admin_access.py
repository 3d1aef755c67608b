"""The control plane is for this machine's programs: no web page gets anything from it, on any of its routes."""

import logging
import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from wire import TINY, Answer, Pairs, Tenant, ask, connected, exchange, request, state_of

from mock_server.app import create_app
from mock_server.config.control_paths import OPEN, PAGE
from mock_server.config.settings import Settings
from mock_server.server import MockServer

OWN = ("localhost:4747", "http://localhost:4747")
FOREIGN = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "CROSS-SITE")],
    [("Sec-Fetch-Site", "")],
    [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
    [("Origin", "null")],
    [("Origin", "")],
    [("Origin", "http://evil.example")],
    [("Origin", "http://evil.example:4747")],
    [("Origin", "http://localhost")],
    [("Origin", "http://localhost:3000")],
    [("Origin", "http://localhost:47470")],
    [("Origin", "http://127.0.0.1:4747")],
    [("Origin", "http://localhost:4747@evil.example")],
    [("Origin", "http://localhost:4747.evil.example")],
    [("Origin", "http://x.localhost:4747")],
    [("Origin", "file://localhost:4747")],
    [("Origin", "http://localhost:4747"), ("Origin", "http://evil.example")],
    [("Origin", "http://localhost:4747"), ("Sec-Fetch-Site", "same-site")],
]


def routes(app: Starlette) -> list[tuple[str, str]]:
    """Every method and path of the control plane, with something for each parameter."""
    (mount,) = (route for route in app.routes if isinstance(route, Mount))
    found = mount.app._app.routes  # type: ignore[attr-defined]  # below its safety
    return [
        (method, "/__admin" + re.sub(r"\{\w+(:\w+)?\}", "1", route.path))
        for route in found
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
    ]


def knock(app: Starlette, method: str, path: str, headers: Pairs) -> Answer:
    return ask(app, method, path, key=None, host=OWN[0], headers=headers, body=b"{}")


def assert_problem(answer: Answer, status: int) -> None:
    assert answer.status == status, (answer.status, answer.body)
    assert answer.get("content-type") == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json)
    assert answer.json["status"] == status
    assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


def test_there_are_routes_to_guard(app: Starlette) -> None:
    assert ("GET", "/__admin/health") in routes(app)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_origin_is_refused_on_every_route(app: Starlette, headers: Pairs) -> None:
    before = state_of(app.state.workspaces.get("default"))
    for method, path in routes(app):
        assert_problem(knock(app, method, path, headers), 403)
    assert state_of(app.state.workspaces.get("default")) == before


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Sec-Fetch-Site", "none")],
        [("Sec-Fetch-Site", "same-origin"), ("Origin", OWN[1])],
        [("Origin", "HTTP://LOCALHOST:4747")],
        [("Origin", "https://localhost:4747")],
    ],
)
def test_a_program_or_a_page_of_its_own_is_let_in(app: Starlette, headers: Pairs) -> None:
    assert knock(app, "GET", "/__admin/health", headers).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "Text/Plain;charset=UTF-8",
        " application/X-WWW-Form-Urlencoded ",
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}"], ids=["empty", "json"])
def test_a_form_changes_nothing_on_any_route(app: Starlette, kind: str, body: bytes) -> None:
    workspace = app.state.workspaces.get("default")
    before = state_of(workspace)
    for method, path in routes(app):
        if method not in ("GET", "HEAD"):
            assert_problem(ask(app, method, path, key=None, headers=[("Content-Type", kind)], body=body), 415)
    assert state_of(workspace) == before
    assert not workspace.inboxes


def test_curl_without_a_body_says_no_type_and_is_let_in(tenant: Tenant, app: Starlette) -> None:
    named = [("x-mock-workspace", tenant()[0].id)]
    assert ask(app, "POST", "/__admin/reset", key=None, headers=named).status == 200


def test_a_question_may_bear_any_type(app: Starlette) -> None:
    assert ask(app, "GET", "/__admin/health", key=None, headers=[("Content-Type", "text/plain")]).status == 200


@pytest.fixture(scope="module")
def public() -> Starlette:
    """On a bind that others reach."""
    return create_app(Settings(**TINY, host="0.0.0.0"))


def test_on_a_bind_that_others_reach_every_route_asks_for_the_token(public: Starlette) -> None:
    token = public.state.admin_token
    wrong = [
        [],
        [("X-Mock-Admin-Token", "")],
        [("X-Mock-Admin-Token", token[:-1])],
        [("X-Mock-Admin-Token", f"{token}x")],
    ]
    free = {(method, path) for method in ("GET", "HEAD") for path in (*OPEN, PAGE, f"{PAGE}/1")}
    free |= {("POST", "/__admin/inbox/1"), ("POST", "/__admin/inbox/1/1")}
    assert free <= set(routes(public))
    for method, path in set(routes(public)) - free:
        for headers in (*wrong, [("Authorization", f"Bearer {token}")], [("Cookie", f"X-Mock-Admin-Token={token}")]):
            answer = knock(public, method, path, headers)
            assert_problem(answer, 403)
            assert "X-Mock-Admin-Token" in answer.json["detail"]
            assert token not in answer.body.decode()
    assert knock(public, "GET", f"/__admin/health?X-Mock-Admin-Token={token}", []).status == 403


def test_a_webhook_comes_into_an_inbox_without_a_token_and_not_out(public: Starlette) -> None:
    assert knock(public, "POST", "/__admin/inbox/default/one", []).status == 200
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/expect")):
        assert_problem(knock(public, method, f"/__admin/inbox/default/one{path}", []), 403)
    assert_problem(knock(public, "POST", "/__admin/inbox/default/one", [("Origin", "null")]), 403)
    assert len(public.state.workspaces.get("default").inboxes["one"].received) == 1


def test_the_token_opens_the_control_plane_but_not_to_a_foreign_page(public: Starlette) -> None:
    token = [("X-Mock-Admin-Token", public.state.admin_token)]
    assert knock(public, "GET", "/__admin/health", token).status == 200
    assert_problem(knock(public, "GET", "/__admin/health", [*token, ("Origin", "null")]), 403)


def test_on_loopback_there_is_no_token(app: Starlette) -> None:
    assert app.state.admin_token is None


def test_the_control_plane_takes_no_api_key_for_a_token(public: Starlette) -> None:
    answer = ask(public, "GET", "/__admin/health", key=public.state.key)
    assert_problem(answer, 403)


def test_each_path_says_which_methods_it_has(app: Starlette) -> None:
    by_path: dict[str, set[str]] = {}
    for method, path in routes(app):
        by_path.setdefault(path, set()).add(method)
    for path, methods in by_path.items():
        answer = knock(app, "BREW", path, [])
        assert_problem(answer, 405)
        allowed = answer.get("allow").split(", ")
        assert allowed == sorted(allowed)
        assert methods <= set(allowed)
        assert answer.get("allow") in answer.json["detail"]
    assert knock(app, "POST", "/__admin/health", []).get("allow") == "GET, HEAD"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/__admin/helth", "no such path; did you mean /__admin/health ?"),
        ("/__admin/health/", "no such path; did you mean /__admin/health ?"),
        ("/__admin/%00", "no such path; did you mean /__admin/ ?"),
        ("/__admin/../v1/leads", "no such path in the control plane"),
        ("/__admin/sk_live_abcdef", "no such path in the control plane"),
    ],
)
def test_a_path_that_is_not_there_is_404_with_the_nearest(app: Starlette, path: str, detail: str) -> None:
    answer = ask(app, "GET", path)
    assert_problem(answer, 404)
    assert answer.json["detail"] == detail


def test_what_only_begins_like_the_control_plane_is_the_api(app: Starlette) -> None:
    for path in ("/__administrator", "/__admin.json", "/__ADMIN/health"):
        assert ask(app, "GET", path, key=None).json["error"]["status"] == 401


def test_a_client_that_hangs_up_inside_its_body_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    with MockServer(Settings(**TINY)) as server:
        with connected(server.url) as client:
            client.sendall(request("POST", "/__admin/reset", headers=[("Content-Length", "99")]) + b"{")
        assert exchange(server.url, request("GET", "/__admin/health")).startswith(b"HTTP/1.1 200 ")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
