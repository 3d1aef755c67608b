"""The pytest plugin as its users meet it: whole pytest runs in processes of their own, and what a fixture can do."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import plain_http
import pytest
from messages import assert_message, line_with

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.testing import MockServer, Refused, Sophiie, workspace

ROOT = Path(__file__).parents[2]
LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}

SUITE = """
import httpx
import pytest

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}

@pytest.fixture
def sophiie_options():
    return {"seed": 7, "now": "2026-03-04"}

@pytest.mark.parametrize("number", range(6))
def test_each_has_a_workspace_of_its_own(sophiie, number):
    assert sophiie.world.count("leads") == 12
    sophiie.client.post("/v1/leads", json=LEAD).raise_for_status()
    assert (sophiie.seed, sophiie.world.start) == (7, "2026-03-04T00:00:00.000Z")

@pytest.mark.sophiie(seed=8, rate_limit=1)
def test_a_marker_wins_over_the_fixture(sophiie):
    assert sophiie.seed == 8
    assert [sophiie.client.get("/v1/leads").status_code for _ in range(2)] == [200, 429]

def test_that_fails(sophiie):
    sophiie.inbox.subscribe("LEAD_CREATED")
    sophiie.inbox.answer(500)
    sophiie.client.post("/v1/leads", json=LEAD)
    sophiie.client.get("/v1/lead")
    sophiie.requests.assert_called("DELETE /v1/leads/{}")

@pytest.mark.sophiie(colour="red")
def test_with_a_typing_error(sophiie):
    pass

@pytest.mark.sophiie("small")
def test_with_a_value_that_has_no_name(sophiie):
    pass

@pytest.mark.sophiie(world="nowhere")
def test_of_a_world_that_is_none(sophiie):
    pass
