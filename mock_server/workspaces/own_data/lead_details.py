"""A lead as it is first created: the person's fields, and made-up details for the rest."""

from dataclasses import replace
from typing import Any

from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.faults import FaultyValue
from mock_server.workspaces.own_data.story_plans import LeadStoryPlan
from mock_server.world.business_rules import lead_address, lead_status, tags_due
from mock_server.world.calendar import stamp
from mock_server.world.fixtures import common
from mock_server.world.people import Person, known_person, mail_address

_HOSTS = 3


def person_of(context: OwnDataContext, plan: LeadStoryPlan) -> Person:
    """The person behind a lead; a made-up stranger supplies the details that were not given."""
    stranger, index = context.stranger()
    if plan.row is not None:
        return known_person(
            {**plan.row.record, "firstName": plan.row.record.get("firstName") or stranger.first}, stranger
        )
    if plan.draft is None:
        return stranger
    said = plan.draft.said
    _split_name(plan)
    first = str(said.get("firstName") or stranger.first)
    last = said.get("lastName", stranger.last)
    mail = mail_address(first, last or stranger.last or "lane", index, index % _HOSTS)
    named = replace(stranger, first=first, last=last, email=mail, trading_as=None)
    return known_person({**said, "firstName": first, "lastName": last}, named)


def _split_name(plan: LeadStoryPlan) -> None:
    """Make first and last name of ``name``. Raises FaultyValue."""
    draft = plan.draft
    if draft is None or "name" not in draft.words:
        return
    name = draft.words["name"]
    if not isinstance(name, str) or not name.strip():
        raise FaultyValue(draft.place("name"), "is no name", "write a first and a last name")
    first, _, last = name.strip().partition(" ")
    for field, value in (("firstName", first), ("lastName", last.strip() or None)):
        if field in draft.said and draft.said[field] != value:
            raise FaultyValue(draft.place("name"), f"contradicts `{field}`", "keep one of them")
        draft.said[field] = value


def new_lead(context: OwnDataContext, plan: LeadStoryPlan, who: Person, created: int) -> dict[str, Any]:
    """The record of a lead before its inquiries are counted."""
    said = dict(plan.draft.said) if plan.draft else {}
    talked = bool(plan.contacts or plan.visits)
    made = {
        "id": plan.id,
        "firstName": who.first,
        "lastName": who.last,
        "email": who.email,
        "phone": who.phone,
        "suburb": who.suburb,
        "businessName": None,
        "socials": {},
        "status": lead_status(visits=bool(plan.visits), inquiries=bool(plan.contacts)),
        "createdAt": stamp(created),
        "defaultLeadAddress": lead_address(who) if talked else None,
        "tags": _tags(plan, who),
    }
    return {**made, **said, "createdAt": stamp(created)}


def _tags(plan: LeadStoryPlan, who: Person) -> list[dict[str, Any]]:
    held = [contact.conversation for contact in plan.contacts if contact.conversation]
    due = tags_due(
        urgent=any(conversation.urgent for conversation in held),
        commercial=who.trading_as is not None,
        visits=len(plan.visits),
        quote=any(conversation.tag == "quote" for conversation in held),
        moved=any(visit.draft.said.get("isRescheduled") for visit in plan.visits),
    )
    return [{"name": name, "description": about} for name, about in due.items() if name in common().lead_tags]
