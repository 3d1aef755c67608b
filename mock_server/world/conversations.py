"""Conversations: one contact of a person with the business; words, summary and key points agree.

All texts come from one set of slots, so the summary cannot contradict the transcript. They are used for the history
of a world and for later contacts (a simulated call: :func:`hold`, then :func:`inquiry_record`).
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from mock_server.world import Record, calendar
from mock_server.world.business_rules import recording_url
from mock_server.world.channels import Script, Turn, body
from mock_server.world.fixture_models import Business, FollowUpAnswer, TimePreference, Topic
from mock_server.world.fixtures import common
from mock_server.world.ids import Ids, Rng
from mock_server.world.people import Person

DIALOGUES = frozenset({"CALL", "SMS", "CHATBOT"})
"""Sources where Sophiie answers at once, and so can book, move or cancel."""

SOURCE_KINDS = {
    "CALL": "inquiries/call",
    "SMS": "inquiries/sms",
    "EMAIL": "inquiries/email",
    "WEBFORM": "inquiries/form",
    "CHATBOT": "inquiries/chat",
}
"""Source → the kind whose id format its ``sourceId`` has."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact: the person, the source, the topic, and the possible answers. Times are epoch milliseconds."""

    source: str
    topic: Topic
    person: Person
    business: Business
    start: int
    answers: tuple[FollowUpAnswer, ...] = ()
    preference: TimePreference | None = None
    """When a visit would suit; the conversation chooses it if it was not planned before."""
    is_known: bool = False
    """True if the person was in touch before: then nobody asks for the name."""
    when: int | None = None
    """The start of the visit that a dialogue offers, or to which it moves one."""
    old: int | None = None
    """The start of the visit that a follow-up is about."""
    service: str = ""
    """The service of that visit; a topic with a service of its own does not need it."""
    turns: tuple[Turn, ...] = ()
    """The words that a person wrote for the conversation; they are made up otherwise."""


class Conversation(NamedTuple):
    """A contact that took place: ``body`` is the part of ``data`` that only this source has."""

    contact: Contact
    tag: str
    about: str
    summary: str
    key_points: list[str]
    urgent: bool
    end: int
    body: Record


def pick_topic(business: Business, about: str, stream: Rng) -> Topic:
    """Choose the job whose words fit ``about`` best (a topic's key fits itself); a weighted draw if none does."""
    words = set(re.findall(r"[a-z]+", about.lower()))
    scores = [len(words & (topic.words | set(topic.key.split("-")))) for topic in business.topics]
    best = max(scores)
    if best:
        return business.topics[scores.index(best)]
    return stream.weighted(business.topics, [topic.weight for topic in business.topics])


def choose_answers(topic: Topic, source: str, stream: Rng) -> tuple[FollowUpAnswer, ...]:
    """Choose the customer's answers to the service's questions; people write less than they say."""
    asked = topic.answers if source in ("CALL", "CHATBOT") else topic.answers[:2]
    return tuple(stream.choice(options) for options in asked)


def choose_preference(stream: Rng, *, urgent: bool) -> TimePreference:
    """When the customer will say a visit suits."""
    return stream.choice(common().urgent_preferences if urgent else common().preferences)


def hold(contact: Contact, stream: Rng) -> Conversation:
    """Play the contact: every word of it, and the receptionist's notes."""
    shared, topic = common(), contact.topic
    slots = _slots(contact, stream)
    urgent = any(answer.urgent for answer in contact.answers)
    script = Script(contact.source, slots, stream, shared)
    opening = stream.choice(topic.open).format_map(slots)
    if topic.service:
        preference = contact.preference or choose_preference(stream, urgent=urgent)
        points = _job(contact, script, opening, preference)
    else:
        points = _follow_up(contact, script, opening)
    # The last point is the outcome; it ends the summary too.
    slots["Outcome"] = points[-1]
    slots["Fact"] = contact.answers[0].fact if contact.answers else points[-2]
    if contact.turns:
        script.turns = list(contact.turns)
    verb = "OUTBOUND" if topic.outbound else contact.source
    slots["verb"] = shared.verbs[verb]
    slots["about"] = topic.about.format_map(slots)
    end, content = body(contact.source, script, contact.start, contact.business, contact.person, topic)
    return Conversation(
        contact=contact,
        tag="urgent" if urgent else topic.tag,
        about=slots["about"],
        summary=stream.choice(shared.phrases["summary"]).format_map(slots),
        key_points=points,
        urgent=urgent,
        end=end,
        body=content,
    )


