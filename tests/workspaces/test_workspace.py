"""Workspaces: made from a plan, apart from each other, and taken up again from a log as they were."""

import json
import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from messages import assert_message
from starlette.applications import Starlette
from wire import Answer, ask, assert_envelope

from mock_server.app import create_app, load_contract
from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.store.base import Log, NoLog
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.plan import WorldPlan, digest
from mock_server.workspaces.record_counts import record_counts
from mock_server.workspaces.workspace import DEFAULT, Workspaces
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

START = "2031-05-06T07:08:09Z"
WIDGETS = str(Path(__file__).parents[1] / "documents" / "widgets.yaml")
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=o&user_id=u"
CONTRACT = load_contract(Settings())


def plan(**more: Any) -> WorldPlan:
    return WorldPlan(load_recipe("small"), **{"start": parse(START), "limit": 0, **more})


def content(state: WorkspaceState) -> dict[str, list[tuple[Any, Any, Any]]]:
    rows = {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in state.kinds}
    return {kind: some for kind, some in rows.items() if some}


@pytest.fixture
def workspaces() -> Workspaces:
    return Workspaces(CONTRACT, NoLog(), 10)


Restart = Callable[..., Starlette]


@pytest.fixture
def restart(tmp_path: Path) -> Iterator[Restart]:
    """An application on one state file; each call closes the one before it and opens the file again."""
    opened: list[Log] = []

    def start(**settings: Any) -> Starlette:
        while opened:
            opened.pop().close()
        opened.append(SqliteLog(tmp_path / "state.db"))
        chosen = {"world": "small", "now": START, "rate_limit": "off", "self_check": "all", **settings}
        return create_app(Settings(**chosen), opened[-1])

    yield start
    for log in opened:
        log.close()


def send(app: Starlette, method: str, target: str, body: Any = None) -> Answer:
    return ask(app, method, target, body=None if body is None else json.dumps(body).encode())


def done(app: Starlette, method: str, target: str, body: Any = None) -> Any:
    answer = send(app, method, target, body)
    assert answer.status in (200, 201), (answer.status, answer.body, answer.explain)
    return answer.json


def default(app: Starlette) -> Any:
    return app.state.workspaces.get(DEFAULT)


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(workspaces: Workspaces) -> None:
    one, two = (Workspaces(CONTRACT, NoLog(), 10).create("w", plan(), ()) for _ in range(2))
    assert content(one.state) == content(two.state)
    assert content(one.state) != content(workspaces.create("w", plan(seed=2), ()).state)


def test_a_key_opens_its_own_workspace_and_no_other(workspaces: Workspaces) -> None:
    one, two = workspaces.create("one", plan(), ["a", "b"]), workspaces.create("two", plan(), ["c"])
    assert [workspaces.by_digest(digest(key)) for key in "abcd"] == [one, one, two, None]
    assert workspaces.by_digest("a") is None
    workspaces.open_with(two.id, "d")
    assert workspaces.by_digest(digest("d")) is two
    assert list(workspaces) == [one, two]
    assert workspaces.get("one") is one


def test_workspaces_of_one_plan_share_what_they_have_not_written_to(workspaces: Workspaces) -> None:
    one, two = (workspaces.create(name, plan(), ()) for name in ("one", "two"))
    assert one.state.rows("leads") is two.state.rows("leads")
    before = content(two.state)
    with workspaces.transaction(one) as tx:
        for row in tx.find("leads"):
            tx.remove("leads", row.id)
        tx.put("faqs", 1, {"id": 1})
        tx.count("leads")
    assert content(two.state) == before
    assert content(workspaces.create("three", plan(), ()).state) == before
    assert dict(two.state.counters) == dict(workspaces.create("four", plan(), ()).state.counters)


def test_worlds_that_were_built_are_not_kept_for_ever(workspaces: Workspaces) -> None:
    first = workspaces.create("first", plan(), ()).state.rows("leads")
    assert workspaces.create("again", plan(), ()).state.rows("leads") is first
    empty = load_recipe("empty")
    for seed in range(40):
        workspaces.create("other", WorldPlan(empty, seed, parse(START)), ())
    built = workspaces.create("later", plan(), ()).state.rows("leads")
    assert built is not first
    assert [row.record for row in built] == [row.record for row in first]


