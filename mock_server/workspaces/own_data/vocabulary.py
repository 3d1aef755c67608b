"""Short words for fields of Sophiie's records that a person may write instead."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

ALIASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "appointments": {
            "on": "start",
            "at": "start",
            "when": "start",
            "booked": "createdAt",
            "service": "tradeService",
        },
        "inquiries": {"on": "createdAt", "at": "createdAt", "read": "isRead", "flagged": "isFlagged"},
        "leads": {"since": "createdAt"},
        "leads/notes": {"text": "value", "on": "createdAt", "at": "createdAt"},
        "companies/notes": {"text": "value", "on": "createdAt", "at": "createdAt"},
        "leads/activities": {"text": "data", "on": "createdAt", "at": "createdAt"},
        "scenarios": {"service": "tradeServiceId"},
        "services": {"category": "tradeCategoryId", "minutes": "duration"},
        "products": {"category": "tradeCategoryId"},
    }
)
"""For each kind, the words and the fields that they mean."""

WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "appointments": ("about", "minutes", "source"),
        "inquiries": ("about", "service", "transcript"),
        "leads": ("name",),
    }
)
"""For each kind, words that become fields only when the story is written."""

HIDDEN: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "appointments": ("inquiryId", "updatedAt"),
        "inquiries": ("isFlagged", "messageThreadId"),
        "leads": ("updatedAt",),
        "faqs": ("createdAt", "updatedAt"),
        "policies": ("createdAt", "updatedAt"),
    }
)
"""For each kind, fields that are stored beside those of the document."""

TARGETS: Mapping[str, str] = MappingProxyType(
    {"user": "members", "tradeservice": "services", "tradecategory": "trade_categories"}
)
"""For a word in a field's name, the kind that it refers to, if the words differ."""

SHORT: Mapping[str, str] = MappingProxyType(
    {"leads/notes": "value", "companies/notes": "value", "leads": "name", "companies": "name", "services": "name"}
)
"""For each kind, the field that a text means if it stands in place of a record."""

USUAL: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "services": {"duration": 60, "followUpQuestions": [], "isActive": True},
        "products": {"price": 0, "isActive": True},
        "members": {"role": "USER", "position": None, "responsibility": None, "avatarImg": None, "isDisabled": False},
        "scenarios": {"questions": [], "isActive": True, "tradeServiceId": None},
        "transfers": {"isEnabled": True, "scenarioId": None, "summaryFormat": None},
        "faqs": {"isActive": True},
        "policies": {"isActive": True},
    }
)
"""For each kind, the default fields. Other fields are copied from the newest record of the kind."""

UNIQUE: Mapping[str, Sequence[str]] = MappingProxyType(
    {"leads": ("email", "phone"), "scenarios": ("name",), "transfers": ("label",)}
)
"""For each kind, the fields that must be unique."""

STATUSES: Sequence[str] = ("PENDING", "CONFIRMED", "COMPLETED", "CANCELLED")
"""The statuses of an appointment that the world knows."""
