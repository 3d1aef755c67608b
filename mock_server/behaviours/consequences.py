"""What a change brings with it: an activity on the lead, an event for subscribers, the lead's counters."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mock_server.behaviours.registry import Call
from mock_server.store.base import Id, Record, Row
from mock_server.webhooks.events import emit
from mock_server.world.ids import FIRST_FREE_INDEX

ACTIVITIES = "leads/activities"

_UNREAD: Mapping[str, str] = MappingProxyType(
    {
        "CALL": "unreadCalls",
        "EMAIL": "unreadEmails",
        "CHATBOT": "unreadChatbotThreads",
        "SMS": "unreadSMS",
        "WEBFORM": "unreadWebformSubmissions",
    }
)


def happened(call: Call, event: str, record: Record) -> None:
    """Tell subscribers that ``event`` happened to ``record``."""
    emit(call.tx, call.ids, call.now, call.cause, event, record)


def activity(call: Call, lead: Id, event: str, text: str, reference: Id | None = None, user: Id | None = None) -> None:
    """Add a line to what happened with a lead."""
    id = call.new_id(ACTIVITIES)
    line = {"event": event, "data": text, "referenceId": reference, "userId": user, "leadId": lead}
    call.store(ACTIVITIES, id, {"id": id, **line, "createdAt": call.now})


def recounted(call: Call, lead: Id) -> Row | None:
    """The lead with its counters and its last inquiry as its inquiries say; None when it is gone."""
    row = call.tx.get("leads", lead)
    if row is None:
        return None
    return call.store("leads", lead, {**row.record, **tally([it.record for it in inquiries(call, lead)])})


def inquiries(call: Call, lead: Id) -> list[Row]:
    """The lead's inquiries, oldest first."""
    return list(call.tx.find("inquiries", {"leadId": lead}))


def tally(inquiries: list[Record]) -> dict[str, Any]:
    """What a lead's record says about its inquiries (oldest first)."""
    last = inquiries[-1] if inquiries else None
    counters = dict.fromkeys(_UNREAD.values(), 0)
    for inquiry in inquiries:
        if not inquiry["isRead"]:
            counters[_UNREAD[inquiry["source"]]] += 1
    names = ("id", "tag", "summary", "isFirstInquiry", "source", "isRead")
    return {
        **counters,
        "read": not any(counters.values()),
        "hasFlaggedInquiry": any(inquiry.get("isFlagged", False) for inquiry in inquiries),
        "lastInquiryId": last["id"] if last else None,
        "lastInquiryDate": last["createdAt"] if last else None,
        "lastInquiry": {name: last[name] for name in names} if last else None,
    }


def add_inquiry(call: Call, lead: Id, inquiry: Record) -> Row:
    """Store an inquiry of a lead, with all that follows from it. ``inquiry`` holds its source, summary and data."""
    id = call.new_id("inquiries")
    record = {
        "id": id,
        "tag": None,
        "isFirstInquiry": not inquiries(call, lead),
        "isRead": True,
        "isFlagged": False,
        "externalInquiryId": None,
        "messageThreadId": None,
        **inquiry,
        "leadId": lead,
        "createdAt": call.now,
    }
    row = call.store("inquiries", id, record)
    recounted(call, lead)
    activity(call, lead, "INQUIRY_CREATED", f"New inquiry by {record['source']}", id)
    happened(call, "INQUIRY_CREATED", row.record)
    return row


def number(call: Call, kind: str) -> str:
    """A fresh id that is all digits, as the ids inside an inquiry's data are."""
    return str(FIRST_FREE_INDEX + call.tx.count(kind))
