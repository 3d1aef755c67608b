"""Words for Sophiie's records that are shorter than the fields of its document."""

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
"""Kind → word → the field that it means."""

WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "appointments": ("about", "minutes", "source"),
        "inquiries": ("about", "service", "transcript"),
        "leads": ("name",),
    }
)
"""Kind → words that become fields only when the story is told."""

HIDDEN: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "appointments": ("inquiryId", "updatedAt"),
        "inquiries": ("isFlagged", "messageThreadId"),
        "leads": ("updatedAt",),
        "faqs": ("createdAt", "updatedAt"),
        "policies": ("createdAt", "updatedAt"),
    }
)
"""Kind → fields that are kept beside those of the document."""

TARGETS: Mapping[str, str] = MappingProxyType(
    {"user": "members", "tradeservice": "services", "tradecategory": "trade_categories"}
)
"""The word that a field is called after → the kind that it refers to, where the words differ."""

SHORT: Mapping[str, str] = MappingProxyType(
    {"leads/notes": "value", "companies/notes": "value", "leads": "name", "companies": "name", "services": "name"}
)
"""Kind → the field that a text in the place of a record is."""

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
"""Kind → what a record has where nothing is said; other fields are as in the newest record of the kind."""

UNIQUE: Mapping[str, Sequence[str]] = MappingProxyType(
    {"leads": ("email", "phone"), "scenarios": ("name",), "transfers": ("label",)}
)
"""Kind → fields of which two living records never have the same."""

STATUSES: Sequence[str] = ("PENDING", "CONFIRMED", "COMPLETED", "CANCELLED")
"""The statuses of an appointment that the world knows."""
