"""The kinds of records that a receiver can be told about, and the change that causes each event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any

from contracts.errors import CannotRun
from mock_server.support.text import shorten

_FIRST_NAMES = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Finn", "Grace", "Hugo", "Ivy", "Jack")


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record that the check made. ``marks`` are texts that only it has."""

    id: str
    marks: Sequence[str]
    lead: str = ""
    """The id of the lead that the record is about; empty if it is a lead itself."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A trigger with the kind of its records, and the change that causes its event: making, changing or removing."""

    trigger: str
    kind: str
    text: str
    """The field with a text of the check's own, which updates change."""
    created: str
    updated: str = ""
    """The trigger of a change; empty for a kind whose changes have none."""
    ended: str = ""
    """The trigger of an end that the delivery itself shows."""
    change: Mapping[str, Any] | None = None
    """The change that causes the event, of a record that is there; None if making it does."""
    removes: bool = False
    """True if removing the record causes the event."""

    def draft(self, word: str, random: Random) -> dict[str, Any]:
        """A new record that holds a word of its own."""
        if self.kind == "leads":
            return {"firstName": random.choice(_FIRST_NAMES), "lastName": word, "email": f"{word.lower()}@example.com"}
        return {self.text: word}

    def checked(self, made: Sequence[Mapping[str, Any]]) -> list[CheckedRecord]:
        """The records that the mock has made from drafts."""
        if self.kind != "leads":
            ids = [(str(one["id"]), str(one["leadId"]), str(one[self.text])) for one in made]
            return [CheckedRecord(id, (id, lead, word), lead) for id, lead, word in ids]
        shared = len({one["phone"] for one in made}) < len(made)  # telephones for fiction are few
        phones = [[] if shared else [str(one["phone"])] for one in made]
        shown = [(str(one["id"]), one["lastName"], one["email"]) for one in made]
        return [CheckedRecord(texts[0], (*texts, *phone)) for texts, phone in zip(shown, phones, strict=True)]


def _leads(trigger: str, **causes: Any) -> Subject:
    return Subject(trigger, "leads", "firstName", "LEAD_CREATED", "LEAD_UPDATED", **causes)


def _appointments(trigger: str, **causes: Any) -> Subject:
    names = ("APPOINTMENT_CREATED", "APPOINTMENT_UPDATED", "APPOINTMENT_CANCELLED")
    return Subject(trigger, "appointments", "title", *names, **causes)


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        subject.trigger: subject
        for subject in (
            _leads("LEAD_CREATED"),
            _leads("LEAD_UPDATED", change={"businessName": "Check & Co"}),
            _leads("LEAD_DELETED", removes=True),
            Subject("INQUIRY_CREATED", "inquiries", "summary", "INQUIRY_CREATED"),
            _appointments("APPOINTMENT_CREATED"),
            _appointments("APPOINTMENT_UPDATED", change={"notes": "Ring the bell twice"}),
            _appointments("APPOINTMENT_CANCELLED", change={"status": "CANCELLED"}),
        )
    }
)
"""All triggers that a receiver can be checked for."""
DEFAULT_TRIGGER = "LEAD_CREATED"


def find_subject(trigger: str) -> Subject:
    """The subject of a trigger, in any case of its letters. Raises CannotRun."""
    if trigger.strip().upper() not in SUBJECTS:
        raise CannotRun(f"there is no trigger `{shorten(trigger, 80)}` to check with", f"one of {', '.join(SUBJECTS)}")
    return SUBJECTS[trigger.strip().upper()]
