"""History: the story of one lead, from the first contact to now.

The story is simulated step by step: each contact happens at a time, finds the lead's visits as they are then, and
changes them (books, moves, cancels). The lead's fields follow from what happened. Lead ``i`` depends on (seed, i), the
business, the recipe and now; never on another lead.
"""

from collections.abc import Sequence
from dataclasses import replace

from mock_server.world.appointments import PlannedAppointment, plan
from mock_server.world.business_rules import (
    SOURCE_SHARES,
    SOURCES,
    appointment_cancelled,
    inquiry_created,
    lead_created,
)
from mock_server.world.calendar import DAY, HOUR, MINUTE, to_local, to_utc
from mock_server.world.context import WorldContext
from mock_server.world.conversations import (
    DIALOGUES,
    Contact,
    Conversation,
    choose_answers,
    choose_preference,
    hold,
    inquiry_record,
)
from mock_server.world.edge_cases import EDGE_SILENT, edge_inquiry, edge_person
from mock_server.world.fixture_models import TimePreference, Topic
from mock_server.world.fixtures import common
from mock_server.world.ids import Rng
from mock_server.world.lead_story import INQUIRIES, LeadStory, StoryEntry, cancel, take_effect
from mock_server.world.people import person, phone
from mock_server.world.recipe import MAX_LEADS

# How many contacts a lead would like to make; those who came in lately have not got round to all of them.
_COUNTS = {1: 13, 2: 25, 3: 22, 4: 16, 5: 11, 6: 8, 7: 5}
# Nothing begins later than this before now, so that the longest conversation has ended by now.
QUIET = 30 * MINUTE
_SPARE_PHONES = 9_600  # that no lead of the largest world has


def build_story(context: WorldContext, index: int) -> LeadStory:
    """The story of lead number ``index``."""
    who = person(context.seed, index, context.business.state, context.business.area)
    if context.recipe.edge:
        who = edge_person(context, index, who)
    if who.phone in context.own_phones:  # a person of the recipe's own has it
        who = replace(who, phone=phone(context.seed, MAX_LEADS + index % _SPARE_PHONES, context.business.area))
    stream = context.rng("leads", index)
    at = _first_contact(context, stream)
    story = LeadStory(index, context.ids.make("leads", index), who, at)
    wanted = min(stream.weighted(list(_COUNTS), list(_COUNTS.values())), context.recipe.inquiries)
    silent = index % EDGE_SILENT == EDGE_SILENT - 1 if context.recipe.edge else stream.chance(4)
    if silent or not wanted:
        clerk = stream.choice(context.staff)
        story.entries.append(StoryEntry(at, "LEAD_CREATED", "Lead added by hand", story.lead_id, clerk))
        return story
    for number in range(wanted):
        own = context.rng("inquiries", index * INQUIRIES + number)
        if number:
            at = _next_contact(context, story, own)
        if at > context.now - QUIET:
            break
        _contact(context, story, number, at, own)
    _office(context, story, stream)
    return story


def first_contact(context: WorldContext, index: int) -> int:
    """The time at which lead number ``index`` first gets in touch: it is known without the rest of the story."""
    return _first_contact(context, context.rng("leads", index))


def _first_contact(context: WorldContext, stream: Rng) -> int:
    """The time of the first contact: some day of the last ``days_back``, mostly by day."""
    zone, today = context.business.zone, to_local(context.business.zone, context.now) // DAY
    minute = stream.randint(6 * 60 + 30, 21 * 60) if stream.chance(90) else stream.below(24 * 60)
    day = today - stream.below(context.recipe.days_back)
    at = to_utc(zone, day * DAY + minute * MINUTE) + stream.below(MINUTE)
    return at if at <= context.now - QUIET else at - DAY


def _next_contact(context: WorldContext, story: LeadStory, stream: Rng) -> int:
    """The time of the next contact: before a coming visit, or days to weeks later."""
    last = story.conversation[-1].end + 6 * HOUR
    if (coming := _coming(story, last)) and stream.chance(40):
        at = last + stream.below(coming.start - 2 * HOUR - last)
    else:
        at = last + stream.below(stream.choice((2 * DAY, 7 * DAY, 21 * DAY)))
    # Most people sleep on it.
    by_night = not 6 * HOUR < to_local(context.business.zone, at) % DAY < 22 * HOUR
    return at + 9 * HOUR if by_night and stream.chance(90) else at


def _coming(story: LeadStory, at: int) -> PlannedAppointment | None:
    """The next visit at that time, with time left to change it."""
    return next((v for v in story.visits if not v.cancelled and v.start > at + 4 * HOUR), None)


