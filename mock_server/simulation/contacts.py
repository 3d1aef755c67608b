"""Contacts with a Sophiie business: people call and write, book visits, move and cancel them.

Each is told by the world's own conversations and makes the records, activities and events that a real one would. A
contact is written down when it ends: all that it makes has the time of the deed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mock_server.behaviours.registry import ActionContext
from mock_server.behaviours.side_effects import activity, add_inquiry, emit_event, number
from mock_server.errors import Conflict, NotFound
from mock_server.simulation.callers import Caller, caller, lead_of, set_status, upsert_lead
from mock_server.store.base import Id, Record, Row
from mock_server.world.appointments import ANY_TIME, PlannedAppointment, appointment_record, attendees, plan
from mock_server.world.calendar import DAY, MINUTE, spoken, stamp, to_local, weekday
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.context import WorldContext
from mock_server.world.conversations import (
    SOURCE_KINDS,
    Contact,
    Conversation,
    choose_answers,
    choose_wish,
    hold,
    inquiry_record,
    pick_topic,
)
from mock_server.world.fixture_models import Service, TimePreference
from mock_server.world.fixtures import business, common
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.lead_history import SPOKEN
from mock_server.world.recipe import Recipe

SOURCES: Mapping[str, str] = MappingProxyType(
    {"call": "CALL", "sms": "SMS", "email": "EMAIL", "chat": "CHATBOT", "webform": "WEBFORM"}
)
"""Kind of a simulated contact → the source of its inquiry."""

OPEN = ("PENDING", "CONFIRMED")
_FAR = 60  # days within which a visit is found when the world's own horizon has no time


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """A contact that is to happen.

    ``kind`` is one of SOURCES, or ``appointment`` with an ``action``; ``start`` a time.
    """

    kind: str
    sender: str = ""
    about: str = ""
    action: str = ""
    appointment: Id | None = None
    start: int | None = None


def simulate(deed: ActionContext, recipe: Recipe, wanted: SimulationRequest) -> Mapping[str, Any]:
    """Let it happen; the ids of what it made. Raises NotFound and Conflict with words and a pointer."""
    stage = WorldContext(recipe, business(recipe.business), deed.ids, deed.ids.seed, epoch_ms(parse(deed.now)))
    if wanted.kind != "appointment":
        return _contact(deed, stage, SOURCES[wanted.kind], wanted)
    if wanted.action == "book":
        return _book(deed, stage, wanted)
    return _change(deed, stage, wanted)


def _contact(deed: ActionContext, stage: WorldContext, source: str, wanted: SimulationRequest) -> Mapping[str, Any]:
    who = caller(deed, stage, wanted.sender)
    topic = pick_topic(stage.business, wanted.about, deed.chance("topic"))
    answers = choose_answers(topic, source, deed.chance("answers"))
    held = _held(deed, stage, Contact(source, topic, who.person, stage.business, stage.now, answers), who)
    inquiry = _written(deed, who, held)
    set_status(deed, inquiry.record["leadId"], held)
    return _told(who, inquiry)


def _book(deed: ActionContext, stage: WorldContext, wanted: SimulationRequest) -> Mapping[str, Any]:
    """Somebody rings, and takes the time that is offered."""
    who = caller(deed, stage, wanted.sender)
    topic = pick_topic(stage.business, wanted.about, deed.chance("topic"))
    service = stage.business.service(topic.service or "")
    answers = choose_answers(topic, "CALL", deed.chance("answers"))
    urgent = any(answer.urgent for answer in answers)
    wish, when = _agreed(deed, stage, service, wanted.start, urgent=urgent)
    contact = Contact("CALL", topic, who.person, stage.business, stage.now, answers, wish=wish, when=when)
    held = _held(deed, stage, contact, who)
    inquiry = _written(deed, who, held)
    lead = inquiry.record["leadId"]
    crew = attendees(stage, service, deed.chance("crew"))
    index = FIRST_FREE_INDEX + deed.tx.count("$serials")
    visit = PlannedAppointment(index, service, inquiry.id, held, when, stage.now, crew, stage.now)
    record: dict[str, Any] = {**appointment_record(stage, visit, lead), "id": deed.new_id("appointments")}
    if deed.tx.get("services", record["tradeService"]["id"]) is None:
        record["tradeService"] = None
    row = deed.store("appointments", record["id"], record)
    activity(deed, lead, "APPOINTMENT_CREATED", f"{service.name}, {spoken(stage.business.zone, when)}", row.id)
    emit_event(deed, "APPOINTMENT_CREATED", row.record)
    activity(deed, lead, "SMS_SENT", f"Confirmation sent to {who.person.phone}", row.id)
    set_status(deed, lead, held)
    return {**_told(who, inquiry), "appointmentId": row.id}


def _change(deed: ActionContext, stage: WorldContext, wanted: SimulationRequest) -> Mapping[str, Any]:
    """The customer rings about a visit that lies ahead, to move it or to call it off."""
    visit = _upcoming(deed, wanted)
    who = caller(deed, stage, str(visit.record["leadId"]))
    service, old = _service(stage, visit.record), epoch_ms(parse(visit.record["start"]))
    effect = "reschedule" if wanted.action == "move" else "cancel"
    topic = next(topic for topic in common().followups if topic.effect == effect)
    when = None
    if wanted.action == "move":
        _, when = _agreed(deed, stage, service, wanted.start, urgent=False, other=old)
    base = Contact("CALL", topic, who.person, stage.business, stage.now)
    held = _held(deed, stage, replace(base, when=when, old=old, service=service.name), who)
    inquiry = _written(deed, who, held)
    if when is None:
        changes: dict[str, Any] = {"status": "CANCELLED"}
        text, line, event = "Cancelled by the customer", "APPOINTMENT_CANCELLED", "APPOINTMENT_CANCELLED"
    else:
        times = {"start": stamp(when), "end": stamp(when + service.minutes * MINUTE)}
        changes = {**times, "status": "PENDING", "isRescheduled": True}
        text = f"Moved to {spoken(stage.business.zone, when)}"
        line, event = "APPOINTMENT_RESCHEDULED", "APPOINTMENT_UPDATED"
    row = deed.store("appointments", visit.id, {**visit.record, **changes, "updatedAt": deed.now})
    activity(deed, row.record["leadId"], line, text, row.id)
    emit_event(deed, event, row.record)
    set_status(deed, row.record["leadId"], held)
    return {**_told(who, inquiry), "appointmentId": row.id}


def _held(deed: ActionContext, stage: WorldContext, contact: Contact, who: Caller) -> Conversation:
    """The conversation, so begun that it ends now (or within a greeting of it)."""
    known = who.lead is not None and bool(deed.tx.find("inquiries", {"leadId": who.lead.id}))
    longest = 0
    for _ in range(3):  # how long it takes depends a little on the time of day: "good morning", "good evening"
        held = hold(replace(contact, start=stage.now - longest, known=known), deed.chance("words"))
        longest = max(longest, held.end - held.contact.start)
        if held.end == stage.now:
            break
    return held


def _written(deed: ActionContext, who: Caller, held: Conversation) -> Row:
    """The inquiry with its lead, and all that follows from both."""
    source = held.contact.source
    lead = upsert_lead(deed, who, held)
    told = inquiry_record(held, deed.ids, 0, lead, first=False, read=False)
    id = deed.new_id(SOURCE_KINDS[source])
    data = {**told["data"], "id": number(deed, "inquiries/data")}
    inquiry: dict[str, Any] = {name: told[name] for name in ("source", "tag", "summary", "isRead")}
    if source == "CALL":
        data["recordingUrl"] = f"https://recordings.sophiie-mock.example/{id}.mp3"
    elif source == "SMS":
        data["messageThreadId"] = inquiry["messageThreadId"] = FIRST_FREE_INDEX + deed.tx.count("threads")
    text = f"New {SPOKEN[source]} about {held.about}"
    return add_inquiry(deed, lead, {**inquiry, "sourceId": str(id), "data": data}, text)


def _agreed(
    deed: ActionContext,
    stage: WorldContext,
    service: Service,
    start: int | None,
    *,
    urgent: bool,
    other: int | None = None,
) -> tuple[TimePreference, int]:
    """When a visit would suit, and when it will be; never at ``other``. Raises Conflict."""
    if start is not None:
        if start <= stage.now:
            raise Conflict("`start` is not after the workspace's now", "/start")
        return _wish_for(deed, stage, start), start
    wish = choose_wish(deed.chance("wish"), urgent=urgent)
    far = replace(stage, recipe=replace(stage.recipe, days_ahead=_FAR))
    for where, suits in ((stage, wish), (stage, ANY_TIME), (far, wish), (far, ANY_TIME)):
        for turn in range(5):
            found = plan(where, service, stage.now, deed.chance("plan", turn), urgent=urgent, wish=suits)
            if found is not None and found != other:
                return wish if suits is wish else _wish_for(deed, stage, found), found
    raise Conflict("the calendar has no time for it; give a `start`", "/start")


def _wish_for(deed: ActionContext, stage: WorldContext, start: int) -> TimePreference:
    """Words that a time of the caller's own does not contradict, where there are any."""
    day, time = divmod(to_local(stage.business.zone, start), DAY)
    fits = [w for w in common().wishes if w.hours[0] <= time <= w.hours[1] and w.without != weekday(day)]
    return deed.chance("wish").choice(fits or common().wishes)


