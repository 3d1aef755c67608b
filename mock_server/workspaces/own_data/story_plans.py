"""The plan of one lead's story: the written contacts and visits with their times, before any text is made up."""

from dataclasses import dataclass, field
from typing import Any

from mock_server.store.base import Id, Row
from mock_server.support.did_you_mean import did_you_mean
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.drafts import Draft
from mock_server.workspaces.own_data.faults import FaultyValue
from mock_server.workspaces.own_data.vocabulary import STATUSES
from mock_server.world.appointments import plan
from mock_server.world.business_rules import SOURCES, appointment_status
from mock_server.world.calendar import DAY, HOUR, MINUTE
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.conversations import Conversation, pick_topic
from mock_server.world.fixture_models import Service

NOTICE = 26 * HOUR
"""The usual time between the booking of a visit and the visit."""


@dataclass(slots=True)
class PlannedContact:
    """A planned inquiry. ``visit`` is the visit that it books; ``draft`` is None if no person wrote it."""

    draft: Draft | None
    source: str
    about: str
    at: int | None = None
    visit: "PlannedVisit | None" = None
    conversation: Conversation | None = None
    id: Id = ""

    @property
    def start(self) -> int:
        """When the contact began; it is set before the first use."""
        return self.at or 0


@dataclass(slots=True)
class PlannedVisit:
    """A planned appointment. ``contact`` or ``inquiry`` is where it was booked; ``booked`` is when."""

    draft: Draft
    service: Service | None
    start: int
    end: int
    status: str
    booked: int | None = None
    contact: PlannedContact | None = None
    inquiry: Row | None = None


@dataclass(slots=True)
class LeadStoryPlan:
    """Everything that was written about one lead. ``row`` is an existing lead, ``draft`` a new one."""

    draft: Draft | None
    row: Row | None
    id: Id
    inquiries: list[Draft] = field(default_factory=list)
    appointments: list[Draft] = field(default_factory=list)
    notes: list[Draft] = field(default_factory=list)
    activities: list[Draft] = field(default_factory=list)
    contacts: list[PlannedContact] = field(default_factory=list)
    visits: list[PlannedVisit] = field(default_factory=list)


def said_time(draft: Draft | None, name: str) -> int | None:
    """The given time of a draft in epoch milliseconds; None if none was given."""
    value = None if draft is None else draft.said.get(name)
    return epoch_ms(parse(value)) if isinstance(value, str) else None


def plan_contact(context: OwnDataContext, draft: Draft) -> PlannedContact:
    """Plan the contact for the draft of an inquiry."""
    about = _text(draft, "about") or _text(draft, "service")
    at = said_time(draft, "createdAt")
    return PlannedContact(draft, str(draft.said.get("source", "CALL")), about, at, id=draft.id)


def plan_visit(context: OwnDataContext, draft: Draft) -> PlannedVisit:
    """Plan the visit for the draft of an appointment. Raises FaultyValue for an impossible one."""
    _refuse_source(draft)
    service = _service(context, draft)
    minutes = draft.words.get("minutes", service.minutes if service else 60)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 < minutes <= 1_440:
        raise FaultyValue(draft.place("minutes"), "is no length of a visit", "a whole number of minutes, at most 1440")
    wanted, start = draft.said.get("status"), said_time(draft, "start")
    if start is None:
        start = _free_time(context, draft, service, past=wanted == "COMPLETED")
    end = said_time(draft, "end") or start + minutes * MINUTE
    if end <= start:
        raise FaultyValue(draft.place("end"), "is not after the start", "give a later one, or `minutes`")
    visit = PlannedVisit(draft, service, start, end, visit_status(context, draft, start, end))
    visit.booked = said_time(draft, "createdAt")
    if visit.booked is not None and not visit.booked <= min(context.now, start):
        what = "is after the visit begins, or lies ahead"
        raise FaultyValue(draft.place("createdAt"), what, "give an earlier time, or leave it out")
    return visit


def visit_status(context: OwnDataContext, draft: Draft, start: int, end: int) -> str:
    """The given status, if it is possible at this time of the clock; else the one that follows from the time."""
    wanted, now = draft.said.get("status"), context.now
    usual, confirmed = (appointment_status(start, end, now, confirmed=it) for it in (False, True))
    fits = (*dict.fromkeys((usual, confirmed)), "CANCELLED")
    if wanted is None or wanted in fits:
        return wanted or usual
    if wanted not in STATUSES:
        what = f"is none of the statuses there are{did_you_mean(str(wanted), STATUSES)}"
        raise FaultyValue(draft.place("status"), what, f"one of {', '.join(STATUSES)}")
    when = "is over" if end <= now else "is going on" if start <= now else "lies ahead"
    what = f"a visit that {when} cannot be {wanted}"
    raise FaultyValue(draft.place("status"), what, f"{' or '.join(fits)}, or another time")


def _refuse_source(draft: Draft) -> None:
    """Raises FaultyValue if a booking came in by a way that there is not."""
    source = draft.words.get("source", SOURCES[0])
    if source not in SOURCES:
        what = f"is none of the sources there are{did_you_mean(str(source), SOURCES)}"
        raise FaultyValue(draft.place("source"), what, f"one of {', '.join(SOURCES)}")


def _service(context: OwnDataContext, draft: Draft) -> Service | None:
    """The given service, or one that fits the words."""
    services, about = context.world.business.services, _text(draft, "about")
    if "tradeService" in draft.said:
        said = draft.said["tradeService"]
        name = said.get("name") if isinstance(said, dict) else None
        return next((it for it in services if it.name == name), None)
    topic = pick_topic(context.world.business, about, context.chance("service", draft.id))
    return next((it for it in services if it.name == topic.service), services[0] if services else None)


def _free_time(context: OwnDataContext, draft: Draft, service: Service | None, *, past: bool) -> int:
    """A time for a visit without one: in business hours ahead, or a morning of the last weeks."""
    stream = context.chance("start", draft.id)
    if past:
        day = context.zone.to_local(context.now) // DAY - 2 - stream.below(20)
        return context.zone.to_utc(day * DAY + 10 * HOUR)
    free = plan(context.world, service, context.now, stream) if service else None
    if free is not None:
        return free
    return context.zone.to_utc((context.zone.to_local(context.now) // DAY + 1) * DAY + 10 * HOUR)


def _text(draft: Draft, word: str) -> str:
    value: Any = draft.words.get(word, "")
    if not isinstance(value, str):
        raise FaultyValue(draft.place(word), "is no text", "write some words")
    return value