def _contact(context: WorldContext, story: LeadStory, number: int, at: int, stream: Rng) -> None:
    """Make one contact: choose its topic, play it, and let it have its effect."""
    coming = _coming(story, at + HOUR)
    past = next((v for v in reversed(story.visits) if not v.cancelled and v.end < at), None)
    topic = _topic(context, story, coming, past, stream)
    source = "CALL" if topic.outbound else stream.weighted(SOURCES, SOURCE_SHARES)
    delay = 0 if source in DIALOGUES else 20 * MINUTE + stream.below(4 * HOUR)
    answers = choose_answers(topic, source, stream)
    urgent = any(answer.urgent for answer in answers)
    preference = choose_preference(stream, urgent=urgent)
    when = _offer(context, topic, coming, at + delay, stream, preference, urgent=urgent)
    if topic.effect == "reschedule" and when is None:
        # No other time is free: then it is only a question about the visit.
        topic = next(each for each in common().followups if each.key == "arrival")
    about = {"upcoming": coming, "past": past}.get(topic.needs)
    contact = Contact(
        source=source,
        topic=topic,
        person=story.person,
        business=context.business,
        start=at,
        answers=answers,
        preference=preference,
        is_known=number > 0,
        when=when if source in DIALOGUES else None,
        old=about.start if about else None,
        service=about.service.name if about else "",
    )
    conversation = hold(contact, stream)
    _record(context, story, conversation, stream)
    take_effect(context, story, about, when, conversation.end + delay, stream)


def _topic(
    context: WorldContext,
    story: LeadStory,
    coming: PlannedAppointment | None,
    past: PlannedAppointment | None,
    stream: Rng,
) -> Topic:
    """Choose a new job, or something about an earlier contact that fits the present state."""
    # The same trouble twice would tell two stories about one tap.
    discussed = {conversation.contact.topic.key for conversation in story.conversation}
    topics: Sequence[Topic] = [topic for topic in context.business.topics if topic.key not in discussed]
    if story.conversation and stream.chance(75 if coming else 60 if past else 40):
        needs = "upcoming" if coming else "past" if past else "none"
        # Nobody asks what became of a price after a visit was booked, even one that was cancelled.
        if needs != "none" or not story.visits:
            topics = [topic for topic in common().followups if topic.needs == needs]
    topics = topics or context.business.topics
    return stream.weighted(topics, [topic.weight for topic in topics])


def _offer(
    context: WorldContext,
    topic: Topic,
    coming: PlannedAppointment | None,
    at: int,
    stream: Rng,
    preference: TimePreference,
    *,
    urgent: bool,
) -> int | None:
    """The start of the visit to which this contact leads, if the answer can still arrange one."""
    if at > context.now - QUIET:
        return None
    if topic.effect == "reschedule" and coming:
        start = plan(context, coming.service, at, stream)
        return start if start != coming.start else None
    if topic.service and stream.chance(context.recipe.booking):
        return plan(context, context.business.service(topic.service), at, stream, urgent=urgent, preference=preference)
    return None


def _record(context: WorldContext, story: LeadStory, conversation: Conversation, stream: Rng) -> None:
    """Write the inquiry with its activities."""
    number, at = len(story.conversation), conversation.contact.start
    if number == 0:
        story.entries.append(StoryEntry(at, *lead_created(conversation.contact.source), story.lead_id))
    unread = context.recipe.unread if at > context.now - 7 * DAY else min(3, context.recipe.unread)
    record = inquiry_record(
        conversation,
        context.ids,
        story.index * INQUIRIES + number,
        story.lead_id,
        first=number == 0,
        read=not stream.chance(unread),
        flagged=stream.chance(6),
    )
    if context.recipe.edge:
        edge_inquiry(context, story.index * INQUIRIES + number, record)
    story.conversation.append(conversation)
    story.inquiries.append(record)
    if conversation.contact.topic.outbound:
        text = f"Outbound call to {story.person.phone}"
        story.entries.append(StoryEntry(at, "CALL_INITIATED", text, record["id"]))
    line = inquiry_created(conversation.contact.source, conversation.about)
    story.entries.append(StoryEntry(at, *line, record["id"]))


def _office(context: WorldContext, story: LeadStory, stream: Rng) -> None:
    """Let the team act by itself: it confirms coming appointments, and cancels a few."""
    if not story.visits:
        return
    visit, quiet = story.visits[-1], story.conversation[-1].end + 6 * HOUR
    until = min(context.now - QUIET, visit.start)
    room = until - max(quiet, visit.updated)
    if visit.cancelled or room <= HOUR:
        return
    at = max(quiet, visit.updated) + stream.below(room)
    if stream.chance(7):
        reason = stream.choice(common().phrases["cancel_reasons"])
        cancel(context, story, visit, at, appointment_cancelled(reason), stream.choice(context.staff))
    elif not visit.confirmed and stream.chance(65):
        visit.confirmed, visit.updated = True, at
