"""What is simulated makes what a real contact makes, keeps the world's story, and happens when it is due."""

import importlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import Desk, Tenant
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.workspaces.plan import WorldPlan
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

# The rules that every world keeps. A checker of types would see one file under two names if it were imported above.
story = importlib.import_module("world.test_story")

PHONE = "+61255501234"
EVENTS = "$events"


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def events(desk: Desk) -> list[tuple[str, Any]]:
    return [(event["type"], event["recordId"]) for event in desk.records(EVENTS)]


def visit_of(desk: Desk, told: Any) -> Any:
    (visit,) = (visit for visit in desk.records("appointments") if visit["id"] == told["appointmentId"])
    return visit


# --- one contact -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "source", "counter"),
    [
        ("call", "CALL", "unreadCalls"),
        ("sms", "SMS", "unreadSMS"),
        ("email", "EMAIL", "unreadEmails"),
        ("chat", "CHATBOT", "unreadChatbotThreads"),
        ("webform", "WEBFORM", "unreadWebformSubmissions"),
    ],
)
def test_a_contact_of_someone_new_makes_lead_inquiry_activities_and_events(
    desk: Desk, kind: str, source: str, counter: str
) -> None:
    (told,) = desk.simulate(kind, about="blocked drain")["happened"]
    lead = desk.ask("GET", f"/v1/leads/{told['leadId']}").json
    assert told["newLead"]
    assert (lead[counter], lead["read"], lead["lastInquiryId"]) == (1, False, told["inquiryId"])
    inquiry = desk.records("inquiries")[-1]
    assert (inquiry["id"], inquiry["source"], inquiry["isFirstInquiry"]) == (told["inquiryId"], source, True)
    assert inquiry["data"]["keyPoints"]
    mine = [line["event"] for line in desk.records("leads/activities") if line["leadId"] == lead["id"]]
    assert mine == ["LEAD_CREATED", "INQUIRY_CREATED"]
    assert events(desk) == [("LEAD_CREATED", lead["id"]), ("INQUIRY_CREATED", inquiry["id"])]
    assert told["events"] == [event["id"] for event in desk.records(EVENTS)]


@pytest.mark.parametrize("spelling", ["+61491570006", "0491 570 006", "+61 491 570 006"])
def test_the_same_phone_is_the_same_lead(desk: Desk, spelling: str) -> None:
    first, second = (desk.simulate("call", **{"from": who})["happened"][0] for who in ("+61491570006", spelling))
    assert first["newLead"]
    assert not second["newLead"]
    assert first["leadId"] == second["leadId"]
    (lead,) = (lead for lead in desk.records("leads") if lead["id"] == first["leadId"])
    assert (lead["phone"], lead["unreadCalls"]) == ("+61491570006", 2)


def test_a_lead_is_known_by_its_id_and_its_mail_too(desk: Desk) -> None:
    (told,) = desk.simulate("email", **{"from": "ana@example.com"})["happened"]
    assert desk.records("inquiries")[-1]["data"]["from"] == "ana@example.com"
    for who in (told["leadId"], "ana@example.com"):
        assert desk.simulate("sms", **{"from": who})["happened"][0]["leadId"] == told["leadId"]


def test_an_appointment_is_booked_moved_and_cancelled(desk: Desk) -> None:
    who = {"from": PHONE}
    (booked,) = desk.simulate("appointment", action="book", about="blocked drain", **who)["happened"]
    visit = visit_of(desk, booked)
    assert (visit["status"], visit["leadId"], visit["isRescheduled"]) == ("PENDING", booked["leadId"], False)
    start = (parse(visit["start"]) + timedelta(days=1)).isoformat()
    (moved,) = desk.simulate("appointment", action="move", start=start, **who)["happened"]
    after = visit_of(desk, moved)
    assert (after["id"], after["isRescheduled"]) == (visit["id"], True)
    assert parse(after["start"]) - parse(visit["start"]) == timedelta(days=1)
    (cancelled,) = desk.simulate("appointment", action="cancel", appointmentId=visit["id"])["happened"]
    assert visit_of(desk, cancelled)["status"] == "CANCELLED"
    told = [(type, id) for type, id in events(desk) if type.startswith("APPOINTMENT")]
    assert told == [(f"APPOINTMENT_{what}", visit["id"]) for what in ("CREATED", "UPDATED", "CANCELLED")]


@pytest.mark.parametrize(
    ("asked", "status", "pointer"),
    [
        ({"kind": "fax"}, 400, "/kind"),
        ({"kind": "call", "from": "nobody"}, 404, "/from"),
        ({"kind": "call", "action": "book"}, 400, "/action"),
        ({"kind": "appointment"}, 400, "/action"),
        ({"kind": "appointment", "action": "cancel", "start": "2030-01-01"}, 400, "/start"),
        ({"kind": "appointment", "action": "book", "start": "soon"}, 400, "/start"),
        ({"kind": "appointment", "action": "book", "start": "2001-01-01"}, 409, "/start"),
        ({"kind": "appointment", "action": "cancel", "appointmentId": "apt_none"}, 404, "/appointmentId"),
        ({"kind": "appointment", "action": "cancel", "from": PHONE}, 409, "/action"),
        ({"kind": "call", "count": 1001}, 400, "/count"),
    ],
)
def test_what_cannot_be_is_refused_with_a_pointer_and_nothing_happens(
    desk: Desk, asked: dict[str, Any], status: int, pointer: str
) -> None:
    before = {kind: list(desk.workspace.state.rows(kind)) for kind in desk.workspace.state.kinds}
    refused = desk.admin("POST", "/simulate", asked)
    assert (refused.status, refused.json["pointer"]) == (status, pointer)
    assert {kind: list(desk.workspace.state.rows(kind)) for kind in desk.workspace.state.kinds} == before


