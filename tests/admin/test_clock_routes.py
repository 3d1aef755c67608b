"""A clock is moved within bounds, and no move outlives a reset or reaches another workspace."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk import Desk
from messages import assert_message
from starlette.applications import Starlette
from wire import Tenant

from mock_server.simulation.contacts import SimulationRequest
from mock_server.simulation.timeline import ClockIsMoving, Superseded, Timeline
from mock_server.store.snapshot import Snapshot
from mock_server.workspaces.plan import facts, load_config
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import EARLIEST, LATEST, Clock, stamp


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


@pytest.mark.parametrize(
    "now", ["9999-12-31T23:59:59Z", "9000-01-01T00:00:00.001Z", "1969-12-31T23:59:59Z", "0001-01-01"]
)
def test_a_time_out_of_range_is_refused_and_nothing_moves(desk: Desk, now: str) -> None:
    before = desk.workspace.clock.now()
    for path, body, pointer in (
        ("/clock/set", {"now": now}, "/now"),
        ("/workspaces", {"now": now}, "/now"),
        ("/simulate", {"kind": "appointment", "action": "book", "start": now}, "/start"),
    ):
        refused = desk.admin("POST", path, body)
        assert (refused.status, refused.json["pointer"]) == (400, pointer)
        assert "1970" in refused.json["detail"]
    assert desk.workspace.clock.now() == before


@pytest.mark.parametrize("now", ["1970-01-01T00:00:00Z", "8999-12-31T23:59:59.999Z", "9000-01-01T00:00:00Z"])
def test_everything_works_at_the_ends_of_time(desk: Desk, now: str) -> None:
    desk.done("POST", "/clock/set", {"now": now})
    for kind in ("call", "sms", "email", "chat", "webform"):
        desk.simulate(kind)
    desk.simulate("appointment", action="book")
    assert (
        desk.ask("POST", "/v1/leads", {"firstName": "Ada", "suburb": "Newtown", "email": "ada@example.com"}).status
        == 201
    )
    assert desk.ask().status == 200
    assert now[:19] in {it["now"][:19] for it in desk.done("GET", "/workspaces")["workspaces"]}


def test_an_advance_past_the_last_year_is_refused(desk: Desk) -> None:
    desk.done("POST", "/clock/set", {"now": "8999-12-31T23:00:00Z"})
    refused = desk.admin("POST", "/clock/advance", {"seconds": 3601})
    assert (refused.status, refused.json["pointer"]) == (400, "/seconds")
    assert desk.advance(3600)["now"] == "9000-01-01T00:00:00.000Z"


def test_a_running_clock_stands_still_at_the_last_time() -> None:
    ticks = iter([0.0, 0.0, 10.0])
    clock = Clock(LATEST, monotonic=lambda: next(ticks))
    assert clock.now() == clock.now() == LATEST


@pytest.mark.parametrize("ahead", [3e11, 9e15, -3e11, -9e15])
def test_a_kept_clock_that_is_out_of_range_starts_at_an_end(desk: Desk, ahead: float) -> None:
    kept = {**facts(desk.workspace.origin, desk.workspace.clock), "ahead": ahead, "stood": None, "frozen": False}
    _, clock = load_config("any", kept)
    assert clock.now() == LATEST if ahead > 0 else clock.now() < EARLIEST + timedelta(minutes=1)


HOUR = timedelta(hours=1)


def planned(workspace: Workspace, count: int) -> list[str]:
    """Times from now on, an hour apart."""
    return [stamp(workspace.clock.now() + HOUR * number) for number in range(count)]


def scenario(app: Starlette, workspace: Workspace, replace: Callable[[], None]) -> list[type[BaseException] | None]:
    """Move a clock past 50 things; do this on the way, and move it once more. How the two moves ended."""

    async def run() -> list[type[BaseException] | None]:
        timeline = Timeline(app.state.workspaces, app.state.dispatcher)
        await timeline.simulate(workspace, SimulationRequest("sms"), planned(workspace, 50))
        move = asyncio.create_task(timeline.move(workspace, workspace.clock.now() + 60 * HOUR))
        while len(workspace.state.rows("$agenda")) > 40:
            await asyncio.sleep(0)
        with pytest.raises(ClockIsMoving):
            await timeline.freeze(workspace)
        replace()
        second = timeline.move(workspace, workspace.clock.now() + HOUR)
        ended = await asyncio.gather(move, second, return_exceptions=True)
        return [type(it) if isinstance(it, BaseException) else None for it in ended]

    return asyncio.run(run())


def test_a_reset_ends_a_move_and_its_time_stays(app: Starlette, tenant: Tenant) -> None:
    workspace, _ = tenant()
    start = workspace.clock.now()
    assert scenario(app, workspace, lambda: app.state.workspaces.reset(workspace)) == [Superseded, None]
    assert workspace.clock.now() == start + HOUR


def test_a_restore_ends_a_move_and_its_time_stays(app: Starlette, tenant: Tenant) -> None:
    workspace, _ = tenant()
    saved = Snapshot("then", workspace.state.fork(), workspace.clock.stamp(), frozen=True)
    start = workspace.clock.now()
    assert scenario(app, workspace, lambda: app.state.workspaces.return_to(workspace, saved)) == [Superseded, None]
    assert workspace.clock.now() == start + HOUR


def test_a_freeze_that_is_refused_leaves_the_clock_running(app: Starlette, tenant: Tenant) -> None:
    running, _ = tenant()
    running.clock.run()

    async def run() -> None:
        timeline = Timeline(app.state.workspaces, app.state.dispatcher)
        await timeline.simulate(running, SimulationRequest("sms"), planned(running, 50))
        move = asyncio.create_task(timeline.move(running, running.clock.now() + 60 * HOUR))
        await asyncio.sleep(0)
        with pytest.raises(ClockIsMoving):
            await timeline.freeze(running)
        with pytest.raises(ClockIsMoving):
            timeline.run(running)
        await move

    asyncio.run(run())
    assert not running.clock.frozen


class Broken(Clock):
    """A clock that cannot be read, as a bug might leave one."""

    def now_ms(self) -> int:
        raise OverflowError("date value out of range")


def test_trouble_in_one_workspace_does_not_stop_the_others(
    app: Starlette, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    broken, _ = tenant()
    healthy, _ = tenant()

    async def run() -> None:
        timeline = Timeline(app.state.workspaces, app.state.dispatcher)
        await timeline.simulate(healthy, SimulationRequest("sms"), planned(healthy, 2))
        healthy.clock.advance(2 * 3600)
        healthy.clock.run()
        broken.clock = Broken()
        for workspace in (broken, healthy):
            await timeline.look_after(workspace)

    asyncio.run(run())
    assert not healthy.state.rows("$agenda")
    assert_message(caplog.messages[-1].partition("\n")[0], ID=broken.id)
    app.state.workspaces.remove(broken)


def test_a_burst_of_contacts_happens_whole_and_in_order(desk: Desk) -> None:
    told = desk.simulate("call", count=45)
    assert len(told["happened"]) == 45
    assert told["planned"] == []
    assert len({it["leadId"] for it in told["happened"]}) == 45


def test_a_large_burst_of_appointments_is_spread_or_refused(desk: Desk) -> None:
    asked = {"kind": "appointment", "action": "book", "count": 101}
    refused = desk.admin("POST", "/simulate", asked)
    assert (refused.status, refused.json["pointer"]) == (400, "/count")
    assert len(desk.done("POST", "/simulate", {**asked, "over": 3600})["planned"]) == 100


class Looked(dict[str, Any]):
    """An appointment that counts how often somebody looks at one of them."""

    count = 0

    def get(self, key: str, default: Any = None) -> Any:
        Looked.count += 1
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        Looked.count += 1
        return super().__getitem__(key)


def test_a_move_looks_at_what_happens_and_not_at_each_open_appointment_at_each_step(
    app: Starlette, tenant: Tenant
) -> None:
    workspace, _ = tenant()
    booked = workspace.state.rows("appointments")[0].record
    now = workspace.clock.now()
    with app.state.workspaces.transaction(workspace) as tx:
        for number in range(500):
            times = {"start": stamp(now + HOUR * (100 + number)), "end": stamp(now + HOUR * (5_000 + number))}
            tx.put("appointments", f"late-{number}", Looked(booked, **times, id=f"late-{number}", status="PENDING"))

    async def run() -> int:
        timeline = Timeline(app.state.workspaces, app.state.dispatcher)
        await timeline.move(workspace, workspace.clock.now() + 99 * HOUR)
        Looked.count = 0
        moved = await timeline.move(workspace, workspace.clock.now() + 20 * HOUR)
        return len([it for it in moved.happened if str(it.get("appointmentId")).startswith("late-")])

    assert asyncio.run(run()) == 20
    assert Looked.count < 20 * 50