"""


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """pytest on a suite of a user's, with this checkout's plugin and no other: importing others' takes seconds."""
    command = [sys.executable, "-m", "pytest", "-p", "mock_server.pytest_plugin", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment |= variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_suite_of_a_users_runs_in_parallel_and_its_failures_say_why(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    done = run(tmp_path, "-p", "xdist", "-n", "2")

    assert "7 passed, 3 errors" in done.stdout.replace("1 failed, ", ""), done.stdout + done.stderr
    assert "DELETE /v1/leads/{}" in done.stdout
    assert "world small, seed 7, now 2026-03-04T00:00:00.000Z" in done.stdout
    assert "GET /v1/lead 404  " in done.stdout
    assert re.search(r"not delivered:\n  (failed|pending): LEAD_CREATED to http://127\.0\.0\.1:", done.stdout)
    assert "rate_limit, not colour" in done.stdout
    assert "not anything without a name" in done.stdout
    assert ": nowhere: " in done.stdout
    assert "During handling" not in done.stdout


FOLDER = """
import pytest
from mock_server.config.settings import Settings

@pytest.fixture(scope="session")
def sophiie_settings():
    return Settings(port=0, quiet=True, world={world!r})
"""
IN_FOLDER = """
import pytest

def test_of_the_folder(sophiie):
    assert sophiie.world.count("leads") == {leads}

def test_of_the_module(sophiie_module):
    assert sophiie_module.world.count("leads") == {leads}
"""


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a")])
def test_the_settings_of_a_folder_hold_for_its_tests_whichever_ran_first(tmp_path: Path, order: Sequence[str]) -> None:
    for folder, world, leads in (("a", "empty", 0), ("b", "", 12), ("c", "edge", 40)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"test_{folder}.py").write_text(IN_FOLDER.format(leads=leads))
        if world:
            (tmp_path / folder / "conftest.py").write_text(FOLDER.format(world=world))
    done = run(tmp_path, "--import-mode=importlib", *order)
    assert "6 passed" in done.stdout, done.stdout


OURS = ["mock_server", "mock_server.pytest_plugin"]


def test_it_costs_nothing_where_it_is_not_used() -> None:
    script = """
import sys, time
import pytest
before = set(sys.modules)
start = time.process_time()
import mock_server.pytest_plugin
print((time.process_time() - start) * 1000)
print(*sorted(name for name in set(sys.modules) - before))
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    ms, loaded = done.stdout.splitlines()

    assert float(ms) < 30
    assert loaded.split() == OURS


def test_a_suite_that_knows_nothing_of_us_is_left_alone(tmp_path: Path) -> None:
    """Its option may have the name of one of ours, its fixture and its folder too; warnings are errors there."""
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "def pytest_addoption(parser): parser.addoption('--target', default='mine')\n"
        "@pytest.fixture\n"
        "def sophiie(request): return request.config.getoption('--target')\n"
    )
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "theirs.py").write_text("X = 1\n")
    (folder / "test_it.py").write_text(
        "import sys\n"
        "from contracts.theirs import X\n"
        "def test_it(sophiie): assert sophiie == 'x'\n"
        f"def test_nothing_is_loaded(): assert sorted(m for m in sys.modules if m.startswith('mock_s')) == {OURS}\n"
        "def test_fails(sophiie): assert not sophiie\n"
    )
    strict = ("-W", "error", "--strict-markers")
    done = run(tmp_path, *strict, "--target", "x", "contracts")

    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "sophiie-mock" not in done.stdout


def test_a_snapshot_is_come_back_to(mine: Sophiie) -> None:
    saved = mine.snapshot()
    mine.client.post("/v1/leads", json=LEAD).raise_for_status()
    assert "ana@example.com" in str(saved.changes())
    saved.restore()

    assert mine.world.count("leads") == 12


def test_the_inbox_tells_what_came_nearest(mine: Sophiie) -> None:
    mine.inbox.subscribe("LEAD_CREATED")
    mine.client.post("/v1/leads", json=LEAD).raise_for_status()

    with pytest.raises(AssertionError) as refused:
        mine.inbox.expect({"email": "ben@example.com"})
    assert_message(line_with(str(refused.value), "email:"))
    with pytest.raises(AssertionError, match="expected nothing, got"):
        mine.inbox.expect_none({"email": "ana@example.com"})
    assert [body["email"] for body in mine.inbox.drain()] == ["ana@example.com"]
    assert mine.inbox.drain() == []


def test_no_inbox_is_asked_what_could_not_have_come(mine: Sophiie) -> None:
    with pytest.raises(Refused) as refused:
        mine.inbox.expect_none()
    assert_message(refused.value)
    (id,) = mine.inbox.subscribe("LEAD_CREATED")
    mine.inbox.expect_none()
    mine.inbox.expect_none({"email": "ben@example.com"})
    for unknown, says in (
        ({"emial": "x"}, "no body has `emial`; did you mean `email`?"),
        ({"trigger": "LEAD_MADE"}, "no body has `trigger`; its fields are address, businessName"),
        ({"leadDetails.email": "x"}, "no body has `leadDetails.email`"),  # of an inquiry, and those are not subscribed
    ):
        with pytest.raises(Refused, match=re.escape(says)):
            mine.inbox.expect_none(unknown)
        mine.inbox.expect_none(unknown, allow_unknown=True)
        with pytest.raises(AssertionError, match=f": {re.escape(says)}"):
            mine.inbox.expect(unknown)
    with pytest.raises(Refused, match="nothing is subscribed"):
        mine.inbox_named("other").expect_none()
    with pytest.raises(ValueError, match="expect_none"):
        mine.inbox.expect(count=0)
    mine.control("DELETE", f"/webhooks/subscriptions/{id}")
    mine.client.post("/v1/leads", json=LEAD)
    mine.inbox.expect_none()


def test_an_inbox_that_dropped_something_says_so(mine: Sophiie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.workspaces.inbox._MAX_KEPT_DELIVERIES", 1)
    for _ in range(2):
        plain_http.post(mine.inbox.url, json={"own": 1})

    mine.inbox.expect({"own": 1})
    with pytest.raises(Refused) as refused:
        mine.inbox.expect_none({"own": 2})
    assert_message(refused.value)
    mine.inbox.drain()
    plain_http.post(mine.inbox.url, json={"own": 1})
    mine.inbox.expect_none({"own": 2})


def test_a_trigger_that_is_none_is_refused_with_those_there_are(mine: Sophiie) -> None:
    with pytest.raises(Refused) as refused:
        mine.inbox.subscribe("LEAD_CREATED", "LEAD_MADE")
    assert_message(refused.value)

    assert refused.value.problem["status"] == 400
    assert mine.control("GET", "/webhooks/subscriptions")["items"] == []
    with pytest.raises(TypeError, match="name a trigger"):
        mine.inbox.subscribe()


def test_names_that_python_keeps_have_an_underscore_behind(mine: Sophiie) -> None:
    lead = mine.world.leads[0]["id"]
    (booked,) = mine.simulate("appointment", action="book", from_=lead)["happened"]
    assert (booked["leadId"], booked["newLead"]) == (lead, False)
    mine.inbox.answer(503, retry_after="120")
    answer = plain_http.post(mine.inbox.url, json={})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert mine.world.leads_[0]["id"] == lead


def test_faults_come_and_go(mine: Sophiie) -> None:
    mine.faults.add("GET /v1/leads/{}", {"status": 502}, count=1)
    lead = mine.world.leads[0]["id"]

    assert [mine.client.get(f"/v1/leads/{lead}").status_code for _ in range(2)] == [502, 200]
    mine.faults.add("GET /v1/leads")
    mine.faults.heal()
    assert mine.client.get("/v1/leads").status_code == 200


def test_the_clock_is_the_tests_own(mine: Sophiie) -> None:
    start = mine.clock.now
    mine.clock.advance(60)
    assert (mine.clock.now - start).total_seconds() == 60
    mine.clock.set(start)
    assert mine.clock.now == start
    mine.clock.run()
    mine.clock.freeze()


def test_calls_are_asserted_in_order_or_not_at_all(mine: Sophiie) -> None:
    mine.client.get("/v1/leads")
    mine.client.get("/v1/faqs")

    mine.requests.assert_order("GET /v1/leads", "GET /v1/faqs")
    mine.requests.assert_not_called("GET /v1/policies")
    with pytest.raises(AssertionError, match="nothing after req_2 matches"):
        mine.requests.assert_order("GET /v1/faqs", "GET /v1/leads")
    with pytest.raises(AssertionError, match="wanted exactly 0, got 1"):
        mine.requests.assert_not_called("GET /v1/faqs")
    assert_message(line_with(mine.requests.explain("req_1"), "validation:"))


def test_a_kind_that_is_none_is_an_attribute_error(mine: Sophiie) -> None:
    assert mine.world.records("leads/notes")
    with pytest.raises(AttributeError) as refused:
        mine.world.lead  # noqa: B018 - asking is the test
    assert_message(refused.value)
    with pytest.raises(Refused, match="no such kind"):
        mine.world.count("lead")
    with pytest.raises(TypeError, match="not 'LEAD_CREATED'"):
        mine.inbox.expect("LEAD_CREATED")  # type: ignore[arg-type]  # what a reader of `subscribe` may guess


def test_without_pytest_a_with_statement_is_enough() -> None:
    with MockServer() as server, workspace(server.url, world="small") as sophiie:
        assert sophiie.client.get("/v1/leads").json()["totalCount"] == 12
        assert sophiie.clock.now == sophiie.clock.now


def test_in_process_no_socket_is_needed() -> None:
    app = create_app(Settings(world="small", quiet=True))

    async def use() -> tuple[int, int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            made = (await client.post("/__admin/workspaces", json={"frozen": True})).json()
            headers = {"authorization": f"Bearer {made['key']}"}
            created = await client.post("/v1/leads", json=LEAD, headers=headers)
            asked = {"request": {"operation": "POST /v1/leads"}, "exactly": 1}
            verified = await client.post("/__admin/verify", json=asked, headers={"x-mock-workspace": made["id"]})
            return created.status_code, verified.status_code

    assert asyncio.run(use()) == (201, 200)
