"""The records of one lead, derived from its story: nothing here is random if the story determines it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.world import Record, World
from mock_server.world.appointments import appointment_record
from mock_server.world.business_rules import lead_address, lead_status, tags_due
from mock_server.world.calendar import HOUR, MINUTE, stamp
from mock_server.world.context import WorldContext
from mock_server.world.edge_cases import edge_lead, edge_note
from mock_server.world.fixtures import common
from mock_server.world.lead_story import INQUIRIES, LeadStory, StoryEntry

ACTIVITIES = 32
"""A lead's n-th activity has index ``lead * ACTIVITIES + n``."""

COUNTERS = {
    "EMAIL": "unreadEmails",
    "CALL": "unreadCalls",
    "CHATBOT": "unreadChatbotThreads",
    "SMS": "unreadSMS",
    "WEBFORM": "unreadWebformSubmissions",
}
"""For each source of an inquiry, the lead's counter of unread ones."""

_IN_SHORT = ("id", "tag", "summary", "isFirstInquiry", "source", "isRead")


def records(context: WorldContext, story: LeadStory) -> World:
    """All records of one lead, by kind."""
    appointments = [appointment_record(context, visit, story.lead_id) for visit in story.visits]
    notes = _notes(context, story)
    lead = _lead(context, story)
    if context.recipe.edge:
        edge_lead(story.index, lead, appointments)
    return {
        "leads": [lead],
        "inquiries": story.inquiries,
        "appointments": appointments,
        "leads/notes": notes,
        "leads/activities": _activities(context, story),
    }


def _lead(context: WorldContext, story: LeadStory) -> Record:
    who, stream = story.person, context.rng("lead record", story.index)
    email, phone = _reachable(story, stream.chance(45), stream.chance(50))
    return {
        "id": story.lead_id,
        "firstName": who.first,
        "lastName": who.last,
        "email": email,
        "phone": phone,
        "suburb": who.suburb if story.inquiries or stream.chance(60) else None,
        "businessName": who.trading_as,
        "socials": _socials(story, stream.chance(8)),
        "status": lead_status(visits=bool(story.visits), inquiries=bool(story.inquiries)),
        "createdAt": stamp(story.created),
        "updatedAt": stamp(max(happening.at for happening in story.entries)),
        **inquiry_tally(story.inquiries),
        "defaultLeadAddress": _address(story),
        "tags": _tags(story),
    }


def inquiry_tally(inquiries: Sequence[Mapping[str, Any]]) -> Record:
    """The fields of a lead that summarize its inquiries, which are given oldest first."""
    last = inquiries[-1] if inquiries else None
    unread = [inquiry.get("source") for inquiry in inquiries if not inquiry.get("isRead")]
    return {
        "read": not unread,
        "lastInquiryId": last and last["id"],
        "lastInquiryDate": last and last["createdAt"],
        **{counter: unread.count(source) for source, counter in COUNTERS.items()},
        "hasFlaggedInquiry": any(inquiry.get("isFlagged") for inquiry in inquiries),
        "lastInquiry": last and {key: last.get(key) for key in _IN_SHORT},
    }


def _reachable(story: LeadStory, hide_mail: bool, hide_phone: bool) -> tuple[str | None, str | None]:
    """E-mail and phone, if the lead has given them."""
    used = {conversation.contact.source for conversation in story.conversation}
    if hide_phone and used <= {"CHATBOT"} and not story.visits:
        return story.person.email, None
    hidden = hide_mail and not used & {"EMAIL", "WEBFORM"}
    return (None if hidden else story.person.email), story.person.phone


def _socials(story: LeadStory, has: bool) -> Record:
    handle = story.person.email.partition("@")[0].replace(".", "")
    return {"instagram": f"https://instagram.example/{handle}"} if has else {}


def _address(story: LeadStory) -> Record | None:
    """The address, if a job was discussed."""
    if not any(conversation.contact.topic.service for conversation in story.conversation):
        return None
    return lead_address(story.person)


def _tags(story: LeadStory) -> list[Record]:
    """The tags that follow from the story, in the order of the fixture."""
    due = tags_due(
        urgent=any(conversation.urgent for conversation in story.conversation),
        commercial=story.person.trading_as is not None,
        visits=len(story.visits),
        quote=any(conversation.tag == "quote" for conversation in story.conversation),
        moved=any(visit.moved for visit in story.visits),
    )
    return [{"name": name, "description": about} for name, about in due.items()]


def _notes(context: WorldContext, story: LeadStory) -> list[Record]:
    """Notes of the team after a conversation, or about a visit; each is an activity too."""
    stream, phrases, notes = context.rng("leads/notes", story.index), common().phrases, []
    for number in range(stream.weighted((0, 1, 2, 3), (45, 32, 16, 7))):
        visit = stream.choice(story.visits) if story.visits and stream.chance(50) else None
        after = (
            visit.created if visit else stream.choice(story.conversation).end if story.conversation else story.created
        )
        at = after + MINUTE + stream.below(20 * HOUR)
        author = None if stream.chance(10) else stream.choice(context.staff)
        text = stream.choice(phrases["job_notes" if visit else "notes"])
        edited = at + stream.below(10 * HOUR) if stream.chance(20) else at
        if at > context.now:
            continue
        index = story.index * INQUIRIES + number
        identity = context.ids.make("leads/notes", index)
        note: Record = {
            "id": identity,
            "value": text,
            "appointmentId": visit and context.ids.make("appointments", visit.index),
            "leadId": story.lead_id,
            "userId": author,
            "createdAt": stamp(at),
            "updatedAt": stamp(min(edited, context.now)),
        }
        if context.recipe.edge:
            edge_note(index, note)
        notes.append(note)
        story.entries.append(StoryEntry(at, "NOTE_CREATED", None, identity, author))
    return notes


def _activities(context: WorldContext, story: LeadStory) -> list[Record]:
    """The activities of a lead in order of time; at the same time, a cause before its effect."""
    ordered = sorted(story.entries, key=lambda happening: happening.at)
    return [
        {
            "id": context.ids.make("leads/activities", story.index * ACTIVITIES + number),
            "event": happening.event,
            "data": happening.text,
            "referenceId": str(happening.reference),
            "userId": happening.user,
            "leadId": story.lead_id,
            "createdAt": stamp(happening.at),
        }
        for number, happening in enumerate(ordered)
    ]
