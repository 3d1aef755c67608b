"""The few kinds that may be written to a real host, the bodies that are sent, and why they harm nobody.

A run writes these bodies and no others. Every text says what it is. The mark in it is unique to one record, so the
record can be found again if the answer to its creation was lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from contracts.scenarios.catalogue import Catalogue
from contracts.spec.resources import Family, Listing

_NOTE = "Written by sophiie-mock check. Not a real record; safe to delete."


@dataclass(frozen=True)
class SafeKind:
    """A kind of record. ``{mark}`` in a text stands for the record's mark.

    ``shown`` is the member that identifies it.
    """

    reason: str
    shown: str
    body: Mapping[str, Any]
    change: Mapping[str, Any]


SAFE: Mapping[str, SafeKind] = MappingProxyType(
    {
        "/v1/leads": SafeKind(
            "nobody can be reached: no telephone number, and mail to example.com goes nowhere",
            "email",
            {"firstName": "Contract check", "lastName": "Safe to delete", "email": "{mark}@example.com"},
            {"businessName": "Contract check, safe to delete"},
        ),
        "/v1/faqs": SafeKind(
            "inactive, so that no caller is told it",
            "question",
            {"question": "{mark}: is this a contract check?", "answer": _NOTE, "isActive": False},
            {"answer": f"{_NOTE} Changed once."},
        ),
        "/v1/policies": SafeKind(
            "inactive, so that no caller is told it",
            "title",
            {"title": "{mark}: contract check", "content": _NOTE, "isActive": False},
            {"content": f"{_NOTE} Changed once."},
        ),
    }
)

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "/v1/sms": "a person would get it",
        "/v1/calls": "a person's telephone would ring",
        "/v1/scenarios": "steers what callers are told, should the vendor ignore that it is inactive",
        "/v1/transfers": "steers where callers are put through to",
        "/api/webhooks/zapier/subscribe": "would send the organization's events to somebody",
    }
)
"""Kinds that are never written to a real host. A kind in neither table is not written either."""


@dataclass(frozen=True)
class SafeOperations:
    """A safe kind with all the operations that a run needs, from this contract."""

    kind: SafeKind
    family: Family
    listing: Listing

    @property
    def path(self) -> str:
        """The path of the collection."""
        return self.family.path

    def body(self, mark: str) -> dict[str, Any]:
        """The body that creates a record with this mark, with documented members only."""
        create = self.family.create
        known = create.document.properties(create.body) if create and create.body else {}
        return {name: _filled(value, mark) for name, value in self.kind.body.items() if name in known}

    def change(self) -> dict[str, Any]:
        """The body of the one update; empty if there is none."""
        update = self.family.update
        known = update.document.properties(update.body) if update and update.body else {}
        return {name: value for name, value in self.kind.change.items() if name in known}

    def ids_with(self, mark: str, value: Any) -> list[str | int]:
        """Ids of the records in an answer that have the mark; the answer may be one record or a page."""
        return [record["id"] for record in _records(value) if mark in str(record.get(self.kind.shown, ""))]


def offers(catalogue: Catalogue) -> Iterator[SafeOperations]:
    """The safe kinds of a contract whose records can be found again and deleted."""
    for family in catalogue.families:
        kind, create = SAFE.get(family.path), family.create
        if kind is None or create is None or family.delete is None or family.listing is None:
            continue
        offer = SafeOperations(kind, family, family.listing)
        fits = create.document.validator(create.body or {}).is_valid(offer.body("sophiie-check-0-01"))
        if fits and kind.shown in family.listing.item_properties():
            yield offer


def _filled(value: Any, mark: str) -> Any:
    return value.replace("{mark}", mark) if isinstance(value, str) else value


def _records(value: Any, depth: int = 2) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("id"), str | int):
        yield value
    elif isinstance(value, dict | list) and depth:
        for member in value.values() if isinstance(value, dict) else value:
            yield from _records(member, depth - 1)
