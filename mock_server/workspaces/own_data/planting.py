"""Write own records: read all of them, check all, then store all, in one transaction or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.spec.contract import Contract
from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.support import json_pointer
from mock_server.workspaces.own_data.context import OwnDataContext, own_data_context, world_context
from mock_server.workspaces.own_data.drafts import MAX_RECORDS, Draft, Drafting
from mock_server.workspaces.own_data.faults import Faults, FaultyValue, Where
from mock_server.workspaces.own_data.generic_records import store_record
from mock_server.workspaces.own_data.kinds import Kinds
from mock_server.workspaces.own_data.lead_stories import LeadStory, lead_kinds
from mock_server.workspaces.own_data.names import RecordNames
from mock_server.workspaces.own_data.resolution import Resolution
from mock_server.workspaces.own_data.story_plans import LeadStoryPlan
from mock_server.world.ids import Ids
from mock_server.world.recipe import Recipe


class Ground(NamedTuple):
    """The workspace for a writing: its transaction, ids, recipe, and its time in milliseconds."""

    contract: Contract
    tx: Transaction
    ids: Ids
    recipe: Recipe
    now: int
    stored: Iterable[str]


def write_records(
    ground: Ground,
    written: Mapping[str, Any],
    where: Where = json_pointer.join,
    pointer: Where = json_pointer.join,
    *,
    texts: bool = False,
    most: int = MAX_RECORDS,
) -> dict[tuple[str, Id], Row]:
    """Write records by kind. Return every new or changed row, the person's own records first.

    ``where`` names places for messages, ``pointer`` makes a JSON pointer to the first of them. ``texts`` is for tables,
    where every value is a text. Raises RecordsError, and then the transaction must be undone.
    """
    faults = Faults(where, pointer)
    context = ground_context(ground, written, texts=texts)
    kinds = context.kinds
    drafts = Drafting(kinds, ground.tx, ground.ids, faults, most).read(written)
    Resolution(context, RecordNames(ground.tx, drafts), faults).resolve(drafts)
    has_stories = not ground.contract.foreign and {"leads", "inquiries", "appointments"} <= set(kinds.names)
    stories = [it for it in drafts if has_stories and lead_kinds(it)]
    try:
        for draft in sorted(drafts, key=lambda it: it.kind.name.count("/")):
            if not (has_stories and lead_kinds(draft)):
                store_record(context, draft)
        context.world = world_context(ground.tx, ground.recipe, ground.ids, ground.now, context.zone.name)
        for plan in _plans(context, stories):
            LeadStory(context, plan).write()
    except FaultyValue as fault:
        faults.add(fault)
    faults.refuse()
    own = [(draft.kind.name, draft.id) for draft in drafts]
    return {key: context.made[key] for key in dict.fromkeys([*own, *context.made]) if key in context.made}


def ground_context(ground: Ground, written: Mapping[str, Any], *, texts: bool) -> OwnDataContext:
    """Make the context of a writing into this workspace."""
    zone = _zone(ground, written)
    world = world_context(ground.tx, ground.recipe, ground.ids, ground.now, zone)
    kinds = Kinds(ground.contract, ground.tx, ground.stored)
    return own_data_context(ground.contract, ground.tx, world, kinds, zone, texts=texts)


def _zone(ground: Ground, written: Mapping[str, Any]) -> str:
    """The time zone of the organization, also of one in the same writing."""
    said = written.get("organization")
    said = said[0] if isinstance(said, list) and said else said
    row = ground.tx.one("organization")
    for record in (said, row.record if row else None):
        if isinstance(record, Mapping) and isinstance(record.get("timeZone"), str):
            return str(record["timeZone"])
    return ""


def _plans(context: OwnDataContext, drafts: Sequence[Draft]) -> list[LeadStoryPlan]:
    """The stories by lead, in the order of the first mention of each lead."""
    plans: dict[Id, LeadStoryPlan] = {}
    for draft in drafts:
        if draft.kind.name == "leads":
            plans[draft.id] = LeadStoryPlan(draft, None, draft.id)
    for draft in drafts:
        if draft.kind.name == "leads":
            continue
        lead = draft.said.get("leadId")
        if lead is None:
            lead = context.new_id("leads")
            row = None
            plans[lead] = LeadStoryPlan(Draft(_kind(context), lead, draft.path), None, lead)
        elif lead not in plans:
            row = context.tx.get("leads", lead)
            plans[lead] = LeadStoryPlan(None, row, lead)
        part = {"inquiries": "inquiries", "appointments": "appointments", "leads/notes": "notes"}
        getattr(plans[lead], part.get(draft.kind.name, "activities")).append(draft)
    return list(plans.values())


def _kind(context: OwnDataContext) -> Any:
    return context.kinds.get("leads")
