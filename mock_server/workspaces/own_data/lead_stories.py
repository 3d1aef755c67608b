"""Leads with their stories: the inquiries, visits and notes that a person wrote, and everything that follows."""

from typing import Any

from mock_server.store.base import Row
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.drafts import Draft
from mock_server.workspaces.own_data.faults import FaultyValue
from mock_server.workspaces.own_data.generic_records import store_record
from mock_server.workspaces.own_data.lead_details import new_lead, person_of
from mock_server.workspaces.own_data.story_plans import (
    LeadStoryPlan,
    PlannedVisit,
    plan_contact,
    plan_visit,
    said_time,
)
from mock_server.workspaces.own_data.story_times import settle_times
from mock_server.workspaces.own_data.story_words import contact_record, hold_contact
from mock_server.world.appointments import PlannedAppointment, appointment_record, attendees
from mock_server.world.business_rules import (
    ActivityLine,
    appointment_booked,
    appointment_cancelled,
    appointment_moved,
    confirmation_sent,
    inquiry_created,
    lead_activated,
    lead_created,
)
from mock_server.world.calendar import MINUTE, stamp
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.conversations import DIALOGUES
from mock_server.world.fixture_models import Service
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.lead_records import inquiry_tally
from mock_server.world.people import Person

_BY_HAND = ActivityLine("LEAD_CREATED", "Lead added by hand")
_CONFIRMED_AFTER = 3_000  # milliseconds from a booking to the text message about it


