"""Leads: what creating, changing and deleting one means beyond its record."""

from collections.abc import Mapping
from typing import Any

from mock_server.behaviours import crud
from mock_server.behaviours.consequences import ACTIVITIES, activity, happened
from mock_server.behaviours.registry import Call, Outcome, behaviour
from mock_server.errors import Conflict
from mock_server.store.base import Id, Row

# "The lead and related entities" (page delete-lead). Which ones those are is gap `lead-delete-cascade`.
_RELATED = ("inquiries", "appointments", "leads/notes", ACTIVITIES)


@behaviour("POST /v1/leads")
def create(call: Call) -> Outcome:
    """A lead, unless a living one has its e-mail or phone (gap ``lead-conflict-rule``)."""
    row = new_lead(call, call.body)
    return crud.answer(call, row)


@behaviour("PUT /v1/leads/{}")
def update(call: Call) -> Outcome:
    """What the body names is changed; the new e-mail and phone may be no other lead's."""
    row = crud.existing(call)
    _refuse_clash(call, call.body or {}, row.id)
    changed = crud.change(call, "leads", row, call.body or {})
    activity(call, row.id, "LEAD_UPDATED", "Lead details updated")
    happened(call, "LEAD_UPDATED", changed.record)
    return crud.answer(call, changed)


@behaviour("DELETE /v1/leads/{}")
def delete(call: Call) -> Outcome:
    """The lead goes and so does all that is about it, out of every list and count."""
    row = crud.existing(call)
    happened(call, "LEAD_DELETED", row.record)
    for kind in _RELATED:
        for related in call.tx.find(kind, {"leadId": row.id}):
            call.tx.remove(kind, related.id)
    crud.remove(call, "leads", row)
    return crud.documented(call)


def new_lead(call: Call, given: Mapping[str, Any]) -> Row:
    """Store a lead with all that follows from it. Raises Conflict."""
    _refuse_clash(call, given, None)
    row = crud.insert(call, call.contract.families["leads"], given)
    activity(call, row.id, "LEAD_CREATED", "Lead created")
    happened(call, "LEAD_CREATED", row.record)
    return row


def _refuse_clash(call: Call, given: Mapping[str, Any], own: Id | None) -> None:
    for field in ("email", "phone"):
        if given.get(field):
            for other in call.tx.find("leads", {field: given[field]}):
                if other.id != own:
                    raise Conflict(f"lead {other.id} has the same {field}")