def _upcoming(deed: ActionContext, wanted: SimulationRequest) -> Row:
    """The visit that is meant, else the next one of the lead, else the next one of all. Raises NotFound, Conflict."""
    if wanted.appointment is not None:
        row = deed.tx.get("appointments", wanted.appointment)
        if row is None:
            raise NotFound("no appointment with this id in this workspace", "/appointmentId")
        if row.record["status"] not in OPEN or row.record["start"] <= deed.now:
            raise Conflict(f"this appointment is over or called off: {row.record['status']}", "/appointmentId")
        return row
    ahead = [row for row in deed.tx.find("appointments", {"status": list(OPEN)}) if row.record["start"] > deed.now]
    if wanted.sender:
        lead = lead_of(deed, wanted.sender)
        ahead = [row for row in ahead if lead is not None and row.record["leadId"] == lead.id]
    if not ahead:
        raise Conflict("no appointment lies ahead; book one first", "/action")
    return min(ahead, key=lambda row: (row.record["start"], row.key))


def _service(stage: WorldContext, visit: Record) -> Service:
    """The service of a visit; for one without, something as long."""
    name = (visit.get("tradeService") or {}).get("name")
    known = [service for service in stage.business.services if service.name == name]
    length = (epoch_ms(parse(visit["end"])) - epoch_ms(parse(visit["start"]))) // MINUTE
    return replace(known[0] if known else stage.business.services[0], minutes=length)


def _told(who: Caller, inquiry: Row) -> dict[str, Any]:
    record = inquiry.record
    return {
        "leadId": record["leadId"],
        "newLead": who.lead is None,
        "inquiryId": inquiry.id,
        "summary": record["summary"],
    }