def test_a_summary_counts_records_the_largest_kind_first_and_none_of_ours(workspaces: Workspaces) -> None:
    workspace = workspaces.create("w", plan(), ())
    with workspaces.transaction(workspace) as tx:
        tx.put("$events", "evt_1", {"id": "evt_1"})
    counts = record_counts(workspace.state)
    assert counts["leads"] == len(workspace.state.rows("leads")) == 12
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert not any(kind.startswith("$") for kind in counts)


def test_made_up_values_depend_on_seed_and_key_only(workspaces: Workspaces) -> None:
    one, two, other = (workspaces.create(name, plan(seed=seed), ()) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert [each.chance("x").random() for each in (one, two)] == [one.chance("x").random()] * 2
    assert len({one.chance("x").random(), one.chance("y").random(), other.chance("x").random()}) == 3


# --- a state file -------------------------------------------------------------------------------------------------


def test_after_a_restart_everything_is_as_it_was(restart: Restart) -> None:
    app = restart()
    lead = done(app, "POST", "/v1/leads", {"firstName": "Avery"})["lead"]
    gone = done(app, "POST", "/v1/leads", {"firstName": "Gone"})["lead"]
    done(app, "DELETE", f"/v1/leads/{gone['id']}")
    hook = done(app, "POST", SUBSCRIBE, {"hookUrl": "http://127.0.0.1:9/", "trigger": "APPOINTMENT_CREATED"})
    before, counters = content(default(app).state), dict(default(app).state.counters)
    assert before["$events"]
    again = restart()
    assert content(default(again).state) == before
    assert dict(default(again).state.counters) == counters
    assert done(again, "GET", "/v1/leads?limit=1")["leads"][0]["id"] == lead["id"]
    assert send(again, "GET", f"/v1/leads/{gone['id']}").status == 404
    second = done(again, "POST", SUBSCRIBE, {"hookUrl": "http://127.0.0.1:9/", "trigger": "APPOINTMENT_CREATED"})
    assert second["id"] > hook["id"]
    done(again, "DELETE", SUBSCRIBE.replace("subscribe", "unsubscribe"), {"hookId": hook["id"]})


def test_ids_go_on_after_a_restart_and_none_is_given_twice(restart: Restart) -> None:
    paths = {"faqs": {"question": "Why?", "answer": "Because."}, "leads": {"firstName": "Avery"}}
    seen: dict[str, list[Any]] = {kind: [] for kind in ("faqs", "leads", "$events", "leads/activities")}
    app = restart()
    for _ in range(2):
        for kind, body in paths.items():
            (made,) = done(app, "POST", f"/v1/{kind}", body).values()
            seen[kind].append(made["id"])
            done(app, "DELETE", f"/v1/{kind}/{made['id']}")
        seen["$events"] += [row.id for row in default(app).state.rows("$events")[-2:]]
        app = restart()
    assert all(len(set(ids)) == len(ids) for ids in seen.values())
    assert seen["faqs"] == [1_000_001, 1_000_002]


def test_the_clock_goes_on_as_far_from_the_real_one_as_it_was(restart: Restart) -> None:
    before = default(restart()).clock.now()
    assert before - parse(START) < timedelta(minutes=1)
    after = default(restart(now="2020-01-01")).clock.now()
    assert timedelta(0) <= after - before < timedelta(minutes=1)


def test_a_clock_that_stands_still_stands_still_after_a_restart(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "state.db")
    Workspaces(CONTRACT, log, 10).create("w", plan(), ["k"], frozen=True)
    log.close()
    log = SqliteLog(tmp_path / "state.db")
    again = Workspaces(CONTRACT, log, 10)
    assert again.restore() == 1
    log.close()
    kept = again.by_digest(digest("k"))
    assert kept is again.get("w") is not None
    assert kept is not None
    assert (kept.clock.frozen, kept.clock.now()) == (True, parse(START))
    assert (kept.plan, kept.id) == (plan(), "w")


def test_who_asks_for_another_world_than_the_file_holds_is_told(
    restart: Restart, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    restart(world="small", seed=3)
    restart(world="small", seed=3)
    restart(world="default", seed=1)  # as without the flags
    assert "new file" not in caplog.text
    restart(world="edge", seed=3)
    assert_message(caplog.messages[-1], FOLDER=tmp_path)


def test_a_recipe_file_that_a_state_holds_is_no_other_world(
    restart: Restart, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    recipe = tmp_path / "w.yaml"
    recipe.write_text("leads: 1")
    restart(world=str(recipe))
    restart(world=str(recipe))
    assert "new file" not in caplog.text
    recipe.write_text("leads: 2")
    restart(world=str(recipe))
    assert_message(caplog.messages[-1], FOLDER=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["freeze", "run"])
def test_a_clock_that_was_moved_is_there_after_a_restart(tmp_path: Path, end: str) -> None:
    server = MockServer(Settings(port=0, quiet=True, world="empty", state=str(tmp_path / "state.db")))
    with server, httpx.Client(base_url=f"{server.url}/__admin") as admin:
        admin.post("/clock/set", json={"now": "2020-01-01"}).raise_for_status()
        admin.post("/clock/freeze").raise_for_status()
        admin.post(f"/clock/{end}").raise_for_status()
        before = admin.get("/clock").json()
    with server, httpx.Client(base_url=f"{server.url}/__admin") as admin:
        after = admin.get("/clock").json()
    assert after["frozen"] is (end == "freeze")
    late = parse(after["now"]) - parse(before["now"])
    assert late == timedelta(0) if after["frozen"] else timedelta(0) <= late < timedelta(minutes=1)


def test_the_clock_of_a_workspace_that_is_gone_is_not_kept(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "state.db")
    workspaces = Workspaces(CONTRACT, log, 10)
    gone = workspaces.create("w", plan(), ["k"])
    workspaces.remove(gone)
    workspaces.keep_clock(gone)
    assert list(log.load()) == []
    log.close()


def test_a_key_is_not_in_the_file(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "state.db")
    Workspaces(CONTRACT, log, 10).create("w", plan(), ["sk_test_mock_secret"])
    log.close()
    assert b"sk_test_mock" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_state_of_another_document_is_served_as_the_new_one_wants_it(restart: Restart) -> None:
    app = restart(spec=WIDGETS, vendor="sophiie")
    made = done(app, "POST", "/v1/widgets", {"name": "One", "colour": "red", "size": {"width": 1, "height": 1}})
    other = restart()
    assert done(other, "GET", "/v1/leads")["totalCount"] == 12
    again = restart(spec=WIDGETS, vendor="sophiie")
    assert done(again, "GET", f"/v1/widgets/{made['uuid']}") == made


def test_a_single_record_that_the_state_does_not_have_is_not_found(restart: Restart) -> None:
    restart()
    assert_envelope(send(restart(spec=WIDGETS, vendor="sophiie"), "GET", "/v1/status"), 404)


def test_no_room_is_503_in_the_vendors_envelope_and_nothing_has_happened(restart: Restart, tmp_path: Path) -> None:
    app = restart()
    before = content(default(app).state)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = max(path.stat().st_size for path in tmp_path.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, hard))
    try:
        long = {"question": "Why?", "answer": "x" * 20_000}
        answers = [send(app, "POST", "/v1/faqs", long) for _ in range(written // 10_000 + 2)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    refused = [answer for answer in answers if answer.status != 201]
    assert refused
    for answer in refused:
        assert_envelope(answer, 503)
        assert "make room" in answer.explain
    kept = len(answers) - len(refused)
    assert len(content(default(app).state)["faqs"]) == len(before["faqs"]) + kept
    assert done(app, "GET", "/v1/faqs")["totalCount"] == len(before["faqs"]) + kept
    done(app, "POST", "/v1/faqs", long)
    after = content(default(app).state)
    assert content(default(restart()).state) == after
