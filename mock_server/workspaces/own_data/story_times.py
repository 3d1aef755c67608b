"""The times in a lead's story: given times stay, and all others are placed before or after them."""

from mock_server.store.base import Row
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.faults import FaultyValue
from mock_server.workspaces.own_data.story_plans import (
    NOTICE,
    LeadStoryPlan,
    PlannedContact,
    PlannedVisit,
    said_time,
)
from mock_server.world.calendar import HOUR, MINUTE
from mock_server.world.clock import epoch_ms, parse

_QUIET = 30 * MINUTE
_BEFORE = 10 * MINUTE


def settle_times(context: OwnDataContext, story: LeadStoryPlan) -> None:
    """Give every contact a time, and every visit the contact in which it was booked. Raises FaultyValue."""
    floor = _floor(story)
    _time_contacts(context, story, floor)
    for visit in sorted(story.visits, key=lambda it: it.start):
        _book(context, story, visit, floor)
    story.contacts.sort(key=lambda it: it.start)
    for contact in story.contacts:
        if floor is not None and contact.start < floor:
            place = contact.draft.place("createdAt") if contact.draft else story.visits[0].draft.place("start")
            raise FaultyValue(place, "is before the lead was created", "give a later time, or the lead an earlier one")


def _floor(story: LeadStoryPlan) -> int | None:
    """The time before which nothing can have happened with the lead."""
    if story.row is not None:
        created = story.row.record.get("createdAt")
        return epoch_ms(parse(created)) if isinstance(created, str) else None
    return said_time(story.draft, "createdAt")


def _latest_booking(context: OwnDataContext, visit: PlannedVisit) -> int:
    """When a visit was booked, if no time was given."""
    return visit.booked if visit.booked is not None else min(visit.start - NOTICE, context.now - _QUIET)


def _time_contacts(context: OwnDataContext, story: LeadStoryPlan, floor: int | None) -> None:
    """Place contacts without a time before the next contact, or before the visit that they book."""
    free = [visit for visit in story.visits if "inquiryId" not in visit.draft.said]
    limit = min([context.now - _QUIET, *(_latest_booking(context, visit) - _BEFORE for visit in free)])
    for contact in reversed(story.contacts):
        if contact.at is not None:
            limit = contact.at - HOUR
            continue
        stream = context.chance("contact", contact.id)
        contact.at = max(limit - stream.below(20) * MINUTE, floor if floor is not None else 0)
        limit = contact.at - 3 * HOUR - stream.below(20 * 60) * MINUTE
    if floor is not None and story.contacts and said_time(story.contacts[0].draft, "createdAt") is None:
        story.contacts[0].at = floor if story.row is None else story.contacts[0].at


def _book(context: OwnDataContext, story: LeadStoryPlan, visit: PlannedVisit, floor: int | None) -> None:
    """Find the contact in which a visit was booked, or add one; set the time of the booking."""
    latest = min(visit.start, context.now) if visit.booked is None else visit.booked
    named = visit.draft.said.get("inquiryId")
    visit.contact = next((it for it in story.contacts if it.id == named), None) if named is not None else None
    if named is not None and visit.contact is None:
        visit.inquiry = context.tx.get("inquiries", named)
    elif named is None:
        before = [it for it in story.contacts if it.start < latest]
        unused = [it for it in before if it.visit is None]
        visit.contact = (unused or before)[-1] if before else None
        visit.inquiry = None if visit.contact else _inquiry_before(context, story, latest)
        if visit.contact is None and visit.inquiry is None:
            visit.contact = _added(context, story, visit, floor)
    if visit.contact is not None and visit.contact.visit is None:
        visit.contact.visit = visit
    began = visit.contact.start if visit.contact else _created(visit.inquiry)
    if began > latest:
        place = visit.draft.place("createdAt" if visit.booked is not None else "start")
        raise FaultyValue(
            place, "is before the inquiry that led to it", "give a later time, or the inquiry an earlier one"
        )


def _added(context: OwnDataContext, story: LeadStoryPlan, visit: PlannedVisit, floor: int | None) -> PlannedContact:
    """Make the contact in which a visit must have been booked."""
    about = visit.service.name if visit.service else str(visit.draft.words.get("about", ""))
    at = _latest_booking(context, visit) - _BEFORE
    at = at if floor is None else max(at, min(floor, context.now))
    source = visit.draft.words.get("source", "CALL")
    contact = PlannedContact(None, str(source), str(visit.draft.words.get("about") or about), at)
    contact.id = context.new_id("inquiries")
    story.contacts.append(contact)
    return contact


def _inquiry_before(context: OwnDataContext, story: LeadStoryPlan, latest: int) -> Row | None:
    """The last inquiry of an existing lead before a given time."""
    rows = context.tx.find("inquiries", {"leadId": story.id}) if story.row is not None else ()
    before = [row for row in rows if _created(row) <= latest]
    return before[-1] if before else None


def _created(row: Row | None) -> int:
    value = row.record.get("createdAt") if row is not None else None
    return epoch_ms(parse(value)) if isinstance(value, str) else 0
