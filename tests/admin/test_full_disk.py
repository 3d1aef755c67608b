"""A disk that is full: each control route that would change what is kept says so, and nothing has changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk
from messages import assert_message
from starlette.applications import Starlette
from test_every_route import routes, whole
from wire import assert_envelope

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import Problem, StateError
from mock_server.store.base import NoLog
from mock_server.workspaces.workspace import DEFAULT

HOOK = {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}
# What these change is in memory alone, and tells of requests.
IN_MEMORY = (
    "/scenarios",
    "/requests",
    "/verify",
    "/faults",
    "/evolution",
    "/webhooks/faults",
    "/mappings",
    "/inbox",
    "/webhooks/drain",
)
AGAIN: dict[str, Any] = {"newId": True}
EXPORTED = object()
"""In the place of a body: the snapshot as one file."""
CHANGES: dict[tuple[str, str], Any] = {
    ("POST", "/workspaces"): {"id": "new"},
    ("DELETE", "/workspaces/{id}"): None,
    ("POST", "/reset"): None,
    ("POST", "/clock/run"): None,
    ("POST", "/clock/freeze"): None,
    ("POST", "/clock/set"): {"now": "2031-03-04T05:06:07Z"},
    ("POST", "/clock/advance"): {"seconds": 90},
    ("POST", "/simulate"): {"kind": "call"},
    ("DELETE", "/simulate"): None,
    ("POST", "/records"): {"records": {"faqs": [{"question": "Why?"}]}},
    ("POST", "/records/{kind:path}"): {"question": "Why?"},
    ("PUT", "/records/{kind:path}/{id}"): {"question": "Why?"},
    ("DELETE", "/records/{kind:path}/{id}"): None,
    ("POST", "/snapshots"): {"name": "two"},
    ("POST", "/snapshots/import"): EXPORTED,
    ("DELETE", "/snapshots/{name}"): None,
    ("POST", "/snapshots/{name}/restore"): None,
    ("POST", "/snapshots/{name}/fork"): {"id": "forked"},
    ("DELETE", "/webhooks/subscriptions/{id:int}"): None,
    ("POST", "/webhooks/subscriptions/{id:int}/pause"): None,
    ("POST", "/webhooks/subscriptions/{id:int}/resume"): None,
    ("POST", "/webhooks/events"): {"type": "LEAD_CREATED", "body": {}},
    ("POST", "/webhooks/events/{id}/resend"): AGAIN,
    ("POST", "/webhooks/deliveries/{id}/redeliver"): AGAIN,
    ("POST", "/webhooks/deliveries/{id}/cancel"): None,
    ("POST", "/webhooks/deliveries/redeliver"): {**AGAIN, "state": "cancelled"},
    ("POST", "/webhooks/heal"): None,
    ("POST", "/webhooks/listeners"): {"hookUrl": "http://127.0.0.1:9/"},
    ("DELETE", "/webhooks/listeners/{id}"): None,
    ("POST", "/webhooks/secrets/rotate"): {},
}


class FullDisk:
    """A log that keeps nothing and says so, from the moment that it is ``full``."""

    def __init__(self) -> None:
        self.full = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(NoLog(), name)
        if self.full and callable(found):
            raise StateError(Problem("state.db", "database or disk is full", "make room"))
        return found


@pytest.fixture(scope="module")
def disk() -> FullDisk:
    return FullDisk()


@pytest.fixture(scope="module")
def desk(disk: FullDisk) -> Iterator[Desk]:
    """With one of everything; its clock stands still, so that nothing changes by itself."""
    app = create_app(Settings(world="small", rate_limit="off"), disk)
    desk = Desk(app, app.state.workspaces.get(DEFAULT), "sk_test_local")
    desk.done("POST", "/clock/freeze")
    desk.ask("POST", "/api/webhooks/zapier/subscribe?org_id=o&user_id=u", HOOK)
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"})
    desk.done("POST", "/webhooks/subscriptions/1/pause")
    desk.simulate("sms", count=2, over=60)
    desk.done("POST", f"/webhooks/deliveries/{desk.records('$deliveries')[1]['id']}/cancel")
    desk.done("POST", "/snapshots", {"name": "one"})
    desk.done("POST", "/workspaces", {"id": "other"})
    desk.done("POST", "/webhooks/listeners", {"id": "lsn_one", "triggers": ["LEAD_DELETED"]})
    disk.full = True
    yield desk
    disk.full = False


def filled(desk: Desk, path: str) -> str:
    kind = "$events" if "/events/" in path else "$deliveries"
    named = {"/workspaces/{id}": "other", "/webhooks/listeners/{id}": "lsn_one", "/records/{kind:path}/{id}": "1"}
    path, known = path.replace("{kind:path}", "faqs"), path
    id = named.get(known) or str(desk.workspace.state.rows(kind)[0].id)
    return path.replace("{id:int}", "1").replace("{id}", id).replace("{name}", "one")


def changing(app: Starlette) -> set[tuple[str, str]]:
    """The routes that may change what a log keeps."""
    return {(method, path) for method, path in routes(app) if method != "GET" and not path.startswith(IN_MEMORY)}


def test_every_route_that_changes_what_is_kept_is_tried_here(desk: Desk) -> None:
    untried = {path for _, path in changing(desk.app) - CHANGES.keys()}
    assert all(path.startswith("/snapshots") for path in untried), untried


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_change_that_cannot_be_kept_is_a_problem_and_has_not_happened(desk: Desk, method: str, path: str) -> None:
    before = whole(desk)
    body = CHANGES[method, path]
    file = desk.done("GET", "/snapshots/one/export") | {"name": "file"} if body is EXPORTED else body
    refused = desk.admin(method, filled(desk, path), file)
    assert refused.status == 503, (refused.status, refused.body)
    assert refused.get("content-type") == "application/problem+json"
    assert "full" in refused.json["detail"]
    assert "→ make room" in refused.json["detail"]
    assert whole(desk) == before


def test_the_emulated_api_refuses_changes_in_its_envelope_and_goes_on_reading(desk: Desk) -> None:
    before = whole(desk)
    assert_envelope(desk.ask("POST", "/v1/leads", {"firstName": "Bo", "suburb": "Ryde"}), 503)
    assert desk.ask().status == 200
    assert whole(desk)[0] == before[0]


def test_all_goes_well_again_once_there_is_room(desk: Desk, disk: FullDisk) -> None:
    disk.full = False
    assert desk.admin("POST", "/simulate", {"kind": "call"}).status == 201
    assert desk.ask("POST", "/v1/leads", {"firstName": "Cy", "suburb": "Ryde"}).status == 201
    disk.full = True


def test_traffic_that_cannot_be_kept_is_a_reason_not_to_start() -> None:
    with pytest.raises(StateError) as refused:
        create_app(Settings(world="empty", traffic="6/min"), _Begun())
    assert_message(refused.value)


class _Begun(FullDisk):
    """Full as soon as the default workspace is kept."""

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        self.full = name == "begin"
        return found
