"""A tenant has its own of everything, begins with nothing, and is bounded; what it had is told after a restart."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from messages import assert_message
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app, load_contract
from mock_server.config.settings import Settings
from mock_server.errors import Problem, StateError, StorageUnavailable
from mock_server.store.base import Log, NoLog, SavedWorkspace
from mock_server.store.snapshot import Snapshot
from mock_server.store.sqlite_log import SqliteLog
from mock_server.workspaces.coverage import Coverage
from mock_server.workspaces.plan import WorldPlan, digest
from mock_server.workspaces.record_counts import record_counts
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.clock import epoch_ms, parse, stamp, wall_time
from mock_server.world.recipe import load_recipe

CONTRACT = load_contract(Settings())
START = "2031-05-06T07:08:09.000Z"
LATER = "2033-01-02T03:04:05.000Z"
A_MOMENT = timedelta(minutes=1)
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=o&user_id=u"
VIEWS = (
    *("/requests", "/coverage", "/faults", "/mappings", "/simulate", "/records", "/clock", "/snapshots/@now/export"),
    *("/webhooks/subscriptions", "/webhooks/events", "/webhooks/deliveries", "/webhooks/attempts?wait=0", "/inbox/box"),
)


def plan(**more: Any) -> WorldPlan:
    return WorldPlan(load_recipe("small"), **{"start": parse(START), "limit": 0, **more})


@pytest.fixture
def workspaces() -> Workspaces:
    return Workspaces(CONTRACT, NoLog(), 3)


@pytest.fixture
def desk(app: Starlette) -> Iterator[Desk]:
    """A tenant with a limit and a clock that stands still."""
    workspaces = app.state.workspaces
    made = workspaces.create("used", plan(limit=5, enforced=True), ["sk_test_mock_used"], frozen=True)
    yield Desk(app, made, "sk_test_mock_used")
    if workspaces.get("used"):
        workspaces.remove(made)


def use(desk: Desk) -> None:
    """Something of everything that a tenant can have."""
    assert desk.admin("POST", "/inbox/box", {"a": 1}).status == 200
    desk.done("PUT", "/inbox/box", {"status": 500})
    assert desk.ask("POST", SUBSCRIBE, {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}).status == 201
    assert desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"}).status == 201
    assert [desk.ask().status for _ in range(4)] == [200, 200, 200, 429]
    desk.fault({"status": 503}, request={"urlPath": "/v1/faqs"})
    desk.done("POST", "/mappings", {"request": {"urlPath": "/a"}, "response": {}, "allowInvalid": True})
    desk.simulate("sms", count=2, over=60)
    desk.advance(10)
    desk.workspace.attempts.append({"sequence": 1})


def views(desk: Desk) -> dict[str, str]:
    """All that can be seen of it; how long things took is left out."""
    return {path: re.sub(r'"ms": ?[0-9.]+', "", json.dumps(desk.done("GET", path))) for path in VIEWS}


def test_a_tenant_that_was_reset_cannot_be_told_from_a_new_one(desk: Desk) -> None:
    new = views(desk)
    use(desk)
    used = views(desk)
    assert {path for path in VIEWS if used[path] == new[path]} == set()
    desk.done("POST", "/reset")
    assert views(desk) == new
    use(desk)
    assert views(desk) == used  # it numbers and counts as it did at first


def test_snapshots_outlast_a_reset(desk: Desk) -> None:
    lead = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"}).json["lead"]
    desk.done("POST", "/snapshots", {"name": "with-ana"})
    desk.done("POST", "/reset")
    assert desk.ask("GET", f"/v1/leads/{lead['id']}").status == 404
    desk.done("POST", "/snapshots/with-ana/restore")
    assert desk.ask("GET", f"/v1/leads/{lead['id']}").json["firstName"] == "Ana"


def test_what_was_exercised_still_counts_for_the_server_after_a_reset_and_a_removal(desk: Desk) -> None:
    def exercised(scope: str) -> Any:
        return desk.done("GET", f"/coverage?scope={scope}")["operations"]["GET /v1/leads"]["requests"]

    before = exercised("server")
    assert exercised("workspace") == 0
    for _ in range(2):
        desk.ask()
    assert (exercised("workspace"), exercised("server") - before) == (2, 2)
    desk.done("POST", "/reset")
    assert (exercised("workspace"), exercised("server") - before) == (0, 2)
    desk.ask()
    desk.app.state.workspaces.remove(desk.workspace)
    told = ask(desk.app, "GET", "/__admin/coverage?scope=server", key=None).json
    assert told["operations"]["GET /v1/leads"]["requests"] - before == 3


def test_what_left_the_journal_is_exercised_all_the_same() -> None:
    app = create_app(Settings(world="small", rate_limit="off", journal_size=2))
    desk = Desk(app, app.state.workspaces.get("default"), "sk_test_local")
    for _ in range(5):
        desk.ask()
    assert len(desk.done("GET", "/requests")["requests"]) == 2
    assert desk.done("GET", "/coverage")["operations"]["GET /v1/leads"]["requests"] == 5


def test_requests_are_numbered_from_one_in_each_tenant(workspaces: Workspaces) -> None:
    one, two = (workspaces.create(name, plan(), ()) for name in ("one", "two"))
    assert [one.next_request() for _ in range(3)] == ["req_1", "req_2", "req_3"]
    assert (two.next_request(), one.requests, two.requests) == ("req_1", 3, 1)


def test_journal_and_attempts_are_bounded(workspaces: Workspaces, tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "state")
    own = Workspaces(CONTRACT, log, 3)
    made = own.create("w", plan(), ["k"])
    branch = own.branch(made, Snapshot("s", made.state.fork(), START, False), "b", "l")
    again = Workspaces(CONTRACT, _Reread(log), 3)
    again.restore()
    for workspace in (made, branch, *again):
        for number in range(1_100):
            workspace.journal.arrive(_Asked(number, workspace.journal.coverage))
            workspace.attempts.append({"sequence": number})
        assert [entry.number for entry in workspace.journal] == [1_097, 1_098, 1_099]
        assert len(workspace.attempts) == 1_000
    log.close()


class _Asked:
    """A request that has arrived, and nothing more."""

    kept: bool | None = None
    over = False
    weight = request_weight = answer_weight = 1

    def __init__(self, number: int, coverage: Coverage) -> None:
        self.number = number
        self.coverage: Coverage | None = coverage

    def cover(self) -> None: ...

    def cover_in(self, coverage: Coverage) -> None: ...


class _Reread(NoLog):
    """What a log has now, for a second set of workspaces."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def load(self) -> Iterator[SavedWorkspace]:
        return self._log.load()