class LeadStory:
    """Writes one lead's story into a workspace. Raises FaultyValue where it contradicts itself."""

    def __init__(self, context: OwnDataContext, plan: LeadStoryPlan) -> None:
        self._context = context
        self._plan = plan
        self._lines: list[tuple[int, ActivityLine, Any, Any]] = []

    def write(self) -> None:
        """Store the lead, its inquiries, visits and notes, and the activities in their order."""
        context, plan = self._context, self._plan
        plan.contacts = [plan_contact(context, draft) for draft in plan.inquiries]
        plan.visits = [plan_visit(context, draft) for draft in plan.appointments]
        settle_times(context, plan)
        who = person_of(context, plan)
        self._hold_contacts(who)
        lead = new_lead(context, plan, who, self._created()) if plan.draft is not None else None
        if plan.draft is not None:
            first = plan.contacts[0] if plan.contacts else None
            started = first is not None and first.start == self._created()
            line = lead_created(first.source) if first is not None and started else _BY_HAND
            self._line(self._created(), line, plan.id)
        self._write_contacts()
        for visit in plan.visits:
            self._write_visit(visit, who)
        self._write_notes()
        self._write_lines()
        self._complete_lead(lead)

    def _created(self) -> int:
        """When the lead was created: the given time, or that of the first thing known about it."""
        said = said_time(self._plan.draft, "createdAt")
        starts = [it.start for it in self._plan.contacts]
        noted = [at for it in self._plan.notes if (at := said_time(it, "createdAt")) is not None]
        return said if said is not None else min([self._context.now, *starts, *noted])

    def _line(self, at: int, line: ActivityLine, reference: Any, user: Any = None) -> None:
        self._lines.append((min(at, self._context.now), line, reference, user))

    def _hold_contacts(self, who: Person) -> None:
        known = self._plan.row is not None and bool(self._context.tx.find("inquiries", {"leadId": self._plan.id}))
        for number, contact in enumerate(self._plan.contacts):
            contact.conversation = hold_contact(self._context, contact, who, known=known or number > 0)

    def _write_contacts(self) -> None:
        context, lead = self._context, self._plan.id
        for contact in self._plan.contacts:
            record = contact_record(context, contact, lead, first=False)
            row = context.put("inquiries", contact.id, record)
            if contact.draft is not None:
                said = {name: it for name, it in contact.draft.said.items() if name != "isFirstInquiry"}
                context.check(row, said, contact.draft.places, contact.draft.path)
            about = contact.conversation.about if contact.conversation else contact.about
            self._line(contact.start, inquiry_created(contact.source, about), row.id)

    def _write_visit(self, visit: PlannedVisit, who: Person) -> None:
        """Write one appointment with its activities, from the booking to its end."""
        context, zone = self._context, self._context.world.business.zone
        booked = self._booked(visit)
        record = self._visit_record(visit, booked, who)
        row = context.put("appointments", visit.draft.id, record)
        context.check(row, visit.draft.said, visit.draft.places, visit.draft.path)
        service = visit.service or Service(-1, str(record["title"]), "", 60, "", (), True)
        self._line(booked, appointment_booked(zone, service, visit.start), row.id)
        if who.phone:
            self._line(booked + _CONFIRMED_AFTER, confirmation_sent(who.phone), row.id)
        changed = self._changed(visit, booked)
        if record["isRescheduled"]:
            self._line(changed, appointment_moved(zone, visit.start), row.id)
        if visit.status == "CANCELLED":
            self._line(changed, appointment_cancelled(), row.id)
        before = [it for it in context.tx.find("appointments", {"leadId": self._plan.id}) if it.id != row.id]
        if not before and (self._plan.row is None or self._plan.row.record.get("status") == "pending"):
            self._line(booked, lead_activated(), self._plan.id)

    def _changed(self, visit: PlannedVisit, booked: int) -> int:
        """When a visit was last changed: moved or cancelled an hour before it, or never."""
        changed = visit.status == "CANCELLED" or visit.draft.said.get("isRescheduled") is True
        return min(self._context.now, max(booked, visit.start - 60 * MINUTE)) if changed else booked

    def _booked(self, visit: PlannedVisit) -> int:
        """When a visit was booked: by default at the end of the conversation in which it was arranged."""
        if visit.booked is not None:
            return visit.booked
        now, contact = self._context.now, visit.contact
        if contact is None or contact.conversation is None:
            return max(_created(visit.inquiry), min(now, visit.start - 60 * MINUTE))
        end = contact.conversation.end + (0 if contact.source in DIALOGUES else 20 * MINUTE)
        return max(contact.start, min(end, now, visit.start - MINUTE))

    def _visit_record(self, visit: PlannedVisit, booked: int, who: Person) -> dict[str, Any]:
        context, said = self._context, visit.draft.said
        service = visit.service or Service(-1, "Visit", "", 60, "", (), True)
        conversation = visit.contact.conversation if visit.contact else None
        crew = attendees(context.world, service, context.chance("crew", visit.draft.id))
        index = FIRST_FREE_INDEX + context.tx.count("$serials")
        inquiry = visit.contact.id if visit.contact else visit.inquiry.id if visit.inquiry else None
        late = visit.end if visit.end <= context.now and visit.status != "CANCELLED" else self._changed(visit, booked)
        found: dict[str, Any] = {"title": f"{service.name} in {who.suburb}", "description": None}
        if conversation is not None:
            planned = PlannedAppointment(index, service, inquiry or "", conversation, visit.start, booked, crew, booked)
            found = appointment_record(context.world, planned, self._plan.id)
            found["description"] = found["description"] if len(conversation.key_points) > 2 else None
        rows = context.tx.find("services", {"name": service.name})
        named = {"id": rows[0].id, "name": service.name} if rows and visit.service else None
        made = {
            "id": visit.draft.id,
            "serialId": index + 1,
            "attendees": crew,
            "tradeService": named,
            "notes": None,
            "customerNotes": None,
            "isRescheduled": False,
            "updatedAt": stamp(min(context.now, late)),
            "inquiryId": inquiry,
        }
        times = {"start": stamp(visit.start), "end": stamp(visit.end), "createdAt": stamp(booked)}
        return {**found, **made, **said, **times, "status": visit.status, "leadId": self._plan.id}

    def _write_notes(self) -> None:
        for draft in (*self._plan.notes, *self._plan.activities):
            at = said_time(draft, "createdAt")
            if at is not None and not self._created_at() <= at <= self._context.now:
                what = "lies ahead, or is before the lead was created"
                raise FaultyValue(draft.place("createdAt"), what, "give a time between the two")
            text = "value" if draft.kind.name == "leads/notes" else "event"
            if text not in draft.said:
                raise FaultyValue(draft.path, f"has no `{text}`", f"write what its {text} is")
            draft.said.setdefault("createdAt", stamp(self._context.now))
            row = store_record(self._context, draft)
            if text == "value":
                at = self._context.now if at is None else at
                self._line(at, ActivityLine("NOTE_CREATED", ""), row.id, row.record.get("userId"))

    def _created_at(self) -> int:
        return self._created() if self._plan.row is None else _created(self._plan.row)

    def _write_lines(self) -> None:
        """Write the activities in order of time; at the same time, a cause before its effect."""
        kind = "leads/activities"
        for at, line, reference, user in sorted(self._lines, key=lambda it: it[0]):
            id = self._context.new_id(kind)
            record = {"event": line.event, "data": line.text or None, "referenceId": str(reference), "userId": user}
            self._context.put(kind, id, {"id": id, **record, "leadId": self._plan.id, "createdAt": stamp(at)})

    def _complete_lead(self, lead: dict[str, Any] | None) -> None:
        """Write into the lead what its inquiries say, and which of these was the first."""
        context, plan = self._context, self._plan
        tally = count_inquiries(context, plan.id)
        record = lead if lead is not None else dict(plan.row.record) if plan.row is not None else {}
        last = max([epoch_ms(parse(record["createdAt"])), *(at for at, *_ in self._lines)])
        if plan.visits and plan.row is not None and record.get("status") == "pending":
            record["status"] = "active"
        updated = {"updatedAt": max(stamp(last), str(record.get("updatedAt", "")))}
        row = context.put("leads", plan.id, {**record, **tally, **updated})
        if plan.draft is not None:
            context.check(row, plan.draft.said, plan.draft.places, plan.draft.path)
        for draft in plan.inquiries:
            stored = context.tx.get("inquiries", draft.id)
            said = {name: it for name, it in draft.said.items() if name == "isFirstInquiry"}
            if stored is not None:
                context.check(stored, said, draft.places, draft.path)


def count_inquiries(context: OwnDataContext, lead: Any) -> dict[str, Any]:
    """The counts of a lead's inquiries, once the first one is marked as first."""
    rows = context.tx.find("inquiries", {"leadId": lead})
    for number, row in enumerate(rows):
        if row.record.get("isFirstInquiry") is not (number == 0):
            context.put("inquiries", row.id, {**row.record, "isFirstInquiry": number == 0})
    return inquiry_tally([row.record for row in context.tx.find("inquiries", {"leadId": lead})])


def _created(row: Row | None) -> int:
    value = row.record.get("createdAt") if row is not None else None
    return epoch_ms(parse(value)) if isinstance(value, str) else 0


def lead_kinds(draft: Draft) -> bool:
    """Tell whether a draft is part of a lead's story."""
    return draft.kind.name in ("leads", "inquiries", "appointments", "leads/notes", "leads/activities")