def test_a_burst_is_all_or_nothing(desk: Desk) -> None:
    before = len(desk.records("inquiries"))
    desk.simulate("appointment", action="book", **{"from": PHONE})
    refused = desk.admin("POST", "/simulate", {"kind": "appointment", "action": "cancel", "from": PHONE, "count": 2})
    assert refused.status == 409
    assert len(desk.records("inquiries")) == before + 1


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_burst_comes_when_the_clock_gets_there(desk: Desk) -> None:
    told = desk.simulate("sms", count=4, over=60)
    start = parse(told["now"])
    times = [parse(each["at"]) - start for each in told["planned"]]
    assert (len(told["happened"]), times) == (1, [timedelta(seconds=s) for s in (15, 30, 45)])
    assert [each["kind"] for each in desk.done("GET", "/simulate")["planned"]] == ["sms"] * 3
    came = desk.advance(30)["happened"]
    assert [(parse(it["at"]) - start, it["what"]) for it in came] == [
        (timedelta(seconds=15), "sms"),
        (timedelta(seconds=30), "sms"),
    ]
    assert parse(desk.records("inquiries")[-1]["createdAt"]) - start == timedelta(seconds=30)
    assert desk.done("DELETE", "/simulate")["removed"] == [3]
    assert desk.advance(3600)["happened"] == []


def test_visits_take_place_in_order_and_say_so(desk: Desk) -> None:
    for _ in range(3):
        desk.simulate("appointment", action="book")
    told = [it for it in desk.advance(61 * 86_400)["happened"] if it["what"].startswith("appointment")]
    assert [it["at"] for it in told] == sorted(it["at"] for it in told)
    assert {visit["status"] for visit in desk.records("appointments")} <= {"COMPLETED", "CANCELLED"}
    of = {id: [it["what"] for it in told if it["appointmentId"] == id] for id in (it["appointmentId"] for it in told)}
    assert all(
        what in (["appointment confirmed", "appointment completed"], ["appointment completed"]) for what in of.values()
    )
    updated = {id for type, id in events(desk) if type == "APPOINTMENT_UPDATED"}
    assert updated == set(of)
    assert all(it["events"] for it in told)


def test_stepwise_and_at_once_come_to_the_same(app: Starlette, tenant: Tenant) -> None:
    def story(steps: int) -> tuple[Any, Any]:
        desk = Desk(app, *tenant(start=parse("2026-03-04T05:06:07Z")))
        desk.simulate("call", count=6, over=86_400 * 4)
        desk.simulate("appointment", action="book")
        told = [it for _ in range(steps) for it in desk.advance(86_400 * 20 / steps)["happened"]]
        return told, {kind: desk.records(kind) for kind in desk.workspace.state.kinds}

    assert story(1) == story(20)


def test_windows_of_limits_roll(app: Starlette, tenant: Tenant) -> None:
    desk = Desk(app, *tenant(limit=2, enforced=True))
    assert [desk.ask().status for _ in range(3)] == [200, 200, 429]
    assert [it["what"] for it in desk.advance(60)["happened"]] == ["limit window ended"]
    assert desk.ask().status == 200


def test_back_in_time_nothing_is_undone(desk: Desk) -> None:
    desk.simulate("call")
    back = desk.done("POST", "/clock/set", {"now": "2020-01-01"})
    assert (back["now"], back["happened"]) == ("2020-01-01T00:00:00.000Z", [])
    assert desk.admin("POST", "/clock/set", {"now": "soon"}).json["pointer"] == "/now"


def test_a_clock_that_runs_is_looked_after(app: Starlette, tenant: Tenant) -> None:
    desk = Desk(app, *tenant())
    desk.simulate("call", count=2, over=10)
    assert desk.done("POST", "/clock/run")["frozen"] is False
    desk.workspace.clock.advance(20)
    assert [it["what"] for it in desk.done("POST", "/clock/freeze")["happened"]] == ["call"]


def test_traffic_keeps_the_world_alive_and_is_the_same_for_a_seed() -> None:
    def story() -> Any:
        app = create_app(Settings(world="small", rate_limit="off", now="2026-03-04T05:06:07Z", traffic="6/min"))
        desk = Desk(app, app.state.workspaces.get("default"), "sk_test_local")
        desk.workspace.clock.freeze()
        desk.workspace.clock.set(parse("2026-03-04T05:06:08Z"))
        return [(it["what"], it.get("leadId")) for it in desk.advance(600)["happened"] if "leadId" in it]

    came = story()
    assert 35 <= len(came) <= 90
    assert len({what for what, _ in came}) >= 4
    assert [what for what, _ in story()] == [what for what, _ in came]


