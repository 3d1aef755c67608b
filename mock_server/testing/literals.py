"""The words that the handles take, as types: an editor offers them, and a type checker refuses others.

A test compares each type with the part of the program that defines the words.
"""

from typing import Literal, TypeAlias

BuiltInWorld: TypeAlias = Literal["busy", "default", "edge", "empty", "small"]
"""The worlds that come with the server."""

Contact: TypeAlias = Literal["call", "sms", "email", "chat", "webform"]
"""The ways in which people get in touch."""

AppointmentAction: TypeAlias = Literal["book", "move", "cancel"]
"""The changes that ``simulate`` can make to appointments."""

Trigger: TypeAlias = Literal[
    "LEAD_CREATED",
    "LEAD_UPDATED",
    "LEAD_DELETED",
    "INQUIRY_CREATED",
    "APPOINTMENT_CREATED",
    "APPOINTMENT_UPDATED",
    "APPOINTMENT_CANCELLED",
]
"""The events that can be subscribed to. The vendor documents the first only."""

RecordKind: TypeAlias = Literal[
    "appointments",
    "companies",
    "companies/notes",
    "faqs",
    "inquiries",
    "leads",
    "leads/activities",
    "leads/notes",
    "members",
    "organization",
    "organization/availability",
    "policies",
    "products",
    "scenarios",
    "services",
    "trade_categories",
    "transfers",
]
"""The kinds of records that can be added; another document has its own."""

TransportFault: TypeAlias = Literal[
    "TIMEOUT",
    "CONNECTION_RESET_BY_PEER",
    "EMPTY_RESPONSE",
    "MALFORMED_RESPONSE_CHUNK",
    "RANDOM_DATA_THEN_CLOSE",
    "INCOMPLETE_RESPONSE",
    "TRUNCATED_BODY",
    "GARBAGE_BODY",
    "STALE_READ",
]
"""The faults that a rule can cause in an answer or its connection."""

DeliveryFault: TypeAlias = Literal[
    "DUPLICATE",
    "CONCURRENT_DUPLICATE",
    "ANSWER_LOST",
    "REORDER",
    "LATE",
    "LOST",
    "REPEATED_AFTER_410",
    "OTHER_BYTES",
    "OTHER_HEADERS",
    "UNKNOWN_FIELDS",
    "UNKNOWN_EVENT",
    "FORGED_SIGNATURE",
    "ALTERED_SIGNATURE",
    "CUT_SIGNATURE",
    "UNREADABLE_SIGNATURE",
    "EMPTY_SIGNATURE",
    "TAMPERED_BODY",
    "OLD_SIGNATURE",
    "ROTATED_SECRET",
    "MISSING_SIGNATURE",
    "SLOW_ANSWER",
    "FOLLOWED_REDIRECT",
]
"""The faults that a rule can cause in the delivery of a webhook."""
