"""Contacts with a Sophiie business: people call and write, book visits, move and cancel them.

Each contact uses the world's own conversations and makes the records, activities and events of a real one. It is
written when it ends: everything that it makes has the time at which it happened.
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
from mock_server.world.business_rules import (
    APPOINTMENT_CHANGES,
    appointment_booked,
    appointment_cancelled,
    appointment_moved,
    confirmation_sent,
    inquiry_created,
    recording_url,
)
from mock_server.world.calendar import DAY, MINUTE, stamp, to_local, weekday
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.context import WorldContext
from mock_server.world.conversations import (
    SOURCE_KINDS,
    Contact,
    Conversation,
    choose_answers,
    choose_preference,
    hold,
    inquiry_record,
    pick_topic,
)
from mock_server.world.fixture_models import Service, TimePreference
from mock_server.world.fixtures import business, common
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.recipe import Recipe

SOURCES: Mapping[str, str] = MappingProxyType(
    {"call": "CALL", "sms": "SMS", "email": "EMAIL", "chat": "CHATBOT", "webform": "WEBFORM"}
)
"""For each kind of simulated contact, the source of its inquiry."""

OPEN = tuple(APPOINTMENT_CHANGES)
_FAR = 60  # days within which a visit is found when the world's own horizon has no time


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """A contact to simulate.

    ``kind`` is one of SOURCES, or ``appointment`` with an ``action``; ``start`` is a time.
    """

    kind: str
    sender: str = ""
    about: str = ""
    action: str = ""
    appointment: Id | None = None
    start: int | None = None


def simulate(action: ActionContext, recipe: Recipe, wanted: SimulationRequest) -> Mapping[str, Any]:
    """Simulate a contact and return the ids of its records. Raises NotFound and Conflict with text and pointer."""
    context = WorldContext(recipe, business(recipe.business), action.ids, action.ids.seed, epoch_ms(parse(action.now)))
    if wanted.kind != "appointment":
        return _contact(action, context, SOURCES[wanted.kind], wanted)
    if wanted.action == "book":
        return _book(action, context, wanted)
    return _change(action, context, wanted)


def _contact(action: ActionContext, context: WorldContext, source: str, wanted: SimulationRequest) -> Mapping[str, Any]:
    who = caller(action, context, wanted.sender)
    topic = pick_topic(context.business, wanted.about, action.chance("topic"))
    answers = choose_answers(topic, source, action.chance("answers"))
    conversation = _held(
        action, context, Contact(source, topic, who.person, context.business, context.now, answers), who
    )
    inquiry = _written(action, who, conversation)
    set_status(action, inquiry.record["leadId"], conversation)
    return _result(who, inquiry)


def _book(action: ActionContext, context: WorldContext, wanted: SimulationRequest) -> Mapping[str, Any]:
    """Somebody calls and takes the offered time."""
    who = caller(action, context, wanted.sender)
    topic = pick_topic(context.business, wanted.about, action.chance("topic"))
    service = context.business.service(topic.service or "")
    answers = choose_answers(topic, "CALL", action.chance("answers"))
    urgent = any(answer.urgent for answer in answers)
    preference, when = _agreed(action, context, service, wanted.start, urgent=urgent)
    contact = Contact(
        "CALL", topic, who.person, context.business, context.now, answers, preference=preference, when=when
    )
    conversation = _held(action, context, contact, who)
    inquiry = _written(action, who, conversation)
    lead = inquiry.record["leadId"]
    crew = attendees(context, service, action.chance("crew"))
    index = FIRST_FREE_INDEX + action.tx.count("$serials")
    visit = PlannedAppointment(index, service, inquiry.id, conversation, when, context.now, crew, context.now)
    record: dict[str, Any] = {**appointment_record(context, visit, lead), "id": action.new_id("appointments")}
    if action.tx.get("services", record["tradeService"]["id"]) is None:
        record["tradeService"] = None
    row = action.store("appointments", record["id"], record)
    activity(action, lead, *appointment_booked(context.business.zone, service, when), row.id)
    emit_event(action, "APPOINTMENT_CREATED", row.record)
    activity(action, lead, *confirmation_sent(who.person.phone), row.id)
    set_status(action, lead, conversation)
    return {**_result(who, inquiry), "appointmentId": row.id}


def _change(action: ActionContext, context: WorldContext, wanted: SimulationRequest) -> Mapping[str, Any]:
    """The customer calls about a coming visit, to move it or to cancel it."""
    visit = _upcoming(action, wanted)
    who = caller(action, context, str(visit.record["leadId"]))
    service, old = _service(context, visit.record), epoch_ms(parse(visit.record["start"]))
    effect = "reschedule" if wanted.action == "move" else "cancel"
    topic = next(topic for topic in common().followups if topic.effect == effect)
    when = None
    if wanted.action == "move":
        _, when = _agreed(action, context, service, wanted.start, urgent=False, other=old)
    base = Contact("CALL", topic, who.person, context.business, context.now)
    conversation = _held(action, context, replace(base, when=when, old=old, service=service.name), who)
    inquiry = _written(action, who, conversation)
    if when is None:
        changes: dict[str, Any] = {"status": "CANCELLED"}
        line, event = appointment_cancelled(), "APPOINTMENT_CANCELLED"
    else:
        times = {"start": stamp(when), "end": stamp(when + service.minutes * MINUTE)}
        changes = {**times, "status": "PENDING", "isRescheduled": True}
        line, event = appointment_moved(context.business.zone, when), "APPOINTMENT_UPDATED"
    row = action.store("appointments", visit.id, {**visit.record, **changes, "updatedAt": action.now})
    activity(action, row.record["leadId"], *line, row.id)
    emit_event(action, event, row.record)
    set_status(action, row.record["leadId"], conversation)
    return {**_result(who, inquiry), "appointmentId": row.id}


def _held(action: ActionContext, context: WorldContext, contact: Contact, who: Caller) -> Conversation:
    """The conversation, which ends now (or within a greeting of now)."""
    known = who.lead is not None and bool(action.tx.find("inquiries", {"leadId": who.lead.id}))
    longest = 0
    for _ in range(3):  # how long it takes depends a little on the time of day: "good morning", "good evening"
        conversation = hold(replace(contact, start=context.now - longest, is_known=known), action.chance("words"))
        longest = max(longest, conversation.end - conversation.contact.start)
        if conversation.end == context.now:
            break
    return conversation


def _written(action: ActionContext, who: Caller, conversation: Conversation) -> Row:
    """Write the inquiry and its lead, with everything that follows."""
    source = conversation.contact.source
    lead = upsert_lead(action, who, conversation)
    drafted = inquiry_record(conversation, action.ids, 0, lead, first=False, read=False)
    id = action.new_id(SOURCE_KINDS[source])
    data = {**drafted["data"], "id": number(action, "inquiries/data")}
    inquiry: dict[str, Any] = {name: drafted[name] for name in ("source", "tag", "summary", "isRead")}
    if source == "CALL":
        data["recordingUrl"] = recording_url(id)
    elif source == "SMS":
        data["messageThreadId"] = inquiry["messageThreadId"] = FIRST_FREE_INDEX + action.tx.count("threads")
    text = inquiry_created(source, conversation.about).text
    return add_inquiry(action, lead, {**inquiry, "sourceId": str(id), "data": data}, text)


def _agreed(
    action: ActionContext,
    context: WorldContext,
    service: Service,
    start: int | None,
    *,
    urgent: bool,
    other: int | None = None,
) -> tuple[TimePreference, int]:
    """The time that the caller prefers and the time of the visit, which is never ``other``. Raises Conflict."""
    if start is not None:
        if start <= context.now:
            raise Conflict("`start` is not after the workspace's now", "/start")
        return _wish_for(action, context, start), start
    preference = choose_preference(action.chance("wish"), urgent=urgent)
    far = replace(context, recipe=replace(context.recipe, days_ahead=_FAR))
    for where, suits in ((context, preference), (context, ANY_TIME), (far, preference), (far, ANY_TIME)):
        for turn in range(5):
            found = plan(where, service, context.now, action.chance("plan", turn), urgent=urgent, preference=suits)
            if found is not None and found != other:
                return preference if suits is preference else _wish_for(action, context, found), found
    raise Conflict("the calendar has no time for it; give a `start`", "/start")


def _wish_for(action: ActionContext, context: WorldContext, start: int) -> TimePreference:
    """A preference in words that does not contradict the caller's own time, if there is one."""
    day, time = divmod(to_local(context.business.zone, start), DAY)
    fits = [w for w in common().preferences if w.hours[0] <= time <= w.hours[1] and w.without != weekday(day)]
    return action.chance("wish").choice(fits or common().preferences)


