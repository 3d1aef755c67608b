"""Leads: what their creation, change and removal mean beyond the record."""

from mock_server.behaviours import changes, crud, records
from mock_server.behaviours.registry import OperationContext, OperationResult, behaviour
from mock_server.behaviours.side_effects import ACTIVITIES, activity, emit_event
from mock_server.errors import Conflict
from mock_server.spec.resources import Role
from mock_server.store.base import Id, Row

# "The lead and related entities" (page delete-lead). Which ones those are is gap `lead-delete-related`.
_RELATED = ("inquiries", "appointments", "leads/notes", ACTIVITIES)


@behaviour("POST /v1/leads", Role.CREATE)
def create(call: OperationContext) -> OperationResult:
    """Create a lead, unless an existing one has its e-mail or phone (gap ``lead-conflict``)."""
    return crud.answer(call, new_lead(call, changes.given(call)))


@behaviour("PUT /v1/leads/{}", Role.UPDATE)
def update(call: OperationContext) -> OperationResult:
    """Change the fields in the body; no other lead may have the new e-mail or phone."""
    row, fields = records.existing(call), changes.given(call)
    _refuse_clash(call, fields, row.id)
    changed = changes.change(call, call.binding.family, row, fields)
    activity(call, row.id, "LEAD_UPDATED", "Lead details updated")
    emit_event(call, "LEAD_UPDATED", changed.record)
    return crud.answer(call, changed)


@behaviour("DELETE /v1/leads/{}", Role.DELETE)
def delete(call: OperationContext) -> OperationResult:
    """Remove the lead and everything about it, from all lists and counts (gap ``lead-delete-webhooks``)."""
    row = records.existing(call)
    emit_event(call, "LEAD_DELETED", row.record)
    for kind in _RELATED:
        for related in call.tx.find(kind, {"leadId": row.id}):
            call.tx.remove(kind, related.id)
    changes.remove(call, "leads", row)
    return crud.answer(call, row)


def new_lead(call: OperationContext, fields: crud.Fields) -> Row:
    """Store a lead with all that follows from it. Raises Conflict."""
    _refuse_clash(call, fields, None)
    row = changes.insert(call, "leads", fields)
    activity(call, row.id, "LEAD_CREATED", "Lead created")
    emit_event(call, "LEAD_CREATED", row.record)
    return row


def _refuse_clash(call: OperationContext, fields: crud.Fields, own: Id | None) -> None:
    for name in ("email", "phone"):
        if fields.get(name):
            for other in call.tx.find("leads", {name: fields[name]}):
                if other.id != own:
                    raise Conflict(f"lead {other.id} has the same {name}")
