"""What holds for every control route: who may ask, what a body may be, and that a refusal changes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk, Tenant
from messages import assert_message
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from wire import Answer, ask, state_of

from mock_server.app import create_app
from mock_server.config.settings import Settings

HOSTS = ["evil.example", "localhost.evil.example", "169.254.169.254"]
TRIGGER = {"trigger": "LEAD_CREATED"}
# An inbox takes what a webhook's receiver takes; these two have nothing to read.
TAKES_ANYTHING = {("POST", "/inbox/{name}"), ("POST", "/inbox/{workspace}/{name}")}
NO_BODY = {("DELETE", "/webhooks/subscriptions/{id:int}")}
OWN_BOUND = {"/snapshots/import", "/webhooks/events"}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    """With one of everything, so that there is something to change."""
    desk = Desk(app, *tenant())
    desk.ask("POST", "/api/webhooks/zapier/subscribe?org_id=o&user_id=u", {"hookUrl": "http://127.0.0.1:9/"} | TRIGGER)
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    desk.simulate("sms", count=2, over=60)
    desk.fault({"status": 500}, request={"urlPath": "/nowhere", "allowUnknown": True})
    mapping = {"id": "1", "request": {"urlPath": "/nowhere"}, "response": {}, "allowInvalid": True}
    desk.done("POST", "/mappings", mapping)
    desk.done("POST", "/snapshots", {"name": "1"})
    desk.done("PUT", f"/inbox/{desk.workspace.id}/1", {"status": 500})
    return desk


def routes(app: Starlette) -> Iterator[tuple[str, str]]:
    (mount,) = (route for route in app.routes if isinstance(route, Mount))
    plane = mount.app._app  # type: ignore[attr-defined]  # below its safety
    for route in getattr(plane, "_app", plane).routes:  # and, where state is kept, below what waits for it
        assert isinstance(route, Route)
        yield from ((method, route.path) for method in sorted((route.methods or set()) - {"HEAD"}))


def filled(desk: Desk, path: str) -> str:
    known = path.replace("{workspace}", desk.workspace.id).replace("{kind:path}", "faqs")
    return "/__admin" + re.sub(r"\{[^}]+\}", "1", known)


def whole(desk: Desk) -> Any:
    """Everything of a workspace that a control route can change, but for what it was asked."""
    it = desk.workspace
    inboxes = {name: (box.status, len(box.received)) for name, box in it.inboxes.items()}
    kept = [it.clock.frozen, it.clock.stamp(), sorted(it.snapshots), len(it.journal), inboxes]
    rules = [[rule.id for rule in it.faults], [mapping.id for mapping in it.mappings]]
    return [state_of(it), kept, rules, [other.id for other in desk.app.state.workspaces]]


def knock(desk: Desk, method: str, path: str, **more: Any) -> Answer:
    headers = [("x-mock-workspace", desk.workspace.id), *more.pop("headers", ())]
    return ask(desk.app, method, filled(desk, path), key=None, headers=headers, **more)


def assert_refused(answer: Answer, status: int, what: object) -> None:
    assert answer.status == status, (what, answer.status, answer.body)
    assert answer.get("content-type") == "application/problem+json", what
    assert {"type", "title", "status", "detail"} <= set(answer.json), what
    assert len(answer.json["detail"]) > 10, what


def test_a_host_that_is_not_this_server_gets_nothing(desk: Desk) -> None:
    before = whole(desk)
    for method, path in routes(desk.app):
        for host in HOSTS:
            answer = knock(desk, method, path, host=host, body=b"{}")
            assert answer.status in (400, 403, 421), (method, path, host, answer.status)
            assert len(answer.body) < 1_000
    assert whole(desk) == before


@pytest.mark.parametrize("path", ["/__admin", "/__admin/"])
def test_the_plane_itself_tells_all_its_routes(desk: Desk, path: str) -> None:
    told = ask(desk.app, "GET", path).json["routes"]
    assert {(method, one["path"]) for one in told for method in one["methods"]} == {
        (method, f"/__admin{path}") for method, path in routes(desk.app)
    }


def test_asking_changes_nothing(desk: Desk) -> None:
    before = whole(desk)
    for method, path in routes(desk.app):
        if method == "GET":
            assert knock(desk, method, path).status in (200, 404), path
            if path != "/webhooks/attempts":  # it waits, and each request has an event loop of its own here
                assert knock(desk, "HEAD", path).status in (200, 404), path
            assert whole(desk) == before, path


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"no-such-field": 1}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
    ],
    ids=lambda it: str(it)[:24],
)
def test_only_the_json_that_a_route_takes_is_taken(desk: Desk, body: bytes, media: str, status: int) -> None:
    before = whole(desk)
    for method, path in routes(desk.app):
        if method == "GET" or (method, path) in TAKES_ANYTHING | NO_BODY:
            continue
        answer = knock(desk, method, path, body=body, headers=[("content-type", media)])
        assert_refused(answer, status, (method, path))
    assert whole(desk) == before


def test_a_field_that_is_none_is_named_with_its_pointer(desk: Desk) -> None:
    for method, path in routes(desk.app):
        if method == "GET" or (method, path) in TAKES_ANYTHING | NO_BODY:
            continue
        problem = knock(desk, method, path, body=b'{"no-such-field": 1}').json
        unknown = problem["pointer"] == "/no-such-field"
        assert (": is not known here" if unknown else ": is missing") in problem["detail"], (method, path, problem)


def test_a_body_over_the_bound_is_refused_unread() -> None:
    app = create_app(Settings(world="small", max_body=1_000))
    for method, path in routes(app):
        if method == "GET" or (method, path) in NO_BODY or path in OWN_BOUND:
            continue
        target = "/__admin" + re.sub(r"\{[^}]+\}", "1", path.replace("{workspace}", "default"))
        declared = [("content-length", "1001")]
        assert_refused(ask(app, method, target, key=None, body=b"", headers=declared), 413, (method, path))


def test_a_workspace_that_is_none_is_named_on_every_route_that_takes_one(desk: Desk) -> None:
    before = whole(desk)
    free = {
        "/",
        "/openapi",
        "/audit",
        "/metrics",
        "/health",
        "/health/live",
        "/health/ready",
        "/version",
        "/settings",
        "/provenance",
        "/evidence",
        "/ui",
        "/ui/{file:path}",
    }
    free |= {
        "/workspaces",
        "/workspaces/{id}",
        "/webhooks/triggers",
        "/documents",
        "/documents/{name}",
        "/recipe-schema",
    }
    for method, path in routes(desk.app):
        if path in free or "{workspace}" in path or method != "GET":
            continue
        headers = [("x-mock-workspace", "nobody")]
        answer = ask(desk.app, method, filled(desk, path), key=None, headers=headers)
        assert_refused(answer, 404, (method, path))
        assert_message(answer.json["detail"], "id of no workspace")
    assert whole(desk) == before
