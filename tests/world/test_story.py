"""A world is one story: what each record says is what the others say. Checked over businesses, seeds, sizes, times."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.world import Record, World
from mock_server.world.build import build
from mock_server.world.clock import parse, stamp
from mock_server.world.fixtures import business, common
from mock_server.world.ids import FIRST_FREE_INDEX, Ids
from mock_server.world.recipe import Recipe, businesses

UNREAD = {
    "EMAIL": "unreadEmails",
    "CALL": "unreadCalls",
    "CHATBOT": "unreadChatbotThreads",
    "SMS": "unreadSMS",
    "WEBFORM": "unreadWebformSubmissions",
}
SOURCE_IDS = {"CALL": "call_", "EMAIL": "email_", "CHATBOT": "chat_", "SMS": "sms_", "WEBFORM": "form_"}
PREFIXES = {
    "organization": "org_",
    "members": "usr_",
    "companies": "cmp_",
    "leads": "ld_",
    "inquiries": "in_",
    "appointments": "apt_",
}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Case:
    """A world with what it was made from."""

    recipe: Recipe
    now: str
    world: World

    def __repr__(self) -> str:
        return f"Case({self.recipe!r}, now={self.now})"

    def by_id(self, kind: str) -> dict[Any, Record]:
        return {record["id"]: record for record in self.world[kind]}

    def of_lead(self, kind: str) -> Iterator[tuple[Record, list[Record]]]:
        for lead in self.world["leads"]:
            yield lead, [record for record in self.world[kind] if record["leadId"] == lead["id"]]


def make(recipe: Recipe, seed: int, now: datetime) -> Case:
    return Case(recipe, stamp(now), build(recipe, seed, now, Ids(seed)))


# The years in which the time zone database has the rules of today for all of the world's days.
moments = st.datetimes(datetime(2012, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
recipes = st.builds(
    Recipe,
    business=st.sampled_from(businesses()),
    leads=st.integers(0, 9),
    days_back=st.one_of(st.integers(1, 4), st.integers(30, 400)),
    days_ahead=st.one_of(st.integers(0, 3), st.integers(20, 200)),
    inquiries=st.integers(0, 8),
    booking=st.sampled_from([0, 46, 100]),
    unread=st.sampled_from([0, 45, 100]),
    edge=st.booleans(),
)
cases = st.builds(make, recipes, st.integers(-(2**70), 2**70), moments)
plain_cases = cases.filter(lambda case: not case.recipe.edge)
quick = settings(max_examples=40, deadline=None, database=None)


def turns(inquiry: Record) -> list[Record]:
    data = inquiry["data"]
    return data.get("transcripts") or data.get("messages") or []


def words(inquiry: Record) -> str:
    """All that was said or written, without what the receptionist made of it."""
    data = inquiry["data"]
    parts = [turn["text"] for turn in turns(inquiry)]
    parts += [str(field["value"]) for field in data.get("fields", ())]
    return "\n".join([*parts, data.get("subject", ""), data.get("body", "")])


@quick
@given(plain_cases)
def test_what_is_noted_was_said(case: Case) -> None:
    shop = business(case.recipe.business)
    answers = [answer for topic in shop.topics for options in topic.answers for answer in options]
    wishes = [*common().preferences, *common().urgent_preferences]
    for inquiry in case.world["inquiries"]:
        said, points = words(inquiry), inquiry["data"]["keyPoints"]
        assert points
        for point in points:
            for opening in ("Address: ", "In their words: ", "Booked for ", "Moved to "):
                if point.startswith(opening):
                    assert point.removeprefix(opening).lower() in said.lower(), point
            meant = [answer.spoken for answer in answers if answer.fact == point]
            meant += [wish.spoken for wish in wishes if wish.fact == point]
            assert not meant or any(text in said for text in [*meant, f"{point}."]), point


@quick
@given(plain_cases)
def test_what_was_answered_is_noted(case: Case) -> None:
    shop = business(case.recipe.business)
    for inquiry in case.world["inquiries"]:
        for asked, answered in itertools.pairwise(turns(inquiry)):
            for topic in shop.topics:
                questions = shop.service(topic.service or "").questions
                for question, options in zip(questions, topic.answers, strict=True):
                    facts = [answer.fact for answer in options if answer.spoken == answered["text"]]
                    if facts and asked["text"].endswith(question):
                        assert set(facts) & set(inquiry["data"]["keyPoints"])


@quick
@given(plain_cases)
def test_the_summary_says_who_what_and_how_it_ended(case: Case) -> None:
    leads = case.by_id("leads")
    for inquiry in case.world["inquiries"]:
        points, summary = inquiry["data"]["keyPoints"], inquiry["summary"]
        assert inquiry["data"]["summary"] == summary
        assert summary.startswith(leads[inquiry["leadId"]]["firstName"])
        assert summary.endswith(f"{points[-1]}.")
        if any(point.startswith("Address: ") for point in points):
            assert points[0].lower() in summary.lower()
        assert "{" not in summary + words(inquiry)


@quick
@given(cases)
def test_conversations_keep_their_times(case: Case) -> None:
    for inquiry in case.world["inquiries"]:
        data = inquiry["data"]
        times = [turn.get("created_at") or turn["createdAt"] for turn in turns(inquiry)]
        start = data.get("startedAt") or data.get("receivedAt") or data.get("submittedAt") or times[0]
        assert start == inquiry["createdAt"]
        assert times == sorted(set(times))
        end = data.get("endedAt") or max([start, *times])
        assert all(start <= time <= end <= case.now for time in [*times, start])
        if inquiry["source"] == "CALL":
            assert data["duration"] == (parse(end) - parse(start)).total_seconds()
            assert data["endedBy"] == turns(inquiry)[-1]["user"]


@quick
@given(plain_cases)
def test_who_speaks_first_is_who_rang_and_is_asked_the_name_once(case: Case) -> None:
    for inquiry in case.world["inquiries"]:
        if inquiry["source"] == "CALL":
            outbound = inquiry["tag"] == "confirmation"
            assert inquiry["data"]["direction"] == ("AI_TO_LEAD" if outbound else "LEAD_TO_AI")
            assert turns(inquiry)[0]["user"] == "assistant"
        elif inquiry["source"] == "SMS":
            assert turns(inquiry)[0]["user"] == "user"
        asked = any(turn["text"] in common().phrases["ask_name"] for turn in turns(inquiry))
        assert not asked or inquiry["isFirstInquiry"]


@quick
@given(cases)
def test_sources_have_their_own_data_and_prefix(case: Case) -> None:
    shapes = {
        "CALL": "recordingUrl transcripts direction duration startedAt endedAt endedBy",
        "SMS": "messageThreadId messages",
        "EMAIL": "from to subject body receivedAt",
        "CHATBOT": "messages startedAt endedAt",
        "WEBFORM": "formName fields submittedAt",
    }
    for inquiry in case.world["inquiries"]:
        source, data = inquiry["source"], inquiry["data"]
        assert set(data) == {"id", "summary", "keyPoints", *shapes[source].split()}
        assert data["id"].isdigit()
        assert inquiry["sourceId"].startswith(SOURCE_IDS[source])
        assert inquiry["messageThreadId"] == data.get("messageThreadId")
        assert (inquiry["messageThreadId"] is not None) is (source == "SMS")


@quick
@given(cases)
def test_a_lead_shows_exactly_what_its_inquiries_say(case: Case) -> None:
    for lead, inquiries in case.of_lead("inquiries"):
        unread = Counter(inquiry["source"] for inquiry in inquiries if not inquiry["isRead"])
        assert {source: lead[counter] for source, counter in UNREAD.items()} == {s: unread[s] for s in UNREAD}
        assert lead["read"] is not bool(unread)
        assert lead["hasFlaggedInquiry"] is any(inquiry["isFlagged"] for inquiry in inquiries)
        assert [inquiry["isFirstInquiry"] for inquiry in inquiries] == [n == 0 for n in range(len(inquiries))]
        if not inquiries:
            assert lead["lastInquiryId"] is lead["lastInquiryDate"] is lead["lastInquiry"] is None
            continue
        last = inquiries[-1]
        assert (lead["lastInquiryId"], lead["lastInquiryDate"]) == (last["id"], last["createdAt"])
        assert lead["lastInquiry"] == {key: last[key] for key in lead["lastInquiry"]}
        assert set(lead["lastInquiry"]) == {"id", "tag", "summary", "isFirstInquiry", "source", "isRead"}
        assert lead["createdAt"] == inquiries[0]["createdAt"]


@quick
@given(cases)
def test_an_appointment_follows_an_inquiry_in_business_hours(case: Case) -> None:
    (availability,) = case.world["organization/availability"]
    zone = ZoneInfo(availability["timeZone"])
    days = {day["day"]: day["slots"] for day in availability["days"]}
    services, inquiries = case.by_id("services"), case.by_id("inquiries")
    enabled = {member["email"] for member in case.world["members"] if not member["isDisabled"]}
    for appointment in case.world["appointments"]:
        inquiry = inquiries[appointment["inquiryId"]]
        assert inquiry["leadId"] == appointment["leadId"]
        assert inquiry["createdAt"] < appointment["createdAt"] < appointment["start"] < appointment["end"]
        start, end = (parse(appointment[key]).astimezone(zone) for key in ("start", "end"))
        hours = [(slot["start"], slot["end"]) for slot in days[start.strftime("%A")]]
        assert any(low <= start.strftime("%H:%M") < end.strftime("%H:%M") <= high for low, high in hours)
        assert parse(appointment["start"]) <= parse(case.now) + timedelta(days=case.recipe.days_ahead)
        assert set(appointment["attendees"]) <= enabled
        if not case.recipe.edge:
            service = services[appointment["tradeService"]["id"]]
            assert service["isActive"]
            assert service["name"] == appointment["tradeService"]["name"]
            assert end - start == timedelta(minutes=service["duration"])
            assert appointment["attendees"]


@quick
@given(cases)
def test_a_status_fits_the_clock(case: Case) -> None:
    for appointment in case.world["appointments"]:
        status = appointment["status"]
        if appointment["end"] <= case.now:
            assert status in ("COMPLETED", "CANCELLED")
        elif appointment["start"] <= case.now:
            assert status in ("CONFIRMED", "CANCELLED")
        else:
            assert status in ("PENDING", "CONFIRMED", "CANCELLED")


@quick
@given(cases)
def test_activities_list_what_happened_in_order(case: Case) -> None:
    for lead, activities in case.of_lead("leads/activities"):
        times = [activity["createdAt"] for activity in activities]
        assert times == sorted(times)
        assert [activity["id"] for activity in activities] == sorted(activity["id"] for activity in activities)
        assert activities[0]["event"] == "LEAD_CREATED"
        assert lead["updatedAt"] == times[-1]
        seen = Counter((activity["event"], activity["referenceId"]) for activity in activities)
        own = {
            kind: [record for record in case.world[kind] if record["leadId"] == lead["id"]]
            for kind in ("inquiries", "appointments", "leads/notes")
        }
        assert seen["LEAD_CREATED", lead["id"]] == 1
        for event, kind in (("INQUIRY_CREATED", "inquiries"), ("APPOINTMENT_CREATED", "appointments")):
            assert sum(count for (name, _), count in seen.items() if name == event) == len(own[kind])
            assert all(seen[event, record["id"]] == 1 for record in own[kind])
        for note in own["leads/notes"]:
            assert seen["NOTE_CREATED", str(note["id"])] == 1
        for appointment in own["appointments"]:
            moved = seen["APPOINTMENT_RESCHEDULED", appointment["id"]]
            assert appointment["isRescheduled"] is (moved > 0)
            cancelled = seen["APPOINTMENT_CANCELLED", appointment["id"]]
            assert cancelled == (appointment["status"] == "CANCELLED")
            changes = [a for a in activities if a["referenceId"] == appointment["id"] and a["event"] != "SMS_SENT"]
            assert changes[-1]["createdAt"] <= appointment["updatedAt"]
            created = changes[0]
            assert created["event"] == "APPOINTMENT_CREATED"
            assert created["createdAt"] == appointment["createdAt"]


@quick
@given(cases)
def test_ids_are_unique_and_look_like_their_kind(case: Case) -> None:
    for kind, records in case.world.items():
        if kind == "organization/availability":
            continue
        ids = [record["id"] for record in records]
        assert len(set(ids)) == len(ids)
        if kind in PREFIXES:
            assert all(identity.startswith(PREFIXES[kind]) for identity in ids)
        else:
            assert all(0 < identity <= FIRST_FREE_INDEX for identity in ids)
    serials = [appointment["serialId"] for appointment in case.world["appointments"]]
    assert len(set(serials)) == len(serials)


@quick
@given(cases)
def test_references_resolve(case: Case) -> None:
    leads, members = case.by_id("leads"), case.by_id("members")
    staff = {identity for identity, member in members.items() if not member["isDisabled"]}
    appointments, inquiries = case.by_id("appointments"), case.by_id("inquiries")
    for note in case.world["leads/notes"]:
        assert note["leadId"] in leads
        assert note["userId"] in {None, *staff}
        if note["appointmentId"] is not None:
            assert appointments[note["appointmentId"]]["leadId"] == note["leadId"]
    notes = {str(note["id"]) for note in case.world["leads/notes"]}
    known = {str(key) for key in (*leads, *inquiries, *appointments)} | notes
    for activity in case.world["leads/activities"]:
        assert activity["leadId"] in leads
        assert activity["referenceId"] in known
        assert activity["userId"] in {None, *staff}
    for note in case.world["companies/notes"]:
        assert note["companyId"] in case.by_id("companies")
        assert note["userId"] in {None, *staff}
    categories, services, scenarios = (case.by_id(kind) for kind in ("trade_categories", "services", "scenarios"))
    for kind, sort in (("services", "SERVICE"), ("products", "PRODUCT")):
        assert all(categories[record["tradeCategoryId"]]["type"] == sort for record in case.world[kind])
    assert all(scenario["tradeServiceId"] in {None, *services} for scenario in case.world["scenarios"])
    for transfer in case.world["transfers"]:
        assert transfer["scenarioId"] in {None, *scenarios}
        if transfer["destinationType"] == "MEMBER":
            assert transfer["destination"] in staff


@quick
@given(cases)
def test_nothing_comes_from_the_future_and_lists_are_in_order(case: Case) -> None:
    for records in case.world.values():
        created = [record["createdAt"] for record in records if "createdAt" in record]
        assert created == sorted(created)
        assert all(STAMP.fullmatch(time) and time <= case.now for time in created)
        for record in records:
            assert record.get("createdAt", "") <= record.get("updatedAt", case.now) <= case.now


@quick
@given(plain_cases)
def test_a_lead_can_be_told_from_the_others(case: Case) -> None:
    for key in ("email", "phone"):
        given = [lead[key] for lead in case.world["leads"] if lead[key] is not None]
        assert len(set(given)) == len(given)
    assert all(lead["email"] or lead["phone"] for lead in case.world["leads"])
    for lead, inquiries in case.of_lead("inquiries"):
        for inquiry in inquiries:
            if inquiry["source"] == "EMAIL":
                assert lead["email"] == inquiry["data"]["from"]
            if inquiry["source"] in ("CALL", "SMS"):
                assert lead["phone"]


def test_a_visit_is_booked_when_the_customer_said_it_suits() -> None:
    case = make(Recipe(leads=250, booking=100), 3, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    (availability,) = case.world["organization/availability"]
    zone, wishes, checked = ZoneInfo(availability["timeZone"]), {wish.fact: wish for wish in common().preferences}, 0
    inquiries = case.by_id("inquiries")
    for appointment in case.world["appointments"]:
        start = parse(appointment["start"]).astimezone(zone)
        for point in inquiries[appointment["inquiryId"]]["data"]["keyPoints"]:
            if point in wishes and not appointment["isRescheduled"]:
                checked += 1
                low, high = wishes[point].hours
                assert low <= (start.hour * 60 + start.minute) * 60_000 <= high
                assert start.weekday() != wishes[point].without
    assert checked > 100


def test_what_the_office_would_do_tomorrow_has_not_happened_yet() -> None:
    """Many leads in few days: answers to mails, notes and cancellations crowd the present."""
    case = make(Recipe(leads=900, days_back=6, booking=100), 1, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    for kind in ("appointments", "leads", "leads/notes", "leads/activities"):
        for record in case.world[kind]:
            assert record["createdAt"] <= record.get("updatedAt", case.now) <= case.now
    changed = {appointment["id"]: appointment["updatedAt"] for appointment in case.world["appointments"]}
    for activity in case.world["leads/activities"]:
        if activity["event"] in ("APPOINTMENT_RESCHEDULED", "APPOINTMENT_CANCELLED"):
            assert changed[activity["referenceId"]] >= activity["createdAt"]


def test_the_default_world_has_the_promised_size() -> None:
    now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    for seed in range(4):
        world = make(Recipe(), seed, now).world
        assert len(world["leads"]) == 120
        assert 300 <= len(world["inquiries"]) <= 400
        assert 80 <= len(world["appointments"]) <= 130
        assert {inquiry["source"] for inquiry in world["inquiries"]} == set(UNREAD)
        assert {a["status"] for a in world["appointments"]} == {"PENDING", "CONFIRMED", "COMPLETED", "CANCELLED"}
        # No two conversations are word for word the same.
        calls = Counter(words(inquiry) for inquiry in world["inquiries"])
        assert max(calls.values()) == 1
