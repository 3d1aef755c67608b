"""The story of one lead while it unfolds, and what a contact changes in it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from mock_server.world import Record
from mock_server.world.appointments import PlannedAppointment, attendees
from mock_server.world.business_rules import (
    ActivityLine,
    appointment_booked,
    appointment_cancelled,
    appointment_moved,
    confirmation_sent,
    lead_activated,
)
from mock_server.world.calendar import MINUTE
from mock_server.world.context import WorldContext
from mock_server.world.conversations import DIALOGUES, Conversation
from mock_server.world.ids import Rng
from mock_server.world.people import Person

INQUIRIES = 8
"""Most inquiries of one lead; a lead's n-th inquiry has index ``lead * INQUIRIES + n``, so do visits and notes."""


class StoryEntry(NamedTuple):
    """One line of a lead's activities: its time, its event, its record, and who did it."""

    at: int
    event: str
    text: str | None
    reference: str | int
    user: str | int | None = None


@dataclass(slots=True)
class LeadStory:
    """Everything that happened with one lead, in order."""

    index: int
    lead_id: str | int
    person: Person
    created: int
    inquiries: list[Record] = field(default_factory=list)
    conversation: list[Conversation] = field(default_factory=list)
    visits: list[PlannedAppointment] = field(default_factory=list)
    entries: list[StoryEntry] = field(default_factory=list)


def take_effect(
    context: WorldContext, story: LeadStory, about: PlannedAppointment | None, when: int | None, at: int, stream: Rng
) -> None:
    """Change the lead as the contact asks: at once in a dialogue, or when the office has read it."""
    if at > context.now - MINUTE:
        return
    conversation = story.conversation[-1]
    topic, written = conversation.contact.topic, conversation.contact.source not in DIALOGUES
    clerk = stream.choice(context.staff) if written else None
    if topic.effect == "reschedule" and about and when is not None:
        about.start, about.moved, about.updated, about.confirmed = when, True, at, False
        line = appointment_moved(context.business.zone, when)
        story.entries.append(StoryEntry(at, *line, _visit_id(context, about), clerk))
    elif topic.effect == "cancel" and about:
        cancel(context, story, about, at, appointment_cancelled(), clerk)
    elif topic.outbound and about:
        about.confirmed, about.updated = True, at
    elif topic.service and when is not None:
        _book(context, story, when, at, clerk, stream)


def _book(context: WorldContext, story: LeadStory, when: int, at: int, clerk: str | int | None, stream: Rng) -> None:
    conversation = story.conversation[-1]
    service = context.business.service(conversation.contact.topic.service or "")
    index = story.index * INQUIRIES + len(story.visits)
    inquiry = story.inquiries[-1]["id"]
    visit = PlannedAppointment(index, service, inquiry, conversation, when, at, attendees(context, service, stream), at)
    story.visits.append(visit)
    reference, sent = _visit_id(context, visit), at + 3000 + stream.below(9000)
    booked = appointment_booked(context.business.zone, service, when)
    story.entries.append(StoryEntry(at, *booked, reference, clerk))
    story.entries.append(StoryEntry(sent, *confirmation_sent(story.person.phone), reference, clerk))
    if len(story.visits) == 1:
        story.entries.append(StoryEntry(at, *lead_activated(), story.lead_id, clerk))


def cancel(
    context: WorldContext,
    story: LeadStory,
    visit: PlannedAppointment,
    at: int,
    line: ActivityLine,
    clerk: str | int | None,
) -> None:
    """Cancel a visit."""
    visit.cancelled, visit.updated = True, at
    story.entries.append(StoryEntry(at, *line, _visit_id(context, visit), clerk))


def _visit_id(context: WorldContext, visit: PlannedAppointment) -> str | int:
    return context.ids.make("appointments", visit.index)