# --- limits ----------------------------------------------------------------------------------------------------------


def test_each_key_of_a_tenant_has_the_whole_limit_and_its_own_window(workspaces: Workspaces) -> None:
    workspace = workspaces.create("w", plan(limit=2, enforced=True), ["a", "b"], frozen=True)
    assert workspace.windows() == []
    assert [workspace.quota("a").take().over for _ in range(3)] == [0, 0, 1]
    assert workspace.quota("b").limit == 2
    assert workspace.windows() == [epoch_ms(parse(START)) + 60_000]  # the second key has asked nothing yet
    workspace.clock.advance(10)
    assert workspace.quota("b").take().over == 0
    workspace.quota("c").take()
    assert workspace.windows() == [epoch_ms(parse(START)) + ms for ms in (60_000, 70_000)]


# --- what a tenant is made with ---------------------------------------------------------------------------------------


def test_without_a_time_of_its_own_a_tenant_has_the_servers_world_and_the_real_time(workspaces: Workspaces) -> None:
    one, two = (workspaces.create(name, plan(start=None), ()) for name in ("one", "two"))
    assert one.state.rows("leads") is two.state.rows("leads")
    assert one.origin.start == two.origin.start == workspaces.started
    assert abs(wall_time() - workspaces.started) < A_MOMENT
    assert abs(wall_time() - one.clock.now()) < A_MOMENT
    assert not one.clock.frozen


def test_a_clock_runs_unless_it_was_asked_to_stand_still(workspaces: Workspaces) -> None:
    assert not workspaces.create("runs", plan(), ()).clock.frozen
    assert workspaces.create("stands", plan(), (), frozen=True).clock.stamp() == START


def test_a_summary_is_in_the_order_of_the_alphabet_where_counts_are_equal(workspaces: Workspaces) -> None:
    counts = list(record_counts(workspaces.create("w", plan(), ()).state).items())
    assert counts == sorted(sorted(counts), key=lambda pair: pair[1], reverse=True)
    assert len({count for _, count in counts}) < len(counts)


def test_the_world_that_was_built_first_is_forgotten_first(workspaces: Workspaces) -> None:
    def leads(seed: int) -> object:
        return workspaces.create("w", WorldPlan(empty, seed, parse(START)), ()).state.rows("organization")

    empty = load_recipe("empty")
    built = [leads(seed) for seed in range(32)]
    assert [leads(seed) for seed in range(32)] == built  # all of them are at hand
    leads(32)
    assert all(leads(seed) is built[seed] for seed in range(1, 32))
    assert leads(0) is not built[0]


# --- what a change brings ---------------------------------------------------------------------------------------------


