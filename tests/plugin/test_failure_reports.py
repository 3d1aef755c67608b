"""What a failing test tells of its workspaces, and that nothing about it can hide the failure or end the session."""

import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_plugin import run

from mock_server import pytest_plugin
from mock_server.testing import AsyncSophiie, Sophiie, workspace
from mock_server.testing.admin_client import AdminClient

CONFTEST = """
import pytest
from mock_server.testing import workspace

@pytest.fixture(scope="module")
def tenant(sophiie_server):
    with workspace(sophiie_server.url, world="small", seed=5) as made:
        yield {"first": made}

@pytest.fixture
def client(tenant):
    return tenant["first"].client
"""

SUITE = """
import httpx
import pytest

pytestmark = pytest.mark.sophiie(world="empty", seed=3, rate_limit=9)

class Base:
    pytestmark = [pytest.mark.sophiie(world="small", now="2030-01-01")]

@pytest.mark.sophiie(now="2031-01-01T00:00:00Z")
class TestMarks(Base):
    @pytest.mark.sophiie(rate_limit=2)
    @pytest.mark.parametrize("seed", [pytest.param(4, marks=pytest.mark.sophiie(seed=4))])
    def test_are_combined_and_the_nearest_wins(self, sophiie, seed):
        assert (sophiie.world.name, sophiie.clock.now.year, sophiie.seed) == ("small", 2031, 4)
        assert sophiie.control("GET", f"/workspaces/{sophiie.id}")["rateLimit"] == 2

def test_of_the_module(sophiie):
    assert (sophiie.world.name, sophiie.seed) == ("empty", 3)

@pytest.mark.sophiie(world="w.yaml")
def test_of_a_recipe_beside_it(sophiie):
    assert (sophiie.world.name, sophiie.world.count("leads")) == ("w", 3)

@pytest.mark.sophiie(world={"leads": 4})
def test_of_a_recipe_as_it_stands(sophiie):
    assert (sophiie.world.name, sophiie.world.count("leads")) == ("custom", 4)

@pytest.mark.sophiie(world="wrong.yaml")
def test_of_a_recipe_that_is_wrong(sophiie):
    pass

@pytest.mark.sophiie(world="none.yaml")
def test_of_a_recipe_that_is_not_there(sophiie):
    pass

@pytest.mark.anyio
async def test_with_a_plugin_for_asynchronous_tests(asophiie, sophiie, anyio_backend_name):
    assert asophiie.id == sophiie.id
    assert (await asophiie.client.get("/v1/leads")).json()["totalCount"] == await asophiie.world.count("leads")

def test_with_httpx_mocked(sophiie, monkeypatch):
    def refuse(self, request):
        raise AssertionError("not mocked")
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", refuse)
    sophiie.requests.assert_not_called("GET /v1/leads")
    assert 1 == 2

def test_with_a_workspace_of_the_module(client):
    client.get("/v1/lead")
    assert 2 == 3

@pytest.fixture
def late(sophiie):
    sophiie.client.get("/v1/leed")
    raise ValueError("in a fixture")

def test_whose_setup_fails(sophiie, late):
    pass

def test_whose_server_is_gone(sophiie, sophiie_server):
    sophiie_server.__exit__(None, None, None)
    assert 3 == 4

def test_after_it(sophiie):
    pass

def test_of_somebody_else():
    pass
"""


@pytest.mark.slow
def test_a_session_survives_whatever_happens_to_its_reports(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "w.yaml").write_text("leads: 3")
    (tmp_path / "wrong.yaml").write_text("leads: 3\nleeds: 4")
    strict = ("-W", "error", "--strict-markers", "-p", "anyio.pytest_plugin")
    done = run(tmp_path, *strict)

    told = done.stdout + done.stderr
    assert "3 failed, 6 passed, 4 errors" in told, told
    for failure in ("assert 1 == 2", "assert 2 == 3", "assert 3 == 4", "ValueError: in a fixture"):
        assert failure in told
    assert ": wrong.yaml:2: unknown key 'leeds'" in told
    assert f"{tmp_path}/none.yaml" in told
    assert "fixture tenant" in told
    assert "world small, seed 5" in told
    assert "GET /v1/leed 404" in told
    assert ": POST /webhooks/drain: no answer" in told or "known: GET" in told
    assert ": POST /__admin/workspaces: no answer from http://127.0.0.1:" in told


def test_workspaces_are_found_in_whatever_holds_them(mine: Sophiie) -> None:
    held: dict[str, Any] = {"other": 1, "it": (mine, 2), "again": AsyncSophiie(mine), "more": {"x": mine}}

    assert [title for title, _ in pytest_plugin._report_sections(held)] == ["sophiie-mock, fixture it"]


@pytest.mark.parametrize("fault", [KeyError("seed"), pytest.fail.Exception("not mocked")])
def test_a_report_that_goes_wrong_is_one_line(
    mine: Sophiie, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def broken(self: Sophiie) -> str:
        raise fault

    monkeypatch.setattr(Sophiie, "report", broken)
    assert pytest_plugin._report_sections({"it": mine}) == [
        ("sophiie-mock", f"no report: {type(fault).__name__}: {fault}")
    ]
    assert pytest_plugin._report_sections(None) == []


def test_a_server_that_says_nothing_is_not_waited_for(mine: Sophiie) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        mine.control = AdminClient(url)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("mock_server.testing.sophiie._PATIENCE", 0.05)
            assert f"GET /__admin/requests?limit=5: no answer from {url}" in mine.report()


def test_a_workspace_that_was_removed_in_the_test_ends_quietly(running: Any) -> None:
    with workspace(running.url, world="empty") as made:
        AdminClient(running.url)("DELETE", f"/workspaces/{made.id}")
        assert httpx.get(f"{running.url}/v1/leads").status_code == 401
