"""Side effects of a change: an activity on the lead, an event for subscribers, the lead's counters."""

from mock_server.behaviours.registry import ActionContext
from mock_server.store.base import Id, Record, Row
from mock_server.webhooks.events import emit
from mock_server.world.ids import FIRST_FREE_INDEX
from mock_server.world.lead_records import inquiry_tally

ACTIVITIES = "leads/activities"


def emit_event(call: ActionContext, event: str, record: Record) -> None:
    """Emit ``event`` about ``record`` to the subscribers."""
    emit(call.tx, call.ids, call.now, call.cause, event, record)


def activity(
    call: ActionContext, lead: Id, event: str, text: str, reference: Id | None = None, user: Id | None = None
) -> None:
    """Add a line to a lead's history; ``reference`` is the record it is about, by default the lead itself."""
    id = call.new_id(ACTIVITIES)
    about = str(lead if reference is None else reference)
    line = {"event": event, "data": text, "referenceId": about, "userId": user, "leadId": lead}
    call.store(ACTIVITIES, id, {"id": id, **line, "createdAt": call.now})


def add_inquiry(call: ActionContext, lead: Id, inquiry: Record, text: str = "") -> Row:
    """Store an inquiry of a lead, with everything that follows. ``inquiry`` holds its source, summary and data."""
    id = call.new_id("inquiries")
    record = {
        "id": id,
        "tag": None,
        "isFirstInquiry": not call.tx.find("inquiries", {"leadId": lead}),
        "isRead": True,
        "isFlagged": False,
        "externalInquiryId": None,
        "messageThreadId": None,
        **inquiry,
        "leadId": lead,
        "createdAt": call.now,
    }
    row = call.store("inquiries", id, record)
    recount(call, lead)
    activity(call, lead, "INQUIRY_CREATED", text or f"New inquiry by {record['source']}", id)
    emit_event(call, "INQUIRY_CREATED", row.record)
    return row


def recount(call: ActionContext, lead: Id) -> None:
    """Update a lead's counters from its inquiries."""
    row = call.tx.get("leads", lead)
    if row is not None:
        inquiries = [it.record for it in call.tx.find("inquiries", {"leadId": lead})]
        call.store("leads", lead, {**row.record, **inquiry_tally(inquiries)})


def number(call: ActionContext, kind: str) -> str:
    """Make a fresh id of digits only, like the ids inside an inquiry's data."""
    return str(FIRST_FREE_INDEX + call.tx.count(kind))
