"""Records in the shapes of the Zapier surface: its "recent …" lists, and the bodies of webhooks.

A list of that surface exists to show what a hook will look like, so one module makes both (gap ``webhook-payload``).
"""

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Record
from mock_server.store.state import Transaction

# The one published example says `scheduled` where v1's says `PENDING`; the other words follow it.
_STATUSES: Mapping[str, str] = MappingProxyType({"PENDING": "scheduled"})
_COUNTRIES: Mapping[str, str] = MappingProxyType({"AU": "Australia"})
_CONTACT = ("firstName", "lastName", "email", "phone", "businessName")


def item(tx: Transaction, kind: str, record: Record) -> dict[str, Any]:
    """A ``record`` of ``kind`` (leads, inquiries, appointments) in the shape of this surface."""
    return _ITEMS[kind](tx, record)


def _lead(tx: Transaction, lead: Record) -> dict[str, Any]:
    return {
        **_heading(lead),
        **{name: lead.get(name) for name in _CONTACT},
        "suburb": lead.get("suburb"),
        "address": address(lead),
        "status": lead.get("status"),
    }


def _inquiry(tx: Transaction, inquiry: Record) -> dict[str, Any]:
    lead, data = _lead_of(tx, inquiry), inquiry.get("data")
    return {
        **_heading(inquiry),
        **{name: inquiry.get(name) for name in ("source", "tag", "summary", "isFirstInquiry")},
        "leadId": str(inquiry.get("leadId", "")),
        "keyPoints": data.get("keyPoints", []) if isinstance(data, dict) else [],
        "leadName": _name(lead),
        "leadDetails": _details(lead),
    }


def _appointment(tx: Transaction, appointment: Record) -> dict[str, Any]:
    lead = _lead_of(tx, appointment)
    inquiry = tx.get("inquiries", appointment.get("inquiryId", ""))
    status = str(appointment.get("status", ""))
    return {
        **_heading(appointment),
        **{name: appointment.get(name) for name in ("title", "description", "start", "end")},
        "leadId": str(appointment.get("leadId", "")),
        "attendees": ",".join(mail for mail in appointment.get("attendees") or () if isinstance(mail, str)),
        "leadAddressId": zlib.crc32(str(lead.get("id")).encode()) % 100_000 if address(lead) else None,
        "formattedLeadAddress": address(lead),
        "leadName": _name(lead),
        "leadDetails": _details(lead),
        "summary": inquiry.record.get("summary") if inquiry else None,
        "status": _STATUSES.get(status, status.lower()),
    }


def _heading(record: Record) -> dict[str, Any]:
    """The id carries the time of the last change, so that a changed record counts as a new item in a Zap."""
    created = record.get("createdAt")
    updated = record.get("updatedAt", created)
    return {
        "id": f"{record['id']} - {updated}",
        "originalId": str(record["id"]),
        "createdAt": created,
        "updatedAt": updated,
    }


def _lead_of(tx: Transaction, record: Record) -> Record:
    row = tx.get("leads", record.get("leadId", ""))
    return row.record if row else {}


def _name(lead: Record) -> str:
    return " ".join(str(part) for part in (lead.get("firstName"), lead.get("lastName")) if part)


def _details(lead: Record) -> dict[str, Any]:
    return {**{name: lead.get(name) for name in _CONTACT}, "address": address(lead)}


def address(lead: Record) -> str | None:
    """The lead's address in one line; None if it has none."""
    holder = lead.get("defaultLeadAddress")
    parts = holder.get("address") if isinstance(holder, dict) else None
    if not isinstance(parts, dict):
        return None
    town = " ".join(str(parts[name]) for name in ("suburb", "state", "postcode") if parts.get(name))
    country = parts.get("country")
    lines = [parts.get("line1"), parts.get("line2"), town, _COUNTRIES.get(str(country), country)]
    return ", ".join(str(line) for line in lines if line)


_ITEMS: Mapping[str, Callable[[Transaction, Record], dict[str, Any]]] = MappingProxyType(
    {"leads": _lead, "inquiries": _inquiry, "appointments": _appointment}
)
