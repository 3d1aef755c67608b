"""Making, resetting and removing workspaces; what they are made from, and what is refused."""

from pathlib import Path

import plain_http
import pytest
from messages import assert_message

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing import Refused, Sophiie, workspace
from mock_server.testing.admin_client import AdminClient

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}


@pytest.fixture
def control(running: MockServer) -> AdminClient:
    return AdminClient(running.url)


def ids(control: AdminClient) -> list[str]:
    return [one["id"] for one in control("GET", "/workspaces")["workspaces"]]


def test_a_key_opens_its_own_workspace_and_no_other(running: MockServer, mine: Sophiie) -> None:
    with workspace(running.url, world="small") as other:
        made = other.client.post("/v1/leads", json=LEAD).raise_for_status().json()["lead"]["id"]

        assert other.client.get(f"/v1/leads/{made}").status_code == 200
        assert mine.client.get(f"/v1/leads/{made}").status_code == 404


def test_a_world_is_a_name_a_path_or_a_mapping(running: MockServer, tmp_path: Path) -> None:
    recipe = tmp_path / "w.yaml"
    recipe.write_text("\ufeffleads: 3\n", encoding="utf-8")
    for world in (recipe, str(recipe), {"leads": 3}):
        with workspace(running.url, world=world) as made:
            assert made.world.count("leads") == 3
    recipe.write_bytes(b"\xff")
    with pytest.raises(Refused, match="not UTF-8"), workspace(running.url, world=recipe):
        pass
    with pytest.raises(TypeError, match="not 3"), workspace(running.url, world=3):  # type: ignore[arg-type]
        pass


def test_the_same_plan_gives_the_same_bytes(running: MockServer) -> None:
    with (
        workspace(running.url, seed=4, now="2026-03-04") as one,
        workspace(running.url, seed=4, now="2026-03-04") as two,
    ):
        assert one.client.get("/v1/leads?limit=50").content == two.client.get("/v1/leads?limit=50").content
        assert one.organization == two.organization


def test_without_a_time_a_world_starts_when_the_server_did(running: MockServer, control: AdminClient) -> None:
    default = control("GET", "/workspaces/default")
    with workspace(running.url) as made:
        assert made.world.start == default["start"]


def test_a_reset_takes_everything_back(mine: Sophiie) -> None:
    before = {path: mine.control("GET", path) for path in ("/records", "/clock")}
    untouched = mine.client.get("/v1/leads?limit=50").content
    mine.inbox.subscribe("LEAD_CREATED")
    mine.client.post("/v1/leads", json=LEAD).raise_for_status()
    mine.faults.add("GET /v1/leads")
    mine.clock.advance(30)
    mine.reset()

    assert {path: mine.control("GET", path) for path in before} == before
    assert mine.control("GET", "/requests")["meta"]["total"] == 0
    assert [
        mine.control("GET", f"/webhooks/{kind}")["items"] for kind in ("subscriptions", "events", "deliveries")
    ] == [
        [],
        [],
        [],
    ]
    assert not mine.faults.all()
    assert not mine.inbox.drain()
    assert mine.client.get("/v1/leads?limit=50").content == untouched
    assert [mine.client.get("/v1/leads").status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_removed_workspace_is_gone_with_its_key(running: MockServer, control: AdminClient) -> None:
    with workspace(running.url, world="small") as made:
        key = made.api_key
        assert made.id in ids(control)

    assert plain_http.get(f"{running.url}/v1/leads", headers={"authorization": f"Bearer {key}"}).status_code == 401
    assert made.id not in ids(control)


@pytest.mark.parametrize(
    ("plan", "status", "pointer"),
    [
        ({"world": "nowhere"}, 400, "/world"),
        ({"world": "../../etc/passwd"}, 400, "/world"),
        ({"now": "soon"}, 400, "/now"),
        ({"rateLimit": "many"}, 400, "/rateLimit"),
        ({"rateLimit": 0}, 400, "/rateLimit"),
        ({"seed": "one"}, 400, "/seed"),
        ({"id": "default"}, 409, "/id"),
        ({"id": "a/b"}, 400, "/id"),
        ({"colour": "red"}, 400, "/colour"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_is_made(
    control: AdminClient, plan: dict[str, object], status: int, pointer: str
) -> None:
    before = ids(control)
    with pytest.raises(Refused) as refused:
        control("POST", "/workspaces", plan)

    assert (refused.value.problem["status"], refused.value.problem["pointer"]) == (status, pointer)
    assert ids(control) == before


def test_the_default_workspace_stays(control: AdminClient) -> None:
    with pytest.raises(Refused) as refused:
        control("DELETE", "/workspaces/default")
    assert_message(refused.value)


@pytest.mark.slow
def test_a_key_is_told_once_and_never_kept(running: MockServer, control: AdminClient, tmp_path: Path) -> None:
    with MockServer(Settings(port=0, quiet=True, world="small", state=str(tmp_path / "state"))) as server:
        made = plain_http.post(f"{server.url}/__admin/workspaces", json={"id": "kept"}).json()
        headers = {"authorization": f"Bearer {made['key']}"}
        created = plain_http.post(f"{server.url}/v1/leads", json=LEAD, headers=headers).json()["lead"]["id"]
        assert made["key"] not in plain_http.get(f"{server.url}/__admin/workspaces").text
    assert made["key"].encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())

    with MockServer(server.settings) as server:
        assert plain_http.get(f"{server.url}/v1/leads/{created}", headers=headers).status_code == 200
        plain_http.post(f"{server.url}/__admin/reset", headers={"x-mock-workspace": "kept"}).raise_for_status()
        assert plain_http.get(f"{server.url}/v1/leads/{created}", headers=headers).status_code == 404
    with MockServer(server.settings) as server:
        assert plain_http.get(f"{server.url}/v1/leads/{created}", headers=headers).status_code == 404
        plain_http.delete(f"{server.url}/__admin/workspaces/kept").raise_for_status()
    with MockServer(server.settings) as server:
        assert plain_http.get(f"{server.url}/v1/leads", headers=headers).status_code == 401