def inquiry_record(
    talk: Conversation, ids: Ids, index: int, lead_id: str | int, *, first: bool, read: bool, flagged: bool = False
) -> Record:
    """The stored record of inquiry number ``index``; its times come from the contact."""
    source, stamp = talk.contact.source, calendar.stamp(talk.contact.start)
    data: Record = {
        "id": str(100_001 + index),
        "summary": talk.summary,
        "keyPoints": talk.key_points,
        **talk.body,
    }
    thread = 100_001 + index if source == "SMS" else None
    if thread is not None:
        data["messageThreadId"] = thread
    source_id = ids.make(SOURCE_KINDS[source], index)
    if source == "CALL":
        data["recordingUrl"] = recording_url(source_id)
    return {
        "id": ids.make("inquiries", index),
        "source": source,
        "sourceId": str(source_id),
        "tag": talk.tag,
        "summary": talk.summary,
        "isFirstInquiry": first,
        "isRead": read,
        "leadId": lead_id,
        "createdAt": stamp,
        "externalInquiryId": str(ids.make("inquiries/external", index)) if index % 4 == 1 else None,
        "isFlagged": flagged,
        "messageThreadId": thread,
        "data": data,
    }


class _Slots(dict[str, str]):
    """Slots that exist with a capital letter too, for the beginning of a sentence: {detail} and {Detail}."""

    def __missing__(self, key: str) -> str:
        if not key[:1].isupper():
            raise KeyError(key)
        return _capital(self[key[:1].lower() + key[1:]])


def _slots(contact: Contact, stream: Rng) -> dict[str, str]:
    person, business = contact.person, contact.business
    slots = _Slots(
        name=person.name,
        first=person.first,
        business=business.name,
        address=person.address,
        suburb=person.suburb,
        daypart=calendar.daypart(business.zone, contact.start),
        service=(contact.topic.service or contact.service).lower(),
    )
    if contact.when is not None:
        slots["when"] = calendar.spoken(business.zone, contact.when)
    if contact.old is not None:
        slots["old"] = calendar.spoken(business.zone, contact.old)
    for slot, options in contact.topic.slots:
        slots[slot] = stream.choice(options)
    return slots


def _job(contact: Contact, script: Script, opening: str, preference: TimePreference) -> list[str]:
    """A conversation about a job; returns the key points, the outcome last."""
    topic, slots = contact.topic, script.slots
    questions = contact.business.service(topic.service or "").questions
    points = [_capital(topic.about.format_map(slots)), f"In their words: {slots['detail']}"]
    points += [answer.fact for answer in contact.answers]
    script.open(opening, known=contact.is_known)
    script.ask(questions, contact.answers)
    script.arrange(preference.spoken)
    points += [f"Address: {slots['address']}", preference.fact]
    if contact.source not in DIALOGUES:
        points.append("Waiting for a reply")
    elif contact.when is not None:
        script.book()
        points.append(f"Booked for {slots['when']}")
    else:
        points.append(script.call_back())
    script.end()
    return points


def _follow_up(contact: Contact, script: Script, opening: str) -> list[str]:
    """A conversation about an earlier contact; returns the key points, the outcome last."""
    topic, slots = contact.topic, script.slots
    points = [topic.fact.format_map(slots)]
    if topic.outbound:
        script.call_out(opening)
        script.say(script.stream.choice(topic.agree), assistant=False)
        script.say(script.stream.choice(topic.reply).format_map(slots))
    else:
        script.open(opening, known=True)
        if contact.source in DIALOGUES:
            script.say(script.stream.choice(topic.reply).format_map(slots))
            script.say(script.stream.choice(topic.agree), assistant=False)
    in_dialogue = topic.outbound or contact.source in DIALOGUES
    points.append(topic.settled.format_map(slots) if in_dialogue else "Waiting for a reply")
    script.end()
    return points


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
