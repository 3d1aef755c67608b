"""Events for records that a person writes by hand, if events are requested."""

from collections.abc import Sequence

from mock_server.behaviours import document_events
from mock_server.behaviours.registry import ActionContext
from mock_server.behaviours.side_effects import emit_event
from mock_server.spec.event_sources import CREATED, DELETED, UPDATED
from mock_server.store.base import Change, Id

_EVENTS = {
    ("leads", CREATED): "LEAD_CREATED",
    ("leads", UPDATED): "LEAD_UPDATED",
    ("leads", DELETED): "LEAD_DELETED",
    ("inquiries", CREATED): "INQUIRY_CREATED",
    ("appointments", CREATED): "APPOINTMENT_CREATED",
    ("appointments", UPDATED): "APPOINTMENT_UPDATED",
}


def emit_changes(action: ActionContext, changes: Sequence[Change], named: tuple[str, Id] | None = None) -> None:
    """Emit events for all new and removed records, and for the one that was ``named`` for a change."""
    for change in changes:
        family = action.contract.families.get(change.kind)
        row = change.row or change.before
        if row is None or family is None:
            continue
        verb = DELETED if change.row is None else CREATED if change.before is None else UPDATED
        if verb == UPDATED and (change.kind, change.id) != named:
            continue
        before = change.before.record if change.before and change.row else None
        if action.contract.event_sources:
            document_events.changed(action, family, row, verb, before)
        cancelled = row.record.get("status") == "CANCELLED" and (before or {}).get("status") != "CANCELLED"
        event = _EVENTS.get((change.kind, verb))
        if verb == UPDATED and change.kind == "appointments" and cancelled:
            event = "APPOINTMENT_CANCELLED"
        if event and not action.contract.foreign:
            emit_event(action, event, row.record)