def _upcoming(action: ActionContext, wanted: SimulationRequest) -> Row:
    """The requested visit, else the next one of the lead, else the next one of all. Raises NotFound, Conflict."""
    if wanted.appointment is not None:
        row = action.tx.get("appointments", wanted.appointment)
        if row is None:
            raise NotFound("no appointment with this id in this workspace", "/appointmentId")
        if row.record["status"] not in OPEN or row.record["start"] <= action.now:
            raise Conflict(f"this appointment is over or called off: {row.record['status']}", "/appointmentId")
        return row
    ahead = [row for row in action.tx.find("appointments", {"status": list(OPEN)}) if row.record["start"] > action.now]
    if wanted.sender:
        lead = lead_of(action, wanted.sender)
        ahead = [row for row in ahead if lead is not None and row.record["leadId"] == lead.id]
    if not ahead:
        raise Conflict("no appointment lies ahead; book one first", "/action")
    return min(ahead, key=lambda row: (row.record["start"], row.key))


def _service(context: WorldContext, visit: Record) -> Service:
    """The service of a visit; for a visit without one, a service of the same length."""
    name = (visit.get("tradeService") or {}).get("name")
    known = [service for service in context.business.services if service.name == name]
    length = (epoch_ms(parse(visit["end"])) - epoch_ms(parse(visit["start"]))) // MINUTE
    return replace(known[0] if known else context.business.services[0], minutes=length)


def _result(who: Caller, inquiry: Row) -> dict[str, Any]:
    record = inquiry.record
    return {
        "leadId": record["leadId"],
        "newLead": who.lead is None,
        "inquiryId": inquiry.id,
        "summary": record["summary"],
    }
