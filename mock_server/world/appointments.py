"""Visits: when the crew can come, and the appointment that is stored."""

from dataclasses import dataclass

from mock_server.world import Record
from mock_server.world.business_rules import appointment_status
from mock_server.world.calendar import DAY, HOUR, MINUTE, changes, stamp, to_local, to_utc, weekday
from mock_server.world.clock import from_epoch_ms
from mock_server.world.context import WorldContext
from mock_server.world.conversations import Conversation
from mock_server.world.fixture_models import Service, TimePreference
from mock_server.world.fixtures import common
from mock_server.world.ids import Rng

_STEP = 30 * MINUTE
ANY_TIME = TimePreference("", "")
_NOTICE = {True: HOUR, False: 12 * HOUR}


@dataclass(slots=True)
class PlannedAppointment:
    """A visit in a story that is being built. Times are epoch milliseconds."""

    index: int
    service: Service
    inquiry_id: str | int
    conversation: Conversation
    """The conversation it was booked in or after."""
    start: int
    created: int
    attendees: list[str]
    updated: int
    moved: bool = False
    cancelled: bool = False
    confirmed: bool = False

    @property
    def end(self) -> int:
        """The end of the visit: it lasts as long as the service says."""
        return self.start + self.service.minutes * MINUTE


def plan(
    context: WorldContext,
    service: Service,
    asked: int,
    stream: Rng,
    *,
    urgent: bool = False,
    preference: TimePreference = ANY_TIME,
) -> int | None:
    """Find a start in business hours that suits, some time after ``asked`` and within the recipe's horizon.

    The edge world prefers daylight-saving weekends: that is where clients go wrong.
    """
    business, length = context.business, service.minutes * MINUTE
    earliest = to_local(business.zone, asked + _NOTICE[urgent])
    limit = context.now + context.recipe.days_ahead * DAY
    first = earliest // DAY + stream.below(2 if urgent else 24)
    days: list[int] = list(range(first, first + 14))
    if context.recipe.edge:
        days = _changes_after(earliest) + days
    for day in days:
        low = max(preference.hours[0], earliest - day * DAY)
        starts = [
            day * DAY + start
            for opens, closes in business.hours[weekday(day)]
            for start in range(opens, min(closes - length, preference.hours[1]) + 1, _STEP)
            if start >= low
        ]
        if starts and weekday(day) != preference.without:
            start = to_utc(business.zone, stream.choice(starts))
            if start <= limit:
                return start
    return None


def _changes_after(local: int) -> list[int]:
    """The Saturdays and Sundays of the next two clock changes."""
    year = from_epoch_ms(local).year
    sundays = [day for each in (year, year + 1) for day in changes(each) if day * DAY > local + 2 * DAY][:2]
    return [day for sunday in sundays for day in (sunday, sunday - 1)]


def attendees(context: WorldContext, service: Service, stream: Rng) -> list[str]:
    """The members who go: one of the crew, or two for long work."""
    return stream.sample(context.crew, 2 if service.minutes >= 180 else 1)


def status(visit: PlannedAppointment, now: int) -> str:
    """The status of an appointment at a moment, from the clock and the lead's story."""
    if visit.cancelled:
        return "CANCELLED"
    return appointment_status(visit.start, visit.end, now, confirmed=visit.confirmed)


def appointment_record(context: WorldContext, visit: PlannedAppointment, lead_id: str | int) -> Record:
    """The stored record. Its description repeats what the inquiry noted about the job."""
    stream, phrases = context.rng("appointments", visit.index), common().phrases
    ended = visit.end if visit.end <= context.now and not visit.cancelled else visit.updated
    return {
        "id": context.ids.make("appointments", visit.index),
        "serialId": visit.index + 1,
        "title": f"{visit.service.name} in {visit.conversation.contact.person.suburb}",
        "description": ". ".join(visit.conversation.key_points[:-2]) + "." if stream.chance(85) else None,
        "start": stamp(visit.start),
        "end": stamp(visit.end),
        "status": status(visit, context.now),
        "leadId": lead_id,
        "attendees": visit.attendees,
        "tradeService": {
            "id": context.ids.make("services", visit.service.index),
            "name": visit.service.name,
        },
        "notes": stream.choice(phrases["job_notes"]) if stream.chance(45) else None,
        "customerNotes": stream.choice(phrases["customer_notes"]) if stream.chance(35) else None,
        "isRescheduled": visit.moved,
        "createdAt": stamp(visit.created),
        "updatedAt": stamp(max(visit.updated, ended)),
        "inquiryId": visit.inquiry_id,
    }