# --- the story -------------------------------------------------------------------------------------------------------

# Differ on purpose: what the server makes has higher ids, and is written down when the contact ends.
DIFFER = {
    "test_conversations_keep_their_times",
    "test_an_appointment_follows_an_inquiry_in_business_hours",
    "test_ids_are_unique_and_look_like_their_kind",
}
contacts = st.fixed_dictionaries(
    {"kind": st.sampled_from(["call", "sms", "email", "chat", "webform"])},
    optional={
        "from": st.sampled_from(["known", PHONE, "ana@example.com"]),
        "about": st.sampled_from(["blocked drain", "hot water", ""]),
        "count": st.integers(1, 4),
        "over": st.integers(0, 86_400),
    },
)
visits = st.fixed_dictionaries(
    {"kind": st.just("appointment"), "action": st.sampled_from(["book", "book", "move", "cancel"])}
)
waits = st.fixed_dictionaries({"wait": st.integers(0, 20 * 86_400)})


# In the morning, in the night, on a Sunday, and in the hour that a clock change leaves out.
moments = st.sampled_from(
    ["2026-03-03T23:06:07Z", "2026-03-04T15:06:07Z", "2026-03-08T02:00:00Z", "2026-10-03T15:59:00Z"]
)


def keeps_the_calendar(world: Mapping[str, Any]) -> None:
    """Every visit is in business hours, of a service that is sold, and as long; by members who work there."""
    (availability,) = world["organization/availability"]
    zone = ZoneInfo(availability["timeZone"])
    hours = {day["day"]: [(slot["start"], slot["end"]) for slot in day["slots"]] for day in availability["days"]}
    sold = {service["id"]: service for service in world["services"] if service["isActive"]}
    working = {member["email"] for member in world["members"] if not member["isDisabled"]}
    inquiries = {inquiry["id"]: inquiry for inquiry in world["inquiries"]}
    for visit in world["appointments"]:
        start, end = (parse(visit[key]).astimezone(zone) for key in ("start", "end"))
        within = hours[start.strftime("%A")]
        assert any(low <= start.strftime("%H:%M") < end.strftime("%H:%M") <= high for low, high in within)
        service = sold[visit["tradeService"]["id"]]
        assert (visit["tradeService"]["name"], end - start) == (service["name"], timedelta(minutes=service["duration"]))
        assert visit["attendees"]
        assert set(visit["attendees"]) <= working
        inquiry = inquiries[visit["inquiryId"]]
        assert inquiry["leadId"] == visit["leadId"]
        assert inquiry["createdAt"] <= visit["createdAt"] < visit["start"]


def ids_of(desk: Desk) -> dict[str, set[Any]]:
    return {kind: {record["id"] for record in desk.records(kind)} for kind in ("leads", "inquiries", "appointments")}


def tells_of_all(desk: Desk, before: Mapping[str, set[Any]]) -> None:
    """What was made has its event and its line in the lead's history, once."""
    lines = [(line["event"], line["referenceId"] or line["leadId"]) for line in desk.records("leads/activities")]
    for kind, type in (("leads", "LEAD"), ("inquiries", "INQUIRY"), ("appointments", "APPOINTMENT")):
        made = sorted(ids_of(desk)[kind] - before[kind])
        assert sorted(id for name, id in events(desk) if name == f"{type}_CREATED") == made
        assert sorted(id for name, id in lines if name == f"{type}_CREATED" and id not in before[kind]) == made


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.one_of(contacts, visits, waits), max_size=10), st.integers(0, 3), moments)
def test_the_world_stays_one_story(app: Starlette, script: list[dict[str, Any]], seed: int, moment: str) -> None:
    number = len(list(app.state.workspaces))
    plan = WorldPlan(load_recipe("small"), seed, parse(moment), 0)
    desk = Desk(app, app.state.workspaces.create(f"story{number}", plan, [f"story{number}"], frozen=True), "")
    before = ids_of(desk)
    for deed in script:
        if "wait" in deed:
            desk.advance(deed["wait"])
        else:
            assert desk.admin("POST", "/simulate", deed).status in (201, 409)
    state = desk.workspace.state
    world = {kind: desk.records(kind) for kind in state.kinds if not kind.startswith("$")}
    case = story.Case(desk.workspace.plan.recipe, desk.workspace.clock.stamp(), world)
    rules: dict[str, Callable[..., Any]] = {
        name: rule.hypothesis.inner_test for name, rule in vars(story).items() if hasattr(rule, "hypothesis")
    }
    assert rules.keys() > DIFFER
    for name in rules.keys() - DIFFER:
        rules[name](case)
    inquiries = case.by_id("inquiries")
    for inquiry in inquiries.values():
        data = inquiry["data"]
        assert (
            data.get("startedAt", "") <= data.get("endedAt", "") <= max(inquiry["createdAt"], data.get("endedAt", ""))
        )
    keeps_the_calendar(world)
    tells_of_all(desk, before)
