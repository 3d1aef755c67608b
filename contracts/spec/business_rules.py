"""The meaning of operations beyond their shapes: the few facts that a document does not state.

Each entry names its source. An entry whose operations are not in the contract is left out of a run.
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
"""Members whose value no two records of a collection may share: gaps lead-, scenario- and transfer-conflict."""

NAMED_BY: Mapping[str, tuple[str, str]] = MappingProxyType({"/v1/scenarios": ("/v1/transfers", "scenarioId")})
"""For a collection, the one whose records may name one of it, and the member: those stay (gap reference-fields)."""

UNREAD: Mapping[str, str] = MappingProxyType(
    {
        "CALL": "unreadCalls",
        "EMAIL": "unreadEmails",
        "CHATBOT": "unreadChatbotThreads",
        "SMS": "unreadSMS",
        "WEBFORM": "unreadWebformSubmissions",
    }
)
"""For each source of an inquiry, the lead's counter of unread ones: names from the example, meaning inferred."""

RECENT: Mapping[str, str] = MappingProxyType(
    {
        "/api/webhooks/zapier/appointments": "/v1/appointments",
        "/api/webhooks/zapier/leads": "/v1/leads",
        "/api/webhooks/zapier/inquiries": "/v1/inquiries",
    }
)
"""For each list of recent items, the list that they come from: documented for appointments, gap zapier-recent."""

RECENT_COUNT = 5
"""The number of items in a recent list: documented for appointments, gap zapier-recent for the others."""

NEWEST_FIRST = frozenset({"/v1/leads", "/v1/faqs", "/v1/policies", "/v1/scenarios", "/v1/transfers"})
"""Collections whose lists begin with the newest record, whether or not they show when it was made (gap list-order)."""

DISTINCT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "GET /v1/leads": ("email",),
        "GET /v1/inquiries": ("sourceId",),
        "GET /v1/scenarios": ("name",),
        "GET /v1/transfers": ("label",),
        "GET /v1/members": ("email",),
    }
)
"""Members whose value no two items of a list share: ``UNIQUE`` without phones; a member's e-mail is the login.

What is behind an inquiry is behind no other one (inferred)."""

INNER = "data"
"""The member of an inquiry with its details, which repeat some of its own members."""

GROUP_KINDS: Mapping[str, str] = MappingProxyType(
    {"GET /v1/organization/products": "PRODUCT", "GET /v1/organization/services": "SERVICE"}
)
"""For each list of a catalogue, the type of its groups: from the published example."""

OWNER = "leadId"
"""The member that names the lead of a record. Two records that belong together have the same lead (inferred)."""

RECENT_ID = "originalId"
"""The member of a recent item with the id of its record (gap zapier-item-ids)."""

OF_INQUIRIES = re.compile("lastInquiry|unread|read$|hasFlagged|status$")
"""Members of a lead that follow from its inquiries."""

SHOWN_OF_CALL = ("name", "custom_instructions")
"""Members of a started call that its inquiry repeats somewhere in its texts (gap call-effect)."""

MESSAGE_ID = ("x-mock-event-id", "webhook-id")
"""Headers of a delivery by which a subscriber recognises a repeat (gap webhook-headers)."""

RECENT_NAMES = ("firstName", "lastName", "businessName")
"""Members of a lead that recent items of other kinds repeat."""

LEADS, LEAD = "GET /v1/leads", "GET /v1/leads/{}"
RECENT_LEADS = "GET /api/webhooks/zapier/leads"
INQUIRIES, INQUIRY = "GET /v1/inquiries", "GET /v1/inquiries/{}"
APPOINTMENTS = "GET /v1/appointments"
ACTIVITIES, NOTES = "GET /v1/leads/{}/activities", "GET /v1/leads/{}/notes"
COMPANY_NOTES = "GET /v1/companies/{}/notes"
AVAILABILITY = "GET /v1/organization/availability"
ONCE: Mapping[str, tuple[str, ...]] = MappingProxyType({LEAD: ("tags",)})
"""For each operation, the lists of its record in which no name may occur twice."""
EXPANDED = (INQUIRIES,)
"""Lists whose items always have what an expansion adds; in any other list there may be nothing to add."""
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
"""For the first word of an event's name, the list of its subjects, and the recent list with the delivered items.

(gap webhook-payload)
"""
