"""The person who gets in touch in a simulation, known or new, and what the business learns about them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.behaviours.registry import ActionContext
from mock_server.behaviours.side_effects import activity, emit_event
from mock_server.errors import Conflict, NotFound
from mock_server.store.base import Id, Record, Row
from mock_server.world.business_rules import lead_activated, lead_address, lead_created, lead_status, tags_due
from mock_server.world.context import WorldContext
from mock_server.world.conversations import Conversation
from mock_server.world.fixtures import common
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.lead_records import COUNTERS
from mock_server.world.people import Person, known_person, person

KNOWN = "known"
"""The sender that stands for any lead of the workspace."""

_TRIES = 100
_MAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}")
_PHONE = re.compile(r"\+?[0-9]{4,18}")


@dataclass(frozen=True, slots=True)
class Caller:
    """A person. ``lead`` is None for a new one; ``address`` is the given phone or e-mail."""

    person: Person
    lead: Row | None
    address: str = ""


def caller(action: ActionContext, context: WorldContext, sender: str) -> Caller:
    """Find the person for ``sender``: a lead's id, a phone, an e-mail, ``known``, or nothing for a new person.

    Raises NotFound with a pointer.
    """
    stranger = _stranger(action, context)
    if not sender:
        return Caller(stranger, None)
    found = _any(action) if sender == KNOWN else lead_of(action, sender)
    if found is not None:
        lead = {**found.record, "firstName": found.record.get("firstName") or stranger.first}
        return Caller(known_person(lead, stranger), found)
    contact = _plain(sender)
    if _MAIL.fullmatch(contact):
        return Caller(replace(stranger, email=contact), None, contact)
    if _PHONE.fullmatch(contact):
        return Caller(replace(stranger, phone=contact), None, contact)
    if sender == KNOWN:
        return Caller(stranger, None)
    raise NotFound("`from` is neither a lead of this workspace nor a phone or an e-mail", "/from")


def lead_of(action: ActionContext, sender: str) -> Row | None:
    """The lead with this id, phone or e-mail; the newest of several."""
    contact = _plain(sender)
    same = [row for name in ("phone", "email") for row in action.tx.find("leads", {name: contact})]
    return action.tx.get("leads", sender) or (same[-1] if same else None)


def _any(action: ActionContext) -> Row | None:
    leads = action.tx.find("leads")
    return action.chance("known").choice(leads) if leads else None


def _plain(sender: str) -> str:
    """A phone in the API's form: ``0491 570 006`` is +61491570006."""
    plain = sender if "@" in sender else re.sub(r"[\s().-]", "", sender)
    return f"+61{plain[1:]}" if re.fullmatch("0[1-9][0-9]{8}", plain) else plain


def _stranger(action: ActionContext, context: WorldContext) -> Person:
    """Make up a person who resembles no lead of the workspace."""
    for _ in range(_TRIES):
        index = FIRST_FREE_INDEX + action.tx.count("$people")
        found = person(context.seed, index, context.business.state, context.business.area)
        same = {"phone": found.phone, "email": found.email}.items()
        if not any(action.tx.find("leads", {name: value}) for name, value in same):
            return found
    raise Conflict("the phones that are reserved for fiction are used up", "/from")


def upsert_lead(action: ActionContext, who: Caller, conversation: Conversation) -> Id:
    """Create the lead of a new person, or add to a known lead what the contact tells."""
    if who.lead is None:
        return _new(action, who, conversation)
    learned = {name: value for name, value in _details(who, conversation).items() if not who.lead.record.get(name)}
    if learned:
        row = action.store("leads", who.lead.id, {**who.lead.record, **learned, "updatedAt": action.now})
        activity(action, row.id, "LEAD_UPDATED", "Contact details added")
        emit_event(action, "LEAD_UPDATED", row.record)
    return who.lead.id


def _new(action: ActionContext, who: Caller, conversation: Conversation) -> Id:
    id, chance, source = action.new_id("leads"), action.chance("lead"), conversation.contact.source
    guessed = {"email": who.person.email if chance.chance(55) else None}
    if source != "CHATBOT" or chance.chance(50):
        guessed["phone"] = who.person.phone
    record = {
        "id": id,
        "firstName": who.person.first,
        "lastName": who.person.last,
        "phone": None,
        "businessName": who.person.trading_as,
        "socials": {},
        "status": lead_status(visits=False, inquiries=True),
        "createdAt": action.now,
        "updatedAt": action.now,
        "read": True,
        "lastInquiryId": None,
        "lastInquiryDate": None,
        **dict.fromkeys(COUNTERS.values(), 0),
        "hasFlaggedInquiry": False,
        "defaultLeadAddress": None,
        "tags": [],
        "lastInquiry": None,
        **guessed,
        **_details(who, conversation),
    }
    row = action.store("leads", id, record)
    activity(action, id, *lead_created(source))
    emit_event(action, "LEAD_CREATED", row.record)
    return id


def _details(who: Caller, conversation: Conversation) -> Mapping[str, Any]:
    """The details that a contact gives: how to reach the person, and the address once a job is discussed."""
    source, him = conversation.contact.source, who.person
    details: dict[str, Any] = {"suburb": him.suburb}
    if source in ("EMAIL", "WEBFORM", "CHATBOT") or who.address == him.email:
        details["email"] = him.email
    if source in ("CALL", "SMS", "WEBFORM") or who.address == him.phone:
        details["phone"] = him.phone
    if conversation.contact.topic.service:
        details["defaultLeadAddress"] = lead_address(him)
    return details


def set_status(action: ActionContext, lead: Id, conversation: Conversation) -> None:
    """Update the lead after the contact: its tags, and that it is active once a visit is booked."""
    row = action.tx.get("leads", lead)
    if row is None:
        return
    visits = [visit.record for visit in action.tx.find("appointments", {"leadId": lead})]
    changed = {**row.record, "tags": _tags(row.record, conversation, visits), "updatedAt": action.now}
    booked = any(visit.get("createdAt") == action.now for visit in visits)
    if booked and row.record.get("status") == "pending":
        stored = action.store("leads", lead, {**changed, "status": "active"})
        activity(action, lead, *lead_activated())
        emit_event(action, "LEAD_UPDATED", stored.record)
    else:
        action.store("leads", lead, changed)


def _tags(lead: Record, conversation: Conversation, visits: list[Record]) -> list[Record]:
    had: dict[str, Record] = {tag["name"]: tag for tag in lead.get("tags") or ()}
    due = tags_due(
        urgent=conversation.urgent,
        commercial=bool(lead.get("businessName")),
        visits=len(visits),
        quote=conversation.tag == "quote",
        moved=any(visit.get("isRescheduled") for visit in visits),
    )
    ours = common().lead_tags
    tags = [had.get(name, {"name": name, "description": ours[name]}) for name in ours if name in had or name in due]
    return [*tags, *(tag for name, tag in had.items() if name not in ours)]
