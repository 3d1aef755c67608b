"""The texts of a contact that a person wrote: the conversation, and the receptionist's notes about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mock_server.store.base import Id
from mock_server.support.text import short_repr, shorten
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.faults import FaultyValue, Path
from mock_server.workspaces.own_data.story_plans import PlannedContact
from mock_server.world.business_rules import recording_url
from mock_server.world.calendar import spoken, stamp
from mock_server.world.channels import Turn
from mock_server.world.conversations import (
    DIALOGUES,
    SOURCE_KINDS,
    Contact,
    Conversation,
    choose_answers,
    hold,
    inquiry_record,
)
from mock_server.world.fixture_models import Business, Service, Topic
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.people import Person

_SOPHIIE = ("assistant", "sophiie", "ai", "agent", "receptionist")
_CUSTOMER = ("user", "customer", "lead", "caller", "client")
_SMALL_WORDS = {"a", "an", "and", "my", "of", "our", "the"}
_MAX_SUMMARY_CHARACTERS = 300
_SHORT = 60  # and of a line about it


def hold_contact(context: OwnDataContext, contact: PlannedContact, who: Person, *, known: bool) -> Conversation:
    """Play a contact as it was written, with made-up texts for what was not given."""
    stream = context.chance("words", contact.id)
    topic, shop = _topic(context, contact)
    visit = contact.visit
    when = visit.start if visit is not None and contact.source in DIALOGUES else None
    turns = _turns(contact, who)
    answers = choose_answers(topic, contact.source, stream)
    asked = Contact(
        contact.source, topic, who, shop, contact.start, answers, is_known=known, when=when, turns=tuple(turns)
    )
    conversation = hold(asked, stream)
    late = conversation.end - context.now
    if late > 0:  # it ends now at the latest: what is recorded has happened
        conversation = hold(replace(asked, start=contact.start - late), context.chance("words", contact.id))
    return _as_written(context, contact, conversation, turns)


def _as_written(
    context: OwnDataContext, contact: PlannedContact, conversation: Conversation, turns: Sequence[Turn]
) -> Conversation:
    """The notes of a conversation that a person wrote: made-up notes would report things that nobody said."""
    said = next((text for assistant, text in turns if not assistant), "") if turns else ""
    if not turns:
        return conversation
    points = [f"In their words: {shorten(said, _MAX_SUMMARY_CHARACTERS)}"] if said else []
    if contact.visit is not None and contact.source in DIALOGUES:
        points.append(f"Booked for {spoken(context.world.business.zone, contact.visit.start)}")
    service = contact.visit.service if contact.visit else None
    about = contact.about or (service.name.lower() if service else shorten(said or turns[0][1], _SHORT))
    summary = shorten(contact.about or said or turns[0][1], _MAX_SUMMARY_CHARACTERS)
    return conversation._replace(about=about, key_points=points, summary=summary, urgent=False, tag="general")


def _topic(context: OwnDataContext, contact: PlannedContact) -> tuple[Topic, Business]:
    """The topic of a contact, and the business that can talk about it."""
    shop, stream = context.world.business, context.chance("topic", contact.id)
    service = contact.visit.service if contact.visit else None
    known = {it.name for it in shop.services}
    topics = [it for it in shop.topics if it.service in known]
    words = set(re.findall(r"[a-z]+", contact.about.lower())) - _SMALL_WORDS
    same = [it for it in topics if it.service in ((service.name,) if service else (contact.about,))]
    like = same or [it for it in topics if not service and words and words <= (it.words | set(it.key.split("-")))]
    if not like and not contact.about and not service:
        like = [stream.choice(topics)] if topics else []
    if like:
        best = max(like, key=lambda it: len(words & (it.words | set(it.key.split("-")))))
        return best, shop
    about = contact.about or (service.name.lower() if service else "a job")
    own = service or Service(-1, about[:1].upper() + about[1:], "", 60, "", (), True)
    safe = about.replace("{", "{{").replace("}", "}}")
    topic = Topic("own", safe, "general", 1, (f"Hi, it is about {safe}.",), (safe,), (("detail", (about,)),), own.name)
    return topic, shop._replace(services=(*shop.services, own))


def _turns(contact: PlannedContact, who: Person) -> list[Turn]:
    """The turns of a written transcript; none if there is no transcript. Raises FaultyValue."""
    draft = contact.draft
    if draft is None or draft.words.get("transcript") is None:
        return []
    written, place = draft.words["transcript"], draft.place("transcript")
    if isinstance(written, str):
        written = [line for line in written.splitlines() if line.strip()]
    if not isinstance(written, list):
        raise FaultyValue(place, "is no list of turns", 'write lines like "customer: Hello" or {user: Hello}')
    turns: list[Turn] = []
    for number, item in enumerate(written):
        turns.append(_turn(item, (*place, number), who, after=turns[-1][0] if turns else True))
    return turns


def _turn(item: Any, place: Path, who: Person, *, after: bool) -> Turn:
    """One turn: the speaker and the words. Without a name, the speakers alternate."""
    if isinstance(item, dict) and isinstance(item.get("text"), str):
        return str(item.get("user", "user")).lower() in _SOPHIIE, item["text"]
    if isinstance(item, dict) and len(item) == 1 and isinstance(next(iter(item.values())), str):
        ((speaker, text),) = item.items()
        return speaker.lower() in _SOPHIIE, text
    if not isinstance(item, str) or not item.strip():
        what = f"is {short_repr(item, 40)} and no turn of a conversation"
        raise FaultyValue(place, what, 'write it like "customer: Hello" or {user: Hello}')
    speaker, colon, text = item.partition(":")
    named = speaker.strip().lower()
    if colon and named in _SOPHIIE:
        return True, text.strip()
    if colon and named in (*_CUSTOMER, who.first.lower(), who.name.lower()):
        return False, text.strip()
    return not after, item.strip()


def contact_record(context: OwnDataContext, contact: PlannedContact, lead: Id, *, first: bool) -> dict[str, Any]:
    """The record of a contact, with given texts in place of made-up ones."""
    if contact.conversation is None:
        raise ValueError("the contact has not taken place")
    made = inquiry_record(contact.conversation, context.world.ids, 0, lead, first=first, read=False)
    source_id = context.new_id(SOURCE_KINDS[contact.source])
    data = {**made["data"], "id": str(FIRST_FREE_INDEX + context.tx.count("inquiries/data"))}
    thread = FIRST_FREE_INDEX + context.tx.count("threads") if contact.source == "SMS" else None
    if thread is not None:
        data["messageThreadId"] = thread
    if contact.source == "CALL":
        data["recordingUrl"] = recording_url(source_id)
    said = dict(contact.draft.said) if contact.draft else {}
    if "summary" in said:
        data["summary"] = said["summary"]
    if isinstance(said.get("data"), dict):
        said["data"] = {**data, **said["data"]}
    own = {"id": contact.id, "sourceId": str(source_id), "messageThreadId": thread, "externalInquiryId": None}
    return {**made, "data": data, **own, **said, "createdAt": stamp(contact.start), "leadId": lead}
