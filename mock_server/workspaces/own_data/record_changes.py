"""Change or remove one record by hand, with the consequences for its lead."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mock_server.store.base import Id, Row
from mock_server.support import json_pointer
from mock_server.workspaces.fitting import touched
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.drafts import Draft, Drafting
from mock_server.workspaces.own_data.faults import Faults, FaultyValue, Path, Where
from mock_server.workspaces.own_data.kinds import Kinds
from mock_server.workspaces.own_data.lead_stories import count_inquiries
from mock_server.workspaces.own_data.names import RecordNames
from mock_server.workspaces.own_data.planting import Ground, ground_context
from mock_server.workspaces.own_data.resolution import Resolution
from mock_server.workspaces.own_data.story_plans import visit_status
from mock_server.world.business_rules import ActivityLine, appointment_cancelled, appointment_moved
from mock_server.world.calendar import stamp
from mock_server.world.clock import epoch_ms, parse

ACTIVITIES = "leads/activities"
_NEW_ONLY = "it tells of a new record; change the fields themselves"


def change_record(
    ground: Ground, kind: str, row: Row, fields: Mapping[str, Any], where: Where = json_pointer.join
) -> Row:
    """Change the given fields of a record. Raises RecordsError, and then the transaction must be undone."""
    faults = Faults(where, where)
    context = ground_context(ground, {}, texts=False)
    drafting = Drafting(Kinds(ground.contract, ground.tx, ground.stored), ground.tx, ground.ids, faults)
    draft = drafting.change(kind, row, fields)
    Resolution(context, RecordNames(ground.tx, [draft]), faults).resolve([draft])
    try:
        return _changed(context, draft, row)
    except FaultyValue as fault:
        faults.add(fault)
    faults.refuse()
    return row


def _changed(context: OwnDataContext, draft: Draft, row: Row) -> Row:
    kind, family = draft.kind.name, draft.kind.family
    is_ours = not context.contract.foreign
    for word in draft.words:
        raise FaultyValue(draft.place(word), f"`{word}` cannot be changed", _NEW_ONLY)
    record = {**row.record, **draft.said}
    if is_ours and kind == "appointments":
        record = _moved(context, draft, row, record)
    now = stamp(context.now)
    times = touched(family, record, now) if family else {}
    times |= {"updatedAt": now} if "updatedAt" in record else {}
    changed = context.put(
        kind, row.id, {**record, **{name: it for name, it in times.items() if name not in draft.said}}
    )
    if is_ours and kind == "leads":
        _line(context, row.id, ActivityLine("LEAD_UPDATED", "Lead details updated"), row.id)
        changed = context.put(kind, row.id, {**changed.record, **count_inquiries(context, row.id)})
    elif is_ours and kind == "inquiries":
        _recount(context, {row.record.get("leadId"), changed.record.get("leadId")})
        changed = context.tx.get(kind, row.id) or changed
    context.check(changed, draft.said, draft.places, draft.path)
    return changed


def _moved(context: OwnDataContext, draft: Draft, row: Row, record: Mapping[str, Any]) -> dict[str, Any]:
    """Change the time or status of an appointment, with the activities about it. Raises FaultyValue."""
    start, end = (epoch_ms(parse(str(record[name]))) for name in ("start", "end"))
    before = epoch_ms(parse(str(row.record["start"])))
    if start != before and "end" not in draft.said:
        end += start - before
    if end <= start:
        raise FaultyValue(draft.place("end"), "is not after the start", "give a later one")
    if "status" in draft.said or start != before:
        draft.said.setdefault("status", row.record["status"] if row.record["status"] == "CANCELLED" else None)
        status = visit_status(context, draft, start, end)
        draft.said["status"] = status
        record = {**record, "status": status}
    zone, lead = context.world.business.zone, row.record.get("leadId")
    if start != before:
        record = {**record, "isRescheduled": draft.said.get("isRescheduled", True)}
        _line(context, lead, appointment_moved(zone, start), row.id)
    if record["status"] == "CANCELLED" != row.record["status"]:
        _line(context, lead, appointment_cancelled(), row.id)
    return {**record, "end": stamp(end)}


def remove_record(ground: Ground, kind: str, row: Row) -> list[tuple[str, Id]]:
    """Remove a record and all records below it; return the kinds and ids of the removed ones."""
    context = ground_context(ground, {}, texts=False)
    gone = list(_below(context, kind, row.id, set()))
    for name, id in gone:
        context.tx.remove(name, id)
    if not ground.contract.foreign and kind == "inquiries":
        _recount(context, {row.record.get("leadId")})
    return gone


def _below(context: OwnDataContext, kind: str, id: Id, seen: set[tuple[str, Id]]) -> Iterator[tuple[str, Id]]:
    """The record, after all records below it."""
    if (kind, id) in seen:
        return
    seen.add((kind, id))
    known = context.kinds.get(kind)
    for name, link in known.below.values() if known else ():
        nested = context.kinds.get(name)
        if kind == "leads" or (nested and nested.family and nested.family.parent == kind):
            for child in context.tx.find(name, {link: id}):
                yield from _below(context, name, child.id, seen)
    yield kind, id


def _recount(context: OwnDataContext, leads: set[Any]) -> None:
    for lead in leads:
        row = context.tx.get("leads", lead) if lead is not None else None
        if row is not None:
            context.put("leads", row.id, {**row.record, **count_inquiries(context, row.id)})


def _line(context: OwnDataContext, lead: Any, line: ActivityLine, reference: Id) -> None:
    if context.kinds.get(ACTIVITIES) is None or context.tx.get("leads", lead or "") is None:
        return
    id = context.new_id(ACTIVITIES)
    record = {"event": line.event, "data": line.text, "referenceId": str(reference), "userId": None, "leadId": lead}
    context.put(ACTIVITIES, id, {"id": id, **record, "createdAt": stamp(context.now)})


def body_places(prefix: Path, skip: int) -> Callable[[Any], str]:
    """Make a function that names places in a request's body, without the first ``skip`` steps of the way."""
    return lambda path: json_pointer.join((*prefix, *path[skip:]))
