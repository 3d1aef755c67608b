"""Fixtures of every width: for a module, for the session, and as many workspaces in a test as it wants."""

import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

pytestmark = pytest.mark.sophiie(seed=7)
LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}
SEEN = {}

@pytest.fixture
def anyio_backend():
    return "asyncio"

def test_one_writes(sophiie_module, sophiie_session):
    SEEN["module"], SEEN["session"] = sophiie_module.id, sophiie_session.id
    assert (sophiie_module.seed, sophiie_session.seed) == (7, 1)
    sophiie_module.client.post("/v1/leads", json=LEAD).raise_for_status()

def test_the_next_sees_it(sophiie_module, sophiie_session, sophiie):
    assert (sophiie_module.id, sophiie_session.id) == (SEEN["module"], SEEN["session"])
    assert sophiie_module.world.count("leads") == 13
    assert (sophiie.seed, sophiie.world.count("leads")) == (7, 12)

def test_several(sophiie_workspace):
    plumber, other = sophiie_workspace(), sophiie_workspace(world={"leads": 3}, seed=8)
    assert [plumber.world.count("leads"), other.world.count("leads")] == [12, 3]
    SEEN["several"] = [plumber.id, other.id]

def test_they_are_gone(sophiie_server, sophiie):
    there = [one["id"] for one in sophiie.control("GET", "/workspaces")["workspaces"]]
    assert not set(SEEN["several"]) & set(there)

@pytest.mark.anyio
async def test_awaited(asophiie_module, asophiie_session, asophiie_workspace):
    assert asophiie_module.id == SEEN["module"]
    other = await asophiie_workspace(seed=9)
    assert other.seed == 9
    await asophiie_session.settle()

def test_that_fails(sophiie_workspace):
    sophiie_workspace(seed=9).client.get("/v1/lead")
    assert False

def test_that_cannot_be(sophiie_workspace):
    sophiie_workspace(world="nowhere")
"""


@pytest.mark.slow
def test_workspaces_live_as_long_as_their_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "test_suite.py"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "2 failed, 5 passed" in done.stdout, done.stdout
    assert "sophiie-mock, fixture sophiie_workspace" in done.stdout
    assert "GET /v1/lead 404" in done.stdout
    assert "busy, default, edge, empty, small" in done.stdout