def test_those_who_follow_are_told_of_each_change_with_its_tenant_and_of_nothing_else(workspaces: Workspaces) -> None:
    told: list[tuple[Workspace, list[Any]]] = []
    workspaces.on_commit(lambda workspace, tx: told.append((workspace, [change.id for change in tx.changes()])))
    one, two = (workspaces.create(name, plan(), ()) for name in ("one", "two"))
    with workspaces.transaction(one) as tx:
        tx.find("leads")
    assert told == []
    with workspaces.transaction(two) as tx:
        tx.put("faqs", 907, {"id": 907})
    assert told == [(two, [907])]


def test_a_change_that_nobody_follows_is_no_fault(workspaces: Workspaces, caplog: pytest.LogCaptureFixture) -> None:
    workspace = workspaces.create("w", plan(), ())
    with workspaces.transaction(workspace) as tx:
        tx.put("faqs", 907, {"id": 907})
    assert caplog.records == []


def test_a_fault_of_those_who_follow_is_told_with_the_tenant_and_where_it_was(
    workspaces: Workspaces, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(workspace: object, tx: object) -> None:
        raise LookupError("a bug of ours")

    workspaces.on_commit(broken)
    with workspaces.transaction(workspaces.create("w", plan(), ())) as tx:
        tx.put("faqs", 907, {"id": 907})
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert_message(record.getMessage(), "change whose consequence failed", ID="w")
    assert "LookupError" in caplog.text


def test_a_stale_read_goes_back_behind_the_last_change_of_records_not_of_subscriptions(desk: Desk) -> None:
    desk.fault({"fault": "STALE_READ"}, request={"urlPathPattern": "/v1/leads.*"}, count=1)
    lead = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Ryde"}).json["lead"]
    assert desk.ask("POST", SUBSCRIBE, {"hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED"}).status == 201
    assert [desk.ask("GET", f"/v1/leads/{lead['id']}").status for _ in range(2)] == [404, 200]


# --- what is kept -----------------------------------------------------------------------------------------------------


class NoRoom(NoLog):
    """Has room until it is ``full``."""

    full = False

    def begin(self, *_: Any) -> None:
        if self.full:
            raise StateError(Problem("state", "the disk is full", "make room"))

    def remove(self, workspace: str) -> None:
        if self.full:
            raise StateError(Problem("state", "the disk is full", "make room"))

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        if self.full:
            raise StateError(Problem("state", "the disk is full", "make room"))


def test_what_cannot_be_kept_says_why_and_has_not_happened() -> None:
    log = NoRoom()
    workspaces = Workspaces(CONTRACT, log, 3)
    it = workspaces.create("w", plan(), ["k"])
    it.next_request()
    other = Snapshot("s", it.state.fork(), LATER, True)
    state = it.state
    log.full = True
    deeds: tuple[Callable[[], object], ...] = (
        lambda: workspaces.reset(it),
        lambda: workspaces.return_to(it, other),
        lambda: workspaces.remove(it),
        lambda: workspaces.keep_clock(it),
    )
    for deed in deeds:
        with pytest.raises(StorageUnavailable) as refused:
            deed()
        assert_message(refused.value, "disk that is full")
        assert (it.state, it.requests, it.clock.frozen) == (state, 1, False)
        assert it.clock.now() < parse(START) + A_MOMENT
        assert workspaces.by_digest(digest("k")) is workspaces.get("w") is it
    makers: tuple[Callable[[], object], ...] = (
        lambda: workspaces.create("x", plan(), ["x"]),
        lambda: workspaces.branch(it, other, "x", "x"),
    )
    for make in makers:
        with pytest.raises(StateError) as failed:
            make()
        assert_message(failed.value, "disk that is full")
        assert [one.id for one in workspaces] == ["w"]
        assert workspaces.by_digest(digest("x")) is None


def restarted(log: SqliteLog) -> Workspaces:
    made = Workspaces(CONTRACT, _Reread(log), 3)
    made.restore()
    return made


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    made = SqliteLog(tmp_path / "state")
    yield made
    made.close()


def found(log: SqliteLog, id: str) -> Workspace:
    it = restarted(log).get(id)
    assert it is not None
    return it


@pytest.mark.parametrize("start", [None, parse(START)], ids=["the real time", "a time of its own"])
@pytest.mark.parametrize("frozen", [True, False], ids=["stands", "runs"])
def test_a_tenant_is_the_same_after_a_restart(log: SqliteLog, start: Any, frozen: bool) -> None:
    made = Workspaces(CONTRACT, log, 3).create(
        "w", plan(seed=3, start=start, limit=7, enforced=True), ["a", "b"], frozen=frozen
    )
    workspaces = restarted(log)
    again = workspaces.get("w")
    assert again is not None
    assert again.origin.live == made.origin.live == (start is None and not frozen)
    assert again.origin.keys == made.origin.keys == (digest("a"), digest("b"))
    assert again.clock.frozen is frozen
    assert timedelta(0) <= again.clock.now() - made.clock.now() + A_MOMENT < 2 * A_MOMENT
    assert stamp(again.origin.start) == stamp(made.origin.start)
    kept = (again.plan.recipe, again.plan.seed, again.plan.limit, again.plan.enforced)
    assert kept == (made.plan.recipe, 3, 7, True)
    assert again.chance("x").random() == made.chance("x").random()
    workspaces.reset(again)
    assert again.clock.frozen is frozen
    assert [row.record for row in again.state.rows("leads")] == [row.record for row in made.state.rows("leads")]


def test_a_tenant_goes_back_to_a_snapshot_in_records_and_time(log: SqliteLog) -> None:
    workspaces = Workspaces(CONTRACT, log, 3)
    it = workspaces.create("w", plan(), ["k"])
    saved = it.state.fork()
    for frozen in (True, False):
        with workspaces.transaction(it) as tx:
            tx.put("faqs", 907, {**tx.find("faqs")[0].record, "id": 907})
        workspaces.return_to(it, Snapshot("s", saved, LATER, frozen))
        for each in (it, found(log, "w")):
            assert each.clock.frozen is frozen
            assert each.clock.stamp() == LATER if frozen else each.clock.now() - parse(LATER) < A_MOMENT
            assert all(row.id != 907 for row in each.state.rows("faqs"))
    with workspaces.transaction(it) as tx:
        tx.put("faqs", 907, {"id": 907})
    assert all(row.id != 907 for row in saved.rows("faqs"))  # the snapshot itself is as it was


def test_nothing_is_left_of_a_tenant_that_was_removed_and_who_is_still_in_it_can_finish(log: SqliteLog) -> None:
    workspaces = Workspaces(CONTRACT, log, 3)
    gone, other = (workspaces.create(name, plan(limit=2), [f"key of {name}"]) for name in ("gone", "other"))
    workspaces.open_with(gone.id, "another key")
    workspaces.remove(gone)
    for each in (workspaces, restarted(log)):
        assert [it.id for it in each] == ["other"]
        assert each.by_digest(digest("key of other")) is each.get("other")
        assert [each.by_digest(digest(key)) for key in ("key of gone", "another key")] == [None, None]
    assert workspaces.get("other") is other
    assert not any(gone.state.rows(kind) for kind in gone.state.kinds)
    assert gone.quota("k").take().remaining == 1
    with workspaces.transaction(gone) as tx:
        tx.put("faqs", 907, {"id": 907})
    assert restarted(log).get("gone") is None


@pytest.mark.parametrize("frozen", [True, False], ids=["stands", "runs"])
def test_a_branch_begins_at_its_snapshot_with_a_key_of_its_own(log: SqliteLog, frozen: bool) -> None:
    workspaces = Workspaces(CONTRACT, log, 3)
    parent = workspaces.create("parent", plan(seed=3), ["parents"])
    with workspaces.transaction(parent) as tx:
        tx.put("faqs", 907, {**tx.find("faqs")[0].record, "id": 907})
        tx.count("leads")
    snapshot = Snapshot("s", parent.state.fork(), LATER, frozen)
    made = workspaces.branch(parent, snapshot, "made", "its own")
    with workspaces.transaction(parent) as tx:
        tx.remove("faqs", 907)
    assert (made.id, made.plan, made.origin.keys) == ("made", parent.plan, (digest("its own"),))
    assert timedelta(0) <= made.clock.now() - parse(LATER) < A_MOMENT
    for set_of, it in ((workspaces, made), (again := restarted(log), again.get("made"))):
        assert it is not None
        assert set_of.by_digest(digest("its own")) is set_of.get("made") is it
        assert set_of.by_digest(digest("parents")) is set_of.get("parent")
        assert it.clock.frozen is frozen
        assert timedelta(0) <= it.clock.now() - parse(LATER) < A_MOMENT
        assert [row.id for row in it.state.rows("faqs")].count(907) == 1
        assert it.state.counters["leads"] == 1
        assert dict(it.state.counters) == dict(snapshot.state.counters)


def test_a_clock_that_is_ahead_stays_as_far_ahead(log: SqliteLog) -> None:
    workspaces = Workspaces(CONTRACT, log, 3)
    it = workspaces.create("w", plan(), ["k"])
    workspaces.return_to(it, Snapshot("s", it.state.fork(), LATER, False))
    assert timedelta(0) <= found(log, "w").clock.now() - parse(LATER) < A_MOMENT
    workspaces.reset(it)
    assert timedelta(0) <= found(log, "w").clock.now() - parse(START) < A_MOMENT


def test_closing_lets_go_of_the_file(tmp_path: Path) -> None:
    Workspaces(CONTRACT, SqliteLog(tmp_path / "state"), 3).log.close()
    SqliteLog(tmp_path / "state").close()
