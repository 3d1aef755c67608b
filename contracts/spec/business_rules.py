"""The meaning of operations beyond their shapes: the little that a document does not say.

Each entry says who says so. An entry whose operations are not in the contract is left out of a run.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

UNIQUE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/v1/leads": ("email", "phone"),
        "/v1/scenarios": ("name",),
        "/v1/transfers": ("label",),
    }
)
"""Members that no two living records of a collection may share: gaps lead-, scenario- and transfer-conflict."""

UNREAD: Mapping[str, str] = MappingProxyType(
    {
        "CALL": "unreadCalls",
        "EMAIL": "unreadEmails",
        "CHATBOT": "unreadChatbotThreads",
        "SMS": "unreadSMS",
        "WEBFORM": "unreadWebformSubmissions",
    }
)
"""Source of an inquiry → the lead's counter of unread ones: names of the published example, the meaning inferred."""

RECENT: Mapping[str, str] = MappingProxyType(
    {
        "/api/webhooks/zapier/appointments": "/v1/appointments",
        "/api/webhooks/zapier/leads": "/v1/leads",
        "/api/webhooks/zapier/inquiries": "/v1/inquiries",
    }
)
"""A list of the most recent items → the list they come from: documented for appointments, gap zapier-recent."""

RECENT_COUNT = 5
"""Documented for appointments, gap zapier-recent for the others."""

DISTINCT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "GET /v1/leads": ("email",),
        "GET /v1/scenarios": ("name",),
        "GET /v1/transfers": ("label",),
        "GET /v1/members": ("email",),
    }
)
"""Members that no two items of a list share: as ``UNIQUE``, but for phones; a member's e-mail is the login."""

INNER = "data"
"""The member of an inquiry that holds what it is about, and says some of it again."""

GROUP_KINDS: Mapping[str, str] = MappingProxyType(
    {"GET /v1/organization/products": "PRODUCT", "GET /v1/organization/services": "SERVICE"}
)
"""List of a catalogue → the type of its groups: the published example."""

RECENT_ID = "originalId"
"""The member of a recent item that names the record it shows (gap zapier-item-ids)."""

OF_INQUIRIES = re.compile("lastInquiry|unread|read$|hasFlagged|status$")
"""Members of a lead that follow from its inquiries."""

SHOWN_OF_CALL = ("name", "custom_instructions")
"""Members of a started call that its inquiry shows, somewhere in its texts (gap call-effect)."""

MESSAGE_ID = ("x-mock-event-id", "webhook-id")
"""Headers of a delivery by which a subscriber knows a repeated one (gap webhook-headers)."""

RECENT_SHARED = ("firstName", "lastName", "email", "phone", "businessName", "suburb", "title", "start", "end")
"""Members that an item of a recent list shares with the item it comes from, when both have them."""

LEADS, LEAD = "GET /v1/leads", "GET /v1/leads/{}"
INQUIRIES, INQUIRY = "GET /v1/inquiries", "GET /v1/inquiries/{}"
APPOINTMENTS = "GET /v1/appointments"
ACTIVITIES, NOTES = "GET /v1/leads/{}/activities", "GET /v1/leads/{}/notes"
COMPANY_NOTES = "GET /v1/companies/{}/notes"
AVAILABILITY = "GET /v1/organization/availability"
ONCE: Mapping[str, tuple[str, ...]] = MappingProxyType({LEAD: ("tags",)})
"""Operation → lists of its record in which no name stands twice."""
EXPANDED = (INQUIRIES,)
"""Lists of which an item always has what expanding adds; of any other there may be nothing to add."""
MEMBERS, MEMBERSHIPS = "GET /v1/members", "GET /v1/organization/members"
SERVICES = "GET /v1/organization/services"
ORGANIZATION = "GET /v1/organization"
SEND_SMS, START_CALL = "POST /v1/sms", "POST /v1/calls"
SUBSCRIBE, UNSUBSCRIBE = "POST /api/webhooks/zapier/subscribe", "DELETE /api/webhooks/zapier/unsubscribe"

SUBJECTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "LEAD": (LEADS, "GET /api/webhooks/zapier/leads"),
        "INQUIRY": (INQUIRIES, "GET /api/webhooks/zapier/inquiries"),
        "APPOINTMENT": (APPOINTMENTS, "GET /api/webhooks/zapier/appointments"),
    }
)
"""First word of an event's name → the list of what it is about, and the recent list whose items are delivered
(gap webhook-payload)."""
